# --- order_of_events
class CM:
    def __init__(self, n, suppress=False): self.n, self.suppress = n, suppress
    def __enter__(self): print("enter", self.n); return self.n
    def __exit__(self, t, v, tb): print("exit", self.n, t and t.__name__, v, tb is not None); return self.suppress
with CM(1) as a, CM(2) as b:
    print("body", a, b)
with (CM(3) as c, CM(4)):
    print("body", c)
with CM(5, True):
    raise ValueError("suppressed")
print("after")
try:
    with CM(6, True), CM(7) as d:
        raise KeyError("k")
    print("outer suppressed")
    with CM(8):
        1 / 0
except ZeroDivisionError as error:
    print("caught", error)

# --- as_targets
class CM:
    def __enter__(self): return 1, [2, 3]
    def __exit__(self, *e): pass
class O: pass
o, d = O(), {}
with CM() as (a, [b, c]): print(a, b, c)
with CM() as o.x, CM() as d["k"], CM() as [p, *q]: print(o.x, d, p, q)

# --- control_flow_out
class CM:
    def __init__(self, n): self.n = n
    def __enter__(self): print("enter", self.n)
    def __exit__(self, *e): print("exit", self.n, e[0])
def f():
    with CM(1):
        with CM(2):
            return "returned"
print(f())
for i in range(3):
    with CM(i):
        if i == 0: continue
        break
def g():
    for i in range(2):
        with CM(i): yield i
print(list(g()))
def h():
    while True:
        with CM("h"):
            try: return 1
            finally: print("finally")
print(h())

# --- exception_in_enter
class CM:
    def __enter__(self): raise ValueError("enter")
    def __exit__(self, *e): print("never")
class Outer:
    def __enter__(self): pass
    def __exit__(self, t, v, tb): print("outer sees", t.__name__)
def f():
    with Outer(), CM():
        print("never")
f()

# --- exception_in_exit
class CM:
    def __enter__(self): pass
    def __exit__(self, t, v, tb): raise RuntimeError("exit")
def f(fail):
    with CM():
        if fail: raise ValueError("body")
try:
    f(False)
except RuntimeError as error:
    print(repr(error), repr(error.__context__))
f(True)

# --- exit_reraises_same
class CM:
    def __enter__(self): pass
    def __exit__(self, t, v, tb): raise v
def f():
    with CM():
        raise ValueError("same")
f()

# --- exit_return_values
class CM:
    def __init__(self, r): self.r = r
    def __enter__(self): pass
    def __exit__(self, *e): return self.r
for r in (1, "x", [0], 0, "", None, []):
    try:
        with CM(r): raise KeyError
        print(repr(r), "suppressed")
    except KeyError:
        print(repr(r), "not suppressed")
class B:
    def __bool__(self): raise TypeError("bool of exit result")
with CM(B()): print("not asked without exception")
with CM(B()): raise KeyError("original")

# --- missing_protocol
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *e): pass
class AsyncOnly:
    async def __aenter__(self): pass
    async def __aexit__(self, *e): pass
for c in (NoExit, NoEnter, object, AsyncOnly):
    try:
        with c(): pass
    except Exception as error:
        print(type(error).__name__, error)

# --- looked_up_on_type
class CM: pass
c = CM()
c.__enter__ = lambda: print("never")
c.__exit__ = lambda *e: print("never")
try:
    with c: pass
except TypeError as error:
    print(error)
class D:
    def __getattribute__(self, n): print("never", n); return object.__getattribute__(self, n)
    def __enter__(self): print("enter")
    def __exit__(self, *e): print("exit")
with D(): pass

# --- exit_looked_up_before_enter
class Meta(type): pass
class CM:
    def __enter__(self): del CM.__exit__; print("enter")
    def __exit__(self, *e): print("exit still called")
with CM(): pass

# --- contextlib_tools
from contextlib import contextmanager, suppress, ExitStack, closing, nullcontext, redirect_stdout
import io
@contextmanager
def cm(n):
    print("setup", n)
    try:
        yield n
    except ValueError as error:
        print("handled", error)
    finally:
        print("teardown", n)
with cm(1) as x: print(x)
with cm(2): raise ValueError("v")
with suppress(KeyError, IndexError): [][1]
with ExitStack() as stack:
    for i in range(3): stack.enter_context(cm(i))
    stack.callback(print, "callback")
with closing(io.StringIO("abc")) as f: print(f.read())
print(f.closed)
with nullcontext(5) as n: print(n)
buffer = io.StringIO()
with redirect_stdout(buffer): print("hidden")
print(repr(buffer.getvalue()))
try:
    with cm(9): raise KeyError("through")
except KeyError as error:
    print("caught", error)

# --- contextmanager_errors
from contextlib import contextmanager
@contextmanager
def never():
    if False: yield
@contextmanager
def twice():
    yield 1
    yield 2
@contextmanager
def swallow():
    try: yield
    except Exception: pass
@contextmanager
def replace():
    try: yield
    except Exception as e: raise RuntimeError("replaced") from e
for c in (never, twice):
    try:
        with c(): pass
    except RuntimeError as error:
        print(error)
with swallow(): raise ValueError
try:
    with replace(): raise ValueError("first")
except RuntimeError as error:
    print(error, repr(error.__cause__))
with swallow():
    raise StopIteration("stop")
print("end")

# --- traceback_lines_of_with
class CM:
    def __enter__(self): return self
    def __exit__(self, *e): return False
def f():
    with CM() as a, \
         CM() as b:
        x = 1
        raise ValueError(
            "here")
f()

# --- traceback_when_manager_expression_fails [posix]
def make(n): return {}[n]
def f():
    with open("/dev/null") as a, make(
            "b") as c:
        pass
f()

# --- sys_exc_info_inside_exit
import sys
class CM:
    def __enter__(self): print(sys.exc_info()[0])
    def __exit__(self, t, v, tb): print(sys.exc_info()[1] is v); return True
with CM(): raise ValueError
print(sys.exc_info())
try:
    raise KeyError
except KeyError:
    with CM(): pass
    with CM(): raise ValueError
    print(sys.exc_info()[0])

# --- generator_close_runs_exit
class CM:
    def __enter__(self): print("enter")
    def __exit__(self, t, v, tb): print("exit", t and t.__name__)
def g():
    with CM():
        yield 1
        yield 2
it = g()
next(it)
it.close()
it = g()
next(it)
del it
print("end")

# --- with_in_loop_many_times
class CM:
    depth = 0
    def __enter__(self): CM.depth += 1; return self
    def __exit__(self, t, v, tb): CM.depth -= 1; return t is ValueError
n = 0
for i in range(200):
    with CM(), CM() as c:
        if i % 3 == 0: raise ValueError
        if i % 3 == 1: continue
        n += c.depth
print(n, CM.depth)

# --- twenty_managers
class CM:
    def __init__(self, n): self.n = n
    def __enter__(self): return self.n
    def __exit__(self, *e): out.append(self.n)
out = []
source = "with " + ", ".join(f"CM({i}) as v{i}" for i in range(18)) + ":\n total = " + " + ".join(f"v{i}" for i in range(18))
exec(source)
print(total, out)
