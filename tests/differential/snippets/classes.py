# --- basic
class Animal:
    """An animal."""
    legs = 4
    def __init__(self, name): self.name = name
    def speak(self): return f"{self.name} makes a sound"
    def __repr__(self): return f"{type(self).__name__}({self.name!r})"
class Dog(Animal):
    def speak(self): return super().speak() + ": woof"
d = Dog("Rex")
print(d, d.speak(), d.legs, Dog.__mro__[1].__name__, Dog.__doc__, Animal.__doc__, isinstance(d, Animal))
d.legs = 3
print(d.legs, Dog.legs, vars(d))

# --- super_everywhere
class A:
    def f(self): return ["A"]
    @classmethod
    def c(cls): return ["A", cls.__name__]
    @property
    def p(self): return "pA"
class B(A):
    def f(self): return ["B"] + super().f()
    @classmethod
    def c(cls): return ["B"] + super().c()
    @property
    def p(self): return "pB" + super().p
class C(A):
    def f(self): return ["C"] + super().f()
class D(B, C):
    def f(self): return ["D"] + super(D, self).f()
    def g(self): return super().f, super().__init__
print(D().f(), D.c(), D().p, [k.__name__ for k in D.__mro__], D().g()[0]())

# --- super_in_odd_places
class A:
    def f(self): return 1
    def __getitem__(self, i): return i
class B(A):
    def f(self):
        g = lambda: super(B, self).f() + 1
        return g()
    def h(self): return [super(B, self).f() for _ in range(2)]
    def k(self):
        def inner(me): return super().f()
        return inner(self)
    def n(self): return super().__getitem__(7)
    def attribute(self): return super().f.__name__
print(B().f(), B().h(), B().k(), B().n(), B().attribute())

# --- super_errors
class A:
    def no_arguments(): return super()
    def deleted(self):
        del self
        return super().x
    def missing(self): return super().nothing
    def wrong(self): return super(int, self).x
def attempt(f, *args):
    try:
        print(f(*args))
    except Exception as error:
        print(type(error).__name__, error)
attempt(A.no_arguments)
attempt(A().deleted)
attempt(A().missing)
attempt(A().wrong)
def outside(): return super()
attempt(outside)
def outside2(a): return super()
attempt(outside2, 1)

# --- dunder_class_cell
class A:
    def who(self): return __class__
    @staticmethod
    def static(): return __class__.__name__
    def nested(self): return (lambda: __class__)()
class B(A): pass
print(B().who() is A, B.static(), B().nested() is A)
class C:
    try:
        __class__
    except NameError as error:
        print(error)

# --- class_body_scope
x = "outer"
class C:
    a = 1
    b = a + 1
    l = [i for i in range(b)]
    print(sorted(k for k in locals() if not k.startswith("__")), __name__, __qualname__)
    for i in range(3): pass
    if b > 1:
        def conditional(self): return "yes"
    else:
        def conditional(self): return "no"
    try:
        m = [a for _ in range(2)]
    except NameError as error:
        m = str(error)
    del a
    x = x + " in class"
print(C.b, C.l, C.i, C().conditional(), C.m, hasattr(C, "a"), C.x, x)

# --- name_mangling
class A:
    __secret = 1
    def __init__(self): self.__x = 2; self.__y__ = 3; self._z = 4
    def get(self): return self.__x, A.__secret, __name__
    def local(self):
        __v = 5
        def __f(): return __v
        return __f(), sorted(locals())
    def kw(self, __p=7, **k): return __p, k
class _B(A):
    def __init__(self): super().__init__(); self.__x = "b"
print(A().get(), vars(A()), vars(_B()), A().local(), hasattr(A, "_A__secret"), A().kw(_A__p=8))
try:
    A().__x
except AttributeError as error:
    print(error)

# --- name_mangling_more
__global = "mangled global"
_C__global2 = "found"
class C:
    def f(self):
        global __made
        __made = 1
        import os.path as __p
        try: raise ValueError
        except ValueError as __e: n = "__e" in locals(), "_C__e" in locals()
        return __global2, n, __p.__name__ in ("posixpath", "ntpath")
    def g(self):
        try: return __global
        except NameError as error: return str(error)
print(C().f(), C().g(), _C__made)

