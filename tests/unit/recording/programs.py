"""Programs that are recorded by the tests, and how."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import bytescope
from bytescope.recording import Recording, record
from tests.support.recording_truth import Truth

RATES = """\
RATES = {"a": 2, "b": None}

def lookup(name):
    return RATES.get(name)

def rates(names):
    found = []
    for name in names:
        found.append(lookup(name))
        print(name, found)
    return found

result = rates(["a", "b"])
last = result[-1]
"""
"""A program that looks a name up, and finds None."""


def recorded(source: str, name: str = "program.py", **options: Any) -> Recording:
    """Return the recording of a program; what it writes is dropped, what it raises is, too."""
    code = compile(source, name, "exec")
    with contextlib.redirect_stdout(io.StringIO()), record(**options) as recording, contextlib.suppress(Exception):
        bytescope.VM().run_code(code, {"__name__": "__main__"})
    return recording


def with_truth(source: str, **options: Any) -> tuple[Recording, Truth]:
    """Return the recording of a program, and what its registers really were."""
    with Truth() as truth:
        code = compile(source, "program.py", "exec")
        with record(**options) as recording, contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            truth.tape = recording.tape
            bytescope.VM().run_code(code, {"__name__": "__main__"})
    return recording, truth


GCD = """
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
print(gcd(12, 18))
"""
GENERATORS = """
def numbers(limit):
    current = 1
    while current <= limit:
        sent = yield current
        current = current + (sent or 1)
    return "empty"

def outer():
    yield from numbers(3)

def collect():
    source = numbers(6)
    seen = [next(source)]
    seen.append(source.send(3))
    for value in source:
        seen.append(value)
    return seen
print(collect(), list(outer()))
"""
EXCEPTIONS = """
RATES = {"eur": 1.0}
def lookup(code):
    return RATES[code]
def convert(amount, code):
    try:
        return amount * lookup(code)
    except KeyError as missing:
        raise ValueError(code) from missing
    finally:
        amount = None
for code in ("eur", "gbp"):
    try:
        convert(2, code)
    except ValueError as error:
        kept = error
with open("/dev/null") as file:
    file.closed
"""
OBJECTS = """
class Point:
    def __init__(self, x):
        self.x = x
        self.path = []
class Slotted:
    __slots__ = ("a", "b")
one = Point(1)
one.path.append(one.x); one.path += [2, 3]; one.path[0] = 7; del one.path[1]
one.path.sort(); one.path.reverse(); one.path.insert(0, None)
two = Slotted(); two.a = [1]; two.b = two.a; two.a.append(2); del two.b
d = {"k": 1}; d["l"] = d; d.update(m=2); d.pop("k"); d.setdefault("n", []).append(1)
s = {1, 2}; s.add(3); s.discard(1)
del one.x
text = "long" * 4000
first, *rest = [1, 2, 3]
rest[0], rest[1] = rest[1], rest[0]
"""
CLOSURES = """
def make(start):
    count = start
    def bump(by=1):
        nonlocal count
        count += by
        return count
    def peek():
        return count
    return bump, peek
up, look = make(0)
other, _ = make(100)
up(); other(5); up(2)
print(look(), other(0))
n = "outer"
grid = [[n * m for m in range(n)] for n in range(4) if n % 2]
def pairs(limit):
    n = "outer"
    lazy = (n for _ in range(limit))
    return [n for n in range(limit)], {n: n for n in "ab"}, list(lazy), n
pairs(2)
class C:
    x = 1
    def f(self): return __class__
"""
TASKS = """
order = []
class Pause:
    def __await__(self):
        yield
async def pause():
    await Pause()
async def worker(name, turns):
    for turn in range(turns):
        order.append(name)
        await pause()
    return name * 2
async def main(one, two):
    return await one, await two
waiting = [worker("a", 2), worker("b", 3)]
waiting = [main(*waiting), worker("c", 2)]
while waiting:
    task = waiting.pop(0)
    try:
        task.send(None)
        waiting.append(task)
    except StopIteration as stop:
        order.append(stop.value)
print(order)
"""
CALLBACKS = """
class Key:
    def __init__(self, v): self.v = v
    def __lt__(self, other): return self.v < other.v
    def __getattr__(self, name): return lookup(name)
def lookup(name): return len(name)
keys = sorted([Key(2), Key(1)])
print(sorted([3, 1], key=lambda v: -v), keys[0].name, [k.v for k in keys])
"""
PROGRAMS = {
    "gcd": GCD,
    "generators": GENERATORS,
    "exceptions": EXCEPTIONS,
    "objects": OBJECTS,
    "closures": CLOSURES,
    "tasks": TASKS,
    "callbacks": CALLBACKS,
}
