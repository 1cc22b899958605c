# --- life_of_a_class
class M(type):
    @classmethod
    def __prepare__(m, name, bases, **kw):
        print("prepare", name, len(bases), kw)
        return {"prepared": True}
    def __new__(m, name, bases, ns, **kw):
        print("new", name, [k for k in ns if not k.startswith("__") or k == "__classcell__"])
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", cls.__name__)
        super().__init__(name, bases, ns)
    def __call__(cls, *args):
        print("call", args)
        return super().__call__(*args)
class A(metaclass=M, option=1):
    y = prepared
    def __init__(self, *a): print("A init", a)
    def f(self): return __class__
print(A.y, A(1, 2).f() is A)

# --- prepare_custom_mapping
class Recorder(dict):
    def __setitem__(self, key, value):
        if not key.startswith("__"): print("set", key)
        super().__setitem__(key, value)
    def __getitem__(self, key):
        if not key.startswith("__"): print("get", key, key in self)
        return super().__getitem__(key)
    def __delitem__(self, key):
        print("del", key)
        super().__delitem__(key)
class M(type):
    def __prepare__(name, bases): return Recorder()
    def __new__(m, name, bases, ns): return super().__new__(m, name, bases, dict(ns))
class C(metaclass=M):
    a = 1
    b = a + len("xy")
    del a
    def f(self): pass
    for i in range(2): pass
print(C.b, hasattr(C, "a"))

# --- prepare_missing
class Auto(dict):
    def __init__(self): super().__init__(); self.n = 0
    def __missing__(self, key):
        if key.startswith("__"): raise KeyError(key)
        self.n += 1
        self[key] = self.n
        return self.n
class M(type):
    @classmethod
    def __prepare__(m, *a): return Auto()
class E(metaclass=M):
    RED
    GREEN
    BLUE
print(E.RED, E.GREEN, E.BLUE)

# --- prepare_wrong_type
class M(type):
    @classmethod
    def __prepare__(m, *a): return 5
try:
    class C(metaclass=M): pass
except TypeError as error:
    print(error)

# --- function_as_metaclass
def meta(name, bases, ns, **kw): return (name, bases, sorted(k for k in ns if not k.startswith("__")), kw)
class C(int, metaclass=meta, k=1):
    x = 1
    def f(self): pass
print(C)

# --- metaclass_conflict
class M1(type): pass
class M2(type): pass
class A(metaclass=M1): pass
class B(metaclass=M2): pass
try:
    class C(A, B): pass
except TypeError as error:
    print(error)
class M3(M1, M2): pass
class D(A, B, metaclass=M3): pass
print(type(D).__name__)

# --- derived_metaclass_wins
class M(type): pass
class A(metaclass=M): pass
class B(A, metaclass=type): pass
print(type(B).__name__)

# --- classcell_not_propagated
class M(type):
    def __new__(m, name, bases, ns):
        ns.pop("__classcell__", None)
        return super().__new__(m, name, bases, ns)
try:
    class C(metaclass=M):
        def f(self): return __class__
except RuntimeError as error:
    print(type(error).__name__, str(error).split(" at ")[0])

# --- class_cell_set_before_init_subclass
class Base:
    def __init_subclass__(cls):
        print("init_subclass", cls().who())
class C(Base):
    def who(self): return __class__.__name__

# --- set_name
class D:
    def __set_name__(self, owner, name): print("set_name", owner.__name__, name)
class C:
    a = D()
    b = D()
class Bad:
    def __set_name__(self, owner, name): raise ValueError("refuse " + name)
try:
    class E:
        x = Bad()
except Exception as error:
    print(type(error).__name__, error, getattr(error, "__notes__", None), error.__cause__)

# --- metaclass_methods_and_attributes
class M(type):
    def __len__(cls): return 42
    def __getattr__(cls, name): return f"M.{name}"
    def __iter__(cls): return iter("xyz")
    def __getitem__(cls, i): return i
    def __contains__(cls, x): return x == 1
    @property
    def prop(cls): return cls.__name__ + "!"
    def __add__(cls, other): return "added"
    def __bool__(cls): return False
class C(metaclass=M): pass
print(len(C), C.anything, list(C), C[3], 1 in C, C.prop, C + 1, bool(C))
try:
    C().prop
except AttributeError as error:
    print(error)

# --- singleton_metaclass
class Singleton(type):
    instances = {}
    def __call__(cls, *args, **kw):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args, **kw)
        return cls.instances[cls]
class Config(metaclass=Singleton):
    def __init__(self, v=0): self.v = v
print(Config(1) is Config(2), Config().v)

# --- registry_and_mro_method
class M(type):
    def mro(cls):
        order = super().mro()
        print("mro", cls.__name__)
        return order
class A(metaclass=M): pass
class B(A): pass
print([c.__name__ for c in B.__mro__])

# --- metaclass_raises
class M(type):
    def __new__(m, name, bases, ns):
        if "forbidden" in ns: raise TypeError(f"{name} has forbidden")
        return super().__new__(m, name, bases, ns)
class A(metaclass=M): pass
def build():
    class B(A):
        forbidden = 1
build()

# --- abstract_classes
from abc import ABC, ABCMeta, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    @property
    @abstractmethod
    def name(self): ...
    @classmethod
    @abstractmethod
    def make(cls): ...
try:
    Shape()
except TypeError as error:
    print(error)
class Sq(Shape):
    def area(self): return 4
    name = "sq"
    @classmethod
    def make(cls): return cls()
print(Sq.make().area(), Sq.__abstractmethods__, sorted(Shape.__abstractmethods__))
Shape.register(int)
print(isinstance(5, Shape), issubclass(str, Shape))
class Hook(metaclass=ABCMeta):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, "quack") or NotImplemented
class Duck:
    def quack(self): pass
print(issubclass(Duck, Hook), issubclass(int, Hook))

# --- types_new_class
import types
C = types.new_class("C", (dict,), {"metaclass": type}, lambda ns: ns.update(x=1, f=lambda self: self.x))
print(C().f(), C.__mro__[1], types.resolve_bases((int,)), types.prepare_class("D", (int,))[0])

# --- enum_classes
from enum import Enum, IntEnum, Flag, auto, unique
class Color(Enum):
    RED = 1
    GREEN = auto()
    CRIMSON = 1
    def hex(self): return f"#{self.value:02x}"
    @classmethod
    def parse(cls, s): return cls[s.upper()]
class Perm(Flag):
    R = auto(); W = auto(); X = auto()
    RW = R | W
print(list(Color), Color.CRIMSON is Color.RED, Color.parse("green").hex(), Color(2), repr(Perm.R | Perm.X), Perm.W in Perm.RW)
for bad in ("Color(9)", "Color['X']", "Color.NOPE"):
    try:
        eval(bad)
    except Exception as error:
        print(type(error).__name__, error)
class N(IntEnum):
    ONE = 1; TWO = 2
print(N.ONE + N.TWO, N.TWO > 1, sorted(N, reverse=True), N(1).name)
try:
    @unique
    class U(Enum):
        A = 1
        B = 1
except ValueError as error:
    print(error)
try:
    class More(Color): pass
except TypeError as error:
    print(error)

# --- named_tuples
from collections import namedtuple
from typing import NamedTuple
P = namedtuple("P", "x y", defaults=[0])
class Q(NamedTuple):
    a: int
    b: str = "b"
    def both(self): return f"{self.a}{self.b}"
print(P(1), P(1, 2)._replace(x=5), Q(1).both(), Q(1, b="z"), Q._fields, Q.__annotations__)
x, y = P(3, 4)
try:
    P()
except TypeError as error:
    print(error)