# --- attribute_errors
class C:
    __slots__ = ("a",)
class D: pass
def attempt(action):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "name", None), type(getattr(error, "obj", None)).__name__)
attempt(lambda: C().a)
attempt(lambda: C().b)
attempt(lambda: setattr(C(), "b", 1))
attempt(lambda: D().nope)
attempt(lambda: D.nope)
attempt(lambda: delattr(D(), "nope"))
attempt(lambda: (5).nope)
attempt(lambda: setattr(5, "x", 1))
attempt(lambda: None.x)
attempt(lambda: setattr(int, "x", 1))
attempt(lambda: len.x)

# --- getattr_hooks
class H:
    def __getattr__(self, name):
        print("getattr", name)
        if name == "bad": raise AttributeError("no bad")
        return name.upper()
    def __setattr__(self, name, value):
        print("setattr", name, value)
        object.__setattr__(self, name, value)
    def __delattr__(self, name):
        print("delattr", name)
        object.__delattr__(self, name)
h = H()
h.x = 1
print(h.x, h.y, getattr(h, "bad", "default"), hasattr(h, "bad"))
h.x += 1
del h.x
print(h.x)

# --- getattribute
class G:
    v = 1
    def __getattribute__(self, name):
        if name == "v": return "intercepted"
        if name == "boom": raise AttributeError("boom!")
        return super().__getattribute__(name)
    def __getattr__(self, name): return f"fallback {name}"
g = G()
print(g.v, g.boom, g.other, G.v)

# --- init_subclass
class Base:
    registry = []
    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.registry.append((cls.__name__, tag))
class A(Base, tag="a"): pass
class B(A): pass
class C(B, tag=3): pass
print(Base.registry)
try:
    class D(int, nope=1): pass
except TypeError as error:
    print(error)

# --- class_getitem
class Box:
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item}]"
class Sub(Box): pass
print(Box[int], Sub[1, 2], Box["x":"y"])
try:
    int[3]
except TypeError as error:
    print(error)

# --- multiple_inheritance_conflict
class A: pass
class B(A): pass
try:
    class C(A, B): pass
except TypeError as error:
    print(error)
try:
    class D(int, str): pass
except TypeError as error:
    print(error)
try:
    class E(bool): pass
except TypeError as error:
    print(error)
try:
    class F(5): pass
except TypeError as error:
    print(error)
try:
    class G(A, A): pass
except TypeError as error:
    print(error)

# --- mro_entries
class Proxy:
    def __init__(self, *bases): self.bases = bases
    def __mro_entries__(self, bases):
        print("mro_entries", len(bases))
        return self.bases
class Base: pass
class C(Proxy(Base, dict)): pass
print([k.__name__ for k in C.__mro__], len(C.__orig_bases__))

# --- class_arguments_evaluation
def e(x):
    print("eval", getattr(x, "__name__", x))
    return x
class M(type):
    def __new__(m, name, bases, ns, **kw):
        print("M.__new__", name, [b.__name__ for b in bases], kw)
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw): print("M.__init__", kw)
class A: pass
bases, kw = (A,), {"k": 1}
class B(*e(bases), metaclass=e(M), **e(kw)):
    print("body")
print(type(B).__name__)

# --- nested_classes
class Outer:
    class Inner:
        class Deep:
            def f(self): return __class__.__qualname__
        def g(self): return Outer.Inner.Deep().f()
def function():
    class Local:
        def m(self): pass
    return Local
print(Outer.Inner().g(), Outer.Inner.Deep.__qualname__, function().__qualname__, function().m.__qualname__)

# --- class_in_loop_and_condition
made = []
for n in range(3):
    class K:
        number = n
        def get(self): return self.number, n
    made.append(K)
print([k.number for k in made], [k().get() for k in made])

# --- dunder_methods_container
class Vec:
    def __init__(self, *items): self.items = list(items)
    def __len__(self): return len(self.items)
    def __getitem__(self, i): print("get", i); return self.items[i]
    def __setitem__(self, i, v): print("set", i, v); self.items[i] = v
    def __delitem__(self, i): print("del", i); del self.items[i]
    def __iter__(self): print("iter"); return iter(self.items)
    def __reversed__(self): return reversed(self.items)
    def __contains__(self, x): return x in self.items
    def __missing__(self, x): print("never")
