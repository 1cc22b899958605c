# --- dataclass_features
from dataclasses import dataclass, field, asdict, astuple, replace, fields, KW_ONLY, InitVar, FrozenInstanceError
@dataclass(order=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False)
    def norm(self): return self.x ** 2 + self.y ** 2
@dataclass(frozen=True, slots=True)
class F:
    a: int
    _: KW_ONLY
    b: str = "b"
@dataclass
class I(P):
    z: InitVar[int] = 5
    w: int = field(init=False, repr=False)
    def __post_init__(self, z): self.w = self.x + z
print(P(1), P(1) < P(1, 2), P(3, 4).norm(), asdict(P(1, tags=[1])), astuple(P(2)), replace(P(1), y=9), [f.name for f in fields(I)])
print(F(1, b="c"), hash(F(1)) == hash(F(1)), I(1).w, I(1, z=10).w, P(1) == P(1, tags=[5]))
try: F(1).a = 2
except FrozenInstanceError as e: print(e)
for bad in (lambda: P(), lambda: F(1, "x"), lambda: P(1, 2, 3, 4), lambda: P(1) < 5):
    try: bad()
    except TypeError as e: print(e)

# --- dataclass_errors
from dataclasses import dataclass, field
def a():
    @dataclass
    class C:
        x: int = 1
        y: str
def b():
    @dataclass
    class C: x: list = []
def c():
    @dataclass(order=True)
    class C:
        def __lt__(self, o): pass
for f in (a, b, c):
    try: f()
    except (TypeError, ValueError) as e: print(e)

# --- uncaught_in_generated_init
from dataclasses import dataclass
@dataclass
class C:
    x: int
    def __post_init__(self):
        if self.x < 0: raise ValueError("negative")
C(-1)

# --- match_args_and_repr
from dataclasses import dataclass
@dataclass
class Node:
    v: int
    next: "Node" = None
n = Node(1, Node(2)); n.next.next = n
print(n, Node.__match_args__)
match Node(1, Node(2)):
    case Node(a, Node(b)): print(a, b)

# --- make_dataclass_and_namedtuple
from dataclasses import make_dataclass
from collections import namedtuple
C = make_dataclass("C", [("x", int), ("y", int, 5)], namespace={"sum": lambda self: self.x + self.y})
T = namedtuple("T", "a b", rename=True)
print(C(1), C(1).sum(), T(1, 2), T._make("xy"), T(1, 2)._asdict(), sorted([T(2, 1), T(1, 5)]))

# --- simple_namespace_and_types
from types import SimpleNamespace, MappingProxyType, GenericAlias
s = SimpleNamespace(a=1, f=lambda: "f")
s.b = 2; del s.a
print(s.b, s.f(), SimpleNamespace(x=1) == SimpleNamespace(x=1), MappingProxyType({"k": 1})["k"], GenericAlias(list, int))
try: MappingProxyType({})["x"] = 1
except TypeError as e: print(e)

# --- protocols_and_abcs
from collections.abc import Iterable, Hashable, Callable, Sized, MutableMapping, Set
class M(MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
m = M(); m.update(a=1, b=2); m.setdefault("c", 3)
print(m.pop("a"), sorted(m.items()), "b" in m, m == {"b": 2, "c": 3}, m.get("zz", 0), list(m.keys()), isinstance(m, Sized))
class S(Set):
    def __init__(self, it): self.l = list(dict.fromkeys(it))
    def __contains__(self, x): return x in self.l
    def __iter__(self): return iter(self.l)
    def __len__(self): return len(self.l)
print(sorted(S("abc") & S("bcd")), sorted(S("a") | S("b")), S("ab") <= S("abc"), S("ab") == {"a", "b"}, sorted(S("abc") - S("b")), isinstance(len, Callable), isinstance([], Hashable))

# --- enum_with_everything
from enum import Enum, StrEnum, IntFlag, auto, nonmember, member
class Planet(Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)
    def __init__(self, mass, radius): self.mass, self.radius = mass, radius
    @property
    def density(self): return round(self.mass / self.radius ** 3, 4)
    def __str__(self): return self.name.title()
class Auto(StrEnum):
    @staticmethod
    def _generate_next_value_(name, start, count, last): return f"{name}-{count}"
    A = auto(); B = auto()
class Missing(Enum):
    X = 1
    @classmethod
    def _missing_(cls, v): return cls.X if v == "x" else None
print([str(p) for p in Planet], Planet.EARTH.density, list(Auto), Missing("x"), Planet((0.64, 3.39)).name, Auto.A + "!")
try: Missing(5)
except ValueError as e: print(e)
class O(Enum):
    A = 1
    f = nonmember(5)
    @member
    def g(): pass
print(list(O.__members__), O.f)
