# --- implicit_context
def f():
    try: 1 / 0
    except ZeroDivisionError: {}["missing"]
f()

# --- explicit_cause
def f():
    try: int("x")
    except ValueError as e: raise RuntimeError("conversion failed") from e
f()

# --- from_none
def f():
    try: int("x")
    except ValueError: raise RuntimeError("hidden cause") from None
f()

# --- cause_from_class
def f():
    raise KeyError("k") from ValueError
f()

# --- long_chain
def f(n):
    if n == 0: raise ValueError("root")
    try: f(n - 1)
    except Exception as e:
        if n % 2: raise RuntimeError(f"level {n}") from e
        raise LookupError(f"level {n}")
f(4)

# --- attributes
try:
    try: raise ValueError("a")
    except ValueError as a:
        saved = a
        raise KeyError("b") from TypeError("c")
except KeyError as e:
    print(repr(e.__cause__), repr(e.__context__), e.__suppress_context__, e.__context__ is saved)
try: raise ValueError from None
except ValueError as e: print(e.__cause__, e.__suppress_context__)
e = ValueError()
e.__cause__ = KeyError()
print(e.__suppress_context__)
for bad in (5, "x", int):
    try: e.__cause__ = bad
    except TypeError as t: print(t)

# --- context_in_finally_and_else
def f():
    try: raise ValueError("first")
    finally:
        try: raise KeyError("second")
        finally: raise IndexError("third")
f()

# --- no_self_context
e = ValueError("same")
try:
    try: raise e
    except ValueError: raise e
except ValueError as x: print(x.__context__)
a, b = ValueError("a"), KeyError("b")
try:
    try: raise a
    except ValueError:
        try: raise b
        except KeyError: raise a
except ValueError as x: print(repr(x.__context__), repr(x.__context__.__context__))

# --- context_not_after_handler
try: raise ValueError
except ValueError: pass
try: raise KeyError
except KeyError as e: print(e.__context__)

# --- context_through_function_calls
def fail(): raise KeyError("from function")
def f():
    try: raise ValueError("handler active")
    except ValueError: fail()
try: f()
except KeyError as e: print(repr(e.__context__))
f()

# --- context_in_generators
def g():
    try: yield 1
    except ValueError: raise KeyError("in generator")
it = g(); next(it)
try: it.throw(ValueError("thrown"))
except KeyError as e: print(repr(e.__context__))
def h():
    try: raise ValueError("own")
    except ValueError:
        yield "suspended in handler"
        raise IndexError("later")
it = h(); next(it)
try:
    try: raise TypeError("caller's")
    except TypeError: next(it)
except IndexError as e: print(repr(e.__context__), repr(e.__context__.__context__))

# --- notes
e = ValueError("with notes")
e.add_note("first note")
e.add_note("second\nlines")
try: e.add_note(5)
except TypeError as t: print(t)
raise e

# --- cause_error
def f():
    try: raise ValueError("v")
    except ValueError: raise KeyError from "text"
f()

# --- chain_in_comprehension_and_lambda
get = lambda d, k: d[k]
def f():
    try: return [get({}, k) for k in "ab"]
    except KeyError as e: return [1 / n for n in (1, 0)]
f()

# --- chain_in_class_body_and_del
def f():
    try: raise ValueError("body context")
    except ValueError:
        class C:
            x = undefined_thing
f()

# --- deleted_traceback
try: raise ValueError("v")
except ValueError as e:
    e.__traceback__ = None
    raise KeyError("k") from e
