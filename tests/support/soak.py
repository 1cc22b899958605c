"""A soak test: threads run a workload and compare its results, while others attach and detach all shipped analyses.

    python -m tests.support.soak woven 60

prints as JSON what happened. One analysis stays attached from beginning to end and counts the calls of `counted`, so
that a change of what is attached that loses an event is seen, too.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from tests.support import workload

NAMES = ("coverage", "calls", "comparisons", "history", "labels", "profile", "trace")
OPTIONS = {"history": {"target": "total"}}
WORKERS, ATTACHING = 5, 3


class Soak:
    """One soak."""

    def __init__(self, engine: Literal["woven", "interpreter"], seconds: float) -> None:
        import bytescope

        self.bytescope = bytescope
        self.engine = engine
        self.end = time.monotonic() + seconds
        self.expected = workload.work()
        self.wrong: Counter[str] = Counter()
        self.first: list[str] = []
        self.runs = itertools.count()
        self.attached = itertools.count()

    def going(self) -> bool:
        """Return True until the time is over."""
        return time.monotonic() < self.end

    def repeat(self, action: Callable[[], None]) -> None:
        """Do something again and again, and record what it raises."""
        while self.going():
            try:
                action()
            except BaseException as error:
                self.wrong[f"{type(error).__name__}: {error}"[:200]] += 1
                self.first.append(traceback.format_exc())

    def run(self) -> None:
        """Run the workload."""
        found = workload.work()
        if found != self.expected:
            pairs = zip(found, self.expected, strict=True)
            raise AssertionError(next(f"{one!r} and not {other!r}" for one, other in pairs if one != other))
        next(self.runs)

    def attach(self, names: Iterator[str]) -> None:
        """Attach the next analysis, and detach it."""
        from bytescope.analyses.registry import make

        name = next(names)
        analysis = make(name, OPTIONS.get(name, {}))
        with self.bytescope.attach(analysis, engine=self.engine, include=[workload.__name__, "workload_module"]):
            next(self.attached)

    def soak(self) -> dict[str, Any]:
        """Return what happened."""
        seen: list[None] = []

        class Counting(self.bytescope.Analysis):  # type: ignore[misc, name-defined, unused-ignore]
            def enter(self, site: Any, arguments: Any) -> None:
                seen.append(None)

        threads = [threading.Thread(target=self.repeat, args=(self.run,)) for _ in range(WORKERS)]
        for which in range(ATTACHING):  # two analyses that both have shadows would have to share them
            chosen = itertools.cycle(NAMES if not which else [name for name in NAMES if name != "labels"])
            threads.append(threading.Thread(target=self.repeat, args=(lambda names=chosen: self.attach(names),)))
        limit = sys.getrecursionlimit()
        with self.bytescope.attach(Counting(), engine=self.engine, include=[workload.__name__], functions="counted"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        runs = next(self.runs)
        if len(seen) < runs * workload.COUNTED:  # those of a run that has failed are not known
            self.wrong[f"{runs * workload.COUNTED - len(seen)} calls were not told"] += 1
        if sys.getrecursionlimit() != limit:
            self.wrong[f"the recursion limit was {limit} and is {sys.getrecursionlimit()}"] += 1
        return {
            "engine": self.engine, "runs": runs, "attached": next(self.attached), "wrong": self.wrong,
            "first": self.first[:1],
        }  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.setswitchinterval(1e-4)
    print(json.dumps(Soak(sys.argv[1], float(sys.argv[2])).soak()))  # type: ignore[arg-type]
