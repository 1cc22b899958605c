# --- every_form
a, b = 1, 2
(c, d), e = [3, 4], 5
[f, [g, h]] = "ab", ("c", "d")
i, = [6]
*j, k = range(4)
l, *m = "xyz"
n, *o, p = 1, 2
[*q] = {7: 8}
(r) = 9
s = t = u = []
print(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s is t is u)

# --- swap_and_rotate
a, b, c, d = 1, 2, 3, 4
a, b = b, a
a, b, c = c, a, b
a, b, c, d = d, c, b, a
print(a, b, c, d)
l = [0, 1, 2]
l[0], l[2] = l[2], l[0]
i = 0
i, l[i] = 1, "set at new i"
print(l, i)

# --- errors
def attempt(text):
    try:
        exec(text)
    except Exception as error:
        print(text, "|", type(error).__name__, error)
attempt("a, b = 1")
attempt("a, b = 1,")
attempt("a, b = 1, 2, 3")
attempt("a, b, *c = 1,")
attempt("a, = ''")
attempt("*a, b = ''")
attempt("a, b = None")
attempt("(a, b), c = 1, 2")
attempt("a, b = {1}")
attempt("a, b = 'abc'")
attempt("[a] = iter([1, 2])")
attempt("a, *b, c, d = iter([1])")
attempt("for x, y in [(1, 2), 3]: pass")
attempt("x = *5,")
attempt("[*1]")
attempt("{**1}")
attempt("{*1}")

# --- partial_assignment_on_error
def f():
    a = b = "old"
    try:
        a, (b, c) = "new", "xyz"
    except ValueError as error:
        print(error)
    return a, b
print(f())

# --- iterator_consumption
def gen():
    for i in range(10):
        print("gen", i)
        yield i
try:
    a, b = gen()
except ValueError as error:
    print(error)
first, *_ = iter("pq")
print(first, _)

# --- iterator_raises
def gen():
    yield 1
    raise KeyError("inside")
def run():
    a, b = gen()
run()

# --- unpack_custom_iterables
class G:
    def __getitem__(self, i):
        if i < 3: return i * 10
        raise IndexError
class I:
    def __iter__(self): return iter("xyz")
a, b, c = G()
d, *e = I()
print(a, b, c, d, e, [*G(), *I()], {**{"a": 1}, **dict(zip("bc", I()))})

# --- star_in_displays
a, b = [1, 2], (3, 4)
print([*a, *b], (*a, 0, *b), {*a, *b}, [*a, *[*b]], *a, {**{"x": 1}, "y": 2, **{"x": 3}})
print([*()], (*[],), {*""}, {**{}}, [*range(3)][1:])

# --- star_in_return_yield_index_for
def r(): return 1, *[2, 3]
def y(): yield 0, *"ab"
d = {}
d[1, *[2, 3]] = "star index"
for x in *[1, 2], 3: print(x, end=" ")
print(r(), list(y()), d)

# --- assignment_targets_evaluation_order
def e(x): print("e", x); return x
class O: pass
o, d, l = O(), {}, [0, 0, 0]
e(o.__class__.__name__), e(1)
d[e("k")], l[e(0)], o.x = e("v"), e("w"), e("z")
d[e("first")] = d[e("second")] = e("value")
print(d, l, o.x)

# --- nested_stars
(a, *b), *c, (d, (e, *f)) = "xyz", 1, 2, (3, (4, 5, 6))
print(a, b, c, d, e, f)

# --- wide_unpacking
exec(", ".join(f"v{i}" for i in range(300)) + " = range(300)")
print(v0, v150, v299)
exec(", ".join(f"w{i}" for i in range(250)) + ", *rest, last = range(300)")
print(w249, rest[:2], len(rest), last)

# --- dict_and_string_unpacking
a, b = {"x": 1, "y": 2}
(k, v), = {"q": 5}.items()
print(a, b, k, v)

# --- augmented_targets
class O: n = 1
o, l, d = O(), [[1], 2], {"a": 1}
o.n += 1; l[0] += [5]; l[1] *= 3; d["a"] -= 10; l[0][0] **= 2; l[-1] //= 4
print(o.n, O.n, l, d)

# --- augmented_evaluation_order
def e(tag, x): print(tag, end=" "); return x
l = [[1, 2], [3, 4]]
e("list", l)[e("i", 0)][e("j", 1)] += e("value", 10)
print(l)
class O: pass
o = O(); o.p = O(); o.p.x = 5
e("obj", o).p.x -= e("v", 3)
print(o.p.x)

# --- augmented_error_keeps_value
d = {"a": 1}
try:
    d["missing"] += 1
except KeyError as error:
    print(repr(error))
try:
    d["a"] += "x"
except TypeError as error:
    print(error)
x = [1]
try:
    x += 5
except TypeError as error:
    print(error)
print(d, x)

# --- annotated_assignment
a: int = 5
b: str
c: "list[int]" = [*range(2)]
class O: pass
o = O()
o.x: int = 3
l = [0]
l[0]: float = 1.5
(d): int = 6
print(a, c, o.x, l, d)
try:
    b
except NameError as error:
    print(error)

# --- walrus_basics
if (n := len("abc")) > 2: print(n)
while (c := n - 1) > 0: n = c; print(c)
print([w := 1, w * 2], (lambda: (v := 5) + v)(), f"{(u := 7)}", u)
def f(x=(q := 3)): return x
print(f(), q)
x = y = (z := 4)
print(x, y, z)
if (m := {}.get("no")) is None and (k := 5): print(m, k)

# --- walrus_in_every_scope
def f():
    global g1
    (g1 := 1)
    (l1 := 2)
    class C:
        (c1 := 3)
    def n():
        nonlocal l1
        return (l1 := l1 + 5)
    return n(), l1, C.c1
print(f(), g1)

# --- multiple_targets_share_value
a = b[0] if False else [1]
x, y = z = [1, 2]
print(x, y, z)
i = l = [0]
i[0] = l[0] = 5
print(i, l)

# --- unpack_error_positions
def parse(line):
    key, value = line.split("=")
    return key, value
def load(text):
    return dict(parse(line)
                for line in text.split(";"))
load("a=1;b=2;c=3=4")

# --- mappings_are_asked_for_their_keys_once
class Meta(type):
    def __getattr__(cls, name):
        print("looked up", name)
        if name == "keys": return lambda: iter("ab")
        raise AttributeError(name)
    def __getitem__(cls, key): return key * 2
class Mapping(metaclass=Meta): pass
def f(**named): return named
print({**Mapping}); print({"x": 1, **Mapping, "y": 2}); print(f(**Mapping)); print(f(c=1, **Mapping))
class Broken:
    def keys(self): raise AttributeError("own")
class Partly:
    def keys(self): return "xyz"
    def __getitem__(self, key): return {"x": 1}[key]
for each in Broken(), Partly(), 5, [1, 2], [("a", 1)], None:
    try: print({**each})
    except Exception as e: print(type(e).__name__, e)
