"""``python -m tests.differential.random_programs --count 500 --seed 0``: random programs on CPython and on the machine.

``--kind syntax`` (the default) are pysource-codegen's, in which every construct may stand everywhere; ``--kind
grammar`` are well-behaved ones that make sense, ``--kind variants`` are the snippets elsewhere and with accidents.
Programs that CPython itself does not survive, or that take longer than 5 s of CPU time there, are left out and counted.
With ``--engine woven`` the events are compared, too, with those that the machine tells of. ``--show SEED`` prints the
program of a seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.support import harness

from . import generated, grammar, variants

BATCH = 25


@dataclass(frozen=True)
class Kind:
    """A way to make programs: from a seed and a size, and the text they all begin with.

    apart: functions in that text that look at what the engines cannot have alike, bytecode or `sys.modules`;
    observable: makes the programs of which events are compared, if those are others.
    """

    program: Callable[[int, int], str | None]
    prelude: str
    size: int
    apart: tuple[str, ...] = ()
    observable: Callable[[int, int], str | None] | None = None

    def make(self, seed: int, size: int, engine: str) -> str | None:
        """The program of a seed for an engine; a size of 0 is the kind's own."""
        program = self.observable if engine == "woven" and self.observable else self.program
        return program(seed, size or self.size)


KINDS = {
    "syntax": Kind(generated.program, generated.PRELUDE, 1500, ("note", "refresh")),
    "grammar": Kind(grammar.program, grammar.PRELUDE, 60, ("note",)),
    "variants": Kind(variants.program, "", 2, observable=variants.observable_program),
}


_CLUTTER = (0, 1, 2, 3, 5, 8, 13, 21)
"""How many things of each size lie in memory before a program runs."""

_OF_THE_HOST = ("setprofile", "settrace", "sys.monitoring")
"""What has the host tell of every event of its own: its calls of hooks are such, too."""


@dataclass
class Tally:
    """What became of the programs."""

    same: int = 0
    unusable: int = 0
    instructions: int = 0
    different: dict[str, list[str]] = field(default_factory=dict)

    @property
    def compared(self) -> int:
        """How many programs ran on both engines."""
        return self.same + len(self.different)

    def __str__(self) -> str:
        return (
            f"{self.compared} programs compared, {len(self.different)} differ, {self.unusable} unusable, "
            f"{self.instructions} instructions interpreted"
        )


def compare(
    count: int, seed: int, kind: str = "syntax", size: int = 0, engine: str = "machine", seconds: float = 60
) -> Iterator[Tally]:
    """Compare programs and yield the tally after each batch.

    Args:
        count: how many programs to compare.
        seed: the first program's seed; the following ones have the following seeds.
        kind: a name in `KINDS`.
        size: the size of a program, 0 for the kind's own.
        engine: what to compare CPython with; if it is "woven", its events are compared with the machine's, too.
        seconds: the CPU time that one program may take.
    """
    tally = Tally()
    waiting: dict[str, str] = {}
    while tally.compared < count:
        while len(waiting) < min(BATCH, count - tally.compared):
            source = KINDS[kind].make(seed, size, engine)
            if source is None:
                tally.unusable += 1
            else:
                waiting[f"seed{seed}"] = source
            seed += 1
        _compare_batch(waiting, engine, seconds, tally, KINDS[kind].apart)
        waiting.clear()
        yield tally


def _compare_batch(sources: dict[str, str], engine: str, seconds: float, tally: Tally, apart: tuple[str, ...]) -> None:
    expected = harness.run_batch(sources, "cpython", 1, 5)
    usable = {name: source for name, source in sources.items() if "died" not in expected[name]}
    tally.unusable += len(sources) - len(usable)
    actual = harness.run_batch(usable, engine, 1, seconds)
    lines = harness.run_batch(usable, "lines", 1, seconds)
    interpreted = harness.run_batch(usable, "recorded", 1, seconds) if engine == "woven" else {}
    for name in usable:
        tally.instructions += actual[name].get("count", 0)
        found = harness.differences(expected[name], actual[name]) + _not_interpreted(lines[name], actual[name])
        if interpreted and "died" not in actual[name] and not any(each in sources[name] for each in _OF_THE_HOST):
            found += harness.event_differences(interpreted[name], actual[name], apart)
        if not found:
            tally.same += 1
        elif deterministic(name, sources[name], expected[name], interpreted.get(name)):
            tally.different[name] = found
        else:
            tally.unusable += 1


def _not_interpreted(lines: harness.Outcome, actual: harness.Outcome) -> list[str]:
    """Say if the machine interpreted fewer instructions than CPython executed lines: somebody else did them."""
    if lines.get("count", 0) <= actual.get("count", 0):
        return []
    return [f"{lines['count']} lines, but only {actual.get('count', 0)} instructions"]


def deterministic(
    name: str, source: str, expected: harness.Outcome, interpreted: harness.Outcome | None = None
) -> bool:
    """Whether a program does the same every time, and is told of in the same events.

    It may go through a set of things that hash by their address, hash something itself, or say how deep the stack is.
    So that things are elsewhere, memory is cluttered in several ways.

    Args:
        name: its name, which tracebacks show.
        source: the program.
        expected: what became of it on CPython.
        interpreted: what became of it on the machine when its events were recorded, if they were.
    """
    for engine in "cpython", "cpython", "deeper":
        if harness.run_batch({name: source}, engine, 1, 5)[name] != expected:
            return False
    if interpreted is None or "died" in interpreted:
        return True
    for count in _CLUTTER:
        clutter = f"import sys\nsys.clutter = [bytes(size) for size in range(0, 2000, 16) for _ in range({count})]\n"
        again = harness.run_batch({"clutter": clutter, name: source}, "recorded", 1, 60)[name]
        if "died" not in again and again["events"] != interpreted["events"]:
            return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Compare, report progress and differences, and return the exit status: 1 if there are differences."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.random_programs", description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(KINDS), default="syntax")
    parser.add_argument("--size", type=int, default=0, help="size of a program")
    parser.add_argument("--engine", choices=["machine", "observed", "woven"], default="machine")
    parser.add_argument("--seconds", type=float, default=60, help="CPU time that a program may take on the machine")
    parser.add_argument("--show", type=int, metavar="SEED", help="print the program of this seed and do nothing else")
    options = parser.parse_args(arguments)
    kind = KINDS[options.kind]
    if options.show is not None:
        text = kind.make(options.show, options.size, options.engine)
        print((text or "not compilable").removeprefix(kind.prelude))
        return 0
    reported: set[str] = set()
    tally = Tally()
    for tally in compare(options.count, options.seed, options.kind, options.size, options.engine, options.seconds):
        for name in tally.different.keys() - reported:
            print(f"=== {name}\n" + "\n".join(tally.different[name]))
            reported.add(name)
        print(tally, file=sys.stderr, flush=True)
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main())
