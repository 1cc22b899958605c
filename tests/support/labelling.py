"""The labels that reach the sinks of programs, and random programs with many sinks.

    python -m tests.support.labelling [--count N] [--seed N]

runs random programs on both engines, and woven code that begins without shadows. It prints how many there were, and
exits with 1 at the first whose labels differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import types
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from bytescope.analyses.labels import Labels
from bytescope.analysis import attach
from bytescope.code.host.facts import HOST

Found = dict[str, dict[int, Counter[str]]]
"""By program and line, how often which labels have come together."""

_LABELLING = """
def a(v): return v
def b(v): return v
def c(v): return v
def sink(v): pass
"""

WAYS = (("interpreter", False), ("woven", False), ("woven", True))
"""Engines, each with whether woven code begins without shadows."""


def labels_of(programs: dict[str, str], engine: str, late: bool) -> Found:
    """The labels that reach the sinks of programs: what `sink` is given.

    Args:
        programs: texts by name. `a`, `b` and `c` label what they are given.
        engine: the engine.
        late: whether only calls of the labelling functions are told, so that woven code begins without shadows.
    """
    labelling = types.ModuleType("labelling")
    exec(_LABELLING, vars(labelling))
    analysis = Labels(sources="labelling.[abc]", sinks="labelling.sink")
    if late:
        analysis.calls_of = (labelling.a, labelling.b, labelling.c, labelling.sink)
    found: Found = {name: {} for name in programs}
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "labelling", labelling)
        patch.syspath_prepend(folder)
        for name, text in programs.items():
            path = Path(folder, f"shadow_program_{name}.py")
            path.write_text(f"from labelling import a, b, c, sink\n{text}", encoding="utf-8")
        with attach(analysis, include=["shadow_program_*"], engine=engine):
            for name in programs:
                __import__(f"shadow_program_{name}")
                sys.modules.pop(f"shadow_program_{name}")
    for each in analysis.result():
        lines = found[Path(each["file"]).stem.removeprefix("shadow_program_")]
        labels = " ".join(label[-1] for label in each["labels"])
        lines.setdefault(each["line"] - 1, Counter())[labels] += each["count"]
    return found


# --- random programs

_CLASSES = """
from collections import deque
class Box:
    extra = 0
    def __init__(self, x): self.x = x; self.y = 0
    def get(self): return self.x
    def put(self, v): self.y = v; return self
class Slot(Box):
    __slots__ = ("z",)
class Guarded(Box):
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x = v + 1
class Asked(Box):
    def __init__(self, x): self.w = x; self.y = 1
    def __getattr__(self, name): return self.w if name in ("x", "extra") else 0
class Num:
    def __init__(self, v): self.v = v
    def __add__(self, o): return Num(self.v + plain(o))
    def __radd__(self, o): return Num(plain(o) + self.v)
    def __sub__(self, o): return self.v - plain(o)
    def __rsub__(self, o): return plain(o) - self.v
    def __mul__(self, o): return Num(self.v * plain(o))
    __rmul__ = __mul__
    def __mod__(self, o): return self.v % plain(o)
    def __neg__(self): return Num(-self.v)
    def __lt__(self, o): return self.v < plain(o)
    def __gt__(self, o): return self.v > plain(o)
    def __eq__(self, o): return self.v == plain(o)
    def __hash__(self): return 1
    def __bool__(self): return self.v != 0
    def __abs__(self): return abs(self.v)
    def __index__(self): return self.v
    def __format__(self, spec): return str(self.v)
class Listed(list):
    def append(self, v): list.append(self, v); list.append(self, 0)
    def __len__(self): return 7
def plain(o): return o.v if isinstance(o, Num) else o
def numbers(x, n):
    for i in range(n):
        yield x
        x = x + i
def inner(x, xs):
    yield 1
    yield from xs
    yield x
def nested(x, y):
    yield from numbers(x, 1)
    y = (yield y) or y
    yield from inner(x, (z for z in [y]))
    return y
def last(x, y):
    yield (yield from nested(x, y))
