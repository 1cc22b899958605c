# --- literals_and_or
def f(x):
    match x:
        case 0 | 1: return "small"
        case -1: return "minus one"
        case 1.5: return "float"
        case 2 + 3j: return "complex"
        case "a" | "b": return "letter"
        case b"x": return "bytes"
        case None: return "none"
        case True: return "true"
        case False: return "false"
        case _: return "other"
print([f(x) for x in (0, 1, -1, 1.5, 2 + 3j, "a", "c", b"x", None, True, False, 1.0, [])])

# --- sequences
def f(x):
    match x:
        case []: return "empty"
        case [a]: return "one", a
        case [1, b]: return "starts with 1", b
        case (a, b): return "two", a, b
        case [a, *rest, z] if a == z: return "same ends", rest
        case ["cmd", *args]: return "cmd", args
        case [*_, {"k": v}]: return "ends with dict", v
        case [[a, b], *_]: return "nested", a, b
        case _: return "no"
for x in ([], [5], [1, 2], (3, 4), [7, 8, 9, 7], ["cmd", 1, 2], [0, 0, {"k": "v"}], [[1, 2], 3, 4], "ab", b"ab", {1, 2}, range(2), bytearray(b"xy")):
    print(f(x))

# --- mappings
def f(x):
    match x:
        case {"type": "circle", "r": r}: return "circle", r
        case {"type": "rect", "size": [w, h], **rest}: return "rect", w, h, rest
        case {"a": {"b": {"c": deep}}}: return "deep", deep
        case {1: one, None: nothing}: return one, nothing
        case {"x": _, **others}: return others
        case {}: return "any mapping"
        case _: return "not a mapping"
for x in ({"type": "circle", "r": 2}, {"type": "rect", "size": (1, 2), "color": "red"}, {"a": {"b": {"c": 1}}}, {1: 2, None: 3}, {"x": 1, "y": 2}, {}, {"zzz": 0}, []):
    print(f(x))

# --- mapping_does_not_create
from collections import defaultdict, OrderedDict, ChainMap
d = defaultdict(list)
match d:
    case {"missing": x}: print("never")
    case _: print("no", dict(d))
match OrderedDict(a=1, b=2):
    case {"a": a, **rest}: print(a, rest, type(rest))
match ChainMap({"q": 1}):
    case {"q": q}: print(q)

# --- classes
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class P3(Point):
    __match_args__ = ("x", "y", "z")
    def __init__(self, x, y, z): super().__init__(x, y); self.z = z
def f(p):
    match p:
        case P3(a, b, c): return "3d", a, b, c
        case Point(0, 0): return "origin"
        case Point(x=0, y=y): return "on y", y
        case Point(x, y=y) if x == y: return "diagonal", x
        case Point(): return "some point"
        case int(n): return "int", n
        case str() as s: return "str", s
        case float(real=r): return "float", r
        case list([a, *_]): return "list", a
        case dict({"k": v}): return "dict", v
        case bool(): return "never: bool is int"
        case _: return "?"
for p in (Point(0, 0), Point(0, 5), Point(3, 3), Point(1, 2), P3(1, 2, 3), 5, True, "s", 2.5, [1, 2], {"k": 3}, None):
    print(f(p))

# --- class_pattern_errors
class NoArgs: pass
class BadArgs: __match_args__ = "xy"
class BadItem: __match_args__ = (1,)
class Few: __match_args__ = ("a",); a = 1
def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)
def a():
    match NoArgs():
        case NoArgs(1): pass
def b():
    match BadArgs():
        case BadArgs(1): pass
def c():
    match BadItem():
        case BadItem(1): pass
def d():
    match Few():
        case Few(1, 2): pass
def e():
    match Few():
        case Few(1, a=1): pass
def g():
    match 5:
        case int(1, 2): pass
def h():
    x = 5
    match 5:
        case x.y(): pass
def i():
    match 5:
        case print(): pass
for f in (a, b, c, d, e, g, h, i): attempt(f)

# --- value_patterns
import math
class K: A = 1; B = "b"
def f(x):
    match x:
        case K.A: return "A"
        case K.B: return "B"
        case math.pi: return "pi"
        case [K.A, K.B]: return "both"
        case {"k": K.A}: return "dict"
print(f(1), f("b"), f(math.pi), f([1, "b"]), f({"k": 1}), f(2))

# --- captures_and_wildcards
match [1, [2, 3]]:
    case [a, [b, c] as inner] as whole: print(a, b, c, inner, whole)
match 5:
    case x: print(x)
match (1, 2, 3):
    case _, second, _: print(second, "_" in globals())
