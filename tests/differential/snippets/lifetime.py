# --- freed_at_once
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
a = T("deleted name"); print(1); del a; print(2)
b = T("reassigned"); b = None; print(3)
T("temporary"); print(4)
[T("in list"), T("in list 2")]; print(5)
def f():
    local = T("local")
    print("in f")
f(); print(6)
def g(x): return x.n
print(g(T("argument"))); print(7)
d = {"k": T("dict value")}; d["k"] = 1; print(8)
l = [T("list item")]; l.pop(); print(9)
c = T("attribute"); c.other = T("inner"); del c.other; print(10); del c

# --- exception_exit
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def f():
    x = T("x")
    raise ValueError
try: f()
except ValueError: print("handling")
print("handled")
try: f()
except ValueError as e: print("named"); tb = e.__traceback__
print("traceback kept")
del tb
print("traceback gone")

# --- operand_stack_temporaries
class T:
    def __init__(self, n): self.n = n
    def __add__(self, o): return T(self.n + o.n)
    def __del__(self): print("del", self.n)
    def m(self): return self
print((T(1) + T(2) + T(4)).n)
print("next")
T(10).m().m()
print("calls done")
def f(*a, **k): print("called")
f(T(20), T(21), k=T(22))
print("args gone")
[T(30).n, T(31).n]
x = T(40) if T(41).n else T(42)
x = None
T(50).n < T(51).n < T(52).n
print("end")

# --- loop_variables
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
for t in (T(i) for i in range(3)): print("loop", t.n)
print("after loop")
del t
for t in [T(10), T(11)]: break
print("broke"); del t
[t.n for t in (T(20), T(21))]
print("comprehension done")
while (w := T(30)).n < 0: pass
del w
print("end")

# --- generator_and_closure
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def g():
    a = T("a"); yield 1
    del a; b = T("b"); yield 2
    b = None; yield 3
for x in g(): print(x)
it = g(); next(it); del it; print("generator dropped")
def outer():
    x = T("cell")
    def inner(): nonlocal x; x = T("new cell")
    inner(); print("replaced"); return inner
i = outer(); print("outer done"); del i; print("end")

# --- weakref_callbacks
import weakref
class T: pass
t = T()
r = weakref.ref(t, lambda r: print("callback", r() is None))
p = weakref.proxy(t); t.x = 5; print(p.x, r() is t)
del t
print("after")
try: p.x
except ReferenceError as e: print(e)
weakref.finalize(o := T(), print, "finalized", 1)
del o
d = weakref.WeakValueDictionary(); t = d["k"] = T(); print(len(d)); del t; print(len(d))
def f():
    t = T(); return weakref.ref(t)
print(f()() is None)

# --- cycles_and_gc
import gc, weakref
class N:
    def __del__(self): print("collected")
def make():
    a, b = N(), N()
    a.o, b.o = b, a
    return weakref.ref(a)
gc.disable()
r = make()
print(r() is not None)
print(gc.collect() >= 2, r() is None)
gc.enable()

# --- raising_del
import sys
class T:
    def __del__(self): raise ValueError("in del")
hooked = []
old, sys.unraisablehook = sys.unraisablehook, lambda u: hooked.append((type(u.exc_value).__name__, str(u.exc_value), u.object.__qualname__))
t = T(); del t
def f():
    t = T()
    return "returned anyway"
print(f(), hooked)
sys.unraisablehook = old

# --- raising_del_default_output
class T:
    def __del__(self):
        x = 1
        self.missing.attribute
t = T()
del t
print("goes on")

# --- resurrection
class T:
    def __del__(self): saved.append(self); print("saved")
saved = []
t = T(); del t
print(len(saved)); saved.clear(); print("gone for good")

# --- with_and_try_values
class T:
    def __init__(self, n): self.n = n
    def __enter__(self): return self
    def __exit__(self, *e): print("exit", self.n)
    def __del__(self): print("del", self.n)
with T("with"): print("body")
print("after with")
with T("as") as t: pass
print("still alive"); del t
try: raise KeyError(T("in exception"))
except KeyError: print("in handler")
print("after handler")
def f():
    try: return T("returned")
    finally: print("finally")
f(); print("end")

# --- swap_and_unpack
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
a, b = T("a"), T("b")
a, b = b, a; print("swapped", a.n, b.n)
a, b = 1, 2; print("both gone")
x, *y = T(1), T(2), T(3); print("unpacked"); del y; print("rest gone"); x = None
print("end")

# --- unpack_failure [3.12+]
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
try: p, q = T("p"), T("q"), T("r")
except ValueError: print("too many")
print("end")

# --- default_and_class_lifetime
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def f(x=T("default")): pass
del f; print("function deleted")
class C: attr = T("class attribute")
c = C(); del C; print("class alive through instance"); del c
import gc; gc.collect(); print("class collected")

# --- refcount_is_plausible
import sys
class T: pass
def f(x): return sys.getrefcount(x)
t = T()
base = sys.getrefcount(t)
l = [t] * 5
print(sys.getrefcount(t) - base)
def g():
    a = T(); b = a; c = [b]
    before = sys.getrefcount(a)
    del b, c
    return before - sys.getrefcount(a)
