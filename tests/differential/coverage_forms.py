"""All statement forms, on one line and on several, with folded conditions; measured twice by `coverage_pair`."""

# fmt: off
# ruff: noqa: B007, B008, B019, C408, C416, E401, E701, E702, F401, F841, F842, I001, RUF021

import asyncio
import contextlib
import functools


class OneLine: ...
class TwoNames(OneLine): x = 1; y = 2


class Methods:
    """doc"""
    a: int = 1
    b: "str"
    def __init__(self, n): self.n = n
    def get(self): return self.n
    def last(self): pass
    @property
    def one(self): return 1

    @functools.cache
    def two(
        self,
        x=1,
    ): return x


@functools.lru_cache(
    maxsize=None,
)
class Decorated(
    Methods,
):
    x = 1
    if x: y = 2
    for z in (): pass


def one(): return 1
def two(): return one()
def never(): return 3
def yields(): yield 1; yield 2
def docs(): "nothing else"
def several(a): a += 1; a += 2; return a
def raising(): raise KeyError
def defaults(a=one(), *, b=(lambda: 1)): return a, b()
def annotated(a: int, b: "str" = "") -> None: pass


def branches(a, b):
    if a: x = 1
    elif b: x = 2
    else: x = 3
    if a: return 1
    if b: raise ValueError
    while a: a -= 1
    for i in range(b): pass
    for i in (): pass
    else: x = 4
    return x


def folded():
    if -1:
        a = 1
    if 1 + 1:
        a = 2
    else:
        a = 3
    while 2 - 1:
        break
    if 0:
        a = 4
    if not 1:
        a = 5
    else:
        a = 6
    if None: a = 7
    if __debug__:
        a = 8
    if a and True:
        a = 9
    if False or a:
        a = 10
    while 0: pass
    while True:
        a += 1
        if a > 12: break
    while 1: return a


def several_lines(a, b):
    if (
        a
        and b
    ):
        x = 1
    elif (a or
          b):
        x = 2
    else:
        x = 3
    while (
        a
        and x
    ):
        a -= 1
    for (
        i,
        j,
    ) in [(1, 2), (3, 4)]:
        x += i
    for k, v in dict(
        a="b",
        c="d",
    ).items():
        x += 1
    y = {
        q: 1
        for q in "ab"
        if q == "a"
    }
    z = (1 if a
         else 2 if b
         else 3)
    assert (
        z
    ), "message"
    return (
        x,
        y,
    )


def ternary(x):
    if (
        (1 if x else 0)
        if x != 5
        else (
            x
        )
    ):
        return "t"
    return "u" if x else "v"


def matching(x):
    match x:
        case (
            1
            | 2
        ):
            return "low"
        case [
            a,
            b,
        ]:
            return 3
        case {
            "k": v,
        }:
            return v
        case int(n) if n > 100: return n
        case str() as s if s: return s
        case Methods(n=1) | None: x = 1
        case (1, *rest) if rest:
            pass
        case _:
            return "high"
    return x


def unmatched(x):
    match x:
        case 1: pass
    match x:
        case 1:
            pass
        case 2 | 3:
            pass
    match (x, x):
        case (1, y) if y == 2:
            x = 3
        case z: x = 4


def exceptions(n):
    try: n = 1 / n
    except ZeroDivisionError: n = 1
    else: n = 2
    finally: n += 1
    try:
        if n == 1: raise KeyError
        if n == 2: raise ValueError
        if n == 3: return n
    except (KeyError,
            IndexError): n = 3
    except ValueError as e:
        n = 4
    else:
        n = 5
    finally:
        if n > 5:
            n = 6
    try:
        try:
            raise KeyError(n)
        finally:
            n += 1
    except KeyError: pass
    return n


def finals(items):
    for item in items:
        try:
            if item == 1: continue
            if item == 2: break
            if item == 3: return
            item += 1
        finally:
            item = 0
    else:
        return 1
    try: pass
    finally: pass
    try:
        return 5
    finally:
        items = None