match {"a": 1}:
    case {"a": 1 | 2 as n}: print(n)

# --- guards_order_and_side_effects
def g(tag, r): print("guard", tag); return r
match [1, 2]:
    case [x, y] if g("a", x > 5): print("never")
    case [x, y] if g("b", False): print("never")
    case [x, *y] if g("c", True): print("c", x, y)
    case _ if g("d", True): print("never")
print(x, y)

# --- partial_binding
x = y = "old"
match [1, 2, 3]:
    case [x, y, 4]: pass
print(x, y)
match (7, 8):
    case (x, y) if False: pass
print(x, y)

# --- no_match_falls_through
match 5:
    case 6: print("six")
print("after")
def f(x):
    match x:
        case int(): pass
print(f(1), f("a"))

# --- subject_forms
match 1, 2:
    case 1, y: print(y)
match *[1, 2], 3:
    case [*all_]: print(all_)
match (n := 5) + 1:
    case 6: print("six", n)
match lambda: 1:
    case f if callable(f): print(f())

# --- custom_equality_and_instancecheck
class E:
    def __eq__(self, other): print("eq", other); return other == 2
match E():
    case 1: print("one")
    case 2: print("two")
class M(type):
    def __instancecheck__(cls, x): print("check", x); return x == 3
class C(metaclass=M): pass
match 3:
    case C(): print("C")

# --- custom_sequence_and_mapping
from collections.abc import Sequence, Mapping
class S(Sequence):
    def __len__(self): print("len"); return 2
    def __getitem__(self, i): print("get", i); return [10, 20][i]
class D(Mapping):
    def __len__(self): return 1
    def __iter__(self): return iter(["k"])
    def __getitem__(self, k): print("getitem", k); return 5
    def get(self, k, default=None): print("get", k); return 5 if k == "k" else default
    def keys(self): print("keys"); return ["k"]
match S():
    case [a, b]: print(a, b)
match S():
    case [a, *rest]: print(a, rest)
match D():
    case {"z": z}: print("never")
    case {"k": v, **rest}: print(v, rest)

# --- attribute_access_errors
class A:
    __match_args__ = ("x",)
    @property
    def x(self): raise ValueError("no x")
class B:
    @property
    def x(self): raise AttributeError("hidden")
match B():
    case B(x=1): print("never")
    case _: print("attribute missing means no match")
def f(a):
    match a:
        case A(
            5): pass
f(A())

# --- duplicate_keys_at_run_time
class K: a = "k"; b = "k"
try:
    match {"k": 1, "z": 2}:
        case {K.a: 1, K.b: 2}: pass
except ValueError as error:
    print(error)

# --- in_loops_functions_and_classes
out = []
for item in [1, "a", [2], {"k": 3}, None]:
    match item:
        case None: break
        case int() | str(): continue
        case [x] | {"k": x}: out.append(x)
print(out)
class C:
    match 5:
        case five: doubled = five * 2
print(C.doubled, C.five)
def g():
    match 3:
        case n:
            return lambda: n
print(g()())

# --- dataclass_patterns
from dataclasses import dataclass
@dataclass
class Num: v: int
@dataclass
class Add: l: object; r: object
@dataclass
class Mul: l: object; r: object
def ev(e):
    match e:
        case Num(v): return v
        case Add(l, r): return ev(l) + ev(r)
        case Mul(Num(0), _) | Mul(_, Num(0)): return 0
        case Mul(l, r): return ev(l) * ev(r)
        case _: raise TypeError(f"what is {e}")
print(ev(Add(Num(2), Mul(Num(3), Add(Num(4), Num(5))))), ev(Mul(Num(0), "never looked at")))
ev(Add(Num(1), 5))

# --- soft_keywords
match = {"case": 1}
case = match["case"]
_ = 3
match[case] = _
print(match, case)
match (case):
    case 1: print("one")

# --- enum_and_nested_or
from enum import Enum
class Op(Enum): ADD = "+"; SUB = "-"
def f(x):
    match x:
        case (Op.ADD | Op.SUB as op, int() | float() as n): return op.name, n
        case (Op(), other): return "op", other
        case [("a" | "b") as l, *_] | {"l": l}: return l
print(f((Op.ADD, 1)), f((Op.SUB, "x")), f(["b", 1]), f({"l": 2}), f(0))

# --- big_match
source = "def f(x):\n match x:\n" + "".join(f"  case {i}: return 'n{i}'\n" for i in range(300)) + "  case _: return 'none'\n"
exec(source)
print(f(0), f(150), f(299), f(300))
