# --- GET_LEN
def f(x):
    match x:
        case [a, b]: return "two", a, b
        case [a, *rest]: return "more", a, rest
        case []: return "none"
        case {"k": v, **rest}: return "map", v, rest
class L(list):
    def __len__(self): raise KeyError("len")
for x in ([1, 2], (1,), [], range(4), "ab", {"k": 1, "l": 2}, {}, L()): attempt(f, x)

# --- MATCH_MAPPING
import collections
def f(x):
    match x:
        case {}: return "mapping"
        case _: return "other"
for x in ({}, {1: 2}, [], 5, collections.UserDict(), collections.OrderedDict(), None): attempt(f, x)

# --- MATCH_SEQUENCE
import collections, array
def f(x):
    match x:
        case [*_]: return "sequence"
        case _: return "other"
for x in ([], (), "s", b"b", range(2), {}, collections.deque(), array.array("i"), memoryview(b"a"), 5, {1}): attempt(f, x)

# --- MATCH_KEYS
import collections
def f(x):
    match x:
        case {"a": 1, "b": b}: return "ab", b
        case {"a": a}: return "a", a
        case {"b": _, **rest}: return "rest", rest
class M(dict):
    def get(self, key, default): raise KeyError("get")
class D(dict):
    def __missing__(self, key): return 1
for x in ({"a": 1, "b": 2}, {"a": 2, "b": 2}, {"b": 3, "c": 4}, {}, M(a=1), D(), collections.defaultdict(int)): attempt(f, x)
class K:
    a = b = "same"
def g(x):
    match x:
        case {K.a: 1, K.b: 2}: return "both"
attempt(g, {"same": 1})

# --- MATCH_CLASS
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Bad:
    __match_args__ = ["x"]
class Odd:
    __match_args__ = (1,)
class Raising:
    __match_args__ = ("x",)
    @property
    def x(self): raise KeyError("x")
class Missing:
    __match_args__ = ("x",)
class Meta(type):
    def __instancecheck__(cls, o): return o == 7
class Checked(metaclass=Meta): pass
def f(o):
    match o:
        case P(1, y): return "one", y
        case P(x, y=2): return "two", x
        case P(): return "P"
        case int(n) if n > 100: return "int", n
        case str(): return "str"
        case Checked(): return "checked"
        case Bad(x): return "bad"
        case Odd(x): return "odd"
        case Raising(x): return "raising"
        case Missing(x): return "missing"
        case dict(d) | list(d): return d
for o in (P(1, 5), P(3, 2), P(3, 3), 500, "s", 7, Bad(), Odd(), Raising(), Missing(), {}, [1], None): attempt(f, o)
def g(o, kind):
    match o:
        case kind(1, 2, 3): return "no class"
attempt(g, 1, 5)
attempt(g, P(1, 2), P)
attempt(g, 1, int)
def h(o):
    match o:
        case P(a, x=b): return a, b
attempt(h, P(1, 2))
