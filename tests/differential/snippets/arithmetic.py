# --- every_binary_operator
a, b = 29, 6
print(a + b, a - b, a * b, a / b, a // b, a % b, a ** b, a << b, a >> b, a & b, a | b, a ^ b)
print(-a, +a, ~a, not a)

# --- every_inplace_operator
x = 1000
for step in range(12):
    if step == 0: x += 7
    elif step == 1: x -= 3
    elif step == 2: x *= 5
    elif step == 3: x //= 2
    elif step == 4: x %= 997
    elif step == 5: x **= 2
    elif step == 6: x <<= 3
    elif step == 7: x >>= 1
    elif step == 8: x |= 6
    elif step == 9: x &= 0xFFFF
    elif step == 10: x ^= 0x55
    else: x /= 4
    print(step, x)

# --- mixed_number_types
from decimal import Decimal
from fractions import Fraction
print(1 + 2.5, 2 * 1j, 7 // 2.0, -7 // 2, -7 % 3, 7 % -3, 2 ** -1, (-8) ** (1 / 3))
print(Fraction(1, 3) + 1, 1 - Fraction(1, 3), Decimal("1.1") + 1, 2 * Decimal("0.3"))
print(True + True, True * 3.5, divmod(-7, 2), pow(3, 5, 7), round(2.5), round(3.5), abs(-3))

# --- big_integers
n = 1
for i in range(1, 60):
    n *= i
print(n, n.bit_length(), n % 1000007, n >> 200, -n // 10 ** 70)

# --- reflected_operators
class Right:
    def __radd__(self, other): return f"radd({other!r})"
    def __rsub__(self, other): return f"rsub({other!r})"
    def __rmul__(self, other): return f"rmul({other!r})"
    def __rmatmul__(self, other): return f"rmatmul({other!r})"
    def __rtruediv__(self, other): return f"rtruediv({other!r})"
    def __rfloordiv__(self, other): return f"rfloordiv({other!r})"
    def __rmod__(self, other): return f"rmod({other!r})"
    def __rpow__(self, other): return f"rpow({other!r})"
    def __rlshift__(self, other): return f"rlshift({other!r})"
    def __rrshift__(self, other): return f"rrshift({other!r})"
    def __rand__(self, other): return f"rand({other!r})"
    def __ror__(self, other): return f"ror({other!r})"
    def __rxor__(self, other): return f"rxor({other!r})"
r = Right()
print(1 + r, 1 - r, 1 * r, 1 @ r, 1 / r, 1 // r, 1 % r, 1 ** r, 1 << r, 1 >> r, 1 & r, 1 | r, 1 ^ r)
x = 5
x += r
print(x)

# --- subclass_reflected_first
class Base:
    def __add__(self, other): return "Base.__add__"
    def __radd__(self, other): return "Base.__radd__"
class Derived(Base):
    def __radd__(self, other): return "Derived.__radd__"
print(Base() + Derived(), Derived() + Base(), Base() + Base())

# --- not_implemented_falls_through
log = []
class Left:
    def __add__(self, other):
        log.append("left")
        return NotImplemented
class Other:
    def __radd__(self, other):
        log.append("right")
        return NotImplemented
try:
    Left() + Other()
except TypeError as error:
    print(error, log)

# --- inplace_methods
class Acc:
    def __init__(self): self.log = []
    def __iadd__(self, other): self.log.append(("iadd", other)); return self
    def __isub__(self, other): self.log.append(("isub", other)); return self
    def __imatmul__(self, other): self.log.append(("imatmul", other)); return self
    def __ipow__(self, other): self.log.append(("ipow", other)); return self
    def __ilshift__(self, other): self.log.append(("ilshift", other)); return self
a = b = Acc()
a += 1; a -= 2; a @= 3; a **= 4; a <<= 5
print(a is b, a.log)

# --- inplace_falls_back
class Value:
    def __init__(self, n): self.n = n
    def __add__(self, other): return Value(self.n + other)
    def __repr__(self): return f"Value({self.n})"
v = w = Value(1)
v += 4
print(v, w)

# --- inplace_returns_other_type
class Strange:
    def __iadd__(self, other): return "replaced"
s = Strange()
s += 1
print(s)

# --- matrix_multiplication
class Matrix:
    def __init__(self, *rows): self.rows = rows
    def __matmul__(self, other):
        columns = list(zip(*other.rows))
        return Matrix(*[[sum(a * b for a, b in zip(row, column)) for column in columns] for row in self.rows])
    def __repr__(self): return f"Matrix{self.rows}"
m = Matrix([1, 2], [3, 4])
print(m @ m @ m)
m @= Matrix([0, 1], [1, 0])
print(m)
try:
    m @ 3
except Exception as error:
    print(type(error).__name__, error)

# --- unsupported_operand_messages
def attempt(action):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, "|", error)
attempt(lambda: 1 + "a")
attempt(lambda: "a" + 1)
attempt(lambda: [] + ())
attempt(lambda: None - 1)
attempt(lambda: "a" * "b")
attempt(lambda: {} | [])
attempt(lambda: 1 @ 2)
attempt(lambda: 1.5 << 2)
attempt(lambda: -"a")
attempt(lambda: ~1.5)
attempt(lambda: +None)
attempt(lambda: print >> 3)
attempt(lambda: 2 ** "x")

# --- unsupported_inplace_messages
for kind in range(5):
    x = object if kind == 0 else 1
    try:
        if kind == 0: x += 1
        elif kind == 1: x -= "s"
        elif kind == 2: x **= []
        elif kind == 3: x @= 2
        else: x |= None
    except TypeError as error:
        print(kind, error)

# --- division_by_zero
for text in ("1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1.0 // 0.0", "1.0 % 0", "0 ** -1", "0.0 ** -1", "1j / 0", "divmod(1, 0)"):
    try:
        eval(text)
    except ZeroDivisionError as error:
        print(text, "|", error)

# --- overflow_and_value_errors
import math
for text in ("1 << -1", "1 >> -1", "2.0 ** 10000", "math.exp(1000)", "int('x')", "float('y')", "int(float('inf'))",
             "math.sqrt(-1)", "'%d' % 'x'", "'%s %s' % (1,)", "'%s' % (1, 2)", "[1] * (1 << 70)"):
    try:
        print(eval(text))
    except Exception as error:
        print(text, "|", type(error).__name__, "|", error)

# --- uncaught_type_error_position
def total(items):
    result = 0
    for item in items:
        result = (result * 2) + item.value
    return result
class Item:
    def __init__(self, value): self.value = value
total([Item(1), Item("two")])

# --- unary_methods
class U:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "invert"
    def __abs__(self): return "abs"
    def __round__(self, n=None): return ("round", n)
u = U()
print(-u, +u, ~u, abs(u), round(u), round(u, 2))

# --- list_inplace_aliasing
a = b = [1]
a += (2, 3)
a *= 2
print(a, b, a is b)
a = a + [9]
print(a is b)
t = u = (1,)
t += (2,)
print(t, u)

# --- tuple_item_augmented
t = ([1], [2])
try:
    t[0] += [5]
except TypeError as error:
    print(error)
print(t)

# --- set_and_dict_operators
a, b = {1, 2, 3}, {2, 3, 4}
print(sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), a <= b, a < {1, 2, 3, 4})
a -= {1}; a |= {10}; a &= {2, 10}; a ^= {2, 7}
print(sorted(a))
d = {"x": 1} | {"y": 2}
d |= [("z", 3)]
print(d)

# --- numeric_protocols
class Index:
    def __index__(self): return 3
class Int:
    def __int__(self): return 4
class Float:
    def __float__(self): return 2.5
i = Index()
print([10, 20, 30, 40][i], "abc" * i, range(i), hex(i), int(i), int(Int()), float(Float()), float(i), complex(Float()))
try:
    [1, 2][Int()]
except TypeError as error:
    print(error)

# --- constant_folding_limits
print("x" * 3 + "y", (1, 2) * 2, 2 ** 100, 1 << 65, -(5), not 1, 3 < 4 < 5)
try:
    1 // 0
except ZeroDivisionError as error:
    print(error)

# --- float_formatting
for value in (0.1 + 0.2, 1e16, 1e-5, 123456789.0, 1.0, -0.0, float("nan"), float("-inf"), 1e300 * 1e10, 5e-324):
    print(value, repr(value), "%.3f" % value, format(value, "g"))

# --- int_subclass_operators
class Celsius(int):
    def __add__(self, other): return Celsius(int(self) + int(other))
    def __repr__(self): return f"{int(self)}C"
c = Celsius(20)
print(c + 2, 2 + c, c - 1, type(c + 1).__name__, type(c - 1).__name__, -c, c == 20, c << 1)
c += 5
print(repr(c))

# --- str_subclass_operators
class Text(str):
    def __add__(self, other): return Text(str(self) + "+" + str(other))
    def __mod__(self, other): return f"mod({other})"
    def __mul__(self, n): return Text(f"<{self}x{n}>")
t = Text("a")
print(t + "b", "b" + t, t % 3, t * 4, 4 * t, type(t + "x").__name__)
t += "z"
print(t, type(t).__name__)

# --- operator_raises_custom_error
class Bad:
    def __add__(self, other): raise ValueError("no adding", other)
def run():
    bad = Bad()
    return bad + (1, 2)
run()

# --- ternary_pow
class P:
    def __pow__(self, other, modulo=None): return ("pow", other, modulo)
    def __rpow__(self, other, modulo=None): return ("rpow", other)
print(P() ** 2, pow(P(), 2, 5), 2 ** P())
