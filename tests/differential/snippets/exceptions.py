# --- handlers_order_and_types
def f(e):
    try:
        raise e
    except (KeyError, IndexError) as error: return "lookup", repr(error)
    except ArithmeticError: return "arithmetic"
    except ValueError as error: return "value", error.args
    except: return "bare"
print([f(e) for e in (KeyError("k"), IndexError, ZeroDivisionError(), ValueError(1, 2), UnicodeError("u"), SystemExit(1), KeyboardInterrupt)])

# --- else_and_finally
def f(n):
    out = []
    try:
        out.append("try")
        if n == 1: raise ValueError
        if n == 2: return out
    except ValueError: out.append("except")
    else: out.append("else")
    finally: out.append("finally")
    return out
print(f(0), f(1), f(2))

# --- raise_forms
def attempt(f):
    try:
        f()
    except BaseException as error:
        print(type(error).__name__, error, error.args)
def a(): raise ValueError
def b(): raise ValueError("v", 1)
def c(): raise 5
def d(): raise "text"
def e(): raise ValueError from 5
def f(): raise int
def g(): raise
def h(): raise None
class NotExc: pass
def i(): raise NotExc()
class Weird(Exception):
    def __new__(cls, *a): return "not an exception"
def j(): raise Weird
for x in (a, b, c, d, e, f, g, h, i, j): attempt(x)

# --- reraise
def f():
    try:
        1 / 0
    except ZeroDivisionError:
        print("logging")
        raise
def g():
    try:
        f()
    except ZeroDivisionError as error:
        error.add_note("seen in g")
        raise error
g()

# --- reraise_after_inner_exception
def f():
    try:
        raise ValueError("outer")
    except ValueError:
        try:
            raise KeyError("inner")
        except KeyError:
            pass
        raise
f()

# --- except_name_is_deleted
try:
    raise ValueError("x")
except ValueError as e:
    print(e)
try:
    e
except NameError as error:
    print(error)
def f():
    e = "before"
    try: raise KeyError
    except KeyError as e: e = "reassigned"
    try: return e
    except UnboundLocalError as x: return str(x)
print(f())
try: raise KeyError
except KeyError as d: del d
print("deleted already is fine")

# --- exc_info_nesting
import sys
def info(): return sys.exc_info()[0].__name__ if sys.exc_info()[0] else None
def f():
    print(info())
    try:
        raise ValueError
    except ValueError:
        print(info())
        try:
            raise KeyError
        except KeyError:
            print(info())
        print(info())
        g()
    print(info())
def g():
    print("in g", info())
    try: raise IndexError
    except IndexError: print("in g", info())
    print("in g", info())
f()

# --- handler_type_errors
class NotExc: pass
for t in (5, "ValueError", NotExc, (ValueError, 5), None):
    try:
        try:
            raise KeyError("original")
        except t:
            print("no")
    except TypeError as error:
        print(error, "|", repr(error.__context__))
    except KeyError as error:
        print("unmatched", error)

# --- handler_expression_evaluated_lazily
def t(x): print("evaluating", x.__name__); return x
try:
    pass
except t(ValueError): pass
try:
    raise KeyError
except t(ValueError): pass
except t(KeyError): print("found")
except t(IndexError): pass

# --- handler_expression_raises
def f():
    try:
        raise KeyError("first")
    except undefined_name:
        pass
f()

# --- handler_tuple_nested
E = (KeyError, (ValueError, (IndexError,)))
try:
    try: raise KeyError
    except E: print("flat part matches")
    try: raise IndexError
    except E: print("nested part does not")
except Exception as e:
    print(type(e).__name__, e)

# --- exception_attributes
try: {}["x"]
except KeyError as e: print(e.args, str(e), repr(e))
try: import no_such_module_at_all
except ImportError as e: print(type(e).__name__, e.name, e.path, e.msg)
try: open("/no/such/file")
except OSError as e: print(type(e).__name__, e.errno, e.filename, e)
try: "é".encode("ascii")
except UnicodeEncodeError as e: print(e.encoding, e.object, e.start, e.end, e.reason)
try: exec("a b")
except SyntaxError as e: print(e.msg, e.lineno, e.offset, e.text, e.filename)
try: next(iter([]))
except StopIteration as e: print(e.value, e.args)
try: None.x
except AttributeError as e: print(e.name, e.obj)
try: undefined
except NameError as e: print(e.name)

