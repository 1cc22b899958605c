# --- every_entry
import traceback
def a(x): return b(x) + 1
def b(x):
    y = x * 2
    return c(y)
def c(x):
    raise ValueError(x)
try: a(1)
except ValueError as e:
    tb = e.__traceback__
    while tb:
        print(tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_frame.f_lineno)
        tb = tb.tb_next

# --- frames_that_were_left
class Manager:
    def __enter__(self): pass
    def __exit__(self, *exc): pass
def fail(): raise KeyError("k")
def no_match():
    try: fail()
    except TypeError: pass
    except ValueError: pass
def bare():
    try: fail()
    except KeyError:
        x = 1
        raise
def within():
    with Manager():
        x = 1
        fail()
def finally_():
    try: fail()
    finally:
        try: raise TypeError
        except TypeError as e: x = 1
        y = 2
def generator():
    try: yield 1
    finally: x = 1
def stopped():
    x = yield 1
    raise StopIteration(x)
def thrown():
    g = generator()
    next(g)
    g.throw(KeyError("g"))
for each in no_match, bare, within, finally_, thrown, lambda: list(stopped()):
    try: each()
    except (KeyError, RuntimeError) as e:
        tb = e.__traceback__
        while tb:
            print(tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_frame.f_lineno)
            tb = tb.tb_next

# --- carets_of_operations
import traceback
def binary(): return (1 + 2) * (3 + None) - 4
def subscript(): return {"a": {"b": None}}["a"]["b"]["c"]["d"]
def attribute(): return (1).real.imag.nothing.more
def call(): return len(int("5")) + len(None)
def compare(): return 1 < 2 < "x" < 4
def unary(): return 1 + -"x"
def store(): None[0] = 5
def storeattr(): (1).x = 5
def delete(): del {}["k"]
def unpack(): a, b = 1, 2, 3
def iterate():
    for x in 5: pass
def fstring(): return f"{1}{undefined}{2}"
def attr_chain_store(): a = b = None; a.b.c = 1
def contains(): return 1 in 2
def inplace(): x = []; x -= 1
def import_(): import nope_nope
def importfrom(): from sys import nope_nope
def raise_(): raise ValueError("with", "args")
def assert_(): assert 1 == 2, "msg"
def starcall(): print(*5)
def kwcall(): print(**{1: 2})
def lambda_(): return (lambda x: x.y)(5)
def ternary(): return 1 if None.x else 2
def slice_(): return [1, 2, 3]["a":2]
def with_():
    with 5: pass
def await_in_list(): return [1, 2, [3, 4 / 0], 5]
def dictval(): return {"a": 1, "b": 1 / 0}
def klass():
    class C(5): pass
def deco():
    @5
    def f(): pass
def nested_call(): return max(min(1, "a"), 2)
def method(): return "abc".upper().nope().lower()
def walrus(): return (x := 1 / 0)
def multi():
    return (1 +
            2 +
            None +
            3)
for f in (binary, subscript, attribute, call, compare, unary, store, storeattr, delete, unpack, iterate, fstring, attr_chain_store, contains, inplace,
          import_, importfrom, raise_, assert_, starcall, kwcall, lambda_, ternary, slice_, with_, await_in_list, dictval, klass, deco, nested_call, method, walrus, multi):
    try: f()
    except Exception: print(traceback.format_exc())

# --- carets_in_unicode_lines
def f():
    é = "ü"; return é + "日本" + 5 + "x"
f()

# --- long_recursion_is_folded
def f(n):
    if n: return f(n - 1)
    raise ValueError("deep")
f(10)

# --- traceback_module_functions
import traceback, sys, io
def f():
    local = 5
    1 / 0
try: f()
except ZeroDivisionError as e:
    print(traceback.format_exception_only(e))
    print([(s.name, s.lineno, s.line) for s in traceback.extract_tb(e.__traceback__)][-1])
    out = io.StringIO()
    traceback.print_exc(file=out)
    print(out.getvalue())
    te = traceback.TracebackException.from_exception(e, capture_locals=True)
    print(te.stack[-1].locals)

# --- frame_of_traceback
def f():
    secret = "value"
    raise KeyError
