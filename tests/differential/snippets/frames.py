# --- names_and_lines
import sys
def a(): return b()
def b():
    f = sys._getframe()
    g = sys._getframe(1)
    return f.f_code.co_name, f.f_lineno, g.f_code.co_name, g.f_lineno, f.f_back is g, g.f_back.f_code.co_name
print(a())

# --- locals_of_frames
import sys
def caller(x, *args, k=1):
    y = 2
    def inner():
        z = x
        return dict(sys._getframe(1).f_locals), dict(sys._getframe().f_locals)
    return inner()
outer, inner = caller(5, 6)
print({k: v for k, v in outer.items() if k != "inner"}, inner)

# --- locals_update_as_we_go
import sys
def f():
    frame = sys._getframe()
    seen = [sorted(frame.f_locals)]
    a = 1
    seen.append(sorted(frame.f_locals))
    del a
    b = [1 for i in range(2)]
    seen.append(sorted(frame.f_locals))
    return seen
print(f())

# --- line_numbers_move
import sys
def f():
    fr = sys._getframe()
    lines = [fr.f_lineno]
    lines.append(fr.f_lineno)
    for i in range(2):
        lines.append(
            fr.f_lineno)
    return lines, fr
lines, fr = f()
print(lines, fr.f_lineno)

# --- globals_and_builtins
import sys, builtins
def f(): return sys._getframe()
fr = f()
print(fr.f_globals is globals(), fr.f_builtins is builtins.__dict__, fr.f_back, fr.f_trace, fr.f_code is f.__code__, fr.f_lasti > 0)

# --- class_body_frame
import sys
class C:
    x = 1
    fr = sys._getframe()
    names = sorted(n for n in fr.f_locals if not n.startswith("__"))
    print(fr.f_code.co_name, fr.f_lineno, names, fr.f_back.f_code.co_name)

# --- frames_in_comprehensions_and_lambdas
import sys
g = lambda: sys._getframe().f_code.co_name
print(g(), (lambda: (lambda: sys._getframe(1).f_code.co_name)())())
def f(): return list(sys._getframe().f_code.co_name for _ in "1")
print(f())

# --- get_caller_name
import sys, inspect
def who(): return sys._getframe(1).f_code.co_name
def alpha(): return who()
class K:
    def beta(self): return who()
    gamma = property(lambda self: who())
    @staticmethod
    def delta(): return [who() for _ in range(1)][0] in ("delta", "<listcomp>")
print(alpha(), K().beta(), K().gamma, K.delta(), who())
def stack_names(): return [f.function for f in inspect.stack()][:2]
def epsilon(): return stack_names()
print(epsilon(), inspect.currentframe().f_code.co_name)

# --- frame_clear
import sys
def f():
    x = "value"
    return sys._getframe()
fr = f()
print(fr.f_locals)
fr.clear()
print(fr.f_locals)
def g():
    try: sys._getframe().clear()
    except RuntimeError as e: print(e)
g()

# --- too_deep
import sys
try: sys._getframe(10000)
except ValueError as e: print(e)

# --- frame_from_callbacks
import sys
def key(x):
    f = sys._getframe()
    names.add((f.f_code.co_name, f.f_back.f_code.co_name))
    return x
names = set()
def run():
    sorted([2, 1], key=key); list(map(key, [1])); max([1, 2], key=key)
run()
print(names)
class C:
    def __add__(self, o): return sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno
    def __getattr__(self, n): return sys._getframe(1).f_code.co_name
    def __enter__(self): return sys._getframe(1).f_lineno
    def __exit__(self, *e): print(sys._getframe(1).f_lineno)
    def __iter__(self): print(sys._getframe(1).f_code.co_name); return iter([1])
def use():
    c = C()
    print(c + 1, c.anything)
    with c as line:
        print(line)
    for _ in c: pass
    [*c]
use()

# --- write_through_locals [3.13+]
import sys
def f():
    x = 1
    sys._getframe().f_locals["x"] = 2
    fr = sys._getframe()
    fr.f_locals["new"] = 5
    y = 3
    return x, sorted(k for k in fr.f_locals), fr.f_locals["y"], type(fr.f_locals).__name__, "new" in locals()
print(f())
def outer():
    v = 1
    def inner():
        sys._getframe(1).f_locals["v"] = 10
    inner()
    return v
print(outer())

# --- f_lineno_in_traceback_frames
def f():
    try:
        1 / 0
    except ZeroDivisionError as e:
        tb = e.__traceback__
        x = 1
        y = 2
        return tb.tb_lineno, tb.tb_frame.f_lineno
print(f())

# --- settrace_lines
import sys
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_name in ("f", "g"):
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == "return" else None))
        return tracer
def g(x):
    return x * 2
def f():
    total = 0
    for i in range(2):
        total += g(i)
    return total
sys.settrace(tracer)
f()
sys.settrace(None)
for e in events: print(e)

# --- setprofile_calls
import sys
events = []
def profiler(frame, event, arg):
    if event in ("call", "return") and frame.f_code.co_name in ("f", "g"): events.append((event, frame.f_code.co_name))
def g(x): return x * 2
def f(): return [g(i) for i in (1, 2)]
sys.setprofile(profiler)
f()
sys.setprofile(None)
print(events)

# --- exception_frame_locals_survive
def f(n):
    local = [n]
    if n == 2: raise ValueError
    f(n + 1)
try: f(0)
except ValueError as e:
    tb, values = e.__traceback__.tb_next, []
    while tb: values.append(tb.tb_frame.f_locals["local"]); tb = tb.tb_next
    print(values)

# --- generator_frames
import sys
def g():
    a = 1
    yield sys._getframe()
    b = 2
    yield sys._getframe().f_back.f_code.co_name
it = g()
fr = next(it)
print(fr.f_locals, fr is it.gi_frame, fr.f_back, fr.f_lineno)
def driver(): return next(it)
print(driver(), sorted(fr.f_locals), fr.f_lineno)

# --- exec_in_f_locals_of_a_function
import sys
def f():
    y = 1
    g(sys._getframe())
    return y
def g(frame):
    variables = frame.f_locals
    exec("y = 50", frame.f_globals, variables)
    exec(compile("y = y + 1", "x", "single"), frame.f_globals, variables)
    print(variables["y"])
f() if sys.version_info < (3, 13) else print(f())
