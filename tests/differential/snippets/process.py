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

# --- exit_in_odd_places [process]
import asyncio, atexit, functools, os, signal, sys, threading, weakref
def leave(*_): sys.exit(7)
class Deleted:
    def __del__(self): leave()
class Odd:
    __hash__ = leave
    __eq__ = __lt__ = __getitem__ = __exit__ = __bool__ = __getattr__ = __iter__ = __format__ = leave
    def __enter__(self): return self
    prop = property(leave)
class Swallowing:
    def __enter__(self): return self
    def __exit__(self, *_): return True
class Meta(type):
    def __new__(cls, *args): leave()
def generator():
    try: yield 1
    finally: leave()
async def coroutine(): await asyncio.sleep(0); leave()
def in_del(): Deleted(); print("goes on")
def at_exit(): atexit.register(print, "first registered"); atexit.register(leave)
def in_finalizer(): o = Swallowing(); weakref.finalize(o, leave); del o; print("goes on")
def in_weakref_callback(): o = Swallowing(); w = weakref.ref(o, leave); del o; print("goes on")
def in_signal_handler():
    signal.signal(signal.SIGUSR1, leave)
    try: os.kill(os.getpid(), signal.SIGUSR1); print("never")
    finally: print("finally")
def in_thread(): t = threading.Thread(target=leave); t.start(); t.join(); print("goes on")
def in_excepthook(): sys.excepthook = leave; 1 / 0
def in_unraisablehook(): sys.unraisablehook = leave; Deleted(); print("goes on")
def in_thread_excepthook():
    threading.excepthook = leave
    t = threading.Thread(target=divmod, args=(1, 0)); t.start(); t.join(); print("goes on")
def in_generator_freed(): g = generator(); next(g); del g; print("goes on")
def in_generator_closed(): g = generator(); next(g); g.close()
def in_class_body():
    class C: leave()
def in_metaclass(): Meta("C", (), {})
def in_decorator():
    @leave
    def f(): pass
def in_comprehension(): [leave() for _ in range(2)]
def in_condition():
    if Odd(): print("never")
def in_with():
    with Odd(): print("inside")
def swallowed():
    with Swallowing(): leave()
    print("goes on")
def caught():
    try: leave()
    except SystemExit as e: print("caught", e.code)
def replaced():
    try: leave()
    finally: raise ValueError("instead")
def returned():
    try: leave()
    finally: return print("instead")
def in_sort(): sorted([3, 2], key=leave)
def in_comparison(): sorted([Odd(), Odd()])
def in_hash(): {Odd(): 1}
def in_format(): f"{Odd()}"
def in_property(): Odd().prop
def in_getattr(): Odd().missing
def in_unpacking(): a, b = Odd()
def in_reduce(): functools.reduce(leave, [1, 2])
def in_exec(): exec("leave()", globals())
def in_eval(): eval("leave()")
def in_trace_function(): sys.settrace(leave); (lambda: 1)()
def in_task(): asyncio.run(coroutine())
def in_callback():
    loop = asyncio.new_event_loop()
    loop.call_soon(leave)
    loop.run_forever()
def hard_in_del():
    Deleted.__del__ = lambda self: os._exit(8)
    Deleted()
def hard_at_exit(): atexit.register(os._exit, 9)
def hard_in_finally():
    try: 1 / 0
    finally: os._exit(10)
def hard_in_thread(): t = threading.Thread(target=os._exit, args=(11,)); t.start(); t.join(); print("never")
def hard_in_generator():
    def g():
        try: yield
        finally: os._exit(12)
    next(g())
for place in [value for value in list(globals().values()) if getattr(value, "__code__", None) and value not in (leave, generator, coroutine)]:
    print("---", place.__name__, flush=True)
    pid = os.fork()
    if not pid:
        place()
        sys.exit(50)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)

# --- memory_exhausted [process]
import resource
def attempt(name, eat):
    try: eat()
    except MemoryError as e: print(name, type(e), e.args, e.__context__)
    finally: print("finally")
def blocks():
    found = []
    while True: found.append(bytearray(1 << 22))
def chain():
    top = None
    while True: top = [top, [None] * 1000]
def strings():
    text = "x" * 1000
    while True: text += text
def numbers():
    n = 3
    while True: n = n << 30000000
def generator(): yield from (bytearray(1 << 22) for _ in range(10**6))
def held(): return list(generator())
def comprehension(): return {n: bytearray(1 << 22) for n in range(10**6)}
class Node:
    def __init__(self, after): self.after = after; self.data = bytearray(1 << 20)
def objects():
    node = None
    while True: node = Node(node)
with open("/proc/self/statm") as file: used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (128 << 20), resource.RLIM_INFINITY))
for eat in blocks, chain, strings, numbers, held, comprehension, objects: attempt(eat.__name__, eat)
print("recovered", sum(range(1000)))
