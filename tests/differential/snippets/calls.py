# --- every_parameter_kind
def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs
print(f(1, d=4))
print(f(1, 20, 30, 40, 50, d=4, e=6, g=7))
print(f(1, c=9, d=4, a=100, b=200))
print(f(*(1, 2), *[3, 4], **{"d": 1}, **{"x": 2}))

# --- argument_errors_messages
def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except TypeError as error:
        print(error)
def none(): pass
def one(a): pass
def two(a, b): pass
def three(a, b, c): pass
def pos(a, b, /): pass
def kw(*, a, b): pass
def kw3(*, a, b, c): pass
def opt(a, b=1): pass
def var(a, *args, k): pass
attempt(none, 1)
attempt(none, x=1)
attempt(one)
attempt(one, 1, 2)
attempt(one, 1, a=2)
attempt(two)
attempt(three)
attempt(two, 1, c=3)
attempt(pos, 1, b=2)
attempt(pos, a=1, b=2)
attempt(pos)
attempt(kw)
attempt(kw3)
attempt(kw, a=1)
attempt(kw, 1, 2)
attempt(kw, 1, a=1, b=2)
attempt(opt)
attempt(opt, 1, 2, 3)
attempt(var, 1)
attempt(var, k=1)

# --- method_argument_errors
class C:
    def m(self, x): pass
    @staticmethod
    def s(x): pass
    @classmethod
    def c(cls, x): pass
    def __init__(self, needed): pass
def attempt(action):
    try:
        action()
    except TypeError as error:
        print(error)
c = C(1)
attempt(lambda: c.m())
attempt(lambda: c.m(1, 2))
attempt(lambda: C.m(1))
attempt(lambda: C.s())
attempt(lambda: C.c())
attempt(lambda: C())
attempt(lambda: C(1, 2))
attempt(lambda: C(needed=1, other=2))

# --- not_callable
for thing in (None, 5, "text", [], {}, 1.5, object()):
    try:
        thing()
    except TypeError as error:
        print(error)

# --- star_errors
def f(*args, **kwargs): return args, kwargs
def attempt(action):
    try:
        print(action())
    except TypeError as error:
        print(error)
attempt(lambda: f(*5))
attempt(lambda: f(**5))
attempt(lambda: f(**{1: 2}))
attempt(lambda: f(a=1, **{"a": 2}))
attempt(lambda: f(**{"a": 1}, **{"a": 2}))
attempt(lambda: f(*None, **{}))
attempt(lambda: print(**{"nope": 1}))
attempt(lambda: f(1, *[2], *(3,), x=1, **{}))

# --- evaluation_order_of_arguments
def e(x):
    print("e", x)
    return x
def f(*args, **kwargs): return args, kwargs
print(e(f)(e(1), *e([2, 3]), e(4), a=e(5), **e({"b": 6}), c=e(7)))

# --- mapping_as_keyword_arguments
class M:
    def keys(self): print("keys"); return ["a", "b"]
    def __getitem__(self, key): print("get", key); return key * 2
def f(**kwargs): return kwargs
print(f(**M()), f(x=1, **M()))

# --- iterator_as_arguments
def gen():
    print("start")
    yield 1
    yield 2
    print("end")
def f(*args): return args
print(f(*gen()), f(0, *gen(), 3))
def bad():
    yield 1
    raise ValueError("from generator")
try:
    f(*bad())
except ValueError as error:
    print(error)

# --- type_error_inside_star_generator
def bad():
    yield 1
    raise TypeError("from generator")
def f(*args): return args
f(*bad())

# --- defaults_are_evaluated_once
def f(x, acc=[], *, seen={}):
    acc.append(x)
    seen[x] = len(acc)
    return acc, seen
f(1); f(2)
print(f(3), f.__defaults__, f.__kwdefaults__)

# --- defaults_order
def d(n):
    print("default", n)
    return n
def f(a=d(1), /, b=d(2), *, c=d(3), e=d(4)): return a + b + c + e
print(f())

