# --- LOAD_LOCAL
def f(flag):
    if flag:
        x = 1
    return x
attempt(f, True)
attempt(f, False)

# --- LOAD_LOCAL__arguments
def f(a, b=2, /, c=3, *d, e, g=7, **h):
    return a, b, c, d, e, g, h
print(f(1, e=5), f(1, 2, 3, 4, e=5, i=9))
attempt(f)
attempt(lambda: f(1, a=2, e=1))

# --- STORE_LOCAL
def f(x):
    y = x
    for y in [y, 2]:
        pass
    (x, y), z = (y, x), 3
    return x, y, z, locals()
print(f(1))

# --- DELETE_LOCAL
def f(x):
    del x
    try:
        del x
    except UnboundLocalError as error:
        print(error)
    return x
attempt(f, 1)

# --- SAVE_LOCAL [3.12+]
def f(x):
    squares = [x * x for x in range(4)]
    return x, squares
print(f("outer"))
def g():
    found = {y: y for y in "ab"}
    return y
attempt(g)
def h(x):
    try:
        [1 // x for x in (1, 0)]
    except ZeroDivisionError:
        return x
print(h("kept"))
print([(x, y) for x in range(2) for y in range(x + 1)])

# --- LOAD_CELL
def f(flag):
    if flag:
        x = 1
    def g(): return x
    print(g())
    return x
attempt(f, True)
attempt(f, False)
def outer():
    def g(): return later
    attempt(g)
    later = 1
    attempt(g)
outer()

# --- STORE_CELL
def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    return up
up = counter()
print(up(), up(5), up(), counter()())

# --- DELETE_CELL
def f():
    x = 1
    def g():
        nonlocal x
        del x
    g()
    attempt(g)
    return x
attempt(f)
def h(x):
    k = lambda: x
    del x
    attempt(k)
    del x
attempt(h, 1)

# --- LOAD_CLOSURE
def f(x, y=2):
    def g(): return x, y
    return g
g = f(1)
print([c.cell_contents for c in g.__closure__], g.__code__.co_freevars, g())
class A:
    def m(self): return __class__
print(A().m() is A)

# --- SAVE_CELL [3.12+]
def f(x):
    getters = [lambda: x for x in range(3)]
    return x, [g() for g in getters]
attempt(f, "outer")
def g():
    getters = [lambda: x for x in range(3)]
    return [h() for h in getters]
attempt(g)
class C:
    x = "class"
    getters = [lambda: x for x in range(2)]
    print(x, [h() for h in getters])

# --- MAKE_CELL [3.12+]
def f(rows):
    return [[(lambda: (row, cell))() for cell in row] for row in rows]
print(f([[1, 2], [3]]))
def g(x):
    for _ in range(2):
        hs = [lambda: x for x in (x, x + 1)]
        x = hs[0]() + 10
    return x, [h() for h in hs]
print(g(1))

# --- RESTORE_CELL [3.12+]
def f(x):
    inner = lambda: x
    found = [(lambda: x)() for x in "ab"]
    return found, x, inner()
print(f("outer"))
def g():
    try:
        [(lambda: x)() + 1 for x in (1, None)]
    except TypeError as error:
        print(error)
    return x
attempt(g)
def h(flag):
    if flag:
        x = 1
    [lambda: x for x in (2,)]
    return x
attempt(h, 1)
attempt(h, 0)

# --- LOAD_GLOBAL
def f(): return x, len([1]), abs(-2)
x = 1
print(f())
def g(): return undefined_name
attempt(g)
def h(): return g, max(1, 2), (print)
print(h()[1:])
len = lambda value: "mine"
print(f())
del len
print(f())

# --- STORE_GLOBAL
def f():
    global y, z
    y = 1
    for z in (1, 2): pass
f()
print(y, z)

# --- DELETE_GLOBAL
def f():
    global y
    del y
y = 1
f()
attempt(f)

# --- LOAD_NAME
x = 1
class A:
    print(x)
    x = 2
    print(x, int)
    def f(self): return x
print(A().f())
try:
    missing
except NameError as error:
    print(error, error.name)

# --- LOAD_NAME__mapping
class Names(dict):
    def __missing__(self, key): return print if key == "print" else f"<{key}>"
class Logged:
    def __init__(self): self.d = {}
    def __getitem__(self, key):
        print("get", key)
        return self.d[key]
    def __setitem__(self, key, value):
        print("set", key)
        self.d[key] = value
    def __delitem__(self, key):
        print("del", key)
        del self.d[key]
exec("print(a); b = a; print(b)", {}, Names())
exec("a = 1; a; len; del a", {}, Logged())
attempt(exec, "a = 1; del a; del a", {}, Logged())
attempt(exec, "nothing", {}, Logged())
class Locked(Logged):
    def __delitem__(self, key): raise OSError(key)
attempt(exec, "a = 1; del a", {}, Locked())

# --- STORE_NAME
x = y = 1
class A:
    x, *y = 3, 4, 5
print(x, y, A.x, A.y)

# --- DELETE_NAME
x = 1
del x
try:
    del x
except NameError as error:
    print(error, error.name)
class A:
    y = 1
    del y
print(hasattr(A, "y"))

# --- LOAD_LOCALS
def f(x):
    class A:
        y = x
        x = 2
        z = x
    return A.y, A.z
attempt(f, 1)
def g():
    class A:
        attempt(lambda: 1)
        y = x
    x = 1
attempt(g)

# --- LOAD_FROM_DICT_OR_CELL
def f(x):
    class A:
        print(x)
        locals()["x"] = "class"
        print(x, (lambda: x)())
        del locals()["x"]
        print(x)
    return A
f("cell")
def deleted():
    class A:
        def g(self): return x
        print(x)
    x = 2
attempt(deleted)
def g():
    class A:
        y = x
    x = 1
attempt(g)

# --- LOAD_FROM_DICT_OR_GLOBALS [3.12+]
T = "global"
class A:
    T = "class"
    U = "class U"
    def f[V](self, x: T, y: V, z: int) -> U: pass
    type Alias = tuple[T, int, str]
print(A.f.__annotations__["x"], A.f.__annotations__["z"], A.f.__annotations__["return"])
print(A.Alias.__value__)
class B:
    type Broken = nothing_of_that_name
attempt(lambda: B.Broken.__value__)

# --- SETUP_ANNOTATIONS
from __future__ import annotations
x: int = 1
y: "str"
class A:
    z: list[int] = []
    w: undefined_name
print(__annotations__, A.__annotations__)
