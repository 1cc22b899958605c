# --- all_comparison_operators
for a, b in ((1, 2), (2, 2), ("a", "b"), ([1, 2], [1, 3]), ((), (1,)), (1.5, 1)):
    print(a < b, a <= b, a == b, a != b, a > b, a >= b)

# --- chained
def noisy(value):
    print("eval", value)
    return value
print(noisy(1) < noisy(2) < noisy(3))
print(noisy(1) < noisy(0) < noisy(3))
print(noisy(1) < noisy(2) == noisy(2) != noisy(3) in [noisy(3)] is not None)

# --- chained_in_condition
def classify(n):
    if 0 < n < 10: return "digit"
    elif 10 <= n < 100 and not 50 <= n <= 60: return "two"
    elif 50 <= n <= 60: return "fifties"
    return "other"
print([classify(n) for n in (-1, 0, 5, 10, 55, 60, 61, 100)])

# --- chained_calls_methods_once
class N:
    def __init__(self, n): self.n = n
    def __lt__(self, other): print("lt", self.n, other.n); return self.n < other.n
    def __repr__(self): return f"N{self.n}"
print(N(1) < N(2) < N(3))
print(N(3) < N(2) < N(3))

# --- rich_comparison_returns_anything
class Q:
    def __eq__(self, other): return ["eq", other]
    def __lt__(self, other): return ()
    def __gt__(self, other): return "gt"
print(Q() == 1, Q() < 1, Q() > 1, Q() != 1, Q() < 1 < 2)

# --- reflected_comparison
class R:
    def __lt__(self, other): return f"lt {other}"
    def __gt__(self, other): return f"gt {other}"
    def __le__(self, other): return f"le {other}"
    def __ge__(self, other): return f"ge {other}"
r = R()
print(1 < r, 1 > r, 1 <= r, 1 >= r, r < 1)

# --- unsupported_comparison_messages
def attempt(action):
    try:
        print(action())
    except TypeError as error:
        print(error)
attempt(lambda: 1 < "a")
attempt(lambda: [] <= ())
attempt(lambda: None > 0)
attempt(lambda: {} >= {})
attempt(lambda: object() < object())
attempt(lambda: 1j < 2j)
attempt(lambda: sorted([1, "a", None]))
attempt(lambda: max(3, "x"))
attempt(lambda: 1 in 5)
attempt(lambda: "a" in 5.0)
attempt(lambda: 1 in "abc")

# --- identity
a = []
b = a
c = []
print(a is b, a is c, a is not c, None is None, a is not None, (a is b) is True)
def same(x, y): return x is y, x is not y
print(same(a, b), same(a, c), same(..., Ellipsis), same(NotImplemented, NotImplemented))

# --- containment
print(2 in [1, 2], 2 not in [1, 2], "b" in "abc", "z" not in "abc", 3 in {3: 1}, None in (None,), 1.0 in {1}, b"a" in b"abc")
print(5 in range(0, 10, 5), 4 in range(0, 10, 5), 97 in b"abc", "" in "")

# --- containment_by_contains
class C:
    def __contains__(self, item):
        print("contains", item)
        return item
print(1 in C(), 0 in C(), "" not in C(), [] in C())

# --- containment_by_iteration
class I:
    def __iter__(self):
        for n in (1, 2, 3):
            print("yield", n)
            yield n
print(2 in I())
print(9 not in I())

# --- containment_by_getitem
class G:
    def __getitem__(self, i):
        if i > 3: raise IndexError(i)
        return i * i
print(4 in G(), 5 in G(), list(G()))

# --- containment_disabled
class D:
    __contains__ = None
    def __iter__(self): return iter([1])
try:
    1 in D()
except TypeError as error:
    print(error)

# --- containment_raises
class X:
    def __contains__(self, item): raise LookupError("looking for", item)
def find(thing): return thing in X()
find("key")

# --- nan_identity
nan = float("nan")
print(nan == nan, nan in [nan], [nan] == [nan], nan != nan, (nan,) == (nan,), nan < nan)

# --- total_ordering
from functools import total_ordering
@total_ordering
class V:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(V(1) <= V(1), V(2) > V(1), V(1) >= V(2), V(3) != V(3))

# --- eq_without_hash
class E:
    def __eq__(self, other): return True
print(E() == 5, E.__hash__)
try:
    {E()}
except TypeError as error:
    print(error)

# --- hash_collisions_call_eq
class H:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, other): print("eq", self.n, other.n); return self.n == other.n
d = {H(1): "a", H(2): "b"}
print(d[H(2)], H(1) in d)

# --- comparison_raising_in_sort
class S:
    def __init__(self, n): self.n = n
    def __lt__(self, other):
        if self.n == 3 or other.n == 3: raise ArithmeticError("three")
        return self.n < other.n
items = [S(2), S(1), S(3), S(0)]
try:
    items.sort()
except ArithmeticError as error:
    print(error, len(items))

# --- uncaught_in_comparison
class T:
    def __le__(self, other):
        return other.missing
def check(a, b):
    return 0 < 1 and (a
            <= b)
check(T(), 5)

# --- bool_results_as_numbers
print(sum(x > 2 for x in range(5)), (1 < 2) + (2 < 3), [10, 20][3 > 2], {True: "t"}[1 == 1])

# --- not_precedence
x = 3
print(not x == 3, not x in [3], x not in [3], not (not x), not x < 2 or False)

# --- eq_of_different_types
print(1 == 1.0 == True, "1" == 1, b"a" == "a", [] == (), {} == set(), 0 == False, None == 0, (1, 2) == [1, 2])

# --- isinstance_and_subclass_hooks
class M(type):
    def __instancecheck__(cls, thing): print("instancecheck"); return thing == 5
    def __subclasscheck__(cls, other): print("subclasscheck"); return other is int
class K(metaclass=M): pass
print(isinstance(5, K), isinstance(6, K), issubclass(int, K), issubclass(str, K))
try:
    isinstance(1, 2)
except TypeError as error:
    print(error)
