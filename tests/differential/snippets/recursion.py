# --- recursion_error
def f(n): return f(n + 1)
try: f(0)
except RecursionError as e: print(type(e).__name__, str(e)[:32])
print("recovered")

# --- recursion_error_runs_finally
import sys
sys.setrecursionlimit(300)
entered = left = 0
def f():
    global entered, left
    entered += 1
    try: f()
    finally: left += 1
try: f()
except RecursionError: print(entered == left, entered > 100)
finally: sys.setrecursionlimit(1000); del entered, left

# --- ten_thousand_deep
import sys
sys.setrecursionlimit(12000)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(10000))
def count(n, acc=0):
    if n == 0: return acc
    return count(n - 1, acc + n)
print(count(10000))

# --- ten_thousand_deep_exception
import sys
sys.setrecursionlimit(12000)
def f(n):
    if n == 0: raise ValueError("bottom")
    f(n - 1)
try: f(10000)
except ValueError as e:
    n, tb = 0, e.__traceback__
    while tb: n += 1; tb = tb.tb_next
    print(e, n)

# --- deep_methods_and_closures
import sys
sys.setrecursionlimit(6000)
class N:
    def __init__(self, n): self.next = None if n == 0 else n
    def walk(self, n): return self if n == 0 else self.walk(n - 1)
print(N(1).walk(2000).next)
def make(k):
    def go(n): return k if n == 0 else go(n - 1)
    return go
print(make("end")(3000), (lambda f: f(f, 2000))(lambda f, n: n if n == 0 else f(f, n - 1)))

# --- mutual_recursion
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
print(even(400), odd(401))
def hanoi(n, a, b, c): return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(8, "a", "b", "c"))

# --- recursion_through_c
def f(n): return sorted([1], key=lambda _: f(n - 1) if n else 0)
print(f(20))
class R:
    def __init__(self, n): self.n = n
    def __repr__(self): return "R" if self.n == 0 else f"<{R(self.n - 1)!r}>"
    def __eq__(self, o): return True if self.n == 0 else R(self.n - 1) == o
    def __getattr__(self, name): return name if self.n == 0 else getattr(R(self.n - 1), name)
print(repr(R(10)), R(15) == 1, R(20).attribute)
print(list(map(lambda n: list(map(lambda m: m * n, range(n))), range(4))))

# --- infinite_recursion_through_c [3.13+]
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return self.other
    def __len__(self): return len(self)
    def __add__(self, o): return self + o
for f in (lambda: repr(R()), lambda: R() == 1, lambda: R().x, lambda: len(R()), lambda: R() + 1):
    try: f()
    except RecursionError as e: print(type(e).__name__)

# --- self_containing_structures
l = []; l.append(l); d = {}; d["d"] = d
print(l, d)
try: l == [l] and [[]] == [[]]; a = []; a.append(a); b = []; b.append(b); a == b
except RecursionError as e: print(type(e).__name__, str(e).partition(" (used")[0][:32])

# --- limit_is_guarded
import sys
for n in (0, -5, "x"):
    try: sys.setrecursionlimit(n)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
print(sys.getrecursionlimit())

# --- memoised_recursion
from functools import lru_cache
import sys
sys.setrecursionlimit(4000)
@lru_cache(None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(200))
def permutations(items):
    if not items: yield []
    for i, x in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]): yield [x] + rest
print(len(list(permutations("abcde"))), list(permutations("abc"))[3])

# --- traceback_of_recursion_error
import traceback
def f(n): return f(n + 1)
try: f(0)
except RecursionError as e:
    text = "".join(traceback.format_exception(e))
    print(text.splitlines()[-1][:48], "more times" in text, text.count("in f"))
    del text

# --- handler_in_recursion
def f(n):
    try:
        if n == 0: raise KeyError("bottom")
        return f(n - 1)
    except KeyError:
        if n < 50: raise
        return f"handled at {n}"
print(f(200))

# --- no_exception_is_left_behind_at_the_limit
import sys
def f():
    try: return f()
    except ValueError: return -1
try: f()
except RecursionError as e:
    n, tb = 0, e.__traceback__
    while tb: n, last, tb = n + 1, tb, tb.tb_next
    print(n > 100, last.tb_lineno is not None, e.__context__)
print(sys.exc_info())
def g():
    try: return g()
    except RecursionError: return sys.exc_info()[0]
print(g(), sys.exc_info())
del n, tb, last

# --- calls_that_take_steps_at_the_limit
def spread(*args): return spread(*args)
def mapped(**names): return mapped(**names)
def both(*args, **names): return both(*args, **names)
def named(x): return named(x=x)
def executed(): exec("executed()")
def evaluated(n): return eval("evaluated(n + 1)")
def shown(): return shown() if locals() == {} else vars()
class Above:
    def method(self, x): return x
class Below(Above):
    def method(self, *args): return super().method(self.method(*args))
def unpacked(a): a, *b = [unpacked(a)]
def matched(a):
    match a:
        case {"x": [y, *_]}: return matched({"x": [y, matched(a)]})
def imported(): import os.path as p; from os import path; return imported()
def wrapped(): f = lambda *a: wrapped(*a); return f()
for f, args in (spread, (1, 2)), (mapped, ()), (both, (3,)), (named, (4,)), (executed, ()), (evaluated, (0,)), (shown, ()), (
    Below().method, (1,)), (unpacked, (1,)), (matched, ({"x": [1]},)), (imported, ()), (wrapped, ()):
    for _ in range(3):
        try: f(*args)
        except RecursionError as e: print(f.__name__, str(e)[:32])