v = Vec(1, 2, 3, 4)
v[0] += 10; v[1:3] = [7]; del v[-1]
print(list(v), len(v), 7 in v, list(reversed(v)), v[::2], v[..., 1:2] if False else "")
a, *b = v
print(a, b)

# --- dunder_lookup_on_type
class C: pass
c = C()
c.__len__ = lambda: 5
c.__call__ = lambda: "called"
try:
    len(c)
except TypeError as error:
    print(error)
try:
    c()
except TypeError as error:
    print(error)
C.__len__ = lambda self: 9
print(len(c))

# --- class_attribute_mutation
class C:
    shared = []
    count = 0
    def add(self, x): self.shared.append(x); self.count += 1
a, b = C(), C()
a.add(1); b.add(2); b.add(3)
print(a.shared, a.count, b.count, C.count, "count" in vars(a))
C.new = property(lambda self: self.count * 100)
print(a.new, b.new)
C.add = lambda self, x: print("patched", x)
a.add(5)

# --- class_assignment
class A:
    def f(self): return "A.f"
class B:
    def f(self): return "B.f"
a = A()
a.__class__ = B
print(a.f(), type(a).__name__, isinstance(a, A))
try:
    a.__class__ = int
except TypeError as error:
    print(error)
B.__bases__ = (A,) if False else B.__bases__
A.__name__ = "Renamed"
print(A.__name__, A.__qualname__)

# --- type_three_arguments
def init(self, v): self.v = v
T = type("T", (list,), {"__init__": init, "double": lambda self: self.v * 2, "k": 1})
t = T(4)
print(t.double(), T.k, T.__module__, T.__qualname__, t == [])
try:
    type("X", (), {}, 1, 2)
except TypeError as error:
    print(error)

# --- docs_and_firstlineno
class A:
    "doc"
    x = 1
class B: x = 1
print(A.__doc__, B.__doc__, A.__module__, sorted(k for k in vars(B) if k in ("x", "__module__", "__dict__", "__weakref__", "__doc__")))

# --- exception_in_class_body
def make():
    class Broken:
        a = 1
        b = a / 0
    return Broken
make()

# --- exception_in_init
class A:
    def __init__(self, n):
        self.n = 10 // n
class B(A):
    def __init__(self, n):
        super().__init__(
            n - 1)
B(1)

# --- return_not_implemented_and_ellipsis
class C:
    def __eq__(self, other): return NotImplemented
    def stub(self): ...
print(C() == C(), C() == 1, C().stub())

# --- copy_and_new
import copy
class P:
    def __init__(self, x): print("init"); self.x = x
    def __copy__(self): print("copy"); return P.__new__(P)
p = P([1])
q = copy.deepcopy(p)
print(q.x, q.x is p.x)
copy.copy(p)
class R:
    def __reduce__(self): return (R.build, (1, 2))
    @staticmethod
    def build(a, b): print("build", a, b); return R()
copy.copy(R())

# --- names_that_are_no_strings
class Key:
    def __hash__(self): return hash("name")
    def __eq__(self, other):
        print("compared with", other)
        C.__bases__ = (Second,)
        return False
class First: name = other = "first"
class Second: name = other = "second"
C = type("C", (First,), {Key(): 5})
print(C.name)
print(C.other, C().other)

# --- the_namespace_of_a_class_body
class Namespace(dict): pass
class Meta(type):
    def __prepare__(name, bases): return Namespace()
    def __new__(cls, name, bases, namespace): return super().__new__(cls, name, bases, dict(namespace))
class A(metaclass=Meta):
    made = vars()
    print(type(made).__name__, locals() is made)
    made["x"] = 5
    print(x)
    def method(self): pass
    print([sorted(set(locals()) & {"y"}) for y in (1, 2) if (lambda: y)()], "y" in vars())
    x: int
def f():
    q = 1
    class C(metaclass=Meta):
        made = vars()
        made["x"] = q
        print(x, sorted(name for name in dir() if name in ("x", "made", "q")))
        def method(self): return __class__, q
        class D:
            z = q
            vars()["w"] = 3
            print(w, "z" in dir())
            def m(self): return super()
    return C
print(f().x)
