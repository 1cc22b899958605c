# --- driven_by_hand
class Await:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return got * 2
async def f(x):
    a = await Await(x)
    b = await Await(a)
    return a + b
c = f(1)
print(c.send(None), c.send(10))
try: c.send(100)
except StopIteration as e: print(e.value)

# --- errors_when_awaiting
def run(c):
    try:
        while True: c.send(None)
    except StopIteration as e: return e.value
    except Exception as e: return type(e).__name__, str(e)
async def a(): await 5
async def b(): await None
class NoIter:
    def __await__(self): return 5
async def c(): await NoIter()
def gen(): yield
async def d(): await gen()
class Cor:
    def __await__(self): return other()
async def other(): return 1
async def e():
    x = Cor()
    try: await x
    finally: pass
async def again():
    o = other()
    await o
    await o
async def f():
    async with 5: pass
async def g():
    async for x in 5: pass
class BadAiter:
    def __aiter__(self): return 5
async def h():
    async for x in BadAiter(): pass
class BadAnext:
    def __aiter__(self): return self
    def __anext__(self): return 5
async def i():
    async for x in BadAnext(): pass
async def j():
    with open: pass
import warnings
warnings.simplefilter("ignore")
for k in (a, b, c, d, e, again, f, g, h, i, j): print(k.__name__, run(k()))

# --- never_awaited
import warnings
async def f(): pass
f()
print("after")
c = f()
c.close()
print("closed ones do not warn")

# --- throw_and_close
class P:
    def __await__(self):
        try: yield 1
        except ValueError: print("P handled"); yield 2
        finally: print("P finally")
async def f():
    try: await P()
    finally: print("f finally")
c = f(); c.send(None)
print(c.throw(ValueError("x")))
c.close()
c = f(); c.send(None)
try: c.throw(KeyError("k"))
except KeyError as e: print(repr(e))
try: c.send(None)
except RuntimeError as e: print(e)

# --- introspection
import inspect, types
@types.coroutine
def pause(): yield
async def inner(): await pause()
async def f():
    x = 1
    await inner()
c = f()
print(inspect.getcoroutinestate(c), c.cr_await, c.cr_running, c.__name__, c.__qualname__, c.cr_origin)
c.send(None)
print(inspect.getcoroutinestate(c), c.cr_await.__name__, c.cr_frame.f_lineno, c.cr_frame.f_locals, c.cr_await.cr_await.gi_code.co_name, c.cr_suspended)
try: c.send(None)
except StopIteration: pass
print(inspect.getcoroutinestate(c), c.cr_frame, inspect.iscoroutinefunction(f))

# --- async_with
class CM:
    def __init__(self, n, suppress=False): self.n, self.suppress = n, suppress
    async def __aenter__(self): print("aenter", self.n); return self.n
    async def __aexit__(self, t, v, tb): print("aexit", self.n, t and t.__name__); return self.suppress
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
async def f():
    async with CM(1) as a, CM(2, True) as b:
        print(a, b)
        raise ValueError
    print("suppressed")
    for i in range(3):
        async with CM(i):
            if i == 0: continue
            break
    async with CM(7):
        return "returned"
print(run(f()))
async def g():
    async with CM("g"):
        raise KeyError("out")
run(g())

# --- async_for
class A:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        self.n -= 1
        if self.n < 0: raise StopAsyncIteration
        return self.n
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
async def f():
    out = []
    async for x in A(4):
        if x == 2: continue
        out.append(x)
    else: out.append("else")
    async for x in A(4):
        if x == 1: break
    else: out.append("never")
    async for i, (a, b) in Pairs(): out.append((i, a, b))
    return out, x
class Pairs(A):
    def __init__(self): self.n = 2
    async def __anext__(self): return self.n, (await A.__anext__(self), "b")
print(run(f()))

# --- async_comprehensions
async def ag(n):
    for i in range(n): yield i
async def ident(x): return x
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
async def f():
    return ([x async for x in ag(4) if x != 1], {x async for x in ag(3)} == {0, 1, 2}, {x: await ident(x * 2) async for x in ag(3)},
            [await ident(x) for x in range(3)], [y async for x in ag(3) async for y in ag(x)], [x for x in [await ident(9)]],
            [[z async for z in ag(x)] for x in range(3)], [x async for x in (y * 2 async for y in ag(3))], [(x, y) for x in range(2) async for y in ag(2)],
            [x for x in range(4) if await ident(x % 2)])
print(run(f()))

# --- async_comprehension_captured
async def ag(n):
    for i in range(n): yield i
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
async def f():
    x = "outer"
    fs = [lambda: x async for x in ag(3)]
    return [g() for g in fs], x
print(run(f()))

# --- exception_positions
async def ag():
    yield 1
    raise ValueError("in async generator")
async def f():
    total = 0
    async for x in ag():
        total += x
    return total
async def main():
    return await f() + \
        1
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
run(main())

# --- await_expression_positions
class P:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
async def f():
    return {await P(1): [await P(2), (await P(3)) + (await P(4))], **{"k": await P(5)}}, f"{await P(6)}", (await P(7) if await P(8) else 0)
c = f()
v = c.send(None)
try:
    while True: v = c.send(f"<{v}>")
except StopIteration as e: print(e.value)

# --- coroutine_is_not_iterable
async def f(): pass
c = f()
try: list(c)
except TypeError as e: print(e)
try: next(c)
except TypeError as e: print(e)
c.close()
async def g():
    return [x for x in ag()]
async def ag(): yield 1
try: g().send(None)
except TypeError as e: print(e)

# --- already_running
import types
class Me:
    def __await__(self): 
        yield from me.__await__()
async def f(): await Me()
me = f()
try: me.send(None)
except Exception as e: print(type(e).__name__, e)

# --- stop_iteration_in_coroutine
async def f(): raise StopIteration("x")
try: f().send(None)
except RuntimeError as e: print(e, type(e.__cause__).__name__)
async def g():
    raise StopAsyncIteration
try: g().send(None)
except StopAsyncIteration as e: print(repr(e))

# --- async_with_exceptions
class CM:
    def __init__(self, where): self.where = where
    async def __aenter__(self):
        if self.where == "enter": raise ValueError("enter")
    async def __aexit__(self, *e):
        if self.where == "exit": raise ValueError("exit")
        return 0
async def f(where):
    async with CM(where):
        raise KeyError("body")
for w in ("enter", "exit", "none"):
    try: f(w).send(None)
    except Exception as e: print(w, repr(e), repr(e.__context__))
class NoExit:
    async def __aenter__(self): pass
class SyncOnly:
    def __enter__(self): pass
    def __exit__(self, *e): pass
async def g(c):
    async with c(): pass
for c in (NoExit, SyncOnly):
    try: g(c).send(None)
    except Exception as e: print(type(e).__name__, e)

# --- async_methods_and_closures
class C:
    async def m(self): return super().__class__.__name__, __class__.__name__
    @classmethod
    async def c(cls): return cls.__name__
    @staticmethod
    async def s(x): return x
async def f():
    n = 0
    async def inc():
        nonlocal n
        n += 1
        return n
    return await inc(), await inc(), await C().m(), await C.c(), await C.s(5), await (lambda: inc())()
try: f().send(None)
except StopIteration as e: print(e.value)
