# --- generic_function [3.12+]
def first[T](items: list[T]) -> T: return items[0]
print(first([1, 2]), first.__type_params__, first.__annotations__["return"] is first.__type_params__[0], first.__qualname__)
def f[T: int, *Ts, **P](x: T, *a: *Ts) -> "P": return x
print(f(1), f.__type_params__, f.__type_params__[0].__bound__)

# --- generic_class [3.12+]
class Box[T]:
    def __init__(self, v: T): self.v = v
    def map[U](self, fn) -> "Box[U]": return Box(fn(self.v))
    def cls(self): return __class__.__name__
b = Box[int](5).map(str)
print(b.v, Box[int], Box.__type_params__, Box.__parameters__, Box.__orig_bases__, Box.map.__type_params__, b.cls())
class Pair[A, B](Box[A]): pass
print(Pair[int, str], Pair.__mro__[1].__name__)

# --- type_alias [3.12+]
type A = int | str
type L[T] = list[T] | A
print(A, A.__value__, L, L[int], L.__type_params__, L[int].__args__, type(A).__name__, A.__name__)
type Rec = list[Rec] | None
print(Rec.__value__)

# --- lazy_evaluation [3.12+]
type Late = undefined_for_now
try: Late.__value__
except NameError as e: print(e)
undefined_for_now = 5
print(Late.__value__)
def g[T: (undefined_a, undefined_b)](): pass
try: g.__type_params__[0].__constraints__
except NameError as e: print(e)
print(type(g.__type_params__[0]).__name__)

# --- constraints_and_bounds [3.12+]
def f[T: (int, str), U: float](): pass
t, u = f.__type_params__
print(t.__constraints__, t.__bound__, u.__bound__, u.__constraints__, t.__infer_variance__, t.__name__, repr(t))

# --- scoping [3.12+]
T = "global T"
def f[T](x: T):
    return T
class C[T]:
    t = T
    def m(self): return T
    def n[U](self, u: U) -> U: return (T, U)
print(f(1), C.t, C().m() is C.t, C().n(1), T)
class D:
    X = int
    def m[Y: X](self): pass
print(D.m.__type_params__[0].__bound__)

# --- with_decorators_and_defaults [3.12+]
def deco(f): print("deco", f.__name__, f.__type_params__); return f
@deco
def f[T](a: T = (lambda: "default")(), *, k: T = "kw") -> T: return a, k
print(f(), f.__annotations__.keys(), f.__defaults__, f.__kwdefaults__)
@deco
class C[T](*(dict,)): pass

# --- async_and_generator_generics [3.12+]
async def co[T](x: T) -> T: return x
def gen[T](*xs: T): yield from xs
try: co(5).send(None)
except StopIteration as e: print(e.value)
print(list(gen(1, 2)), co.__type_params__)

# --- nested_and_closures [3.12+]
def outer[T](x):
    n = 1
    def inner[U](y):
        nonlocal n
        n += 1
        return T, U, x, y, n
    class K[V](dict):
        w = (T, V, n)
    type Alias[W] = tuple[T, W, n]
    return inner(2), K.w, Alias.__value__
print(outer(1))

# --- errors [3.12+]
for s in ("def f[T, T](): pass", "type X[T = int] = 5 if 1 else (yield)", "class C[T: (yield)]: pass", "def f[T: (x := 1)](): pass", "type X = (await 1)"):
    try: exec(s); print("fine")
    except SyntaxError as e: print(s, "|", e.msg)

# --- error_in_annotation [3.12+]
def make():
    def f[T](x: T, y: missing_name[T]): pass
    return f
make()

# --- class_with_metaclass_and_type_params [3.12+]
class M(type):
    def __new__(m, name, bases, ns, **kw):
        print(name, bases, sorted(k for k in ns if not k.startswith("__")), kw)
        return super().__new__(m, name, bases, ns)
class C[T](metaclass=M, k=T.__name__ if False else 1):
    x: T
    def m(self): return __class__
print(C().m() is C, C.__type_params__)

# --- defaults [3.13+]
from typing import TypeVar, NoDefault
class C[T = int, *Ts = *tuple[int, str], **P = [int]]: pass
print([p.__default__ for p in C.__type_params__], C[str], C.__parameters__)
def f[T](): pass
print(f.__type_params__[0].has_default(), f.__type_params__[0].__default__ is NoDefault)

# --- typing_generics
from typing import TypeVar, Generic, Protocol, runtime_checkable, get_type_hints, ParamSpec, overload, cast
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self) -> None: self.items: list[T] = []
    def push(self, x: T) -> "Stack[T]": self.items.append(x); return self
print(Stack[int]().push(1).push(2).items, Stack[int], Stack.__parameters__)
@runtime_checkable
class Sized(Protocol):
    def size(self) -> int: ...
class S:
    def size(self): return 3
print(isinstance(S(), Sized), isinstance(5, Sized), get_type_hints(Stack.push)["return"], cast(int, "s"))
