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

# --- signal_handler [process posix]
import signal, os
def handler(number, frame): print("signal", number == signal.SIGUSR1, frame.f_code.co_name); hits.append(1)
hits = []
signal.signal(signal.SIGUSR1, handler)
def f():
    os.kill(os.getpid(), signal.SIGUSR1)
    while not hits: pass
    return "done"
print(f())

# --- signal_handler_raises [process posix]
import signal
class Alarm(Exception): pass
def handler(n, f): raise Alarm("time is up")
signal.signal(signal.SIGALRM, handler)
def spin():
    n = 0
    while True: n += 1
try: signal.setitimer(signal.ITIMER_REAL, 0.05); spin()
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
import threading
def slow(): threading.main_thread().join(); print("thread ends")
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
    print(sorted(q.get() for _ in ps))
    for p in ps: p.join()

# --- fork_and_wait [process posix]
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

# --- exit_in_odd_places [process posix]
import asyncio, atexit, functools, gc, os, signal, sys, threading, weakref
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
    gc.disable()  # the order in which the loop's cycle is finalized depends on what was collected before
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

# --- memory_exhausted [process posix]
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

# --- raise_in_odd_places [process posix]
import _thread, asyncio, atexit, contextlib, gc, os, signal, sys, threading, warnings, weakref
class Fault(Exception): pass
def fail(*_): raise Fault("here")
class Deleted:
    def __del__(self): fail()
class Chained:
    def __del__(self):
        try: fail()
        finally: 1 / 0
def generator():
    try: yield 1
    finally: fail()
async def asynchronous_generator():
    try: yield 1
    finally: fail()
async def coroutine():
    try: await asyncio.sleep(9)
    finally: fail()
def raising_handler():
    signal.signal(signal.SIGUSR1, fail)
    return lambda: os.kill(os.getpid(), signal.SIGUSR1)
def in_del(): Deleted(); print("goes on")
def in_del_with_context(): Chained(); print("goes on")
def in_del_of_local():
    def f():
        kept = Deleted()
        return "returned"
    print(f())
def in_del_while_raising():
    def f():
        kept = Deleted()
        raise ValueError("outer")
    try: f()
    except ValueError as e: print(e, e.__context__, e.__cause__)
    print("goes on")
def in_del_in_except():
    try: 1 / 0
    except ZeroDivisionError as e: kept = Deleted(); del kept; print(sys.exception() is e if hasattr(sys, "exception") else sys.exc_info()[1] is e)
def in_del_by_collector():
    a = Deleted(); a.self = a; del a; print(gc.collect() > 0)
def in_del_at_exit(): global kept; kept = Deleted()
def in_del_of_default():
    def f(x=Deleted()): pass
def in_generator_freed(): g = generator(); next(g); del g; print("goes on")
def in_generator_closed():
    g = generator(); next(g)
    try: g.close()
    except Fault as e: print("caught", e)
def in_generator_at_exit(): global kept; kept = generator(); next(kept)
def in_asynchronous_generator_left():
    async def main():
        async for _ in asynchronous_generator(): break
    asyncio.run(main()); print("goes on")
def in_cancelled_task():
    async def main():
        task = asyncio.create_task(coroutine()); await asyncio.sleep(0)
        task.cancel()
        try: await task
        except Fault as e: print("caught", e, type(e.__context__))
    asyncio.run(main())
def in_task_never_awaited():
    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda loop, about: print(about["message"], repr(about.get("exception"))))
        asyncio.get_running_loop().call_soon(fail); await asyncio.sleep(0)
    asyncio.run(main())
def in_weakref_callback(): o = Fault(); w = weakref.ref(o, fail); del o; print("goes on")
def in_finalizer(): o = Fault(); weakref.finalize(o, fail); del o; print("goes on")
def in_finalizer_at_exit(): global kept; kept = Fault(); weakref.finalize(kept, fail)
def in_finalizer_called():
    o = Fault(); f = weakref.finalize(o, fail)
    try: f()
    except Fault as e: print("caught", e, f.alive)
def in_collector_callback():
    gc.callbacks.append(fail)
    try: gc.collect()
    finally: gc.callbacks.clear()
    print("goes on")
def at_exit(): atexit.register(print, "registered first"); atexit.register(fail); atexit.register(1 .__truediv__, 0)
def at_exit_in_thread():
    atexit.register(fail); threading.Thread(target=fail, name="T").start()
def at_exit_of_threads(): threading._register_atexit(fail)
def in_signal_handler():
    kill = raising_handler()
    try: kill(); print("never")
    except Fault as e: print("caught", e)
def in_signal_handler_in_finally():
    kill = raising_handler()
    try:
        try: 1 / 0
        finally: kill(); print("never")
    except Fault as e: print("caught", e, type(e.__context__))
def in_signal_handler_in_except():
    kill = raising_handler()
    try:
        try: 1 / 0
        except ZeroDivisionError: kill(); print("never")
    except Fault as e: print("caught", e, type(e.__context__))
