"""Measure one tool on one program, in pairs with the native copy: `python -m benchmarks.analyses.measure SPEC`."""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.catalogue import OWN_PROGRAMS
from benchmarks.engines import NATIVE
from benchmarks.measure import CLOCKS, time_of

from .observed import NATIVE as NATIVE_COPY
from .observed import Copies
from .others import NotHere
from .rows import ROWS

SHORTEST = 0.01
BUDGET = 25.0
"""Seconds after which no further pair is begun: some peers take a thousand times as long as CPython."""


def measure(row: str, tool: str, program: str, *, quick: bool, repetitions: int, clock: str) -> dict[str, Any]:
    """Time both copies of a program in turns.

    Args:
        row: name of a row.
        tool: an engine, or one of the row's peers.
        program: name of one of the project's own programs.
        quick: take its small size.
        repetitions: how many pairs.
        clock: a key of CLOCKS.

    Returns:
        As `benchmarks.measure.measure`; or `missing`, why the tool cannot be had.
    """
    (chosen,) = [each for each in ROWS if each.name == row]
    (found,) = [each for each in OWN_PROGRAMS if each.name == program]
    size = found.quick if quick else found.size
    if tool in chosen.peers and chosen.peers[tool].package:
        from benchmarks.peers import environment

        environment(chosen.peers[tool].package).activate()
    now = CLOCKS[clock]
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies.of(found.source(), Path(folder), size)
        try:
            observation = chosen.observe(tool, copies)
        except NotHere as problem:
            return {"missing": str(problem)}
        native = copies.work(importlib.import_module(NATIVE_COPY))
        observed = copies.work(observation.module)
        observation.resume()
        result = observed()  # and what removes itself or is made at the first time is out of the way
        observation.pause()
        if result != native():
            raise ValueError(f"{tool} computes {str(result)[:200]}")
        loops = 1
        while time_of(native, loops, now) < SHORTEST:
            loops *= 2
        values: dict[str, list[float]] = {NATIVE: [], tool: []}
        begun = time.monotonic()
        while len(values[tool]) < repetitions and (not values[tool] or time.monotonic() - begun < BUDGET):
            values[NATIVE].append(time_of(native, loops, now) / loops)
            observation.resume()
            observed()
            values[tool].append(time_of(observed, 1, now))
            if values[tool][-1] < SHORTEST:
                values[tool][-1] = time_of(observed, loops, now) / loops
            observation.pause()
    engines = {name: {"values": found, "loops": loops, "instructions": 0} for name, found in values.items()}
    return {"size": size, "engines": engines}


def main() -> None:
    spec = json.loads(sys.argv[1])
    sys.setrecursionlimit(10_000)
    output, sys.stdout = sys.stdout, sys.stderr  # what a tool prints is not a result
    results = measure(**spec)
    json.dump(results, output)
    output.flush()
    os._exit(0)  # some tools write files when the interpreter ends


if __name__ == "__main__":
    main()
