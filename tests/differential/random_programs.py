"""``python -m tests.differential.random_programs --count 500 --seed 0``: random programs on CPython and on the machine.

Programs that CPython itself does not survive, or that take longer than the time limit there, are left out and counted.
``--show SEED`` prints the program of a seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import harness
from .engines import PROCESS
from .generated import PRELUDE, program

BATCH = 25


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


def compare(count: int, seed: int, nodes: int = 1500, engine: str = "machine", seconds: float = 60) -> Iterator[Tally]:
    """Compare `count` programs with the seeds from `seed` on; yields the tally after each batch of programs."""
    tally = Tally()
    waiting: dict[str, str] = {}
    while tally.compared < count:
        while len(waiting) < min(BATCH, count - tally.compared):
            source = program(seed, nodes)
            if source is None:
                tally.unusable += 1
            else:
                waiting[f"seed{seed}"] = source
            seed += 1
        _compare_batch(waiting, engine, seconds, tally)
        waiting.clear()
        yield tally


def _compare_batch(sources: dict[str, str], engine: str, seconds: float, tally: Tally) -> None:
    expected = harness.run_batch(sources, "cpython", 1, 5)
    usable = {name: source for name, source in sources.items() if "died" not in expected[name]}
    tally.unusable += len(sources) - len(usable)
    actual = harness.run_batch(usable, engine, 1, seconds)
    for name in usable:
        tally.instructions += actual[name].get("count", 0)
        if found := harness.differences(expected[name], actual[name]):
            tally.different[name] = found
        else:
            tally.same += 1


def main(arguments: list[str] | None = None) -> int:
    """Compare, report progress and differences, and return the exit status: 1 if there are differences."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.random_programs", description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nodes", type=int, default=1500, help="size of a program")
    parser.add_argument("--engine", choices=sorted(PROCESS), default="machine")
    parser.add_argument("--seconds", type=float, default=60, help="time limit of a program on the machine")
    parser.add_argument("--show", type=int, metavar="SEED", help="print the program of this seed and do nothing else")
    options = parser.parse_args(arguments)
    if options.show is not None:
        print((program(options.show, options.nodes) or "not compilable").removeprefix(PRELUDE))
        return 0
    reported: set[str] = set()
    tally = Tally()
    for tally in compare(options.count, options.seed, options.nodes, options.engine, options.seconds):
        for name in tally.different.keys() - reported:
            print(f"=== {name}\n" + "\n".join(tally.different[name]))
            reported.add(name)
        print(tally, file=sys.stderr, flush=True)
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main())
