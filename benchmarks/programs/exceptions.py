"""Exceptions raised, caught, chained, passed through finally and with, and not raised at all."""

from contextlib import contextmanager


class Shortage(Exception):
    def __init__(self, item, missing):
        super().__init__(item, missing)
        self.item = item
        self.missing = missing


class Refused(Exception):
    pass


class Lock:
    def __init__(self):
        self.entered = 0
        self.failed = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self.failed += 1
        return kind is Refused


@contextmanager
def recorded(log):
    try:
        yield log
    except LookupError as error:
        log.append(type(error).__name__)


def withdraw(stock, item, count):
    try:
        available = stock[item]
    except KeyError:
        raise Refused(item) from None
    if available < count:
        raise Shortage(item, count - available)
    stock[item] = available - count
    return count


def deep(depth, error):
    if depth == 0:
        raise error
    try:
        return deep(depth - 1, error)
    finally:
        error.levels = getattr(error, "levels", 0) + 1


def attempt(number):
    try:
        return 100 // (number % 4)
    except ZeroDivisionError as error:
        try:
            raise ValueError(number) from error
        except ValueError as chained:
            return -len(chained.args) if chained.__cause__ is error else 0
    else:
        return 0


def run(n):
    """n rounds of things that go wrong in different ways."""
    stock = {"rope": n, "tar": 5}
    lock = Lock()
    log = []
    total = 0
    for number in range(n):
        try:
            total += withdraw(stock, ("rope", "tar", "pitch")[number % 3], 2)
        except Shortage as shortage:
            total += shortage.missing
        except (Refused, ValueError):
            total -= 1
        with lock:
            if number % 5 == 0:
                raise Refused
            total += attempt(number)
        with recorded(log):
            total += [1, 2, 3][number % 4]
        try:
            deep(4, OSError(number))
        except OSError as error:
            total += error.levels
    return total, lock.entered, lock.failed, len(log), stock
