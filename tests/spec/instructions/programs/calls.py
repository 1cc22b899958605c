# --- CALL
class A:
    def __call__(self, *a): return ("called", a)
    def m(self, x): return x
class B:
    def __new__(cls, *a): return a
def f(g, *a): return g(1, *a) if a else g(1)
print(f(str), f(A()), f(A().m), f(B), f(lambda x: -x))
print((lambda: 1)(), A.m(A(), 2), [].append(1), "a".join(["1", "2"]), type("N", (), {}).__name__)
def two(a, b): return a, b
def g(): return two(1)
def h(): return two(1, 2, 3)
for call in (g, h, lambda: 5(), lambda: "s".upper(1), lambda: len(), lambda: A().nothing(), lambda: print.x()): attempt(call)

# --- CALL_KW
def f(a, b=2, *, c=3): return a, b, c
class A:
    def m(self, x, y=0): return x, y
print(f(1, c=4), f(a=1, b=3), A().m(x=1), A().m(2, y=3), dict(a=1), sorted([2, 1], reverse=True), int("ff", base=16))
attempt(lambda: f(1, a=2))
attempt(lambda: f(d=1))
attempt(lambda: A().m(z=1))
attempt(lambda: len(obj=[]))
attempt(lambda: (5)(x=1))

# --- CALL_EX
def f(*a, **k): return a, k
class A:
    def m(self, *a, **k): return a, k
print(f(*[1]), f(*"ab", 3), f(*(), **{}), f(1, *[2], x=3, **{"y": 4}), A().m(*[1], **{"z": 1}), f(*range(3)))
class M:
    def keys(self): return ["k"]
    def __getitem__(self, k): return 9
print(f(**M()), f(1, **M()))
for call in (lambda: f(*5), lambda: f(**5), lambda: f(**{1: 2}), lambda: 5(*[1]), lambda: len(*[1, 2]), lambda: f(1, *None), lambda: f(x=1, **{"x": 2})): attempt(call)
def gen():
    yield 1
    raise KeyError("gen")
attempt(lambda: f(*gen()))

# --- MAKE_FUNCTION
def outer(x):
    def f(a, b=x, *, c=x + 1, d: "ann" = 4) -> int:
        "doc"
        return a, b, c, d, x
    return f
f = outer(1)
print(f(0), f.__defaults__, f.__kwdefaults__, f.__annotations__, f.__doc__, f.__qualname__, f.__name__, f.__module__)
print(len(f.__closure__), f.__closure__[0].cell_contents)
print((lambda *, k=1: k)(), [g() for g in [lambda i=i: i for i in range(3)]])
def g(x: int, y: "str" = 1): return x
print(g.__annotations__, g.__defaults__)
def h(c):
    def f(a: c = 1, *, k=2) -> c: return c, a, k
    return f
print(h(int)(), h(str).__annotations__, h(int).__kwdefaults__)

# --- LOAD_BUILD_CLASS
class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **k): print("prepare", name, k); return {"p": 1}
    def __new__(mcls, name, bases, ns, **k): return super().__new__(mcls, name, bases, ns)
    def __init__(cls, name, bases, ns, **k): print(sorted(n for n in ns if n[0] != "_"))
class A(metaclass=Meta, option=1):
    x = 1
    def f(self): return __class__
class B(A):
    def __init_subclass__(cls, **k): print("subclass", k)
class C(B, option=2): pass
print(A().f() is A, C.p)
def f(base):
    class D(base): pass
    return D
attempt(f, 5)
def g():
    class E: raise KeyError("body")
attempt(g)

# --- IMPORT_NAME
import string
import os.path as p, collections.abc
print(string.digits, p.sep, collections.abc.Mapping.__name__)
def f():
    import nothing_of_that_name
attempt(f)
def g():
    import string.nothing
attempt(g)
def h():
    from . import x
attempt(h)
import builtins
saved = builtins.__import__
builtins.__import__ = lambda name, globals, locals, fromlist, level: (name, fromlist, level)
try:
    import anything.at.all
    print(anything)
finally:
    builtins.__import__ = saved

# --- IMPORT_FROM
from string import digits, ascii_letters as letters
from os import path
print(digits, letters[:3], path.__name__)
def f():
    from string import nothing_of_that_name
attempt(f)
import sys, types
sys.modules["made"] = module = types.ModuleType("made")
sys.modules["made.sub"] = "found in sys.modules"
def g():
    from made import sub
    return sub
attempt(g)
module.__getattr__ = lambda name: name.upper()
def h():
    from made import other
    return other
attempt(h)
del sys.modules["made"], sys.modules["made.sub"]

# --- IMPORT_STAR
import sys, types
sys.modules["made"] = module = types.ModuleType("made")
module.x, module._y, module.z = 1, 2, 3
from made import *
print(x, "_y" in globals(), z)
module.__all__ = ["_y"]
from made import *
print(_y)
for names in (["nothing"], [1], 5):
    module.__all__ = names
    try:
        exec("from made import *", {})
    except Exception as error:
        print(type(error).__name__, error)
del sys.modules["made"]

# --- DISPLAY [single]
1 + 1; None; "text"; [x for x in "ab"]

# --- TYPE_INTRINSIC_1 [3.12+]
def f[T, *Ts, **P](x: T): return T, Ts, P
print(f.__type_params__, f(1))
class A[T]: pass
print(A.__type_params__, A.__orig_bases__, A[int])
type Alias[T] = list[T]
print(Alias, Alias.__type_params__, Alias.__value__, Alias[int])

# --- TYPE_INTRINSIC_2 [3.12+]
def f[T: int, U: (str, bytes)](x: T): return x
print([(t.__bound__, t.__constraints__) for t in f.__type_params__])
def g[T: nothing_of_that_name](): pass
attempt(lambda: g.__type_params__[0].__bound__)
