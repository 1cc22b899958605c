# --- return_overrides
def a():
    try: return "try"
    finally: return "finally"
def b():
    try: raise ValueError
    finally: return "swallowed"
def c():
    try: 1 / 0
    except ZeroDivisionError: return "except"
    finally: print("c finally")
def d():
    try: return "value"
    finally: print("d finally")
def e():
    for i in range(3):
        try: return i
        finally: continue
    return "end"
def f():
    while True:
        try: return 1
        finally: break
    return "broke"
print(a(), b(), c(), d(), e(), f())

# --- return_value_evaluated_before_finally
def f():
    x = 1
    try: return x
    finally: x = 2
def g():
    x = [1]
    try: return x
    finally: x.append(2)
print(f(), g())

# --- break_continue_in_try
out = []
for i in range(5):
    try:
        if i == 1: continue
        if i == 3: break
        out.append(i)
    except ValueError: pass
    else: out.append("else")
    finally: out.append("f")
print(out)

# --- nested_finally_order
def f(n):
    try:
        try:
            try:
                if n == 0: return "r"
                if n == 1: raise KeyError
                if n == 2: raise ValueError
            finally: print("inner")
        except KeyError: print("key")
        finally: print("middle")
    except ValueError: print("value")
    finally: print("outer")
    return "end"
for n in range(4): print(f(n))

# --- exception_in_finally
def f():
    try: raise ValueError("first")
    finally: raise KeyError("second")
f()

# --- exception_in_finally_after_return
def f():
    try: return 1
    finally: [][0]
f()

# --- finally_with_yield
def g():
    try:
        yield 1
        yield 2
    finally:
        print("cleanup")
        yield 3
it = g()
print(next(it))
try: it.close()
except RuntimeError as e: print(e)
print(list(g()))

# --- finally_and_loop_else
for i in range(2):
    try: pass
    finally: print("f", i)
else: print("else")
while True:
    try: break
    finally: print("before break")
else: print("never")

# --- finally_with_exc_info
import sys
def f():
    try: raise ValueError("v")
    finally: print(sys.exc_info()[0])
try: f()
except ValueError: pass
try: pass
finally: print(sys.exc_info()[0])

# --- try_in_finally
def f():
    try: raise ValueError("outer")
    finally:
        try: raise KeyError("inner")
        except KeyError as e: print("inner handled", repr(e.__context__))
try: f()
except ValueError as e: print("outer goes on", e, e.__context__)

# --- return_in_else_and_except
def f(x):
    try: y = 10 // x
    except ZeroDivisionError: return "zero"
    else: return y
    finally: print("done", x)
print(f(0), f(3))

# --- finally_in_generator_on_gc
def g(n):
    try:
        while True: yield n
    finally: print("closed", n)
a = g(1); next(a)
b = g(2); next(b)
c = g(3)
a = None
del b
del c
print("end")

# --- deep_nest
def f(depth):
    try:
        if depth: return f(depth - 1)
        raise ValueError("deep")
    except ValueError as e:
        e.args += (depth,)
        if depth < 3: raise
        return e.args
    finally:
        seen.append(depth)
seen = []
print(f(5), seen)

# --- finally_copies_are_equal
def f(how):
    log = []
    for i in range(2):
        try:
            if how == "return": return log
            if how == "break": break
            if how == "continue": continue
            if how == "raise": raise ValueError
        except ValueError: log.append("except")
        finally:
            log.append(how)
            for j in range(2):
                if j: log.append(i)
                else: continue
    return log
print([f(h) for h in ("return", "break", "continue", "raise", "none")])

# --- system_exit_and_keyboard_interrupt_run_finally
for e in (SystemExit(3), KeyboardInterrupt(), GeneratorExit()):
    try:
        try: raise e
        except Exception: print("never")
        finally: print("finally")
    except BaseException as x: print(type(x).__name__, x.args)
