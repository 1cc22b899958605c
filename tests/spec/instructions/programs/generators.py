# --- YIELD
def f(n):
    try:
        received = yield n
        while True: received = yield ("got", received)
    except KeyError as error:
        yield ("caught", error.args)
    finally:
        print("closed")
g = f(1)
print(next(g), g.send("a"), next(g), g.throw(KeyError("k")))
attempt(next, g)
attempt(next, g)
attempt(f(2).send, "too early")
g = f(3)
next(g)
g.close()
print([x for x in (i * 2 for i in range(3))])
def ignoring():
    try: yield
    except GeneratorExit: yield "ignored"
g = ignoring()
next(g)
attempt(g.close)
def itself():
    yield next(me)
me = itself()
attempt(next, me)

# --- SEND
def sub():
    x = yield 1
    y = yield x
    return (x, y)
def f(it):
    result = yield from it
    yield ("result", result)
g = f(sub())
print(next(g), g.send("a"), g.send("b"))
g = f([1, 2])
print(list(g))
g = f(iter([1]))
next(g)
attempt(g.send, "lists take nothing")
class It:
    def __iter__(self): return self
    def __next__(self): return "next"
    def throw(self, *a):
        print("throw", a)
        return "thrown"
    def close(self): print("close")
g = f(It())
print(next(g), g.throw(KeyError("x")), g.gi_yieldfrom.__class__.__name__)
g.close()
async def c(x): return x
async def main(): return await c(1), await c(2)
attempt(main().send, None)

# --- END_SEND [3.12+]
def inner():
    yield 1
    return "value"
def f():
    x = yield from inner()
    return [x, (yield from ())]
g = f()
print(next(g))
attempt(next, g)

# --- GET_YIELD_FROM_ITER
import types
async def c(): return 1
def f(x): yield from x
@types.coroutine
def g(x): return (yield from x)
print(list(f("ab")), list(f(f([1]))))
attempt(next, f(5))
co = c()
attempt(next, f(co))
co.close()
attempt(g(c()).send, None)

# --- GET_AWAITABLE
import types
class A:
    def __await__(self):
        x = yield "suspended"
        return ("awaited", x)
class Bad:
    def __await__(self): return 5
class Coroutine:
    def __await__(self): return g()
class Raising:
    def __await__(self): raise KeyError("await")
@types.coroutine
def old(): return (yield "old")
async def g(): return "g"
async def f(x): return await x
co = f(A())
print(co.send(None))
attempt(co.send, 5)
for x in (g(), old(), Bad(), Raising(), 5, None, [1]): attempt(f(x).send, None)
made = []
class Coroutine:
    def __await__(self):
        made.append(g())
        return made[0]
attempt(f(Coroutine()).send, None)
made[0].close()
co = g()
attempt(f(co).send, None)
attempt(f(co).send, None)

# --- GET_AITER
class NoNext:
    def __aiter__(self): return 5
class Raising:
    def __aiter__(self): raise KeyError("aiter")
async def f(x):
    async for y in x: print(y)
async def ag(): yield 1
for x in (ag(), NoNext(), Raising(), 5, [1]): attempt(f(x).send, None)

# --- GET_ANEXT
class It:
    def __init__(self, result): self.result = result
    def __aiter__(self): return self
    def __anext__(self):
        if self.result is KeyError: raise KeyError("anext")
        return self.result
async def f(x):
    async for y in x: print(y)
async def stop(): raise StopAsyncIteration
class Bad:
    def __await__(self): return 5
for result in (stop(), 5, None, KeyError, Bad()):
    try: f(It(result)).send(None)
    except BaseException as error: print(repr(error), repr(error.__cause__))

# --- ASYNC_GEN_WRAP
async def ag():
    x = yield 1
    print("sent", x)
    try: yield 2
    finally: print("closing")
it = ag()
def step(awaitable):
    try: awaitable.send(None)
    except StopIteration as stop: return stop.value
attempt(step, it.asend(None))
attempt(step, it.asend("a"))
attempt(step, it.aclose())
attempt(step, it.__anext__())
async def f(): return [x async for x in ag()]
attempt(step, f())
