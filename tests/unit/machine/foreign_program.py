"""A program in the Python of 3.8 whose output does not depend on the version that compiles or executes it."""

import asyncio
import contextlib
from dataclasses import dataclass


class Shown:
    """A docstring."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Shown({self.value!r:>5}, {self.value!s}, {self.value})"


@dataclass
class Point:
    x: int
    y: str = "a"

    def moved(self, by: int, *, also: str = "q", again=2) -> int:
        return self.x + by


def counting(count):
    try:
        for number in range(count):
            answer = yield number * 2
            if answer:
                print("sent", answer)
    except ValueError as error:
        yield repr(error)
    finally:
        print("closed")


def delegating():
    result = yield from counting(2)
    return result


def stopping():
    raise StopIteration
    yield


def generators():
    numbers = counting(5)
    print(next(numbers), numbers.send("hello"), numbers.throw(ValueError("thrown")))
    numbers.close()
    print(list(delegating()), sum(each for each in range(4)))
    outer = delegating()
    print(next(outer), outer.throw(ValueError("through")))
    outer.close()
    try:
        next(stopping())
    except RuntimeError as error:
        print("RuntimeError", error, repr(error.__cause__))


def closures(a, *args, k=3, **kwargs):
    def inner(b=a):
        nonlocal a
        a += b
        return a

    return inner() + k, args, kwargs, a


def calls():
    print(closures(1, 2, 3, k=4, z=5), closures(*[1], **{"k": 2}, **{"y": 1}), closures(*"ab", *"cd", k="x"))
    print(Point(1), Point(1).moved(2), Point.moved.__kwdefaults__, sorted(Point.__annotations__))
    print(Shown("q"), Shown.__doc__, calls.__doc__, (lambda: "x").__doc__)
    print({**{"a": 1}, "b": 2}, [*range(2), *"x"], {*"a", *"a"}, (*range(2), 3))


def finals():
    for number in range(4):
        try:
            if number == 1:
                continue
            if number == 2:
                return "returned"
        finally:
            print("finally", number)


def leaving():
    while True:
        try:
            try:
                1 / 0
            finally:
                print("first")
        except ZeroDivisionError as error:
            print(error, error.__traceback__.tb_lineno, repr(error.__context__))
            try:
                raise KeyError("new") from error
            except (TypeError, KeyError) as other:
                print(repr(other), repr(other.__context__), repr(other.__cause__))
            break
        finally:
            print("last")
    try:
        return "lost"
    finally:
        return "kept"  # noqa: B012


@contextlib.contextmanager
def manager():
    print("enter")
    try:
        yield 5
    except KeyError as error:
        print("swallowed", error)
    print("exit")


def exceptions():
    print(finals(), leaving())
    with manager() as value:
        print(value)
        raise KeyError("in with")
    with manager(), manager():
        print("both")
    for _ in range(2):
        with manager():
            continue
    try:
        try:
            raise ValueError("a")
        except TypeError:
            print("no")
        except ValueError:
            raise
        else:
            print("no")
    except ValueError as error:
        print(repr(error), error.__traceback__.tb_next)
    try:
        error
    except NameError as unbound:
        print(type(unbound).__name__)


class Asynchronous:
    async def __aenter__(self):
        return "entered"

    async def __aexit__(self, *args):
        print("left", args[0])
        return args[0] is KeyError


async def double(number):
    await asyncio.sleep(0)
    return number * 2


async def numbers(count):
    for each in range(count):
        yield each
        await asyncio.sleep(0)


async def coroutines():
    print(await asyncio.gather(double(1), double(2)), [each async for each in numbers(3)])
    async with Asynchronous() as entered:
        print(entered)
        raise KeyError("in async with")
    async for each in numbers(2):
        if each:
            break
    else:
        print("no")


class Meta(type):
    def __new__(cls, name, bases, namespace, **kwargs):
        print(name, kwargs)
        return super().__new__(cls, name, bases, namespace)


class Made(metaclass=Meta, option=1):
    numbers = [each for each in range(3)]  # noqa: C416


def expressions(x=5):
    while x:
        x -= 1
        if x == 3:
            continue
        if x == 1:
            break
    else:
        print("no")
    a, *b, c = [1, 2, 3, 4]
    print(a, b, c, 1 < x < 3, 0 < x < 1, not x, -x, ~x, +x, x or 2, x and 3, 2**x // 3 % 5 @ Matrix() if x else None)
    a = b[1:][0]
    b[0] += a
    b[0:1] = [7, 8]
    del b[0]
    print(a, b, (y := 3) + y, x is not None, x in b, x not in b)
    print([x * y for x in range(3) for y in range(3) if x != y], {k: v for k, v in zip("ab", [1, 2])})  # noqa: B905, C416
    print(sorted({x % 2 for x in range(5)}), [[j for j in range(i)] for i in range(3)])  # noqa: C416
    assert x, "not so"
    try:
        assert not x, "so"
    except AssertionError as error:
        print(error)


class Matrix:
    def __rmatmul__(self, other):
        return other


generators()
calls()
exceptions()
asyncio.run(coroutines())
print(Made.numbers, __name__)
expressions()