def in_signal_handler_in_with():
    kill = raising_handler()
    @contextlib.contextmanager
    def manager():
        try: yield
        except Fault as e: print("caught", e)
    with manager(): kill(); print("never")
def in_signal_handler_in_generator():
    kill = raising_handler()
    def g():
        try: yield 1; kill(); print("never")
        except Fault as e: yield "caught"
    print(list(g()))
def in_signal_handler_in_comprehension():
    kill = raising_handler()
    try: [kill() for _ in range(3)]
    except Fault as e: print("caught", e)
def in_signal_handler_in_callback():
    kill = raising_handler()
    try: sorted([2, 1], key=lambda n: kill() or n)
    except Fault as e: print("caught", e)
def in_signal_handler_in_del():
    kill = raising_handler()
    class Killing:
        def __del__(self): kill(); print("never")
    Killing(); print("goes on")
def in_signal_handler_in_task():
    kill = raising_handler()
    async def main(): kill(); print("never")
    try: asyncio.run(main())
    except Fault as e: print("caught", e)
def in_signal_handler_while_joining():
    kill = raising_handler()
    t = threading.Thread(target=kill); t.start()
    try: t.join(); [None for _ in range(10)]; print("late")
    except Fault as e: print("caught", e)
def in_signal_handler_at_exit(): atexit.register(raising_handler())
def uncaught_in_signal_handler(): raising_handler()()
def in_excepthook(): sys.excepthook = fail; 1 / 0
def in_unraisablehook(): sys.unraisablehook = fail; Deleted(); print("goes on")
def in_thread(): t = threading.Thread(target=fail, name="T"); t.start(); t.join(); print("goes on")
def in_bare_thread():
    done = _thread.allocate_lock(); done.acquire()
    def work():
        try: fail()
        finally: done.release()
    _thread.start_new_thread(work, ()); done.acquire()
    while _thread._count(): threading.Event().wait(0.01)
    print("goes on")
def in_thread_excepthook():
    threading.excepthook = fail
    t = threading.Thread(target=fail, name="T"); t.start(); t.join(); print("goes on")
def in_thread_leaving():
    done = []
    def work():
        try: _thread.exit()
        finally: done.append("finally")
    t = threading.Thread(target=work); t.start(); t.join(); print(done)
def in_daemon_at_exit():
    def work():
        try: threading.Event().wait()
        finally: print("never")
    threading.Thread(target=work, daemon=True).start()
def in_thread_local():
    local = threading.local()
    def work(): local.kept = Deleted()
    t = threading.Thread(target=work); t.start(); t.join(); print("goes on")
def interrupted_main():
    _thread.interrupt_main()
    for _ in range(100): pass
def in_showwarning():
    warnings.showwarning = fail
    try: warnings.warn("text")
    except Fault as e: print("caught", e)
def in_audit_hook():
    sys.addaudithook(lambda event, _: fail() if event == "mine" else None)
    try: sys.audit("mine")
    except Fault as e: print("caught", e)
def in_displayhook(): sys.displayhook = fail; exec(compile("1", "<text>", "single"))
def in_stdout(): 
    class Out:
        def write(self, text): fail()
        def flush(self): pass
    sys.stdout = Out()
    try: print("x")
    except Fault as e: sys.__stdout__.write(f"caught {e}\n")
def in_flush_at_exit():
    class Out:
        def write(self, text): pass
        def flush(self): fail()
    sys.stdout = Out()
def in_module_attribute():
    import types
    class Odd(types.ModuleType): __getattr__ = fail
    sys.modules["odd"] = Odd("odd")
    try: from odd import anything
    except Fault as e: print("caught", e)
for place in [value for value in list(globals().values()) if getattr(value, "__code__", None) and value not in (fail, generator, coroutine, asynchronous_generator, raising_handler)]:
    print("---", place.__name__, flush=True)
    print("---", place.__name__, file=sys.stderr, flush=True)
    pid = os.fork()
    if not pid:
        place()
        sys.exit(50)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)

# --- endless_recursion_in_odd_places [process posix]
import asyncio, atexit, copy, functools, gc, json, os, pickle, signal, sys, threading, weakref
def endless(*_): return endless(*_)
class Odd:
    def __eq__(self, other): return self == other
    def __hash__(self): return hash(self)
    def __getattr__(self, name): return getattr(self, name + "x")
    def __getitem__(self, key): return self[key]
    def __call__(self): return self()
    def __add__(self, other): return self + other
    def __contains__(self, x): return x in self
    def __iter__(self): return iter(self)
    def __bool__(self): return not self
    def __repr__(self): return f"{self!r}"
    def __format__(self, spec): return f"{self:{spec}}"
    def __enter__(self):
        with self: pass
    def __exit__(self, *_): return self.__exit__()
    prop = property(lambda self: self.prop)
class Deleted:
    def __del__(self): endless()
