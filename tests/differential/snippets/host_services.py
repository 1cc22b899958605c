# --- top_level_await
import ast, types, inspect
code = compile("import asyncio\nawait asyncio.sleep(0)\nx = [i async for i in ag()]\nx", "<top>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def ag():
    yield 1; yield 2
ns = {"ag": ag}
c = eval(code, ns)
print(type(c).__name__)
import asyncio
async def main(): return await c
asyncio.run(main()); print(ns["x"])
e = compile("await ag2()", "<e>", "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def ag2(): return 5
async def m2(): return await eval(e, {"ag2": ag2})
print(asyncio.run(m2()))

# --- aliased_eval_and_locals
import functools, operator, builtins
x = "global"
def f():
    x = "local"
    return list(map(eval, ["x"])), functools.partial(eval, "x")(), getattr(builtins, "ev" + "al")("x"), [*map(lambda g: sorted(g()), [locals])], operator.call(eval, "x") if hasattr(operator, "call") else "local"
print(f())
def g():
    e = exec
    e("print(sorted(locals()))")
    d = dir; v = vars; l = locals; gl = globals
    return sorted(d()), sorted(v()), sorted(l()), gl() is globals()
print(g())
class C:
    a = 1
    print(sorted(k for k in map(str, dir()) if k[0] != "_"), sorted(k for k in functools.partial(vars)() if k[0] != "_"))

# --- mocks
from unittest import mock
def reader(): 
    with open("nothing.txt") as f: return f.read()
with mock.patch("builtins.open", mock.mock_open(read_data="mocked")): print(reader())
with mock.patch("builtins.print") as p:
    print("hidden")
print(p.call_args)
class K:
    def m(self, x): return x
with mock.patch.object(K, "m", autospec=True, side_effect=lambda self, x: x * 2) as m: print(K().m(4), m.call_count)
k = mock.Mock(spec=K); k.m.return_value = 3
print(k.m(1), k.m.called)
try: k.nope
except AttributeError as e: print(e)
with mock.patch.dict("os.environ", {"A": "1"}):
    import os; print(os.environ["A"])
@mock.patch("time.sleep")
def t(s): import time; time.sleep(100); return s.call_args
print(t())
m = mock.MagicMock(); m.__len__.return_value = 5; m.__getitem__.side_effect = lambda i: i * 2
print(len(m), m[4], bool(m), m + 1 is not None)
a = mock.create_autospec(reader)
try: a(1)
except TypeError as e: print(e)

# --- breakpoint_hook
import sys
sys.breakpointhook = lambda *a, **k: print("break", a, k, sys._getframe(1).f_lineno)
breakpoint(); breakpoint(1, x=2)
def f():
    y = 3
    breakpoint()
f()

# --- copying_generators
import copy, pickle
def g(): yield 1
for bad in (g(), (x for x in []), lambda: 1):
    for act in (copy.copy, pickle.dumps):
        try: act(bad); print("ok")
        except Exception as e: print(type(e).__name__, str(e).split(" at ")[0][:60])

# --- origin_tracking_and_asyncgen_hooks
import sys
sys.set_coroutine_origin_tracking_depth(2)
async def c(): pass
def make(): return c()
x = make()
print([(l, n) for f, l, n in x.cr_origin]); x.close()
sys.set_coroutine_origin_tracking_depth(0)
log = []
def first(g): log.append(("first", g.__name__))
def fin(g): log.append(("final", g.__name__))
old = sys.get_asyncgen_hooks(); sys.set_asyncgen_hooks(first, fin)
async def ag():
    yield 1
    yield 2
it = ag()
try: it.__anext__().send(None)
except StopIteration: pass
del it
sys.set_asyncgen_hooks(*old); print(log)

# --- rendered_documentation
import pydoc
def documented(a, b: int = 2, *c, d=None, **e) -> str:
    """First line.

    More text."""
class K:
    """A class."""
    attr = 1
    def m(self, x): "Method doc."
    @property
    def p(self): "Prop doc."
    @classmethod
    def c(cls): "Class doc."
print(pydoc.plain(pydoc.render_doc(documented))); print(pydoc.plain(pydoc.render_doc(K)))

# --- context_and_generators
import contextvars
v = contextvars.ContextVar("v", default=0)
def g():
    while True:
        v.set(v.get() + 1)
        yield v.get()
it = g()
ctx = contextvars.copy_context()
print(next(it), ctx.run(next, it), next(it), ctx[v] if v in ctx else None, v.get())

# --- collector_at_every_allocation [process]
import gc
gc.set_threshold(1, 1, 1)
class N:
    n = 0
    def __init__(self): self.me = self; N.n += 1
    def __del__(self):
        N.n -= 1
        try: {}["x"]
        except KeyError: pass
        [i for i in range(3)]
def work(k):
    total = 0
    for i in range(k):
        N()
        try:
            if i % 3 == 0: raise ValueError(i)
            total += sum(x for x in range(i % 5))
        except ValueError as e: total += e.args[0]
        finally: total += 1
    return total
print(work(200)); gc.set_threshold(700, 10, 10); gc.collect(); print(N.n)

# --- threads_switching_quickly [process]
import sys, threading
sys.setswitchinterval(1e-6)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def work(out, i):
    try:
        for k in range(3):
            out.append((i, fib(9 + k), sum(x * x for x in range(50)), [f"{j}" for j in range(3)]))
            try: raise KeyError(i)
            except KeyError as e: assert e.args == (i,)
    except BaseException as e: out.append(repr(e))
outs = [[] for _ in range(6)]
ts = [threading.Thread(target=work, args=(o, i)) for i, o in enumerate(outs)]
[t.start() for t in ts]; [t.join() for t in ts]
sys.setswitchinterval(0.005)
for o in outs: print(o)

# --- interrupted_by_timer [process posix]
import signal, time
class Alarm(Exception): pass
def handler(n, f): raise Alarm
signal.signal(signal.SIGALRM, handler)
caught = fin = entered = left = 0
class CM:
    def __enter__(self):
        global entered
        entered += 1
    def __exit__(self, *e):
        global left
        left += 1
def spin():
    n = 0
    while True:
        n += 1
        [x for x in range(3)]
        str(n)
for i in range(30):
    try:
        try: signal.setitimer(signal.ITIMER_REAL, 0.002); spin()
        finally: fin += 1
    except Alarm: caught += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(caught, fin)

# --- memory_errors
for bad in (lambda: [0] * 10**15, lambda: bytes(1 << 62), lambda: "x" * (1 << 62), lambda: [0] * (1 << 63)):
    try: bad(); print("?")
    except (MemoryError, OverflowError) as e: print(type(e).__name__, e)

# --- asynchronous_exception [process]
import ctypes, threading
ready = threading.Event(); out = []
def work():
    try:
        ready.set()
        while True: pass
    except SystemError as e: out.append("async exc")
    finally: out.append("finally")
t = threading.Thread(target=work); t.start(); ready.wait()
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(t.ident), ctypes.py_object(SystemError))
t.join(); print(out)

# --- callbacks_from_ctypes
import ctypes
CB = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
calls = []
def cmp(a, b): calls.append(1); return a[0] - b[0]
arr = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
ctypes.CDLL(None).qsort(arr, 5, ctypes.sizeof(ctypes.c_int), CB(cmp))
print(list(arr), len(calls) > 3)

# --- callbacks_from_sqlite
import sqlite3
db = sqlite3.connect(":memory:")
db.create_function("twice", 1, lambda x: x * 2)
class Agg:
    def __init__(self): self.t = 0
    def step(self, v): self.t += v
    def finalize(self): return self.t
db.create_aggregate("tot", 1, Agg)
db.execute("create table t(x)"); db.executemany("insert into t values (?)", ((i,) for i in range(5)))
print(db.execute("select twice(x) from t where x > 2").fetchall(), db.execute("select tot(x) from t").fetchone())
db.create_function("bad", 0, lambda: 1 / 0)
try: db.execute("select bad()").fetchone()
except sqlite3.OperationalError as e: print(e)
db.row_factory = lambda c, r: {d[0]: v for d, v in zip(c.description, r)}
print(db.execute("select 1 as a, 2 as b").fetchone())

# --- replaced_builtins_in_module [process]
__builtins__ = {"print": print, "len": lambda x: "mine", "__build_class__": __build_class__, "__name__": "b"}
print(len("abc"))
def f(): return len("q")
print(f())

# --- odd_modules
import types, sys
m = types.ModuleType("m"); exec("def f(): return g()\ndef g(): return __name__", m.__dict__)
print(m.f()); m.g = lambda: "patched"; print(m.f())
class Mod(types.ModuleType):
    def __getattribute__(self, n): return "intercepted" if n == "magic" else super().__getattribute__(n)
    def __call__(self, x): return x * 2
sys.modules["mm"] = Mod("mm")
import mm; from mm import magic
print(mm.magic, magic, mm(4))

# --- interrupted_empty_loop [process posix]
import signal
class Alarm(Exception): pass
def handler(n, f): raise Alarm
signal.signal(signal.SIGALRM, handler)
def spin():
    while True: pass
try: signal.setitimer(signal.ITIMER_REAL, 0.05); spin()
except Alarm: print("interrupted")
try:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while 1: continue
except Alarm: print("interrupted")
finally: print("finally")
