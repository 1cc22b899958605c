# --- conversions_and_specs
name, n, pi = "Zoë", 255, 3.14159265
print(f"{name} {name!r} {name!s} {name!a} {n:x} {n:#010b} {n:>8}|{n:<8}|{n:^8}| {pi:.3f} {pi:10.2e} {n:,} {-n:+d} {n!r:>6}")

# --- nested_specs
w, p, v = 12, 3, 2.718281828
print(f"{v:{w}.{p}f}|{v:>{w}}|{'x':{'*'}^{w}}|{v!r:.{p}}|{w:{'0' + str(w)}d}")

# --- self_documenting
x, y = 3, "a"
print(f"{x=} {y=} {x + 1 = } {y=!s} {x=:>5} { x * 2 =!r:^9} {y.upper()=}")

# --- braces_and_quotes
d = {"k": 1}
print(f"{{literal}} {d['k']} {{{d['k']}}} {'}'} {'{'}", f'''{d["k"]
}''', rf"\n{d['k']}\t", f"a" "b" f"{1}" r"\c")

# --- format_protocol
class F:
    def __format__(self, spec): return f"F({spec!r})"
    def __repr__(self): return "repr"
    def __str__(self): return "str"
f = F()
print(f"{f} {f:} {f:abc} {f!r} {f!s:>5} {f!r:*^8}")

# --- format_errors
class Bad:
    def __format__(self, spec): return 5
for action in ("f'{Bad()}'", "f'{1:z}'", "f'{None:5}'", "f'{[]:d}'", "f'{1.5:d}'", "f'{\"a\":d}'", "f'{object():x}'", "f'{1:{2}{3}q}'"):
    try:
        print(eval(action))
    except Exception as error:
        print(action, type(error).__name__, error)

# --- evaluation_order
def e(x): print("e", x); return x
print(f"{e(1)}{e(2):{e(5)}}{e('a')!r}{e('z'):>{e(3)}}")

# --- lambdas_calls_and_walrus
print(f"{(lambda x: x * 2)(4)} {(z := 5)} {z} {[i for i in range(3)]} {max(1, 2)} {'yes' if z > 3 else 'no'} {z:=+6}")

# --- multi_line_position
value = None
text = (
    f"first {1}"
    f"second {value + 1}"
    f"third"
)

# --- position_in_format_spec
def show(v, width):
    return f"<{v:{width + 'x'}}>"
show(1, 5)

# --- many_parts
print(f"{0}{1}{2}{3}{4}{5}{6}{7}{8}{9}" * 2)
a = 1
print(eval("f'" + "".join("{a}-" for _ in range(300)) + "'").count("1"))

# --- empty_and_whitespace
print(f"", f"{''}", f"{ 1 }", f"{(1,)}", f"{1,}", f"{*[1, 2], 3}", repr(f"{'a' 'b'}"))

# --- datetime_and_decimal
import datetime
from decimal import Decimal
d = datetime.datetime(2024, 2, 29, 13, 5)
print(f"{d:%Y-%m-%d %H:%M} {d:%A} {Decimal('1.2345'):.2f} {d!r}")

# --- captured_in_closures
def f(a):
    return lambda b: f"{a}{b}{(lambda: f'{a}{b}')()}"
print(f("x")("y"))

# --- yield_inside
def g():
    x = f"<{yield 1}|{yield 2}>"
    yield x
it = g()
print(next(it), it.send("a"), it.send("b"))

# --- str_format_methods
print("{0} {1} {0}".format("a", "b"), "{x[k]} {y.real}".format(x={"k": 1}, y=5), "{:>{w}}".format("r", w=4), "%(a)s %(b)05.1f" % {"a": 1, "b": 2})
print("{!r:^10}".format("s"), "%-5s|%5s|%%|%c|%x" % ("a", "b", "c", 255), format(1234567.891, ",.2f"), "{:%}".format(0.25))
for action in ("'{}'.format()", "'{a}'.format()", "'{0.x}'.format(1)", "'{'.format()", "'%d' % 'a'", "'%(x)s' % {}", "'%s'  % ()"):
    try:
        eval(action)
    except Exception as error:
        print(action, type(error).__name__, error)

# --- nested_same_quotes [3.12+]
names = ["a", "b"]
print(f"{", ".join(n for n in names)} {f"{f"{1 + 1}"}"} {"\n".join(names)!r}")
print(f"{names[0]  # a comment
}")

# --- bytes_formatting
print(b"%s %d %r" % (b"a", 5, "x"), b"%5.1f|%x" % (2.55, 255), b"a" b"b")
