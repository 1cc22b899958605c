# --- basics
def g(n):
    for i in range(n):
        received = yield i
        if received: print("received", received)
    return "result"
it = g(3)
print(next(it), it.send("hello"), next(it))
try: next(it)
except StopIteration as e: print(e.value)
print(next(it, "exhausted"), list(it))

# --- send_before_start
def g(): yield 1
it = g()
try: it.send(5)
except TypeError as e: print(e)
print(it.send(None))

# --- throw
def g():
    try:
        yield 1
    except ValueError as e:
        print("caught", e)
        yield "recovered"
    finally:
        print("finally")
it = g(); next(it)
print(it.throw(ValueError("v")))
print(next(it, "done"))
it = g(); next(it)
try: it.throw(KeyError("k"))
except KeyError as e: print("through", e)
it = g()
try: it.throw(KeyError("unstarted"))
except KeyError as e: print(e, next(it, "closed"))

# --- throw_argument_forms
import warnings
warnings.simplefilter("ignore")
def g():
    while True:
        try: yield
        except Exception as e: print(type(e).__name__, e.args)
it = g(); next(it)
it.throw(ValueError); it.throw(ValueError("a")); it.throw(ValueError, "b"); it.throw(ValueError, ("c", 1)); it.throw(ValueError, ValueError("d"), None)
for bad in ((5,), (ValueError("a"), "b"), ("text",), (ValueError, "x", 5)):
    try: it.throw(*bad)
    except TypeError as e: print(e)

# --- close
def g():
    try: yield 1
    except GeneratorExit: print("exit"); raise
it = g(); next(it); print(it.close(), next(it, "closed"))
def h():
    try: yield 1
    except GeneratorExit: yield 2
it = h(); next(it)
try: it.close()
except RuntimeError as e: print(e)
def k():
    try: yield 1
    finally: raise KeyError("in finally")
it = k(); next(it)
try: it.close()
except KeyError as e: print(repr(e), repr(e.__context__))
it = g(); it.close(); print(list(it))
def r():
    try: yield
    except GeneratorExit: return "returned on close"
it = r(); next(it); print(type(it.close()).__name__)

# --- yield_from
def inner(n):
    x = yield n
    print("inner got", x)
    y = yield n + 1
    return x, y
def outer():
    a = yield from inner(1)
    b = yield from inner(10)
    return a, b
it = outer()
print(next(it), it.send("a"), it.send("b"), it.send("c"))
try: it.send("d")
except StopIteration as e: print(e.value)
def lists(): r = yield from [1, 2]; yield r; yield from "ab"; yield from range(2); yield from {"k": 1}
print(list(lists()))

# --- yield_from_throw_and_close
def inner():
    try: yield 1
    except ValueError: yield "inner handled"
    finally: print("inner finally")
def outer():
    try: yield from inner()
    finally: print("outer finally")
it = outer(); next(it)
print(it.throw(ValueError))
it.close()
class It:
    def __iter__(self): return self
    def __next__(self): return 1
    def throw(self, *a): print("throw", a[0]); raise KeyError("from throw")
    def close(self): print("close")
    def send(self, v): print("send", v); return v
def o(): yield from It()
it = o(); next(it); print(it.send(5))
try: it.throw(ValueError)
except KeyError as e: print(e)
it = o(); next(it); it.close()

# --- yield_from_plain_iterator
class It:
    def __iter__(self): return self
    def __next__(self): return 1
def o(): yield from It()
it = o(); next(it)
try: it.send(5)
except AttributeError as e: print(e)
it = o(); next(it)
try: it.throw(ValueError("no throw method"))
except ValueError as e: print(e)

# --- yield_from_errors
def attempt(f):
    try: print(list(f()))
    except Exception as e: print(type(e).__name__, e)
def a(): yield from 5
def b(): yield from None
async def coro(): pass
def c():
    k = coro()
    try: yield from k
    finally: k.close()
class Bad:
    def __iter__(self): return 5
def d(): yield from Bad()
for f in (a, b, c, d): attempt(f)

# --- already_executing
def g():
    yield 1
    next(it)
it = g(); next(it)
try: next(it)
except ValueError as e: print(e)
def h(): yield from me
me = h()
try: next(me)
except ValueError as e: print(e)

# --- introspection
import inspect
def inner(): yield 1
def g():
    x = 1
    yield x
    yield from inner()
it = g()
print(inspect.getgeneratorstate(it), it.gi_running, it.gi_yieldfrom, it.gi_frame.f_lineno, it.__name__, it.__qualname__)
next(it)
print(inspect.getgeneratorstate(it), it.gi_frame.f_locals, it.gi_frame.f_lineno, inspect.getgeneratorlocals(it))
next(it)
print(it.gi_yieldfrom.__name__, it.gi_suspended)
list(it)
print(inspect.getgeneratorstate(it), it.gi_frame, it.gi_code.co_name)

# --- running_flag_inside
def g():
    yield it.gi_running, it.gi_suspended, it.gi_frame.f_code.co_name
it = g()
print(next(it), it.gi_running)

