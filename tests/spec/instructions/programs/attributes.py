# --- GETATTR
class Meta(type):
    def __getattr__(cls, name): return f"meta {name}"
class A(metaclass=Meta):
    c = 1
    def __init__(self): self.x = 2
    def m(self): return self.x
    @property
    def p(self): return self.x + 1
    @staticmethod
    def s(v): return v
    @classmethod
    def k(cls): return cls.__name__
    @property
    def broken(self): return self.missing
class B(A):
    def __getattr__(self, name):
        if name == "wrong": raise AttributeError("wrong")
        return name.upper()
a, b = A(), B()
print(a.c, a.x, a.m(), a.p, a.s(5), a.k(), A.other, b.other, b.m(), b.k(), (a.m)())
attempt(lambda: a.missing)
attempt(lambda: a.missing())
attempt(lambda: a.broken)
attempt(lambda: b.wrong)
attempt(lambda: None.x)
attempt(lambda: (5).bit_length() + "abc".upper().count("A"))
a.m = lambda: "in the instance"
print(a.m())

# --- SETATTR
class A:
    __slots__ = ("x",)
class B:
    def __setattr__(self, name, value):
        print("set", name, value)
        super().__setattr__(name, value)
class C:
    @property
    def p(self): return 1
a = A()
a.x = 1
b = B()
b.y = b.z = 2
print(a.x, b.y, b.__dict__)
def f(o, v): o.p = v
attempt(f, a, 1)
attempt(f, C(), 1)
attempt(f, 5, 1)
f(A, 6)
print(A.p)

# --- DELATTR
class A:
    x = 1
    def __delattr__(self, name):
        print("del", name)
        super().__delattr__(name)
a = A()
a.y = 1
def f(o): del o.y
f(a)
attempt(f, a)
attempt(f, 5)

# --- SUPER_ATTR [3.12+]
class A:
    v = "A.v"
    def m(self, x=0): return ("A.m", x)
    @classmethod
    def k(cls): return ("A.k", cls.__name__)
class B(A):
    def m(self, x=0): return super().m(x), super(B, self).m(), super().v
    @classmethod
    def k(cls): return super().k()
    def missing(self): return super().nothing
    def unbound(self): return super().m
b = B()
print(b.m(3), B.k())
attempt(b.missing)
print(b.unbound()())
def no_class(self): return super(5, self).x
attempt(no_class, b)
class C(A):
    def m(self):
        super = lambda: "not the builtin"
        return super()
print(C().m())

# --- LOAD_SPECIAL [3.14+]
class Manager:
    def __enter__(self): return "entered"
    def __exit__(self, *args): print(args[0]); return True
with Manager() as m:
    print(m)
    raise KeyError
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *args): pass
class AsyncOnly:
    async def __aenter__(self): pass
    async def __aexit__(self, *args): pass
def f(x):
    with x: pass
async def g(x):
    async with x: pass
for x in (NoExit(), NoEnter(), AsyncOnly(), 5):
    attempt(f, x)
    attempt(lambda: g(x).send(None))
class Odd:
    def __init__(self): self.__enter__ = self.__exit__ = None
attempt(f, Odd())
attempt(g(Manager()).send, None)

# --- GETITEM
class A:
    def __getitem__(self, k): return ("item", k)
class B:
    def __class_getitem__(cls, k): return ("class", k)
class C(dict):
    def __missing__(self, k): return ("missing", k)
a = A()
print(a[1], a[1:2], a[1, 2:3, ...], B[int], C()[1], [1, 2][-1], "abc"[1], b"a"[0], {1: 2}[True], (1, 2)[1])
for f in (lambda: [1][5], lambda: {}["k"], lambda: (1,)["a"], lambda: 5[0], lambda: int[0], lambda: "a"[1.5], lambda: {}[[]]):
    attempt(f)

# --- SETITEM
class A:
    def __setitem__(self, k, v): print("set", k, v)
d, l = {}, [1, 2]
d[1] = l[0] = A()[3] = 5
A()[1:2] = 6
print(d, l)
def f(o, k):
    o[k] = 1
for o, k in ((l, 9), ((1,), 0), (d, []), ("s", 0), (5, 0)): attempt(f, o, k)

# --- DELITEM
class A:
    def __delitem__(self, k): print("del", k)
d, l = {1: 2, 3: 4}, [1, 2, 3, 4]
del d[1], l[0], A()[5]
del l[1:]
print(d, l)
def f(o, k):
    del o[k]
for o, k in ((l, 9), ((1,), 0), (d, 7), ("s", 0), (d, [])): attempt(f, o, k)

# --- GETSLICE [3.12+]
class A:
    def __getitem__(self, k): return k
def f(x, a, b): return x[a:b], x[a:], x[:b]
print(f([1, 2, 3], 1, 2), f("abc", 0, -1), f(A(), 1, "b"), f(b"abc", None, 2), f((1, 2), 5, 9))
class Index:
    def __index__(self): return 1
print(f([1, 2, 3], Index(), 3))
attempt(f, 5, 1, 2)
attempt(f, [1], "a", 2)

# --- SETSLICE [3.12+]
class A:
    def __setitem__(self, k, v): print(k, v)
def f(x, a, b, v):
    x[a:b] = v
    return x
print(f([1, 2, 3], 0, 2, "xy"), f([1], 1, 1, [2, 3]))
f(A(), 1, None, 5)
attempt(f, [1], 0, 1, 5)
attempt(f, "abc", 0, 1, "x")
