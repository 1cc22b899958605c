# --- RAISE
class E(Exception): pass
def a(): raise E
def b(): raise E("message") from KeyError("cause")
def c(): raise
def d(): raise 5
def e(): raise E from 5
def f(): raise E from None
def g():
    try: raise E(1)
    except E: raise
class Odd(Exception):
    def __new__(cls): return 5
def h(): raise Odd
class Broken(Exception):
    def __init__(self): raise KeyError("init")
def i(): raise Broken
for each in (a, b, c, d, e, f, g, h, i):
    try: each()
    except BaseException as error: print(repr(error), repr(error.__cause__), repr(error.__context__), error.__suppress_context__)

# --- RERAISE
def f(log):
    try:
        try:
            1 / 0
        finally:
            log.append("finally")
    except KeyError:
        log.append("wrong")
log = []
attempt(f, log)
print(log)
def g():
    with open_nothing: pass
attempt(g)
def h():
    for x in (1,):
        try: raise KeyError(x)
        except ValueError: pass
attempt(h)

# --- PUSH_EXC_INFO
import sys
def f():
    print(sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1])
    try: raise KeyError(1)
    except KeyError:
        print(repr(sys.exc_info()[1]))
        try: raise ValueError(2)
        except ValueError as inner:
            print(repr(sys.exc_info()[1]), repr(inner.__context__))
        print(repr(sys.exc_info()[1]))
    print(sys.exc_info()[1])
f()

# --- POP_EXCEPT
import sys
def f():
    for x in range(3):
        try: raise KeyError(x)
        except KeyError:
            if x == 0: continue
            if x == 1: pass
            else: break
    return sys.exc_info()
print(f())
def g():
    try: raise KeyError
    except KeyError: return sys.exc_info()[0]
print(g(), sys.exc_info())
def h():
    try: raise KeyError
    except KeyError as error: pass
    return error
attempt(h)

# --- CHECK_EXC_MATCH
class Meta(type):
    def __instancecheck__(cls, o): return True
    def __subclasscheck__(cls, o): return True
class Any(Exception, metaclass=Meta): pass
def f(kind):
    try: raise KeyError("k")
    except kind: return "caught"
    except LookupError: return "lookup"
for kind in (KeyError, LookupError, Exception, ValueError, (ValueError, KeyError), (), Any, 5, (KeyError, 5), int, "s"): attempt(f, kind)

# --- CHECK_EG_MATCH
def f(error, kind):
    try: raise error
    except* kind as group: print("caught", repr(group), group.exceptions)
    return "done"
G = ExceptionGroup
for error in (G("g", [KeyError(1), ValueError(2)]), KeyError(3), G("n", [G("m", [KeyError(4)]), OSError()])):
    for kind in (KeyError, (KeyError, OSError), ValueError, ExceptionGroup, 5):
        try: print(f(error, kind))
        except BaseException as left: print("left", repr(left), repr(left.__context__))

# --- PREP_RERAISE_STAR
def f():
    try: raise ExceptionGroup("g", [KeyError(1), ValueError(2), OSError(3)])
    except* KeyError: raise TypeError("new")
    except* ValueError as g: raise
    except* OSError: print("swallowed")
try: f()
except BaseException as error:
    print(repr(error), [repr(e) for e in error.exceptions])

# --- ENTER_WITH
class M:
    def __init__(self, name): self.name = name
    def __enter__(self):
        print("enter", self.name)
        return self.name
    def __exit__(self, *args):
        print("exit", self.name, args[0])
with M(1) as a, M(2) as b: print(a, b)
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *args): pass
class Raising(M):
    def __enter__(self): raise KeyError("enter")
def f(m):
    with m: print("body")
for m in (NoExit(), NoEnter(), 5, Raising(3), M): attempt(f, m)
class Inherited(M):
    def __init__(self):
        super().__init__("class")
        self.__enter__ = None
f(Inherited())

# --- ENTER_ASYNC_WITH
class M:
    async def __aenter__(self): return "entered"
    async def __aexit__(self, *args): print("exit", args[0])
class NoExit:
    async def __aenter__(self): pass
class Sync:
    def __enter__(self): pass
    def __exit__(self, *args): pass
class NotAwaitable:
    def __aenter__(self): return 5
    async def __aexit__(self, *args): pass
async def f(m):
    async with m as x: print(x)
def run(coroutine):
    try: coroutine.send(None)
    except StopIteration as stop: return stop.value
for m in (M(), NoExit(), Sync(), NotAwaitable(), 5): attempt(run, f(m))

# --- WITH_EXCEPT
class M:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): pass
    def __exit__(self, kind, value, tb):
        print(kind, value, tb is not None)
        if self.swallow == "raise": raise ValueError("exit")
        return self.swallow
class B:
    def __bool__(self): raise OSError("bool")
def f(m):
    with m: raise KeyError("body")
    return "swallowed"
for s in (True, False, None, "raise", "truthy", B()): attempt(f, M(s))
def g():
    for x in (1, 2):
        with M(True):
            if x == 1: continue
            return x
print(g())

# --- END_ASYNC_FOR
class It:
    def __init__(self, error=StopAsyncIteration): self.n, self.error = 0, error
    def __aiter__(self): return self
    async def __anext__(self):
        self.n += 1
        if self.n == 3: raise self.error("end")
        return self.n
async def f(it):
    async for x in it: print(x)
    else: return "else"
def run(coroutine):
    try: coroutine.send(None)
    except StopIteration as stop: return stop.value
attempt(run, f(It()))
attempt(run, f(It(KeyError)))
async def g(): return [x async for x in It() if x > 1]
attempt(run, g())
async def h():
    async for x in It(): raise StopAsyncIteration("in the body")
attempt(run, h())

# --- CLEANUP_THROW [3.12+]
def inner():
    try: yield 1
    except KeyError as error: return ("returned", error.args)
def outer(it): return (yield from it)
g = outer(inner())
next(g)
attempt(g.throw, KeyError("thrown"))
g = outer(inner())
next(g)
attempt(g.throw, ValueError("through"))
g = outer([1, 2])
next(g)
attempt(g.throw, StopIteration("value"))
g = outer(inner())
next(g)
print(g.close())

# --- STOPITERATION_ERROR [3.12+]
def f():
    yield 1
    raise StopIteration("leaks")
g = f()
next(g)
attempt(next, g)
async def c(): raise StopIteration("from a coroutine")
attempt(c().send, None)
async def ag():
    yield 1
    raise StopAsyncIteration("leaks")
it = ag()
attempt(it.__anext__().send, None)
try: it.__anext__().send(None)
except RuntimeError as error: print(error, repr(error.__cause__))
