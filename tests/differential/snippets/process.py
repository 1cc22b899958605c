# --- uncaught_exception [process]
def f(x):
    return 1 / x
print("before")
f(0)

# --- uncaught_with_cause [process]
class MyError(Exception): pass
try:
    {}["k"]
except KeyError as e:
    raise MyError("wrapped") from e

# --- exit_codes [process]
import sys
sys.exit(3)

# --- exit_message [process]
import sys
print("out")
sys.exit("message on stderr")

# --- exit_none [process]
import sys
def f(): sys.exit()
try: f()
finally: print("finally")

# --- exit_odd_values [process]
raise SystemExit((1, "tuple"))

# --- exit_bool_and_big [process]
raise SystemExit(True)

# --- exit_from_nested [process]
import sys
class CM:
    def __enter__(self): pass
    def __exit__(self, *e): print("exit", e[0].__name__)
def f():
    with CM():
        for _ in [1]:
            sys.exit(7)
try: f()
except Exception: print("never")

# --- argv_and_main [process]
import sys
print(sys.argv, __name__, __file__.endswith("program.py"), __spec__, __package__, __doc__)
import __main__
print(__main__.__dict__ is globals(), __builtins__.__name__)
print(sys.path[0] == __import__("os").path.dirname(__import__("os").path.abspath(__file__)))

# --- atexit_order [process]
import atexit
@atexit.register
def first(): print("registered first")
atexit.register(lambda x: print("with", x), "argument")
@atexit.register
def bad(): raise ValueError("in atexit")
print("main ends")

# --- atexit_after_exception [process]
import atexit
atexit.register(print, "still runs")
raise KeyError("uncaught")

# --- excepthook [process]
import sys
def hook(t, v, tb): print("hook", t.__name__, v, tb.tb_lineno)
sys.excepthook = hook
def f(): raise ValueError("for the hook")
f()

# --- excepthook_raises [process]
import sys
def hook(t, v, tb): raise RuntimeError("hook failed")
sys.excepthook = hook
raise ValueError("original")

