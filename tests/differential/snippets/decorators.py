# --- order_and_stacking
def deco(name):
    print("make", name)
    def apply(f):
        print("apply", name, f.__name__)
        def wrapper(*args, **kw):
            print("before", name)
            result = f(*args, **kw)
            print("after", name)
            return result
        return wrapper
    return apply
@deco("a")
@deco("b")
def f(x, *, y=2): return x + y
print(f(1, y=5), f.__name__)

# --- class_decorators
def add(cls):
    cls.added = lambda self: f"added to {type(self).__name__}"
    return cls
def replace(cls): return ("replaced", cls.__name__)
@add
class A: pass
@replace
@add
class B: pass
print(A().added(), B)

# --- arbitrary_expression_decorators
fs = [lambda f: "zero", lambda f: f]
@fs[0]
def a(): pass
@(lambda f: f.__name__ * 2)
def b(): pass
@(x := fs[1])
def c(): return "c"
print(a, b, c(), x is fs[1])

# --- decorator_on_methods
def log(f):
    def w(self, *a): print("log", f.__name__, a); return f(self, *a)
    return w
class C:
    @log
    def m(self, x): return x * 2
    @staticmethod
    @log
    def s(a, b): return a + b
    @classmethod
    @log
    def c(cls, x): return cls.__name__ * x
    @property
    @log
    def p(self): return "p"
print(C().m(3), C.s(1, 2), C.c(2), C().p)

# --- wraps
from functools import wraps
def d(f):
    @wraps(f)
    def wrapper(*a, **k):
        "wrapper doc"
        return f(*a, **k)
    return wrapper
@d
def g(x: int = 1) -> str:
    "g doc"
    return str(x)
import inspect
print(g.__name__, g.__doc__, g.__wrapped__(5), inspect.signature(g), g.__qualname__)

# --- memoize_and_counts
def memo(f):
    cache = {}
    def w(n):
        w.calls += 1
        if n not in cache: cache[n] = f(n)
        return cache[n]
    w.calls = 0
    return w
@memo
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.calls)

# --- stateful_class_decorator
class Count:
    def __init__(self, f): self.f, self.n = f, 0
    def __call__(self, *a): self.n += 1; return self.f(*a)
    def __get__(self, obj, owner=None): return self if obj is None else lambda *a: self(obj, *a)
@Count
def f(x): return x
class C:
    @Count
    def m(self, x): return x * 10
f(1); f(2)
print(f.n, C().m(3), C().m(4), C.m.n)

# --- decorator_raises
def bad(f): raise ValueError("refused " + f.__name__)
def outer():
    @bad
    def inner():
        pass
outer()

# --- decorator_raises_on_class
def bad(f): raise ValueError("refused " + f.__name__)
def ok(f): return f
def outer():
    @ok
    @bad
    @ok
    class Inner:
        x = 1
outer()

# --- decorator_name_binding
def register(f):
    try:
        named
    except NameError as error:
        print("not yet:", error)
    return f
@register
def named(): return 1
print(named())

# --- lru_cache
from functools import lru_cache, cache
@lru_cache(maxsize=2)
def f(x, y=0): print("compute", x, y); return x + y
f(1); f(1); f(2); f(3); f(1); f(1, y=0)
print(f.cache_info())
@cache
def g(n): return 1 if n < 2 else n * g(n - 1)
print(g(30), g.cache_info().misses)
try:
    f([])
except TypeError as error:
    print(error)

# --- singledispatch
from functools import singledispatch, singledispatchmethod
@singledispatch
def show(x): return f"object {x}"
@show.register
def _(x: int): return f"int {x}"
@show.register(list)
def _(x): return f"list of {len(x)}"
class C:
    @singledispatchmethod
    def m(self, x): return "other"
    @m.register
    def _(self, x: str): return "str"
print(show(1), show([1]), show("s"), show(True), C().m("a"), C().m(1))

# --- contextmanager_as_decorator
from contextlib import contextmanager, ContextDecorator
@contextmanager
def tag(name):
    print(f"<{name}>")
    try: yield name
    finally: print(f"</{name}>")
@tag("b")
def f(): print("body")
f(); f()
class D(ContextDecorator):
    def __enter__(self): print("in")
    def __exit__(self, *e): print("out", e[0].__name__ if e[0] else None); return True
@D()
def g(): raise KeyError
print(g())

# --- parametrised_with_and_without
def flexible(f=None, *, times=1):
    if f is None: return lambda f: flexible(f, times=times)
    return lambda *a: [f(*a) for _ in range(times)]
@flexible
def a(x): return x
@flexible(times=3)
def b(x): return x * 2
print(a(1), b(2))