def groups(n):
    try:
        if n: raise ExceptionGroup("g", [ValueError(), KeyError()])
    except* ValueError: n = 1
    except* (
        KeyError
    ) as e:
        n = 2
    else:
        n = 3
    return n


def withs(n):
    with contextlib.suppress(KeyError): n += 1
    with contextlib.suppress(KeyError):
        if n == 2: raise KeyError
        n += 1
    with contextlib.nullcontext(1) as a, contextlib.nullcontext(2) as b:
        n += a + b
    with (
        contextlib.nullcontext(1) as a,
        contextlib.suppress(ValueError),
    ):
        if n > 5: raise ValueError
    for i in range(2):
        with contextlib.nullcontext():
            if n == 4: break
            if n == 5: continue
            if n == 100: return n
    with contextlib.nullcontext():
        with contextlib.nullcontext():
            n += 1
    with contextlib.nullcontext():
        return n


def unwinding(a):
    if a[0]:
        return 1


def loops(n):
    while n:
        n -= 1
        if n == 2: continue
        if n == 1:
            break
    else:
        n = 9
    while n > 5: n -= 1
    for i in range(n):
        for j in range(i):
            if j: break
        else: continue
        break
    return [x for x in range(3) if x if x > 1], {x for x in ()}, (lambda: (yield))


def generators(n):
    try:
        x = yield n
        while x:
            x = yield (
                x
            )
    except KeyError:
        yield "key"
    finally:
        n = 0
    if n: yield from ()
    yield from [1, 2]


def small(a):
    global counter
    counter = a
    del a
    import os, sys
    from os import (
        path,
        sep,
    )
    x = y = 1; x += 1
    x: int = 2
    z: int
    pass
    print(end="")
    f"{x}" if 0 else f"""{y}
    """
    def nested():
        nonlocal x
        x = 3
        return
    nested()
    return (yield)


def chained(a, b, c):
    if b is not None and a < b < c: return 1
    if a is None or b is not None and a == b: return 2
    if not (a or b) and c: return 3
    if (x := a) and (y := b): return 4
    if a in (1, 2) and a not in (b,): return 5
    assert a or b
    return 6


async def asynchronous(n):
    async for i in ticks(n): pass
    async for i in ticks(n):
        if i: break
    else: n = 1
    async with contextlib.AsyncExitStack() as stack: n += 1
    async with contextlib.AsyncExitStack() as stack:
        n += 1
        if n > 100: return
    await asyncio.sleep(0)
    return [i async for i in ticks(2) if i]


async def ticks(n):
    for i in range(n): yield i; await asyncio.sleep(0)


def work():
    m = Methods(1); m.get(); m.last(); m.one
    m.two()
    Decorated(2)
    two(), list(yields()), docs(), several(1), defaults(), annotated(1)
    for call in (raising, lambda: branches(0, 1), lambda: unwinding([])):
        try: call()
        except Exception: pass
    branches(2, 2), branches(0, 0)
    folded()
    several_lines(0, 1), several_lines(1, 0)
    ternary(1), ternary(5)
    for x in (1, [1, 2], {"k": 1}, 5, 101, "s", "", None): matching(x)
    unmatched(3), unmatched(1)
    for n in (0, 1, 2, .5): exceptions(n)
    finals([1, 2]), finals([1, 4]), finals([3])
    groups(0), groups(1)
    withs(0), withs(1)
    unwinding([0])
    loops(4), loops(0), loops(9)
    g = generators(0); next(g); g.send(1); g.throw(KeyError); list(g)
    h = generators(0); next(h); h.close()
    next(small(1))
    chained(1, 2, 3), chained(1, 0, 0), chained(2, None, 1)
    asyncio.run(asynchronous(1))
    asyncio.run(asynchronous(3))
