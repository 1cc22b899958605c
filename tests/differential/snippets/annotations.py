# --- functions
def f(a: int, /, b: "str" = "x", *args: float, c: list[int], d: 5 = 1, **kw: dict) -> None: pass
print(f.__annotations__)
def g(x: print("evaluated") or 1) -> print("return") or 2: pass
print(g.__annotations__, (lambda x: x).__annotations__)

# --- modules
x: int = 1
y: str
z: print("evaluated") = 5
(w): float = 2
class O: pass
o = O()
o.attr: int = 3
l = [0]
l[0]: str = "s"
print(__annotations__, w, o.attr, l)

# --- classes
class C:
    a: int
    b: "str" = "x"
    c: list["C"] = []
    __private: int = 1
    def m(self) -> "C": 
        local: undefined_and_unevaluated = 5
        other: undefined_too
        return local
class D(C):
    d: int
print(C.__annotations__, D.__annotations__, C().m(), hasattr(C, "a"))
class E(C): pass
print(E.__dict__.get("__annotations__"))

# --- errors
try:
    def f(x: missing_thing): pass
except NameError as e: print(e)
try:
    class C:
        x: missing_thing
except NameError as e: print(e)
try: a: missing_thing = 1
except NameError as e: print(e, "a" in globals())

# --- order_of_evaluation
def e(x): print(x); return x
d = {}
d[e("key")]: e("annotation") = e("value")
class O: pass
def obj(): print("object"); return O
obj().a: e("ann2") = e("val2")

# --- future_annotations
from __future__ import annotations
def f(x: undefined | int, *a: "quoted") -> list[undefined]: pass
class C:
    a: undefined.b[1] = 1
    def m(self, x: lambda: (yield)) -> None: pass
v: some.thing
print(f.__annotations__, C.__annotations__, __annotations__, C.m.__annotations__)

# --- get_type_hints
import typing, inspect
class Node:
    value: int
    next: "Node | None" = None
    kids: typing.ClassVar[list["Node"]] = []
    def add(self, n: "Node") -> typing.Optional["Node"]: ...
print(typing.get_type_hints(Node)["next"], typing.get_type_hints(Node.add))
def f(a: int, b: str = "x", *, c: "float" = 1.0) -> bool: ...
print(inspect.signature(f), inspect.signature(Node.add), inspect.get_annotations(f, eval_str=True))

# --- annotations_in_nested_scopes
def outer(T):
    def inner(x: T) -> T: return x
    class K:
        y: T
        S = int
        def m(self, z: S): pass
    return inner.__annotations__, K.__annotations__, K.m.__annotations__
print(outer(str))

# --- conditional_annotations
flag = True
if flag: p: int = 1
else: q: str = 2
for i in range(2): r: float = i
try: s: bytes = undefined
except NameError: pass
print(__annotations__)

# --- assigning_annotations
def f(): pass
f.__annotations__ = {"x": 1}
f.__annotations__["return"] = 2
print(f.__annotations__)
class C: pass
C.__annotations__["late"] = int
print(C.__annotations__)
try: f.__annotations__ = 5
except TypeError as e: print(e)
del f.__annotations__
print(f.__annotations__)

# --- unevaluated_in_functions
def f():
    a: 1 / 0
    b: 1 / 0 = "b"
    (c): print("not evaluated for names in parentheses either") = "c"
    class O: pass
    O.x: print("evaluated for attributes") = 1
    return b, c
print(f())
def g():
    n: int
    return n
try: g()
except UnboundLocalError as e: print(e)

# --- forward_references_and_newtype
from typing import NewType, TypedDict, Literal, Annotated, Union, Callable, Any
UserId = NewType("UserId", int)
class Movie(TypedDict, total=False):
    title: str
    year: "int"
print(UserId(5) + 1, UserId.__name__, Movie(title="x"), Movie.__optional_keys__ == {"title", "year"}, Literal["a", 1], Annotated[int, "meta"].__metadata__, Union[int, None], Callable[[int], str])
