"""Programs that are debugged by the tests."""

CALLS = """\
def add(a, b):
    total = a + b
    return total


def twice(x):
    y = add(x, x)
    return y


first = twice(2)
print("first", first)
second = add(first, 1)
things = [1, {"a": (2, 3)}, "text"]
"""

LOOP = """\
import sys


class Counter:
    def __init__(self):
        self.count = 0

    def up(self, by):
        self.count = self.count + by


counter = Counter()
rows = [{"price": 1}, {"price": 12}, {}, {"price": 20}]
for number, row in enumerate(rows):
    counter.up(
        number
    )
    # nothing here
    last = row

    print(number)
print("done", counter.count, file=sys.stderr)
"""

ERRORS = """\
def parse(text):
    try:
        return int(text)
    except ValueError:
        return 0


def check(text):
    with open(__file__):
        number = parse(text)
        return 10 // number


check("5")
check("five")
"""

THREADS = """\
import threading

box = {"total": 0}
ready = threading.Event()


def adder():
    for n in (1, 2):
        box["total"] += n
    ready.set()


thread = threading.Thread(target=adder)
thread.start()
ready.wait()
thread.join()
print(box)
"""

LONG = """\
def dig(depth):
    return depth if depth == 0 else dig(depth - 1)


numbers = list(range(150))
text = "x" * 10_000
dig(40)
"""

HANDLED = """\
import unittest


class Case(unittest.TestCase):
    def test(self):
        self.check({})

    def check(self, values):
        return values["name"]


def after(result):
    return len(result.errors)


found = unittest.TestResult()
Case("test").run(found)
print(after(found))
"""