"""


class _Program:
    """Writes one program: all numbers may be integers or `Num`s, all objects and lists of any of the classes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.functions = 0
        self.loops = 0

    def write(self) -> str:
        """The program."""
        for _ in range(self.random.randint(1, 3)):
            self.function()
        values = ("a(1)", "2", "b(3)", "Num(4)", "Num(a(5))", "c(0)")
        objects = ("Box(1)", "Box(a(2))", "Slot(3)", "Guarded(b(1))", "Asked(c(2))")
        lists = ("[1]", "[a(1), 2]", "deque([b(1)])", "Listed([c(3)])", "[Num(b(2))]")
        for _ in range(self.random.randint(3, 6)):
            given = [self.pick(values), self.pick(values), self.pick(objects), self.pick(objects), self.pick(lists)]
            self.lines.append(f"sink(f{self.random.randrange(self.functions)}({', '.join(given)}))")
        return _CLASSES + "\n".join(self.lines) + "\n"

    def pick(self, choices: tuple[str, ...]) -> str:
        return self.random.choice(choices)

    def n(self) -> str:
        return self.pick(("n0", "n1", "n2", "n3"))

    def o(self) -> str:
        return self.pick(("o0", "o1"))

    def xs(self) -> str:
        return self.pick(("l0", "l1"))

    def function(self) -> None:
        self.lines += [f"def f{self.functions}(n0, n1, o0, o1, l0):", "    n2, n3, l1 = 0, n1, [n0]"]
        self.block("    ", self.random.randint(8, 20), 0)
        self.lines.append(f"    return {self.n()}")
        self.functions += 1

    def block(self, indent: str, count: int, depth: int) -> None:
        for _ in range(count):
            if depth < 2 and self.random.random() < 0.25:
                self.compound(indent, depth)
            else:
                self.lines.append(indent + self.simple(depth))

    def compound(self, indent: str, depth: int) -> None:
        self.loops += 1
        n, xs, ys, loop = self.n(), self.xs(), self.xs(), f"i{self.loops}"
        kinds: dict[str, tuple[str, ...]] = {
            "range": (f"for {n} in range({self.pick(('2', '3', f'abs(plain({self.n()})) % 4'))}):",),
            "counted": (f"{loop} = 0", f"while {loop} < 3:", f"    {loop} += 1"),
            "items": (f"for {n} in list({xs})[:3]:",),
            "enumerate": (f"for {loop}, {n} in enumerate(list({xs})[:3]):",),
            "zip": (f"for {loop}, {n} in zip(list({xs})[:3], list({ys})):",),
            "generator": (f"for {n} in numbers({self.n()}, 2):",),
            "nested": (f"for {n} in {self.pick(('nested', 'last'))}({self.n()}, {self.n()}):",),
            "pairs": (f"for {loop}, {n} in zip(range(3), nested({self.n()}, {self.n()})):",),
            "counting": (f"for {loop}, {n} in enumerate(last({self.n()}, {self.n()})):",),
            "inner": (f"for {n} in inner({self.n()}, list({xs})[:2]):",),
            "if": (f"if {self.condition()}:",),
            "try": ("try:",),
        }
        kind = self.pick(tuple(kinds))
        lines = kinds[kind]
        self.lines += [indent + line for line in lines]
        self.block(indent + "    ", self.random.randint(1, 3), depth + 1)
        if kind == "if" and self.random.random() < 0.5:
            self.lines.append(indent + "else:")
            self.block(indent + "    ", self.random.randint(1, 2), depth + 1)
        if kind == "try":
            self.lines += [f"{indent}    raise ValueError({self.n()})", indent + "except ValueError as error:"]
            self.lines.append(f"{indent}    {self.n()} = error.args[0]")

    def condition(self) -> str:
        n, m = self.n(), self.n()
        return self.pick((
            f"{n} < {m}", f"{n} == {m}", f"{n}", f"not {n}", f"{n} in ({m}, 2)", f"{self.o()} is {self.o()}",
            f"len({self.xs()}) > 2", f"isinstance({n}, Num)", f"{self.o()} == {self.o()}", f"{n} in {self.xs()}",
        ))  # fmt: skip

    def simple(self, depth: int) -> str:
        n, m, k, o, xs = self.n(), self.n(), self.n(), self.o(), self.xs()
        operator = self.pick(("+", "-", "*"))
        called = m
        if self.functions and not depth:
            called = f"f{self.random.randrange(self.functions)}({m}, {k}, {o}, {self.o()}, {xs})"
        return self.pick((
            f"{n} = {m} {operator} {k} % 9", f"{n} {operator}= {m} % 7", f"{n} = {m} % 97 + 1", f"{n} = -{m}",
            f"{n} = {o}.x", f"{n} = {o}.y", f"{n} = {o}.extra", f"{n} = {o}.get()", f"{n} = {xs}[0]", f"{n} = {xs}[-1]",
            f"{n} = len({xs})", f"{n} = max({m}, {k})", f"{n} = min({m}, 3)", f"{n} = abs({m})", f"{n} = {called}",
            f"{n} = a({self.random.randrange(4)})", f"{n} = b(2)", f"{n} = 5", f"{n} = Num(plain({m}))",
            f"{n} = plain({m})", f"{n} = int(isinstance({m}, Num))", f"{n} = {m} if {self.condition()} else {k}",
            f"{n} = int(f'{{{m}}}1') % 50", f"{n} = len(f'{{{m}}}'.zfill(3).replace('1', f'{{{k}}}'))",
            f"{n} = int(f'{{{m}}}x'.strip('x').startswith(('1', '-')))", f"{n} = sum(plain(v) for v in list({xs})[:3])",
            f"{o}.x = {n}", f"{o}.y = {n}", f"{o}.y += {n} % 5", f"{o}.put({n})", f"{o} = Box({n})",
            f"{o} = Slot({n})", f"{o} = Guarded({n})", "o0, o1 = o1, o0", f"n0, {n} = {m}, n0", "o0 = o1",
            f"{xs}.append({n})", f"{xs} = [{n}, {m}]", f"{xs} = [v + {n} for v in list({xs})[:2]]",
            f"{xs} = list(numbers({n}, 2))", f"{xs}.extend([{n}])", "l0, l1 = l1, l0",
            f"{xs}.extend(nested({n}, {m}))", f"{xs} = [*last({n}, {m}), {k}]", f"{xs} += last({n}, {m})",
            f"{n} = sum(plain(v) for v in numbers({m}, 2))", f"{xs} = [v + {k} for v in last({n}, {m})]",
            f"{n} = max(plain(v) for v in nested({m}, {k}))", f"{xs} += ({n},)", f"{n} = next(last({m}, {k}))",
            f"g = nested({n}, 1); next(g); next(g); {m} = g.send({k})", f"{n} = {xs}.pop(); {xs}.append({m})",
            f"{n} = [v for v in zip(numbers({m}, 1), last({n}, {k}))][0][0]",
            f"add = {xs}.append; add({n})", f"{xs} = deque([{n}])", f"{xs} = Listed([{n}])",
            f"Box.extra = {n}", "Slot.extra = property(lambda self: self.x)", "Slot.extra = 1",
            f"setattr({o}, 'y', {n})", f"vars({o}).update(y={n})",
            f"sink({n})", f"sink({n})", f"sink({o}.x)", f"sink({o}.y)", f"sink({xs}[0])", f"sink({xs}[-1])",
            f"sink({o}.extra)", f"sink(len({xs}))",
        ))  # fmt: skip