# --- defaults_changed
def f(a, b=1, *, c=2): return a, b, c
f.__defaults__ = (10, 20)
f.__kwdefaults__ = {"c": 30}
print(f(), f(1))
f.__defaults__ = None
try:
    f()
except TypeError as error:
    print(error)

# --- keyword_only_and_positional_only_names
def f(self, /, **kwargs): return self, kwargs
print(f(1, self=2))
def g(*, key=None, **rest): return key, rest
print(g(key=1, other=2), g())

# --- bound_methods
class C:
    def m(self, *args, **kw): return self.name, args, kw
    name = "c"
c = C()
m = c.m
print(m(1, k=2), C.m(c, 3), m.__self__ is c, m.__func__ is C.m, m == c.m, m is c.m)
c.extra = lambda *args: args
print(c.extra(1), len(c.extra()))

# --- callable_objects
class Adder:
    def __init__(self, n): self.n = n
    def __call__(self, x, *more, scale=1): return (self.n + x + sum(more)) * scale
a = Adder(10)
print(a(1), a(1, 2, 3), a(1, scale=2), a(*[1, 2], **{"scale": 3}))
class NotReally: __call__ = 5
try:
    NotReally()()
except TypeError as error:
    print(error)

# --- builtin_calls_every_form
print(max(3, 1, 2), max([3, 9], key=lambda x: -x), sorted("bca", reverse=True), int("ff", 16), int("12", base=8))
print("a-b-c".split("-", 1), "a-b-c".split(sep="-", maxsplit=1), dict(a=1, **{"b": 2}), dict([("x", 1)], y=2))
print(*[1, 2], *(3,), sep="|", end="!\n")
print(isinstance(1, (str, int)), len([1, 2]), type(5)(3.9), str(b"a", "ascii"), bytes([1, 2]), list(map(int, "12")))

# --- builtin_argument_errors
def attempt(action):
    try:
        print(action())
    except TypeError as error:
        print(error)
attempt(lambda: len())
attempt(lambda: len(1, 2))
attempt(lambda: len(x=1))
attempt(lambda: "a".join(5))
attempt(lambda: [].append())
attempt(lambda: int("1", 2, 3))
attempt(lambda: sorted())
attempt(lambda: sorted([1], key=5))
attempt(lambda: ord("ab"))
attempt(lambda: chr("a"))
attempt(lambda: isinstance(1))
attempt(lambda: {}.get())
attempt(lambda: range())
attempt(lambda: object(1))

# --- recursive_calls
def ack(m, n):
    if m == 0: return n + 1
    if n == 0: return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
print(ack(2, 3))
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)
print(even(50), odd(50))

# --- call_in_default_and_annotation
def outer():
    x = 5
    def inner(y=x, *, z=(lambda: x)()) -> x: return y + z
    return inner
f = outer()
print(f(), f.__annotations__)

# --- multi_line_call_positions
def f(a, b): return a + b
def g():
    return f(
        1,
        f(
            2,
            f(3, "x"),
        ),
    )
g()

# --- missing_argument_traceback
def callee(a, b, *, c): pass
def caller():
    callee(1,
           c=2)
caller()

# --- return_values
def nothing(): pass
def bare(): return
def several(): return 1, *[2, 3], 4
def nested():
    def inner(): return "inner"
    return inner
print(nothing(), bare(), several(), nested()())

# --- many_arguments
def f(*args): return len(args), sum(args)
print(f(*range(300)))
print(eval("f(" + ", ".join(map(str, range(400))) + ")"))
def g(**kw): return len(kw)
print(eval("g(" + ", ".join(f"k{i}={i}" for i in range(300)) + ")"))

# --- function_attributes
def f(a, b: int = 1) -> str:
    "The doc."
    return "x"
f.custom = 5
print(f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__defaults__, f.__annotations__, f.__dict__, f.__closure__)
print(f.__code__.co_argcount, f.__code__.co_varnames, f.__code__.co_name, f.__code__.co_flags & 3)
f.__name__ = "renamed"; f.__qualname__ = "Q.renamed"; f.__doc__ = "new"
try:
    f()
except TypeError as error:
    print(error)
print(f.__name__, f.__doc__)

