"""Constructs whose branches are easy to get wrong; measured twice by `coverage_pair`."""

# fmt: off

import asyncio
import contextlib


def loops(items):
    for item in items:
        if item > 2:
            break
    else:
        return "none"
    while items:
        items = items[1:]
        if len(items) == 1:
            continue
        if not items: break  # noqa: E701
    return [each for each in items if each] or None


def conditions(a, b, c):
    if (a and
            b) or not c:
        x = 1 if a else 2
    elif a is None and b is not None:
        x = 3
    else:
        x = (4 if c
             else 5)
    assert x, "never"
    if a: return x  # noqa: E701
    return (lambda: x)()


def exceptions(n):
    try:
        try:
            if n == 0:
                raise ValueError(n)
            1 / (n - 1)
        except ZeroDivisionError:
            n += 1
        else:
            n += 2
        finally:
            n += 3
    except (KeyError, IndexError):
        n = -1
    except ValueError as error:
        if error.args[0]:
            return -2
        return -3
    with contextlib.suppress(KeyError):
        if n == 4:
            raise KeyError
        n += 1
    with contextlib.nullcontext(n) as m:
        if m > 100:
            return m
    return n


def matching(subject):
    match subject:
        case {"kind": "a", **rest} if rest:
            return rest
        case [first, *_]:
            return first
        case int() | str():
            return "plain"
        case _:
            return None


def numbers(n):
    while True:
        n -= 1
        if n < 0:
            return
        yield n


def delegating(n):
    yield from numbers(n)
    yield -1


async def ticks(n):
    for i in range(n):
        if i:
            await asyncio.sleep(0)
        yield i


async def consume(n):
    total = 0
    async for tick in ticks(n):
        if tick > 5:
            break
        total += tick
    else:
        total += 100
    async with contextlib.AsyncExitStack() as stack:
        if total:
            stack.push_async_callback(asyncio.sleep, 0)
    return total + sum([each async for each in ticks(n) if each])


async def never(items):
    async for item in items:
        return item


class Thing:
    if __name__ == "__main__":
        flag = 1
    else:
        flag = 2

    def method(self, *, deep=True):
        def inner():
            if deep:
                return self.flag
            return None

        return inner()

    @property
    def value(self):
        return next((i for i in range(5) if i == self.flag), None)


def work():
    loops([1, 2])
    loops([1, 3, 4, 5])
    conditions(1, 0, 0), conditions(None, 1, 1), conditions(0, 0, 1)
    for n in (0, 1, 2):
        exceptions(n)
    matching({"kind": "a", "b": 1}), matching([1]), matching("x")
    list(delegating(3))
    asyncio.run(consume(3))
    Thing().method()
    Thing().value
    if not [*numbers(0)]: pass  # noqa: E701