print(g())

# --- recursion_frees_everything
class T:
    alive = 0
    def __init__(self): T.alive += 1
    def __del__(self): T.alive -= 1
def f(n):
    t = T()
    if n == 0: raise ValueError
    f(n - 1)
try: f(50)
except ValueError: pass
print(T.alive)
def g(n):
    t = T()
    return g(n - 1) if n else T.alive
print(g(50), T.alive)

# --- asyncio_task_values
import asyncio
class T:
    def __del__(self): print("freed")
async def f():
    t = T()
    await asyncio.sleep(0)
    return 1
async def main():
    await f(); print("awaited")
    task = asyncio.create_task(f()); await task; print("task done")
asyncio.run(main())
print("end")

# --- finalized_before_the_next_instruction
class Named: state = None
class Setter:
    def __del__(self): set_state()
def set_state(): named.state = "set"
for _ in range(3):
    named = Named()
    dying = Setter()
    del dying
    now = named.state
    print(now)

# --- stack_of_finalizers
import sys
class D:
    def __init__(self, name): self.name = name
    def __del__(self):
        frame, found = sys._getframe(1), []
        while frame is not None and frame.f_code.co_name in ("f", "C", "g"): found.append((frame.f_code.co_name, frame.f_lineno)); frame = frame.f_back
        print(self.name, found, sys._getframe(1).f_lineno is None)
def f():
    global X
    X = D("global overwritten")
    X = 1
    X = D("global deleted")
    del X
    d = {"k": D("deleted from dict")}
    del d["k"]
    l = [D("deleted from list")]
    del l[0]
    a = D("local deleted")
    del a
    D("attribute").name
    D("attribute once more").name
    for name in "ab": D(name).name
def g():
    class C:
        k = D("in class overwritten")
        k = 1
        k = D("in class deleted")
        del k
for _ in range(2): f(); g()
try: del never
except NameError as e: print(e)
def h():
    global never
    try: del never
    except NameError as e: print(e)
h()

# --- callers_of_finalizers
import sys
class D:
    def __init__(self, name): self.name = name
    def __del__(self): print(self.name, sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno)
    def __bool__(self): return True
    def __add__(self, other): return 1
    def __lt__(self, other): return 1
    def __neg__(self): return 1
    def __getitem__(self, i): return i
    def __setitem__(self, i, v): pass
    def __delitem__(self, i): pass
    def __contains__(self, i): return False
    def __iter__(self): return iter("ab")
    def __enter__(self): return 1
    def __exit__(self, *a): pass
    def __call__(self, *a, **k): return 1
    def method(self): return 1
def one(a): return 1
def gen(a): yield 1
def f():
    len([D("item of an argument")])
    [D("item of an operand"), 1] == 1
    D("add") + 1
    if not D("truth"): pass
    D("lt") < 1
    -D("neg")
    D("getitem")[0]
    D("setitem")[0] = 1
    del D("delitem")[0]
    1 in D("contains")
    for x in D("iter"): pass
    with D("with"): pass
    f"{D('format')!r:.0}"
    D("method").method()
    D("called")(1, a=2)
    one(D("argument"))
    one(a=D("keyword"))
    list(gen(D("generator")))
    next(gen(D("suspended generator")))
    isinstance(D("of a builtin"), int)
    try: raise ValueError(D("exception"))
    except ValueError: pass
    try: D("no attribute").nothing
    except AttributeError: pass
for _ in range(2): f()
def hot(n):
    for i in range(n): D(i).name; D(i) + 1; one(D(i)); D(i).method()
hot(120)

# --- coroutines_never_awaited [process]
async def c(n): pass
z = c(1)
del z
def f():
    global y
    y = c(2)
    del y
    l = [c(3)]
    del l[0]
    d = {"k": c(4)}
    del d["k"]
f()
class K:
    x = c(5)
    del x
    x = c(6)
    x = 1
v = c(7)
v = None
w = c(8)
w = c(9)
del w

# --- copies_of_code_that_is_gone
import gc, types
def copied(source):
    names = {}
    exec(source, names)
    f = types.FunctionType(names["f"].__code__.replace(co_name="g"), globals())
    names.clear()
    gc.collect()
    return f
f = copied("def f(x):\n  for i in range(3): x += i\n  return x")
print(f(1), f(2), f.__name__)
f = copied("def f(x):\n  for i in range(3): yield x + i")
i = f(1)
print(next(i), list(f(2)))
j = f(10)
print(next(j))
del f
gc.collect()
print(list(i), list(j))
@types.coroutine
def suspend(v): return (yield v)
async def ignoring():
    try: await suspend(1)
    except GeneratorExit: await suspend(2)
c = ignoring()
print(c.send(None))
del suspend
gc.collect()
try: c.close()
except (RuntimeError, NameError) as e: print(e)

# --- coroutine_that_ignores_its_end [process]
import types
@types.coroutine
def suspend(v): return (yield v)
async def ignoring():
    try: await suspend(1)
    except GeneratorExit: await suspend(2)
c = ignoring()
c.send(None)
try: c.close()
except RuntimeError as e: print(e)
async def early(): pass
d = early()
d.throw(ValueError("before it starts"))