def random_program(seed: int) -> str:
    """The program of a seed."""
    return _Program(Random(f"labels/{seed}")).write()


def differences(seeds: range, ways: tuple[tuple[str, bool], ...] = WAYS) -> list[str]:
    """Where the labels of random programs are not those that the first way gives."""
    programs = {str(seed): random_program(seed) for seed in seeds}
    first, *others = [labels_of(programs, *way) for way in ways]
    return [
        f"program {name}, {' '.join(map(str, way))}, line {line}: {dict(other[name].get(line, {}))} and not "
        f"{dict(first[name].get(line, {}))}"
        for way, other in zip(ways[1:], others, strict=True)
        for name in programs
        for line in sorted({*first[name], *other[name]})
        if first[name].get(line) != other[name].get(line)
    ]


def main(show: Callable[[str], object] = print) -> int:
    """Compare, and say what came out."""
    parser = argparse.ArgumentParser(description="Compare the labels of random programs.")
    parser.add_argument("--count", type=int, default=200, help="how many programs (200)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--show", action="store_true", help="print the program of the first seed, and do nothing else")
    options = parser.parse_args()
    if options.show:
        show(random_program(options.seed))
        return 0
    for seed in range(options.seed, options.seed + options.count, 10):
        found = differences(range(seed, min(seed + 10, options.seed + options.count)))
        if found:
            show("\n".join(found))
            return 1
    show(f"CPython {HOST}: {options.count} programs have the same labels on both engines")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
