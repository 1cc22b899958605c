# --- BUILD_TUPLE
def f(a, b): return (), (a,), (a, b), (a, (b, a))
print(f(1, 2))
print(f(*f(1, 2)[2]))

# --- BUILD_LIST
def f(a, b): return [], [a], [a, b], [[a], [b]]
x = f(1, 2)
x[0].append(1)
print(x, f(1, 2))

# --- BUILD_SET
class H:
    def __init__(self, n): self.n = n
    def __hash__(self):
        print("hash", self.n)
        return 1
    def __eq__(self, o):
        print("eq", self.n, o.n)
        return self.n == o.n
def f(a, b): return {a, b}
print(f(1, 2), f(1, True), len(f(H(1), H(2))), len(f(H(1), H(1))))
attempt(f, 1, [])
class Broken:
    def __hash__(self): raise KeyError("hash")
attempt(f, Broken(), 1)

# --- BUILD_MAP
class H:
    def __init__(self, n): self.n = n
    def __hash__(self):
        print("hash", self.n)
        return 1
    def __eq__(self, o):
        print("eq", self.n, o.n)
        return True
def f(a, b): return {}, {a: b}, {a: 1, b: 2}
print(f(1, 2), f(1, 1.0), len(f(H(1), H(2))[2]))
attempt(f, [], 1)
attempt(f, 1, {})

# --- BUILD_CONST_KEY_MAP
def f(a, b): return {"x": a, "y": b, "x": 3}
print(f(1, 2))

# --- BUILD_STRING
def f(a, b): return f"{a}{b}", f"<{a}>{b!r}", f"{a}"
print(f(1, "x"))

# --- BUILD_SLICE
class A:
    def __getitem__(self, k): return k
def f(a, b, c): return A()[a:b:c], A()[::c], A()[a:b, 1:]
print(f(1, 2, 3), f(None, "x", []))
print([1, 2, 3, 4][::2], "abcdef"[4:1:-2])
attempt(lambda: [1][::0])

# --- BUILD_INTERPOLATION [3.14+]
def f(a, w): return t"{a}", t"{a!r:>{w}}", t"{a!s}", t"{a:x}", t"{ a + 1 }"
for template in f(5, 3):
    print(template.strings, [(i.value, i.expression, i.conversion, i.format_spec) for i in template.interpolations])
attempt(f, "s", 1)

# --- BUILD_TEMPLATE [3.14+]
def f(a, b): return t"", t"plain", t"{a}{b}", t"<{a}> " t"{b}!"
for template in f(1, "two"): print(template, template.values)

# --- LIST_APPEND
def f(n): return [x * y for x in range(n) if x for y in (1, 2)]
print(f(4))
attempt(f, "s")

# --- SET_ADD
def f(items): return {x for x in items}
print(sorted(f("hello")))
attempt(f, [1, []])

# --- MAP_ADD
class H:
    def __hash__(self): raise KeyError("hash")
def f(items): return {k: v for k, v in items}
print(f([(1, 2), (3, 4), (1, 5)]))
attempt(f, [(H(), 1)])
attempt(f, [([], 1)])
def order(): return {print("key"): print("value") for _ in (1,)}
order()

# --- LIST_EXTEND
def f(*a): return [*a[0], 1, *a[1]]
def gen():
    yield 1
    raise KeyError("generator")
print(f("ab", {1: 2}))
attempt(f, 5, [])
attempt(f, gen(), [])
class A:
    def __iter__(self): return 5
attempt(f, [], A())
class B:
    def __iter__(self): raise TypeError("mine")
attempt(f, [], B())
def g(a, b): return print(*a, *b)
g("ab", (1,))
attempt(g, 5, [])

# --- SET_UPDATE
def f(a, b): return {*a, 1, *b}
print(f([1, 2], (3,)))
attempt(f, 5, [])
attempt(f, [[]], [])
print(1 in {1, 2, 3}, {1, 2, 3, 4})

# --- DICT_UPDATE
def f(a, b): return {**a, 1: "one", **b}
print(f({1: 0, 2: 3}, {}))
class M:
    def keys(self): return ["k"]
    def __getitem__(self, k): return k * 2
print(f(M(), {}))
attempt(f, 5, {})
attempt(f, [(1, 2)], {})
class Broken:
    def keys(self): raise KeyError("keys")
    def __getitem__(self, k): return 1
attempt(f, {}, Broken())
class NoIter:
    def keys(self): return 5
attempt(f, {}, NoIter())

# --- DICT_MERGE
def k(**kw): return kw
def f(a, b): return k(**a, x=1, **b)
print(f({"y": 2}, {}))
attempt(f, {"x": 2}, {})
attempt(f, {}, {"x": 2})
attempt(f, {1: 2}, {})
attempt(f, {}, {1: 2})
attempt(f, 5, {})
class M:
    def keys(self): return ["k"]
    def __getitem__(self, key): return key * 2
print(f(M(), M.__new__(M)) if False else f(M(), {}))
class A:
    def m(self, **kw): return kw
attempt(lambda: A().m(**{"z": 1}, **{"z": 2}))
attempt(lambda: k(**{1: 2}, **{1: 3}))
class Key:
    def __hash__(self): return 1
    def __eq__(self, other): return True
    def __str__(self): raise KeyError("str")
attempt(lambda: k(**{Key(): 2}, **{Key(): 3}))

# --- LIST_TO_TUPLE
def f(a, b): return (*a, *b), (0, *a)
print(f([1], "xy"))
attempt(f, 5, [])
print((lambda *a: a)(*[1, 2], 3))

# --- UNPACK
def f(x):
    a, b = x
    return a, b
class It:
    def __iter__(self): return iter("pq")
for x in ((1, 2), [3, 4], "ab", {5: 6, 7: 8}, It(), (i for i in range(2)), (1,), (1, 2, 3), [], 5, None, "abc", It): attempt(f, x)
def g():
    yield 1
    raise KeyError("in the middle")
attempt(f, g())
class Broken:
    def __iter__(self): raise TypeError("my own")
attempt(f, Broken())
(a, [b, c]), d = (1, "xy"), 2
print(a, b, c, d)
[] = ()

# --- UNPACK_EX
def f(x):
    a, *b, c = x
    return a, b, c
for x in ((1, 2), "abcd", range(5), iter([1, 2, 3]), [1], [], 5): attempt(f, x)
*a, b = "ab"
c, *d = {1: 2}
print(a, b, c, d)
def g():
    yield 1
    yield 2
    raise KeyError("at the end")
attempt(f, g())

# --- CONVERT
class A:
    def __repr__(self): return "été"
    def __str__(self): return "str"
    def __format__(self, spec): return f"format({spec})"
class B:
    def __repr__(self): raise KeyError("repr")
class C:
    def __str__(self): return 5
def f(x): return f"{x!r} {x!s} {x!a} {x}"
for x in (A(), 1, "é", B(), C()): attempt(f, x)
print(f"{A()!r:>6}|")
print(f"{1 + 1 = }")

# --- FORMAT
class A:
    def __format__(self, spec): return repr(spec)
class B:
    def __format__(self, spec): return 5
class C(str): pass
def f(x): return f"{x}"
for x in (1, "s", C("c"), 1.5, None, A(), B(), [1]): attempt(f, x)

# --- FORMAT_WITH_SPEC
class A:
    def __format__(self, spec): return f"<{spec}>"
def f(x, w): return f"{x:>{w}}|{x!r:^9}|{x:}"
for x in (5, "s", A(), None, [1]): attempt(f, x, 4)
attempt(f, 5, "wrong")
print(f"{3.14159:.{2}f}{255:#x}")