class Breeding:
    def __del__(self): Breeding()
def attempt(function):
    try: function()
    except RecursionError as e: print("RecursionError", str(e).startswith("maximum recursion depth exceeded"))
def generator():
    yield from generator()
def generator_next():
    for n in generator_next(): yield n
async def coroutine(): await coroutine()
async def agenerator():
    async for _ in agenerator(): yield 1
def in_function(): attempt(endless)
def in_lambda(): f = lambda: f(); attempt(f)
def in_method(): attempt(Odd().__call__)
def in_equality(): attempt(lambda: Odd() == Odd())
def in_hash(): attempt(lambda: hash(Odd()))
def in_getattr(): attempt(lambda: Odd().missing)
def in_getitem(): attempt(lambda: Odd()[0])
def in_call(): attempt(lambda: Odd()())
def in_add(): attempt(lambda: Odd() + 1)
def in_contains(): attempt(lambda: 1 in Odd())
def in_iter(): attempt(lambda: iter(Odd()))
def in_bool(): attempt(lambda: bool(Odd()))
def in_repr(): attempt(lambda: repr(Odd()))
def in_format(): attempt(lambda: f"{Odd():1}")
def in_with(): attempt(lambda: Odd().__enter__())
def in_property(): attempt(lambda: Odd().prop)
def in_generator(): attempt(lambda: list(generator()))
def in_generator_loop(): attempt(lambda: list(generator_next()))
def in_coroutine(): attempt(lambda: asyncio.run(coroutine()))
def in_async_generator():
    async def main(): [n async for n in agenerator()]
    attempt(lambda: asyncio.run(main()))
def in_comprehension():
    def f(): return [f() for _ in (1,)]
    attempt(f)
def in_class_body():
    def f():
        class C: f()
    attempt(f)
def in_decorated():
    @functools.lru_cache
    def f(n): return f(n + 1)
    attempt(lambda: f(0))
def in_sort_key():
    def f(*_): return sorted([1], key=f)
    attempt(f)
def in_map():
    def f(*_): return list(map(f, (1,)))
    attempt(f)
def in_exec():
    def f(): exec("f()", {"f": f})
    attempt(f)
def in_except():
    def f():
        try: f()
        except ValueError: pass
    attempt(f)
def in_json():
    class E(json.JSONEncoder):
        def default(self, o): return [o]
    try: E(check_circular=False).encode(object())
    except RecursionError: print("RecursionError")
def in_deepcopy():
    class C:
        def __deepcopy__(self, memo): return copy.deepcopy(C())
    attempt(lambda: copy.deepcopy(C()))
def in_pickle():
    top = None
    for _ in range(100000): top = [top]
    try: pickle._dumps(top)
    except RecursionError: print("RecursionError")
    del top; print("freed")
def in_thread():
    def work():
        try: endless()
        except RecursionError: found.append("RecursionError")
    found = []; t = threading.Thread(target=work); t.start(); t.join(); print(found)
def in_del(): sys.unraisablehook = lambda about: print(about.exc_type, about.object.__qualname__); Deleted(); print("goes on")
def in_weakref_callback():
    sys.unraisablehook = lambda about: print(about.exc_type); o = Deleted.__new__(type("C", (), {})); w = weakref.ref(o, endless); del o; print("goes on")
def in_signal_handler():
    signal.signal(signal.SIGUSR1, endless); attempt(lambda: os.kill(os.getpid(), signal.SIGUSR1) or [None for _ in range(3)])
def in_signal_at_the_limit():
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1)); seen = []
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    rounds = 0
    while rounds < 20 or not seen: attempt_quietly(endless); rounds += 1
    signal.setitimer(signal.ITIMER_REAL, 0); print("seen")
def attempt_quietly(f):
    try: f()
    except RecursionError: pass
def at_exit(): atexit.register(attempt, endless)
def in_excepthook(): sys.excepthook = lambda *_: attempt(endless); 1 / 0
def deep_then_shallow():
    def down(n): return n and down(n - 1)
    attempt(endless); print(down(500)); attempt(endless); print(down(500))
def freed_deep_chain():
    class Node: pass
    top = None
    for _ in range(200000): node = Node(); node.next = top; top = node
    del top, node; print("freed")
def freed_deep_generators():
    def g(inner): yield; yield from inner
    top = iter(())
    for _ in range(2000): top = g(top); next(top)
    del top; print("freed")
def freed_deep_tracebacks():
    def f(n):
        try: raise ValueError(n)
        except ValueError as e: kept.append(e); n and f(n - 1)
    kept = []; f(300); kept.clear(); gc.collect(); print("freed")
for place in [value for value in list(globals().values()) if getattr(value, "__code__", None) and value.__name__ not in "endless attempt attempt_quietly generator generator_next coroutine agenerator".split()]:
    print("---", place.__name__, flush=True)
    pid = os.fork()
    if not pid:
        place()
        sys.exit(50)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