# --- custom_exceptions
class AppError(Exception):
    code = 1
    def __init__(self, message, *, hint=None):
        super().__init__(message)
        self.hint = hint
    def __str__(self): return f"[{self.code}] {self.args[0]} ({self.hint})"
class Worse(AppError): code = 2
try: raise Worse("bad", hint="try again")
except AppError as e: print(e, repr(e), e.hint, isinstance(e, Exception))
raise AppError("uncaught", hint="none")

# --- exception_str_raises
class E(Exception):
    def __str__(self): raise ValueError("no str")
raise E("hidden")

# --- exception_with_del_and_frames
class T:
    def __del__(self): print("T freed")
def f():
    t = T()
    raise ValueError
try: f()
except ValueError as e: print("caught")
print("after handler")

# --- metaclass_hooks_not_used_in_except
class M(type):
    def __instancecheck__(cls, x): print("instancecheck"); return True
    def __subclasscheck__(cls, x): print("subclasscheck"); return True
class E(Exception, metaclass=M): pass
try:
    try: raise ValueError("v")
    except E: print("matched")
except ValueError as e:
    print("not matched", e)

# --- stop_iteration_inside_function
def f():
    for x in iter([1, 2]):
        next(iter([]))
try: f()
except StopIteration as e: print("propagates from function", e.value)
def g():
    yield 1
    raise StopIteration("converted")
try: list(g())
except RuntimeError as e: print(e, repr(e.__cause__))

# --- deep_propagation
def level(n):
    if n == 0: raise LookupError("bottom")
    try:
        level(n - 1)
    finally:
        trace.append(n)
trace = []
try: level(5)
except LookupError as e: print(e, trace)
level(3)

# --- loop_with_many_exceptions
from collections import Counter
c = Counter()
for i in range(60):
    try:
        if i % 2 == 0: raise ValueError(i)
        if i % 3 == 0: {}[i]
        if i % 5 == 0: [][i]
        c["ok"] += 1
    except LookupError as e: c[type(e).__name__] += 1
    except ValueError: c["value"] += 1; continue
    finally: c["finally"] += 1
print(sorted(c.items()))

# --- exception_in_every_operator_position
def attempt(source):
    try: exec(source, {"d": {}, "l": [], "o": object(), "n": None})
    except Exception as e: print(source, "|", type(e).__name__, "|", e)
for s in ("d['x']", "l[5]", "l['a']", "o.x", "n()", "n[0]", "n[0] = 1", "del n[0]", "del d['x']", "del o.x", "o.x = 1", "l[5] = 1", "del l[0]",
          "for x in n: pass", "a, b = n", "with n: pass", "n + 1", "not_defined", "del not_defined", "import no.such.mod", "from sys import nope",
          "raise n", "assert not l == []", "n < 1", "1 in n", "f'{n:d}'", "[*n]", "{**n}", "print(*n)", "print(**n)", "class C(n): pass", "-n", "l[::0]", "'abc'[5]", "(1, 2)[2]", "range(3)[4]",
          "int.x = 1", "''.x = 1", "'abc'['a']", "'abc'[0] = 'z'", "(1,)[0] = 2", "lambda: 1 = 2", "{[]: 1}", "{[]}", "l.append(1, 2)", "round('x')"):
    attempt(s)

# --- same_exception_raised_twice
e = ValueError("shared")
def f(): raise e
def g(): f()
for h in (f, g):
    try: h()
    except ValueError as x:
        n, tb = 0, x.__traceback__
        while tb: n += 1; tb = tb.tb_next
        print(n)
try: raise e.with_traceback(None)
except ValueError as x: print(x.__traceback__.tb_next)

# --- exception_from_del_and_setitem
class D:
    def __delitem__(self, k): raise KeyError("del", k)
    def __setitem__(self, k, v): raise KeyError("set", k, v)
    def __delattr__(self, k): raise AttributeError("delattr " + k)
def f(d):
    try: d[1] = 2
    except KeyError as e: print(e)
    try: del d.x
    except AttributeError as e: print(e)
    del d[
        "k"]
f(D())

# --- return_in_except_clears_exc_info
import sys
def f():
    try: raise ValueError
    except ValueError: return 1
f()
print(sys.exc_info(), sys.exception())
def g():
    try: raise ValueError
    except ValueError: yield sys.exc_info()[0]; yield sys.exc_info()[0]
it = g()
print(next(it), sys.exc_info()[0], next(it))
