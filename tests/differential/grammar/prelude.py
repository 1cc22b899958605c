"""What programs of the grammar stand on; put before their text, so that it is part of the program."""

import types

TICKS = [1500]


class OutOfTicks(BaseException):
    """Ends a program that ran long enough."""


def tick():
    TICKS[0] -= 1
    if TICKS[0] < 0:
        raise OutOfTicks


def at(items, index):
    return items[index % len(items)] if items else index


class Oops(Exception):
    pass


class Worse(Oops, LookupError):
    def __init__(self, name, number):
        super().__init__(name, number)
        self.number = number


def note(error, *more):
    places = []
    entry = error.__traceback__
    while entry is not None:
        code = entry.tb_frame.f_code
        places.append((code.co_name, entry.tb_lineno, list(code.co_positions())[entry.tb_lasti // 2][2:]))
        entry = entry.tb_next
    print(
        *more, type(error).__name__, str(error)[:200], places, repr(error.__context__)[:99], repr(error.__cause__)[:99]
    )


class Truth:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        if self.value == 7:
            raise Oops("undecided")
        return self.value % 2 == 1


class Manager:
    def __init__(self, value, suppress):
        self.value, self.suppress = value, suppress

    def __enter__(self):
        print("enter", self.value)
        return self.value

    def __exit__(self, kind, value, traceback):
        print("exit", self.value, kind and kind.__name__)
        return self.suppress


class Base:
    attribute = 0

    def __init_subclass__(cls, tag=0, **kwargs):
        super().__init_subclass__(**kwargs)
        print("subclass", cls.__qualname__, tag)

    def __init__(self, value=0):
        self.value = value % 1009

    def method(self, x=1):
        return self.value - x

    @property
    def doubled(self):
        return self.value * 2

    def __add__(self, other):
        return type(self)(self.value + other)

    def __len__(self):
        return abs(self.value) % 5

    def __getitem__(self, key):
        return key + self.value

    def __lt__(self, other):
        return self.method() < other.method(2)


def twice(function):
    def wrapper(*args, **kwargs):
        tick()
        return function(*args, **kwargs) + function(*args)

    return wrapper


def logged(function):
    def wrapper(*args, **kwargs):
        tick()
        try:
            return function(*args, **kwargs)
        finally:
            print("called", function.__name__, args, kwargs)

    return wrapper


def adding(number):
    return lambda function: lambda *args, **kwargs: function(*args, **kwargs) + number


def converse(generator):
    """Send to a generator, throw into it, close it."""
    print(next(generator), generator.gi_frame.f_lineno)
    for step in (1, 2):
        print(generator.send(step), generator.gi_running)
    try:
        print(generator.throw(Oops("thrown")))
    finally:
        generator.close()
        print(generator.gi_frame)


@types.coroutine
def pause(value):
    sent = yield value
    return value if sent is None else sent


async def numbers(n):
    for number in range(n % 4):
        await pause(number)
        yield number


class AsyncManager:
    def __init__(self, suppress):
        self.suppress = suppress

    async def __aenter__(self):
        return await pause(5)

    async def __aexit__(self, kind, value, traceback):
        print("aexit", await pause(6), kind and kind.__name__)
        return self.suppress


def run(coroutine):
    """Drive a coroutine to its end."""
    value, steps = None, 0
    while True:
        steps += 1
        try:
            value = coroutine.send(value if steps % 3 else None)
        except StopIteration as stop:
            return stop.value, steps
