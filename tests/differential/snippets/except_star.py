# --- basic
def f(*excs):
    try:
        raise ExceptionGroup("g", list(excs))
    except* ValueError as eg: print("value", eg.exceptions)
    except* (KeyError, IndexError) as eg: print("lookup", eg.exceptions)
    else: print("never")
    finally: print("finally")
f(ValueError(1), KeyError("k"))
f(ValueError(1), ValueError(2))
try: f(ValueError(1), TypeError("t"), OSError("o"))
except ExceptionGroup as eg: print("left", eg, eg.exceptions)

# --- naked_exception
try: raise ValueError("naked")
except* ValueError as eg: print(type(eg).__name__, repr(eg.message), eg.exceptions)
try:
    try: raise KeyError("unmatched")
    except* ValueError: print("never")
except KeyError as e: print(repr(e))

# --- no_exception
try: x = 1
except* ValueError: print("never")
else: print("else", x)
finally: print("finally")

# --- nested_groups
eg = ExceptionGroup("outer", [ValueError(1), ExceptionGroup("inner", [ValueError(2), KeyError(3)]), TypeError(4)])
try: raise eg
except* ValueError as v: print(v, v.exceptions)
except* KeyError as k: print(k, k.exceptions)
except* TypeError as t: print(t, t.exceptions)

# --- raise_in_handler
def f():
    try: raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError: raise RuntimeError("new")
    except* KeyError: print("key handled")
try: f()
except ExceptionGroup as eg: print(repr(eg), repr(eg.exceptions[0].__context__))
f()

# --- raise_from_several_handlers
def f():
    try: raise ExceptionGroup("g", [ValueError(1), KeyError(2), TypeError(3)])
    except* ValueError as e: raise OSError("a") from e
    except* KeyError: raise IndexError("b")
f()

# --- reraise
def f():
    try: raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError: raise
    except* KeyError as e: raise e
try: f()
except* ValueError as a: print(repr(a))
except* KeyError as b: print(repr(b))

# --- unhandled_part_uncaught
def f():
    try: raise ExceptionGroup("tasks", [ValueError("one"), ExceptionGroup("sub", [TypeError("two"), ValueError("three")])])
    except* ValueError as e: pass
f()

# --- errors_in_types
def attempt(t):
    try:
        try: raise ValueError("v")
        except* t: print("never")
    except Exception as e: print(type(e).__name__, e)
attempt(ExceptionGroup)
attempt(5)
attempt((ValueError, ExceptionGroup))
attempt("x")

# --- split_subgroup_derive
eg = ExceptionGroup("m", [ValueError(1), KeyError(2), ExceptionGroup("n", [ValueError(3)])])
match_, rest = eg.split(ValueError)
print(repr(match_), repr(rest), eg.subgroup(lambda e: isinstance(e, KeyError)), eg.subgroup(OSError))
class MyGroup(ExceptionGroup):
    def derive(self, excs): return MyGroup(self.message + "'", excs)
try: raise MyGroup("mine", [ValueError(1), KeyError(2)])
except* ValueError as v: print(type(v).__name__, v)
except* KeyError as k: print(type(k).__name__, k)

# --- group_construction_errors
for args in (("m",), (1, [ValueError()]), ("m", []), ("m", 5), ("m", [5]), ("m", [KeyboardInterrupt()])):
    try: print(repr(ExceptionGroup(*args)))
    except Exception as e: print(type(e).__name__, e)
print(type(BaseExceptionGroup("m", [ValueError()])).__name__, type(BaseExceptionGroup("m", [KeyboardInterrupt()])).__name__)

# --- name_scope
try: raise ExceptionGroup("g", [ValueError(1)])
except* ValueError as e: print(e)
print("e" in globals())

# --- in_function_with_locals_and_loops
def f():
    seen = []
    for i in range(3):
        try:
            if i == 1: raise ExceptionGroup("g", [ValueError(i), TypeError(i)])
            if i == 2: raise TypeError(i)
        except* ValueError as e: seen.append(("v", len(e.exceptions)))
        except* TypeError as e: seen.append(("t", e.exceptions[0].args))
        else: seen.append("else")
    return seen
print(f())

# --- context_and_exc_info
import sys
try: raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
except* ValueError as e:
    print(sys.exc_info()[1] is e)
    try: raise OSError("inner")
    except OSError as o: print(repr(o.__context__))
except* KeyError: print(repr(sys.exc_info()[1]))
print(sys.exc_info())

# --- group_traceback_text
def a(): raise ValueError("a")
def b(): a()
def f():
    errors = []
    for g in (a, b):
        try: g()
        except ValueError as e: errors.append(e)
    raise ExceptionGroup("collected", errors)
f()

# --- nested_except_star
def f():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), KeyError(2), OSError(3)])
        except* ValueError: print("inner value")
    except* KeyError: print("outer key")
f()

# --- star_with_return_in_nested_function
def f():
    try: raise ExceptionGroup("g", [ValueError(1)])
    except* ValueError as e:
        g = lambda: len(e.exceptions)
        print(g())
        for i in range(3):
            if i == 1: break
    return i
print(f())