# --- calling_with_keyword_that_is_positional_name
def f(a, *args, **kwargs): return a, args, kwargs
try:
    f(1, a=2)
except TypeError as error:
    print(error)
print(f(a=1, b=2))

# --- class_call_protocol
class C:
    def __new__(cls, *args, **kw):
        print("new", args, kw)
        return super().__new__(cls)
    def __init__(self, *args, **kw):
        print("init", args, kw)
C(1, 2, k=3)
class D:
    def __new__(cls): return "not a D"
    def __init__(self): print("never")
print(D())
class E:
    def __init__(self): return 5
try:
    E()
except TypeError as error:
    print(error)

# --- partial_and_methodcaller
from functools import partial
from operator import methodcaller, attrgetter, itemgetter
def f(a, b, c=0): return a, b, c
p = partial(f, 1, c=3)
print(p(2), p(2, c=4), partial(p, 9)(), p.func is f, p.args, p.keywords)
print(methodcaller("upper")("abc"), attrgetter("real")(5), itemgetter(1, 0)("xy"))

# --- code_replaced
def f(): return "old"
def g(): return "new"
f.__code__ = g.__code__
print(f())
def h(a): return a * 2
f.__code__ = h.__code__
print(f(4), f.__code__ == h.__code__)
def closure():
    x = 1
    return lambda: x
try:
    f.__code__ = closure().__code__
except ValueError as error:
    print(error)

# --- double_star_failures
def f(**k): return k
class M:
    def keys(self): return ["a"]
    def __getitem__(self, k): raise KeyError(k)
class Q:
    def keys(self): raise KeyError("from keys")
class R:
    def keys(self): raise AttributeError("from keys")
class S:
    def keys(self): return ["a"]
    def __getitem__(self, k): raise KeyError(k, 2)
class T:
    def keys(self): return 5
class U:
    def keys(self): return [[]]
    def __getitem__(self, k): return 1
class V:
    def keys(self): raise TypeError("from keys")
for t in ("f(**M())", "f(x=1, **M())", "f(x=1, **Q())", "f(**Q())", "f(**R())", "f(x=1, **R())", "f(**S())", "f(x=1, **S())", "f(**T())", "f(**U())", "f(x=1, **U())", "f(**V())",
          "f(**{1: 2}, **{1: 3})", "f(**{1: 2}, **{2: 3})", "f(**{(1,): 2}, **{(1,): 3})", "{**M()}", "{**R()}", "{**5}", "{**T()}", "{**Q()}", "dict(**{1: 2})", "print(**{'sep': 1}, **{'sep': 2})", "f(**{'a': 1}, a=2)"):
    try: print(t, eval(t))
    except Exception as e: print(t, type(e).__name__, e)

# --- double_star_key_error_of_native_code [3.12+]
def f(**k): return k
class P:
    def keys(self): return ["a"]
    def __getitem__(self, k): return {}[k]
class Late(dict):
    def keys(self): raise AttributeError("late")
    def __iter__(self): return iter("a")
for t in ("f(**P())", "f(x=1, **P())", "{**P()}", "f(**Late(a=1))", "{**Late(a=1)}"):
    try: print(t, eval(t))
    except Exception as e: print(t, type(e).__name__, e, e.__context__)

# --- star_failures
def f(*a): return a
class G:
    def __iter__(self): raise TypeError("own type error")
class H:
    def __iter__(self): raise AttributeError("own")
class I:
    def __iter__(self): return 5
class J:
    def __iter__(self): return self
    def __next__(self): raise TypeError("in next")
class K:
    __iter__ = None
class L:
    def __getitem__(self, i): raise KeyError(i)
for t in ("f(*G())", "f(1, *G())", "[*G()]", "f(*H())", "f(*I())", "f(1, *I())", "[*I()]", "f(*J())", "[*J()]", "f(*K())", "[*K()]", "f(1, *K())", "f(*L())", "[*L()]", "f(*5)", "f(1, *5)", "f(*5, **6)", "(*G(),)", "{*G()}", "{*5}", "a, *b = 5", "a, *b = G()", "a, b = I()", "a, b = K()"):
    try: exec("print(" + t + ")" if "=" not in t else t)
    except Exception as e: print(t, type(e).__name__, e)