# --- frame_back_inside_generator
import sys
def g():
    while True: yield sys._getframe().f_back.f_code.co_name
it = g()
def a(): return next(it)
def b(): return next(it)
print(a(), b(), it.gi_frame.f_back)

# --- yield_expression_positions
def g():
    x = [(yield 1), (yield 2)]
    y = {(yield "k"): (yield "v")}
    z = (yield x, y) or 5
    print((yield z) if (yield "cond") else "no", (yield))
    return (yield "last")
it = g()
print(next(it), it.send("a"), it.send("b"), it.send("c"), it.send("d"), it.send(0), it.send(True), it.send("shown"), it.send("two"), next(it, "end"))

# --- generator_in_loops_and_unpacking
def g(): yield from (3, 1, 2)
a, *b = g()
print(a, b, sorted(g()), max(g()), sum(g()), dict(zip("xyz", g())), [*g(), *g()], 2 in g(), ",".join(map(str, g())), tuple(g()), set(g()) == {1, 2, 3})

# --- pipeline
def numbers(n):
    for i in range(n): yield i
def squares(it):
    for x in it: yield x * x
def evens(it): return (x for x in it if x % 2 == 0)
print(list(evens(squares(numbers(10)))))

# --- recursive_tree
def walk(t):
    if t:
        l, v, r = t
        yield from walk(l)
        yield v
        yield from walk(r)
print(list(walk((((None, 1, None), 2, (None, 3, None)), 4, ((None, 5, None), 6, None)))))

# --- deep_yield_from
def down(n):
    if n: yield from down(n - 1)
    else: yield "bottom"
print(list(down(100)))

# --- exception_inside_and_after
def g():
    yield 1
    yield 1 // 0
    yield "never"
it = g()
print(next(it))
try: next(it)
except ZeroDivisionError as e: print(e)
print(list(it))

# --- exception_state_is_separate
import sys
def g():
    print("in g", sys.exc_info()[0])
    try: raise KeyError
    except KeyError:
        yield sys.exc_info()[0]
        print("resumed", sys.exc_info()[0])
    yield sys.exc_info()[0]
try: raise ValueError
except ValueError:
    it = g()
    print(next(it), sys.exc_info()[0])
print(sys.exc_info()[0], next(it))

# --- stop_iteration_conversion
def g():
    yield next(iter([]))
try: list(g())
except RuntimeError as e: print(e, type(e.__cause__).__name__, e.__suppress_context__)
def h():
    try: yield next(iter([]))
    except StopIteration: yield "handled inside"
print(list(h()))
print(list(next(iter([])) if False else x for x in (1, 2)))
g2 = (next(iter([])) for _ in range(2))
next(g2)

# --- return_in_try_finally
def g():
    try:
        yield 1
        return "r"
    finally: print("cleanup")
def outer(): print((yield from g()))
print(list(outer()))

# --- generator_gc_and_frames
class T:
    def __del__(self): print("freed")
def g():
    t = T()
    yield 1
    yield 2
it = g(); next(it)
print("before")
del it
print("after")
it = g(); next(it); it.close()
print("closed")
it = g(); list(it)
print("exhausted")

# --- co_routines_with_generators
from collections import deque
def task(name, n):
    for i in range(n):
        print(name, i)
        yield
def run(*tasks):
    q = deque(tasks)
    while q:
        t = q.popleft()
        try: next(t)
        except StopIteration: continue
        q.append(t)
run(task("a", 2), task("b", 3), task("c", 1))

# --- send_accumulator
def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None: return total, count
        total += value; count += 1
        average = total / count
a = averager(); next(a)
print(a.send(10), a.send(20), a.send(60))
try: a.send(None)
except StopIteration as e: print(e.value)

# --- types_coroutine
import types
@types.coroutine
def pause(x): return (yield x)
async def main(): return [await pause(1), await pause(2)]
c = main()
print(c.send(None), c.send("a"))
try: c.send("b")
except StopIteration as e: print(e.value)

# --- lambda_generator
f = lambda n: (yield from range(n))
print(list(f(3)), f.__code__.co_flags & 0x20)
g = lambda: [(yield 1), (yield 2)]
print(list(g()))

# --- unraisable_in_close
import sys
def hook(u): print("unraisable", type(u.exc_value).__name__, u.exc_value)
old, sys.unraisablehook = sys.unraisablehook, hook
def g():
    try: yield 1
    finally: raise ValueError("in finally at collection")
it = g(); next(it)
del it
sys.unraisablehook = old
print("end")

# --- itertools_mix
import itertools as it
def count():
    n = 0
    while True: yield n; n += 1
print(list(it.islice(count(), 2, 8, 2)), list(it.takewhile(lambda x: x < 3, count())), list(it.chain.from_iterable([(yield_ for yield_ in "ab"), "cd"])))
print([(k, list(v)) for k, v in it.groupby([1, 1, 2, 3, 3], key=lambda x: x % 2)], list(it.accumulate([1, 2, 3], lambda a, b: a * 10 + b)))
a, b = it.tee(count())
print(next(a), next(a), next(b), list(it.starmap(pow, [(2, 3), (3, 2)])))