# --- syntax_error [process]
def f(:
    pass

# --- indentation_error [process]
def f():
pass

# --- keyboard_interrupt [process]
import signal
def f():
    signal.raise_signal(signal.SIGINT)
    print("never")
try: f()
finally: print("finally")

# --- keyboard_interrupt_caught [process]
import signal
try:
    signal.raise_signal(signal.SIGINT)
    for _ in range(100): pass
except KeyboardInterrupt: print("caught")

# --- signal_handler [process]
import signal, os
def handler(number, frame): print("signal", number == signal.SIGUSR1, frame.f_code.co_name); hits.append(1)
hits = []
signal.signal(signal.SIGUSR1, handler)
def f():
    os.kill(os.getpid(), signal.SIGUSR1)
    while not hits: pass
    return "done"
print(f())

# --- signal_handler_raises [process]
import signal
class Alarm(Exception): pass
def handler(n, f): raise Alarm("time is up")
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
def spin():
    n = 0
    while True: n += 1
try: spin()
except Alarm as e: print(e)

# --- default_signal_kills [process]
import signal
print("before", flush=True)
signal.raise_signal(signal.SIGTERM)

# --- os_exit [process]
import os, sys
print("flushed", flush=True)
try: os._exit(5)
finally: print("never")

# --- finalizers_at_exit [process]
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
a = T("global a")
def f(x=T("default")): pass
print("end of main")

# --- unraisable_at_exit [process]
class T:
    def __del__(self): raise ValueError("in del")
t = T()
del t
print("goes on")

# --- thread_exception [process]
import threading
def fail(): raise ValueError("in thread")
t = threading.Thread(target=fail, name="T"); t.start(); t.join()
print("main")

# --- thread_outlives_main [process]
import threading, time
def slow(): time.sleep(0.05); print("thread ends")
threading.Thread(target=slow).start()
print("main ends")

# --- thread_system_exit [process]
import threading, sys
t = threading.Thread(target=sys.exit, args=("ignored",)); t.start(); t.join()
print("main goes on")

# --- warnings_printed [process]
import warnings
def f(): warnings.warn("something", stacklevel=2)
f()
warnings.warn("deprecated in main", DeprecationWarning)

# --- stdin_reading [process]
import sys
try: print(repr(input("prompt> ")))
except EOFError as e: print(repr(e))
print(repr(sys.stdin.read()))

# --- print_to_streams [process]
import sys
print("to out"); print("to err", file=sys.stderr); sys.stderr.write("written\n"); sys.stdout.write("last, no newline")

# --- stdout_closed [process]
import sys
print("x")
sys.stdout.flush()
try:
    sys.stdout = None
    print("to nowhere")
finally: sys.stdout = sys.__stdout__
print("back")

# --- exception_group_uncaught [process]
def f(n): raise ValueError(n)
errors = []
for i in range(2):
    try: f(i)
    except ValueError as e: errors.append(e)
raise ExceptionGroup("several", errors)

# --- recursion_error_uncaught [process]
import sys
sys.setrecursionlimit(200)
sys.tracebacklimit = 3
def f(n):
    return f(n + 1)
f(0)

# --- notes_and_unprintable [process]
class E(Exception):
    def __str__(self): raise RuntimeError("no str")
e = E(); e.add_note("a note\nof two lines")
raise e

# --- asyncio_main [process]
import asyncio
async def child(n): await asyncio.sleep(0); return 10 // n
async def main(): return await asyncio.gather(child(1), child(0))
asyncio.run(main())

# --- never_awaited_at_exit [process]
async def f(): pass
f()
print("end")

# --- subclass_of_system_exit [process]
class Stop(SystemExit):
    def __init__(self, code): super().__init__(code); self.extra = 1
try: raise Stop(4)
except SystemExit as e: print("saw", e.code)
raise Stop(9)

# --- pickling_by_reference [process]
import pickle
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x
def f(): return "f"
print(pickle.loads(pickle.dumps(P(3))) == P(3), pickle.loads(pickle.dumps(f))(), P.__module__, pickle.dumps(f, 0))

# --- multiprocessing_fork [process]
import multiprocessing as mp
def work(n, q): q.put(n * n)
if __name__ == "__main__":
    ctx = mp.get_context("fork")
    q = ctx.Queue()
    ps = [ctx.Process(target=work, args=(i, q)) for i in range(3)]
    for p in ps: p.start()
    print(sorted(q.get(timeout=15) for _ in ps))
    for p in ps: p.join()

# --- fork_and_wait [process]
import os
pid = os.fork()
if pid == 0:
    try:
        n = sum(i for i in range(100))
        os._exit(n % 256)
    finally: print("never")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

# --- runpy_and_compile_file [process]
import runpy, pathlib
pathlib.Path("other.py").write_text("import sys\nX = __name__\ndef f(): return X\nprint('other', f())\n")
print(runpy.run_path("other.py", run_name="custom")["f"]())
import other
print(other.f())

# --- module_level_return_of_del [process]
x = [1, 2, 3]
del x
print(x)

# --- multiline_statement_traceback [process]
data = {
    "first": [1, 2, 3],
    "second": (
        lambda: undefined
    )(),
}

# --- unicode_source_and_output [process]
é = "naïve ☃ 😀"
print(é, ascii(é))
raise ValueError("ошибка " + é)

# --- traceback_of_imported_module [process]
import pathlib
pathlib.Path("helper.py").write_text("def check(value):\n    if not value:\n        raise ValueError(\n            'empty')\n    return value\n")
import helper
def main():
    helper.check("ok")
    helper.check("")
main()

# --- import_error_uncaught [process]
from json import dump, no_such_name

# --- generator_exit_at_shutdown [process]
def g():
    try: yield 1
    finally: print("generator closed at shutdown")
it = g()
next(it)
print("end")
