# --- properties
class Temp:
    def __init__(self): self._c = 0
    @property
    def c(self):
        "celsius"
        print("get")
        return self._c
    @c.setter
    def c(self, value):
        print("set", value)
        if value < -273: raise ValueError("too cold")
        self._c = value
    @c.deleter
    def c(self): print("delete"); self._c = None
    f = property(lambda self: self.c * 9 / 5 + 32)
t = Temp()
t.c = 10
t.c += 5
print(t.f, Temp.c.__doc__)
del t.c
for action in ("t.f", "setattr(t, 'f', 1)", "delattr(t, 'f')", "setattr(t, 'c', -300)"):
    try:
        eval(action)
    except Exception as error:
        print(type(error).__name__, error)

# --- descriptor_protocol
class D:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner=None):
        print("get", self.name, obj is None, owner.__name__)
        return self if obj is None else obj.__dict__.get(self.name, "unset")
    def __set__(self, obj, value): print("set", value); obj.__dict__[self.name] = value
    def __delete__(self, obj): print("delete"); del obj.__dict__[self.name]
class C:
    x = D()
c = C()
print(c.x, C.x.name)
c.x = 1
c.x += 1
print(c.x, vars(c))
del c.x
print(c.x)

# --- data_and_non_data
class Data:
    def __get__(self, obj, owner): return "data"
    def __set__(self, obj, value): raise AttributeError("read-only!")
class NonData:
    def __get__(self, obj, owner): return "non-data"
class C:
    d = Data()
    n = NonData()
c = C()
c.__dict__.update(d="instance d", n="instance n")
print(c.d, c.n)
c.n = "new"
print(c.n)
try:
    c.d = 5
except AttributeError as error:
    print(error)

# --- static_and_class_methods
class C:
    def plain(*args): return len(args)
    @staticmethod
    def s(*args): return args
    @classmethod
    def c(cls, *args): return cls.__name__, args
    wrapped = staticmethod(lambda: "lambda")
class D(C): pass
print(C.plain(), C().plain(), C.s(1), C().s(1), D.c(1), D().c(2), C.wrapped(), D().wrapped())
print(type(vars(C)["s"]).__name__, vars(C)["s"].__func__.__name__, C.c.__self__ is C)

# --- function_get
def f(self, x): return self, x
bound = f.__get__(5)
print(bound(1), bound.__self__, f.__get__(None, int) is f)
class C: m = f
print(C.m(1, 2), vars(C)["m"].__get__("obj")(3))

# --- slots
class S:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
s = S()
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"))
for action in ("s.b", "setattr(s, 'c', 1)", "delattr(s, 'b')"):
    try:
        eval(action)
    except AttributeError as error:
        print(error)
class T(S):
    __slots__ = ("c", "__dict__")
t = T()
t.c, t.other = 1, 2
print(t.c, t.other, vars(t), T.__slots__)
class U(S): pass
u = U()
u.anything = 1
print(vars(u))

# --- slots_conflicts
def attempt(action):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, error)
def conflict():
    class C:
        __slots__ = ("x",)
        x = 1
def bad_name():
    class C: __slots__ = ("1a",)
def not_string():
    class C: __slots__ = (5,)
def variable():
    class C(int): __slots__ = ("x",)
def layout():
    class A: __slots__ = ("a",)
    class B: __slots__ = ("b",)
    class C(A, B): pass
def double_dict():
    class C: __slots__ = ("__dict__", "__dict__")
for f in (conflict, bad_name, not_string, variable, layout, double_dict): attempt(f)

# --- slots_private_names
class C:
    __slots__ = ("__x",)
    def __init__(self): self.__x = 5
    def get(self): return self.__x
print(C().get(), C._C__x.__name__)

# --- cached_property
from functools import cached_property
class C:
    @cached_property
    def v(self): print("computing"); return 7
c = C()
print(c.v, c.v, vars(c))
del c.v
print(c.v)

# --- property_raising_attribute_error
class C:
    @property
    def p(self): return self.missing
    def __getattr__(self, name): return f"getattr {name}"
print(C().p)
class D:
    @property
    def p(self): return self.missing
D().p

# --- lookup_order
class Meta(type):
    x = "meta"
    def __getattr__(cls, n): return f"Meta.{n}"
class A(metaclass=Meta): pass
class B(A): x = "B"
print(A.x, B.x, A.q, B().x)
try:
    A().x
except AttributeError as error:
    print(error)

# --- delegating_proxy
class Proxy:
    def __init__(self, target): object.__setattr__(self, "_t", target)
    def __getattribute__(self, name):
        t = object.__getattribute__(self, "_t")
        return getattr(t, name)
    def __setattr__(self, name, value): setattr(object.__getattribute__(self, "_t"), name, value)
class T:
    def __init__(self): self.v = 1
    def inc(self): self.v += 1; return self
t = T()
p = Proxy(t)
p.inc().inc()
p.v += 10
print(t.v, p.v)

# --- validated_fields
class Field:
    def __init__(self, kind, default=None): self.kind, self.default = kind, default
    def __set_name__(self, owner, name): self.key = "_" + name; owner.fields = getattr(owner, "fields", ()) + (name,)
    def __get__(self, obj, owner): return getattr(obj, self.key, self.default) if obj else self
    def __set__(self, obj, value):
        if not isinstance(value, self.kind): raise TypeError(f"{self.key[1:]} needs {self.kind.__name__}")
        setattr(obj, self.key, value)
class Model:
    def __init__(self, **kw):
        for k, v in kw.items(): setattr(self, k, v)
class Person(Model):
    name = Field(str)
    age = Field(int, 18)
print(Person(name="x").age, Person.fields, Person(name="y", age=3).age)
Person(age="old")

# --- setattr_on_module_and_function
import types
m = types.ModuleType("m", "doc")
m.x = 1
m.x += 5
def f(): pass
f.count = 0
f.count += 1
print(m.x, f.count, m.__doc__, vars(f))
try:
    m.missing
except AttributeError as error:
    print(error)
del f.count
try:
    f.count
except AttributeError as error:
    print(error)

# --- dir_and_format_hooks
class C:
    def __dir__(self): return ["b", "a"]
    def __format__(self, spec): return f"<{spec}>"
    def __str__(self): return "S"
    def __repr__(self): return "R"
    def __bytes__(self): return b"B"
    def __sizeof__(self): return 10
    def __hash__(self): return 99
c = C()
print(dir(c), f"{c:abc} {c} {c!r} {c!s}", str(c), [c], bytes(c), hash(c), "%s %r" % (c, c), "{:x}{}".format(c, c))
class Bad:
    def __str__(self): return 5
    def __hash__(self): return "x"
    __repr__ = lambda self: None
for action in (str, hash, repr):
    try:
        action(Bad())
    except TypeError as error:
        print(error)
