# --- operators_and_calls
def e(x): print(x, end=" "); return x
e(1) + e(2) * e(3) - (e(4) and e(5)) ; print()
e(e)(e(7)); print()
e(max)(e(1), *e([2]), key=e(None), **e({"default": 3}) if False else {}); print()
[e(1), e(2)][e(0)]; print()
e("a").join(e(["b", "c"])).upper(); print()
(e(1), [e(2), {e(3): e(4)}], {e(5)}); print()
e(1) if e(0) else e(2); print()
lambda x=e("default"): e("never"); print()
e([1, 2, 3])[e(0):e(2):e(1)]; print()
not e(0), -e(1), e(1) is e(2), e(1) in e([1]); print()

# --- power_and_comparison_chain
def e(x): print(x, end=" "); return x
print(e(2) ** e(3) ** e(0), e(1) < e(5) <= e(5) > e(9) == e(1))

# --- assignment_right_then_left
def e(x): print(x, end=" "); return x
d, l = {}, [0] * 5
d[e("k1")] = l[e(2)] = e("value")
(d[e("a")], l[e(0)]), d[e("b")] = (e(1), e(2)), e(3)
d[e("x")], (l[e(1)], *d[e("y")]) = e("X"), e((5, 6, 7)) if False else (5, 6, 7)
print(d, l)

# --- augmented_order
class D(dict):
    def __getitem__(self, k): print("get", k, end=" "); return super().__getitem__(k)
    def __setitem__(self, k, v): print("set", k, v, end=" "); super().__setitem__(k, v)
def e(x): print(x, end=" "); return x
d = D(a=1)
e(d)[e("a")] += e(10); print()
class O:
    def __getattribute__(self, n): print("getattr", n, end=" "); return object.__getattribute__(self, n)
    def __setattr__(self, n, v): print("setattr", n, v, end=" "); object.__setattr__(self, n, v)
o = O(); o.v = 1
o.v *= e(5); print()

# --- del_and_for_order
def e(x): print(x, end=" "); return x
class D(dict):
    def __delitem__(self, k): print("del", k, end=" ")
d = D()
del d[e(1)], (d[e(2)], d[e(3)])
for d[e("target")] in e([1, 2]): print("body", end=" ")
print(dict(d))

# --- with_and_try_order
def e(x): print(x, end=" "); return x
class CM:
    def __init__(self, n): e(n)
    def __enter__(self): return e("enter")
    def __exit__(self, *a): e("exit")
d = {}
with CM("a") as d[e("ta")], CM("b") as d[e("tb")]: e("body")
print(d)

# --- class_and_function_definition_order
def e(x): print(x, end=" "); return x
def deco(n):
    e(n)
    return lambda f: (e("apply " + n), f)[1]
@deco("d1")
@deco("d2")
def f(a: e("ann a") = e("def a"), *, b: e("ann b") = e("def b")) -> e("ret"): pass
print()
@deco("c1")
class C(e(object), metaclass=e(type)): e("body")
print()

# --- dict_display_and_comprehension
def e(x): print(x, end=" "); return x
{e("k1"): e("v1"), **e({}), e("k2"): e("v2")}; print()
{e(k): e(v) for k, v in e([("a", 1)])}; print()
[e(x) + e(y) for x in e([1, 2]) if e(x) for y in e([10])]; print()

# --- global_lookup_time
def f(): return a + g()
def g():
    global a
    a = 100
    return 1
a = 1
print(f(), a)
x = 1
def change():
    global x
    x = 50
    return 1
print(x + change() + x)
y = [x, change(), x]
print(y)

# --- local_lookup_time
def f():
    x = 1
    def change():
        nonlocal x
        x = 50
        return 1
    first = x + change() + x
    x = 1
    x += change()
    return first, x
print(f())
def g(x):
    return x, (x := 5), x, [x := x + 1 for _ in range(2)], x
print(g(1))

# --- method_loaded_before_arguments
class C:
    def m(self, *a): return "old", a
c = C()
def patch():
    C.m = lambda self, *a: ("new", a)
    return 1
print(c.m(patch()), c.m(2))
l = [1]
print(l.append(l.append(2)), l)
s = "a"
print(s.join([(s := "b"), "x"]), s)

# --- return_and_yield_order
def e(x): print(x, end=" "); return x
def g():
    x = yield e(1), (yield e(2)), e(3)
    return (yield e("r")) or e("end")
it = g()
print(next(it), it.send("s"), it.send(None))
try: it.send(None)
except StopIteration as s: print(s.value)

# --- raise_and_assert_order
def e(x): print(x, end=" "); return x
try: raise e(ValueError)(e("arg")) from e(KeyError())
except ValueError as x: print(repr(x), repr(x.__cause__))
try: assert e(0), e("message")
except AssertionError as x: print(x)
assert e(1), e("not evaluated"); print()

# --- import_as_binding_order
log = []
class D(dict):
    def __setitem__(self, k, v): log.append(k); dict.__setitem__(self, k, v)
exec("import os.path as p, sys\nfrom json import dumps as d, loads\n", {"__builtins__": __builtins__}, D())
print(log)

# --- starred_call_order
def e(x): print(x, end=" "); return x
def f(*a, **k): return a, k
print(f(e(1), *e((2,)), e(3), k=e(4), *e((5,)), **e({"m": 6})))

# --- slice_assignment_order
def e(x): print(x, end=" "); return x
l = list(range(6))
e(l)[e(1):e(3)] = e(["a", "b", "c"])
del e(l)[e(0):e(None):e(2)]
e(l)[e(0):e(1)] += e(["z"])
print(l)
