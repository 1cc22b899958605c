"""Run the programs, each in a process of its own that measures all engines in turns."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .catalogue import Program
from .results import Results, new_results

ROOT = Path(__file__).resolve().parents[1]


def run(
    programs: Sequence[Program],
    engines: Sequence[str],
    *,
    quick: bool,
    repetitions: int,
    clock: str,
    time_limit: float,
    report: Callable[[Results, str], None],
) -> Results:
    """Measure *programs* on *engines*.

    Args:
        programs: what to run.
        engines: the engines' names, CPython first.
        quick: take the small sizes.
        repetitions: how many times each engine is timed.
        clock: the clock's name, see measure.CLOCKS.
        time_limit: seconds after which a program counts as failed.
        report: called after each program with the results so far and the program's name.
    """
    results = new_results(clock=clock, quick=int(quick))
    for program in programs:
        spec = {"name": program.name, "engines": list(engines), "quick": quick}
        spec |= {"repetitions": repetitions, "clock": clock}
        try:
            results.add(program.name, _in_process(spec, time_limit))
        except subprocess.TimeoutExpired:
            results.failures[program.name] = f"not done after {time_limit:g} seconds"
        except subprocess.CalledProcessError as problem:
            lines = problem.stderr.strip().splitlines() or [f"exit status {problem.returncode}"]
            results.failures[program.name] = lines[-1]
        report(results, program.name)
    return results


def environment() -> dict[str, str]:
    """The variables of measured processes: they import this checkout, from bytecode files, and hashes are fixed."""
    paths = [str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return variables | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "PYTHONPYCACHEPREFIX": str(ROOT / ".tmp" / "benchmarks" / "bytecode"),
    }


def _in_process(spec: dict[str, object], time_limit: float) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", json.dumps(spec)],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        stdin=subprocess.DEVNULL,
        timeout=time_limit,
        check=True,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]