# --- double_star_of_mappings_that_are_no_dicts
class Pairs:
    def __init__(self, *pairs): self.pairs = pairs
    def keys(self): print("keys"); return [k for k, _ in self.pairs]
    def __getitem__(self, key):
        print("get", key)
        return next(v for k, v in self.pairs if k == key)
class Bad(Pairs):
    def __getitem__(self, key): raise self.error
class Sub(dict):
    def __iter__(self): print("iter"); return super().__iter__()
def f(**kwargs): return kwargs
def attempt(function):
    try: print(function())
    except Exception as e: print(type(e).__name__, e, e.__context__, e.__cause__)
attempt(lambda: f(**Pairs(("x", 1), ("y", 2))))
attempt(lambda: f(**Pairs(("x", 1), ("x", 2))))
attempt(lambda: f(x=0, **Pairs(("y", 1), ("x", 2))))
attempt(lambda: f(**Sub(a=1), **Sub(b=2)))
attempt(lambda: f(**Sub(a=1), **Sub(a=2)))
for error in KeyError("z"), KeyError(), KeyError("z", 1), AttributeError("none"), ValueError("bad"):
    Bad.error = error
    attempt(lambda: f(**Bad(("x", 1))))
class Keys: pass
for keys in 5, None, lambda: 5, lambda: "ab":
    Keys.keys = staticmethod(keys) if callable(keys) else keys
    attempt(lambda: f(**Keys()))

# --- double_keywords_and_mappings_that_fail
import collections, sys, types
def f(**k): return sorted(k.items())
def attempt(*mappings):
    try:
        return f(**mappings[0], **mappings[1]) if len(mappings) == 2 else f(x=1, **mappings[0])
    except BaseException as error:
        return type(error).__name__, str(error), type(error.__context__).__name__
class ByC:
    def keys(self): return ["a", "b"]
    def __getitem__(self, key): return {}[key]
class ByHand:
    def keys(self): return ["a"]
    def __getitem__(self, key): raise KeyError(key)
class Handled:
    def keys(self): return ["a"]
    def __getitem__(self, key):
        try:
            return {}[key]
        finally:
            pass
class Two:
    def keys(self): return ["a"]
    def __getitem__(self, key): raise KeyError(key, 2)
class NoKeys:
    def __getattr__(self, name): raise AttributeError(name)
class Unhashable:
    def keys(self): return [[]]
    def __getitem__(self, key): return 1
class NotIterable:
    def keys(self): return 3
cases = [
    ({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 2}), ({"x": 2},), (ByHand(),), (Handled(),), (Two(),),
    (NoKeys(),), (Unhashable(),), (NotIterable(),), (3,), (collections.ChainMap({"x": 1}),), ({1: 2},),
    (types.MappingProxyType({"x": 2}),), (collections.defaultdict(int, x=1),), (collections.OrderedDict(y=1),),
]
if sys.version_info >= (3, 12):  # 3.11 tells errors of C from those of Python as long as nobody has handled them
    cases += [(ByC(),), ({"a": 1}, ByC())]
for case in cases:
    print(attempt(*case))
    try:
        raise ValueError("handled meanwhile")
    except ValueError:
        print(attempt(*case))

# --- keywords_twice_in_dicts_that_iterate_otherwise
class Fixed(dict):
    def __iter__(self): return iter(())
    def keys(self): return ["x"]
def f(**kwargs): return kwargs
def attempt(function):
    try: print(function())
    except Exception as e: print(type(e).__name__, e, repr(e.__context__), repr(e.__cause__))
def all_of_them():
    attempt(lambda: f(**{}, **Fixed()))
    attempt(lambda: f(**{"x": 1}, **Fixed(x=2)))
    attempt(lambda: f(**{"y": 1}, **Fixed(x=2, z=3)))
all_of_them()
try: 1 / 0
except ZeroDivisionError: all_of_them()
finally: all_of_them()
