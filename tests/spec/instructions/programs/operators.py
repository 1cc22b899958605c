# --- UNARY
class A:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "inv"
for v in (5, -2.5, 1j, True, A()):
    attempt(lambda: -v)
    attempt(lambda: +v)
attempt(lambda: ~7)
attempt(lambda: ~A())
for v in ("s", None, [], 1.5):
    attempt(lambda: -v)
    attempt(lambda: +v)
    attempt(lambda: ~v)

# --- BINARY
class V:
    def __init__(self, n): self.n = n
    def __add__(self, o): return ("add", self.n, o)
    def __radd__(self, o): return ("radd", self.n, o)
    def __matmul__(self, o): return ("matmul", self.n, o)
    def __mod__(self, o): return NotImplemented
    def __pow__(self, o): raise KeyError("pow")
for a, b in ((7, 2), (7.5, -2), (True, 3), ("ab", 3), ([1], 2), ({1, 2}, {2}), (6, 0), ("%s-%s", (1, 2)), (b"a", b"b")):
    for f in (lambda: a + b, lambda: a - b, lambda: a * b, lambda: a / b, lambda: a // b, lambda: a % b, lambda: a ** b,
              lambda: a << b, lambda: a >> b, lambda: a & b, lambda: a | b, lambda: a ^ b, lambda: a @ b):
        attempt(f)
v = V(1)
for f in (lambda: v + 1, lambda: 1 + v, lambda: v + v, lambda: v @ 2, lambda: v % 1, lambda: v ** 2, lambda: 2 ** v):
    attempt(f)

# --- INPLACE
class V:
    def __iadd__(self, o): return ("iadd", o)
    def __sub__(self, o): return ("sub", o)
    def __imul__(self, o): return NotImplemented
def f(a, b):
    a += b
    return a
def g(a, b):
    a -= b
    return a
def h(a, b):
    a *= b
    a //= 2
    a %= 5
    a **= 2
    a <<= 1
    a >>= 1
    a &= 7
    a |= 8
    a ^= 1
    a /= 2
    return a
def m(a, b):
    a @= b
    return a
for pair in ((1, 2), ([1], [2]), ("a", "b"), ([1], 5), (V(), 1), (1.5, "x")):
    attempt(f, *pair)
    attempt(g, *pair)
    attempt(h, *pair)
    attempt(m, *pair)
shared = same = [1]
shared += (2,)
print(same)
t = ([],)
try:
    t[0] += [1]
except TypeError as error:
    print(error, t)

# --- COMPARE
class A:
    def __lt__(self, o): return "lt"
    def __eq__(self, o): return []
    def __ge__(self, o): raise KeyError("ge")
for a, b in ((1, 2), (1, 1.0), ("a", "b"), ([1], [1, 2]), (None, 1), (A(), 1), (1, A()), (float("nan"), 1), ({1}, {1, 2})):
    for f in (lambda: a < b, lambda: a <= b, lambda: a == b, lambda: a != b, lambda: a > b, lambda: a >= b):
        attempt(f)
print("yes" if A() < 1 else "no", "yes" if A() == 1 else "no")

# --- CONTAINS
class A:
    def __contains__(self, x): return "truthy" if x else 0
class B:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * 10
class C:
    def __iter__(self): raise KeyError("iter")
class D:
    __contains__ = None
for a, b in ((1, [1]), ("a", "bab"), (1, {1: 2}), ([], {1}), (1, A()), (0, A()), (20, B()), (7, B()), (1, C()), (1, D()), (1, 5), (1, "a")):
    attempt(lambda: a in b)
    attempt(lambda: a not in b)

# --- IS
a = []
def f(x, y): return x is y, x is not y, x is None, None is not x
print(f(a, a), f(a, []), f(None, None), f(1, True))

# --- TRUTH [3.13+]
class A:
    def __bool__(self): raise KeyError("bool")
class B:
    def __len__(self): return 3
class C:
    def __bool__(self): return 1
def f(x): return 1 if x else 2
for x in (0, "", [], None, 0.0, B(), "a", A(), C()): attempt(f, x)
print(1 if 2 < 3 else 4)

# --- NOT
class A:
    def __bool__(self): raise KeyError("bool")
class B:
    def __len__(self): return -1
class C:
    def __bool__(self): return "no bool"
for x in (0, 1, "", "a", [], [0], None, A(), B(), C()): attempt(lambda: not x)
