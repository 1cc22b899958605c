# --- counter
def counter():
    n = 0
    def step(by=1):
        nonlocal n
        n += by
        return n
    return step
a, b = counter(), counter()
print(a(), a(), b(), a(10), b())

# --- late_binding
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
def make():
    out = []
    for i in range(3):
        def f(): return i
        out.append(f)
    i = 99
    return out
print([f() for f in make()])

# --- three_levels
def a():
    x = 1
    def b():
        y = 2
        def c():
            nonlocal x, y
            x += 10
            y += 20
            return x, y
        return c, lambda: (x, y)
    return b
c, peek = a()()
print(c(), peek(), c(), peek())

# --- shared_cell
def pair():
    value = []
    def get(): return value
    def put(x):
        nonlocal value
        value = value + [x]
    return get, put
get, put = pair()
put(1); put(2)
print(get(), get.__closure__[0] is put.__closure__[0], get.__code__.co_freevars)

# --- empty_cell_errors
def f():
    def g(): return later
    try:
        g()
    except NameError as error:
        print(type(error).__name__, error)
    later = 5
    print(g())
    del later
    try:
        g()
    except NameError as error:
        print(type(error).__name__, error)
    try:
        later
    except UnboundLocalError as error:
        print(type(error).__name__, error)
f()

# --- parameter_as_cell
def f(a, *args, k=1, **kw):
    def g():
        nonlocal a
        a += 1
        return a, args, k, kw
    return g
g = f(1, 2, 3, k=4, z=5)
print(g(), g())

# --- cell_contents
def f():
    x = 1
    def g(): return x
    return g
g = f()
cell = g.__closure__[0]
print(cell.cell_contents, g())
cell.cell_contents = 7
print(g())
del cell.cell_contents
try:
    g()
except NameError as error:
    print(error)
try:
    cell.cell_contents
except ValueError as error:
    print(error)

# --- own_cells_and_function_type
import types
def f():
    x = 1
    return lambda: x
g = f()
h = types.FunctionType(g.__code__, globals(), "h", None, (types.CellType("other"),))
print(h(), h.__name__)
try:
    types.FunctionType(g.__code__, globals())
except TypeError as error:
    print(error)

# --- nonlocal_in_class
def f():
    x = 1
    class C:
        nonlocal x
        x = 2
        y = x
    return x, C.y, hasattr(C, "x")
print(f())

# --- class_sees_enclosing_not_class_scope
x = "global"
def f():
    x = "enclosing"
    class C:
        y = x
        x = "class"
        z = x
        def m(self): return x
        w = [x for _ in range(1)]
    return C.y, C.z, C().m(), C.w
print(f())

# --- class_reads_unset_enclosing
x = "global"
def f(flag):
    if flag: x = "enclosing"
    class C:
        try:
            y = x
        except NameError as error:
            y = str(error)
    return C.y
print(f(True), f(False))

# --- lambda_closures
compose = lambda *fs: (lambda x: x) if not fs else lambda x: fs[0](compose(*fs[1:])(x))
print(compose(lambda x: x + 1, lambda x: x * 2, lambda x: x - 3)(10))
y = (lambda f: (lambda x: x(x))(lambda x: f(lambda n: x(x)(n))))(lambda self: lambda n: 1 if n == 0 else n * self(n - 1))
print(y(10))

# --- closure_in_loop_with_cell_reuse
def f():
    out = []
    for i in range(3):
        x = i * i
        out.append(lambda: (i, x))
        del x
    x = "end"
    return [g() for g in out]
print(f())

# --- recursive_closure
def outer(n):
    def fib(k): return k if k < 2 else fib(k - 1) + fib(k - 2)
    return fib(n)
print(outer(12))

# --- global_inside_nested
n = 1
def f():
    n = 2
    def g():
        global n
        n = 3
        def h(): return n
        return h()
    return g(), n
print(f(), n)

# --- generator_closure
def f():
    total = 0
    def g():
        nonlocal total
        for i in range(4):
            total += i
            yield total
    it = g()
    next(it); next(it)
    total = 100
    return list(it), total
print(f())

# --- closure_over_exception_name
def f():
    try:
        1 / 0
    except ZeroDivisionError as error:
        def g(): return error
        print(type(g()).__name__)
    try:
        g()
    except NameError as e:
        print(e)
f()

# --- closure_keeps_alive
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def f():
    kept, dropped = T("kept"), T("dropped")
    return lambda: kept.n
g = f()
print("returned", g())
del g
print("end")

# --- nested_functions_share_defaults
def f(x):
    def g(y=x):
        def h(z=y + 1): return x, y, z
        return h
    return g()()
print(f(1))

# --- closure_pretty_names
def outer():
    class K:
        def method(self):
            return lambda: (yield)
    def inner(): pass
    return inner, K.method, K().method()
print([f.__qualname__ for f in outer()])

# --- late_assigned_cell_in_loop
def f():
    def show(): return value
    results = []
    for value in "abc":
        results.append(show())
    return results
print(f())
