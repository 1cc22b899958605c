"""What stays of something that is done again and again: objects, and memory.

    python -m tests.support.leaks attach labels woven 200

prints as JSON the number of objects and the resident kilobytes after the first and after the last tenth of the rounds.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import bytescope
from bytescope.analyses.registry import make
from bytescope.analysis.guest_frames import frame

SOURCE = """
def parse(text, sign=1):
    numbers = [sign * int(word) for word in text.split() if word != "-"]
    try:
        raise KeyError(numbers[0])
    except KeyError as error:
        return numbers[1:], error.args

def served(n):
    for i in range(3):
        yield f"{n}:{i}"

async def serve(n):
    return "".join(served(n))

def execute(source):
    exec(source, {"__name__": "leaking"})
"""

EXECUTED = "def f(x):\n    return [y + {0} for y in x if y]\nvalue = f([0, 1, 2])\n"


def program() -> Any:
    """Return the observed module."""
    module: Any = types.ModuleType("leaking")
    exec(compile(SOURCE, "leaking.py", "exec"), vars(module))
    sys.modules["leaking"] = module
    return module


class Exceptions(bytescope.Analysis):
    """Keeps all exceptions."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def raise_(self, site: Any, exception: BaseException) -> None:
        """Keep one."""
        self.kept.append(exception)


class Frames(bytescope.Analysis):
    """Keeps all frames."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def enter(self, site: Any, arguments: Any) -> None:
        """Keep one."""
        self.kept.append(frame())


KEEPING: dict[str, type[bytescope.Analysis]] = {"exceptions": Exceptions, "frames": Frames}
FEW = {"limit": "100"}
OPTIONS = {"history": {"target": "numbers", **FEW}, "comparisons": FEW, "trace": FEW}


def analysis(name: str) -> bytescope.Analysis:
    """Return a shipped analysis, or one that keeps frames or exceptions."""
    return KEEPING[name]() if name in KEEPING else make(name, OPTIONS.get(name, {}))


def action_of(kind: str, module: Any) -> Callable[[int], None]:
    """Return what is done in each round while one analysis stays attached."""
    if kind == "exec":
        return lambda n: module.execute(EXECUTED.format(n))  # type: ignore[no-any-return]
    if kind == "request":
        return lambda n: asyncio.run(module.serve(n % 10))  # type: ignore[no-any-return]
    return lambda n: module.parse("1 2 - 3")  # type: ignore[no-any-return]


def figures() -> tuple[int, int]:
    """Return the number of objects, and the resident memory in kilobytes, 0 where the host does not say."""
    gc.collect()
    gc.collect()
    pages = 0
    if os.path.exists("/proc/self/statm"):
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
    return len(gc.get_objects()), pages * 4


def measure(kind: str, name: str, engine: Any, rounds: int) -> dict[str, Any]:
    """Do something again and again, and return the figures after its first and its last tenth."""
    module = program()
    tenth = max(rounds // 10, 1)
    found = []
    if kind == "attach":
        for n in range(rounds):
            with bytescope.attach(analysis(name), engine=engine, include="leaking"):
                module.parse("1 2 - 3")
            if n % 10 == 0:
                gc.collect()  # memory is what stays, not what waits for a collection
            if n + 1 in (tenth, rounds):
                found.append(figures())
    else:
        act = action_of(kind, module)
        with bytescope.attach(analysis(name), engine=engine, include="leaking"):
            for n in range(rounds):
                act(n)
                if n + 1 in (tenth, rounds):
                    found.append(figures())
    (objects, memory), (objects_after, memory_after) = found
    return {"objects": [objects, objects_after], "memory": [memory, memory_after]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(measure(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))))
