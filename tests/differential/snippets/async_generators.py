# --- iterate
import asyncio
async def ag(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
async def main():
    print([x async for x in ag(3)])
    async for x in ag(2): print(x)
    g = ag(2)
    print(await anext(g), await g.__anext__(), await anext(g, "default"))
    try: await anext(g)
    except StopAsyncIteration: print("stopped")
asyncio.run(main())

# --- asend_athrow_aclose
import asyncio
async def ag():
    got = yield 1
    print("got", got)
    try:
        yield 2
    except ValueError as e:
        print("caught", e)
        yield 3
    finally:
        print("finally")
async def main():
    g = ag()
    print(await g.asend(None), await g.asend("x"), await g.athrow(ValueError("v")))
    await g.aclose()
    try: await anext(g)
    except StopAsyncIteration: print("closed")
    g = ag()
    try: await g.asend(5)
    except TypeError as e: print(e)
    await g.aclose()
    g = ag(); await anext(g)
    try: await g.athrow(KeyError("through"))
    except KeyError as e: print(repr(e))
asyncio.run(main())

# --- driven_by_hand
async def ag():
    x = yield 1
    yield x
def step(a):
    try: a.send(None)
    except StopIteration as e: return e.value
    except StopAsyncIteration: return "end"
g = ag()
print(step(g.asend(None)), step(g.asend("sent")), step(g.__anext__()), step(g.aclose()))
print(g.ag_running, g.ag_frame, g.__name__)

# --- introspection
import inspect
async def ag():
    x = 1
    yield x
g = ag()
print(g.ag_await, g.ag_running, g.ag_code.co_name, g.ag_frame.f_lineno, inspect.isasyncgen(g), inspect.isasyncgenfunction(ag))
try: g.__anext__().send(None)
except StopIteration as e: print(e.value, g.ag_frame.f_locals)

# --- exceptions
import asyncio
async def ag():
    yield 1
    raise ValueError("inside")
async def stop():
    yield 1
    raise StopAsyncIteration("converted")
async def stop2():
    yield 1
    raise StopIteration("converted too")
async def main():
    for g in (ag, stop, stop2):
        try:
            async for x in g(): print(x)
        except Exception as e: print(type(e).__name__, e, repr(e.__cause__))
asyncio.run(main())

# --- finally_with_await
import asyncio
async def ag():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        print("cleaned up")
async def main():
    async for x in ag():
        print(x)
        break
    g = ag()
    await anext(g)
    await g.aclose()
    print("end")
asyncio.run(main())
print("loop closed")

# --- ignoring_exit
import asyncio
async def ag():
    try: yield 1
    except GeneratorExit: yield 2
async def main():
    g = ag(); await anext(g)
    try: await g.aclose()
    except RuntimeError as e: print(e)
asyncio.run(main())

# --- async_generator_expressions
import asyncio
async def ag(n):
    for i in range(n): yield i
async def main():
    g = (x * 2 async for x in ag(4) if x % 2 == 0)
    print(type(g).__name__, [x async for x in g])
    h = ((x, y) for x in range(2) async for y in ag(2)) if False else ((x, y) async for x in ag(2) for y in range(2))
    print([p async for p in h])
    async def double(x): return x * 2
    k = (await double(x) for x in range(3))
    print(type(k).__name__, [x async for x in k])
asyncio.run(main())

# --- anext_awaitable_twice
async def ag():
    yield 1
    yield 2
g = ag()
a = g.__anext__()
try: a.send(None)
except StopIteration as e: print(e.value)
try: a.send(None)
except RuntimeError as e: print(e)
b = g.asend(None)
b.close()
try: b.send(None)
except RuntimeError as e: print(e)
print([n for n in dir(g) if n.startswith("a") and not n.startswith("ag_")])

# --- concurrent_use
import asyncio
async def ag():
    for i in range(3):
        await asyncio.sleep(0)
        yield i
async def main():
    g = ag()
    results = await asyncio.gather(anext(g), anext(g), return_exceptions=True)
    print([r if isinstance(r, int) else str(r) for r in results])
    await g.aclose()
asyncio.run(main())

# --- asynccontextmanager
import asyncio
from contextlib import asynccontextmanager, AsyncExitStack
@asynccontextmanager
async def cm(n):
    print("in", n)
    try: yield n
    except ValueError as e: print("swallowed", e)
    finally: print("out", n)
async def main():
    async with cm(1) as a, cm(2) as b: print(a, b)
    async with cm(3): raise ValueError("v")
    async with AsyncExitStack() as s:
        for i in range(2): await s.enter_async_context(cm(f"s{i}"))
asyncio.run(main())

# --- yield_in_nested_constructs
import asyncio
async def ag():
    async with Lock() as l:
        for i in range(2):
            try:
                x = yield (l, i)
                if x: print("x", x); continue
            finally: yield "from finally"
class Lock:
    async def __aenter__(self): return "lock"
    async def __aexit__(self, *e): print("released")
async def main():
    g = ag()
    print(await g.asend(None), await g.asend("hello"), await g.asend(None))
    async for x in g: print("rest", x)
asyncio.run(main())