try: f()
except KeyError as e:
    frame = e.__traceback__.tb_next.tb_frame
    print(frame.f_locals, frame.f_code.co_name, frame.f_globals is globals(), frame.f_back is not None)

# --- with_traceback_and_construct
import types
try: raise ValueError
except ValueError as e: tb = e.__traceback__
new = types.TracebackType(None, tb.tb_frame, tb.tb_lasti, 99)
try: raise KeyError().with_traceback(new)
except KeyError as e: print([x.tb_lineno for x in (e.__traceback__, e.__traceback__.tb_next)])
tb.tb_next = new
print(tb.tb_next.tb_lineno)
try: tb.tb_next = tb
except ValueError as e: print(e)

# --- lines_in_multi_line_statements
def f():
    x = {
        "a": 1,
        "b": [
            2,
            3 / 0,
        ],
    }
def g():
    return call(
        1,
        2,
    ).attr
def call(*a):
    return None
def h():
    if (1 and
        2 and
        None.x):
        pass
import traceback
for k in (f, g, h):
    try: k()
    except Exception as e:
        entry = traceback.extract_tb(e.__traceback__)[-1]
        print(entry.name, entry.lineno, getattr(entry, "end_lineno", None), entry.colno, entry.end_colno)

# --- after_finally_and_reraise_lines
import traceback
def f():
    try:
        1 / 0
    finally:
        x = 1
        y = 2
def g():
    try:
        f()
    except ZeroDivisionError:
        z = 3
        raise
def h():
    try:
        g()
    except ZeroDivisionError as e:
        raise e
try: h()
except ZeroDivisionError as e:
    for s in traceback.extract_tb(e.__traceback__): print(s.name, s.lineno, s.colno, s.end_colno)

# --- generator_entries
import traceback
def inner():
    yield 1
    raise ValueError("inner")
def outer():
    yield from inner()
def consume():
    for x in outer():
        pass
consume()

# --- generator_throw_entries
def inner():
    try: yield 1
    except KeyError: raise
def outer():
    yield from inner()
def run():
    g = outer()
    next(g)
    g.throw(KeyError("thrown"))
run()

# --- callback_entries
def key(x): return 1 / x
def run(): return sorted([2, 1, 0], key=key)
run()

# --- class_body_lambda_comprehension_entries
def run():
    class C:
        f = lambda x: [1 / y for y in x]
        r = f([1, 0])
run()

# --- decorated_and_property_entries
def deco(f):
    def wrapper(*args):
        return f(*args)
    return wrapper
class C:
    @property
    @deco
    def p(self):
        return self.q
    def __getattr__(self, name):
        raise AttributeError(f"no {name}")
C().p

# --- exec_and_eval_entries
code = "def f():\n    return 1 / 0\n\nf()\n"
exec(compile(code, "<made>", "exec"))

# --- eval_entry
def f(): return eval("1 + g()", {"g": lambda: [][1]})
f()

# --- suggestion_of_names
import traceback
class C: attribute = 1
def attempt(f):
    try: f()
    except Exception as e: print("".join(traceback.format_exception_only(e)), end="")
value = 1
def a(): return valeu
def b(): return C().atribute
def c(): from collections import OrderedDit
def d(): local_name = 1; return lokal_name
def e(): return prnt("x")
def f(): return itertools.count()
class D:
    def m(self): self.field = 1; return field
for g in (a, b, c, d, e, f, D().m): attempt(g)

# --- syntax_error_report
import traceback
for source in ("x = = 1", "def f(:\n  pass", "  x = 1", "print 'a'", "return 5", "a = 1 +", "f(x for x in y, 1)", "x = 'abc"):
    try: compile(source, "<bad>", "exec")
    except SyntaxError as e: print("".join(traceback.format_exception_only(e)))

# --- tb_lasti_and_positions
def f(a, b):
    return (a.x
            + b.y)
class O: x = 1
try: f(O, O)
except AttributeError as e:
    tb = e.__traceback__.tb_next
    print(list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2])

# --- stack_summary_from_inside
import traceback
def c(): return [(f.name, f.lineno, f.line) for f in traceback.extract_stack() if f.name in "abc"]
def b(): return c()
def a():
    return b()
print(a())
print([f.name for f in traceback.extract_stack()][-1])
