# --- NOP
def f(x):
    while True:
        pass
        if x:
            break
    try:
        pass
    finally:
        return x
print(f(3))

# --- RESUME
def f():
    return 1
def g():
    received = yield f()
    print(received)
it = g()
print(next(it))
attempt(it.send, "sent")

# --- LOAD_CONST
def f():
    return None, True, 1, -0.0, 1j, "a", b"b", (1, (2, ...)), frozenset({1}), 10**30
print(f(), {1} < {1, 2} if 1 in {1, 2} else 0)
assert f()[7][1][1] is ...

# --- LOAD_CONST__assertion
def f(x):
    assert x, "message"
    assert x
    return "passed"
attempt(f, 1)
attempt(f, 0)

# --- PUSH_NULL
class A:
    def m(self, *a): return a
def f(g): return g(1)(2)
print(f(lambda a: lambda b: (a, b)), A().m(*[1]), [lambda: 5][0]())

# --- POP
def f(log):
    log.append(1)
    log
    (yield)
    for x in log:
        return x
it = f([])
print(next(it))
attempt(next, it)

# --- COPY
a = b = [1]
print(a is b, 1 < 2 < 3, 1 < 0 < undefined if False else "")
d = {"n": 1}
d["n"] += 1
print(d, [y := 5, y**2])
class A:
    x = 1
A.x += 2
print(A.x)
def f(x): return 0 < x < 10
for each in (-1, 5, 20, "s"): attempt(f, each)

# --- SWAP
def f(a, b, c, d):
    a, b = b, a
    a, b, c = c, b, a
    c, a, d, b = a, b, c, d
    return a, b, c, d
print(f(1, 2, 3, 4))
def g(x):
    try:
        return x
    finally:
        x = 2
print(g(1))
def h(d, k):
    d[k] += 1
    d[k], d = d, k
    return d
print(h({"k": 1}, "k"))
attempt(h, {}, "k")
