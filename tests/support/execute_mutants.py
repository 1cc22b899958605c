"""Mutated programs that the verifier takes are executed: whatever they do, the process must survive.

    python -m tests.support.execute_mutants [--count N] [--seed N]

mutates the programs of `tests/spec/instructions` and runs them on the machine within a budget, in child processes. It
prints how the runs ended, and exits with 1 if one brought its process down or hung. A number in the report names a
mutant.
"""

from __future__ import annotations

import argparse
import builtins
import contextlib
import io
import subprocess
import sys
import types
import warnings
from collections import Counter
from collections.abc import Callable
from random import Random

import bytescope
from bytescope.code.host.facts import HOST
from tests.spec.instructions.test_rows import PROGRAMS, attempt
from tests.support.mutate import examine, mutant
from tests.support.processes import HANG
from tests.support.roundtrip import nested

INSTRUCTIONS = 20_000
SECONDS = 20.0


def mutated_program(number: int, seed: int) -> types.CodeType | None:
    """A program with one of its code objects mutated; None if that did not pass the verifier."""
    random = Random(f"{seed}/{number}/executed")
    program = random.choice(PROGRAMS).compiled()
    code = random.choice([each for each in nested(program) if each is not program] or [program])
    changed = examine(code, mutant(code, random))
    return _replaced(program, code, changed) if isinstance(changed, types.CodeType) else None


def _replaced(within: types.CodeType, old: types.CodeType, new: types.CodeType) -> types.CodeType:
    if within is old:
        return new
    consts = [_replaced(each, old, new) if isinstance(each, types.CodeType) else each for each in within.co_consts]
    return within.replace(co_consts=tuple(consts))


def execute(code: types.CodeType) -> str:
    """Run a program; returns how that ended."""
    vm = bytescope.VM(max_instructions=INSTRUCTIONS, max_depth=200, timeout=SECONDS / 2)
    namespace = {"__name__": "mutant", "attempt": attempt}
    output = io.StringIO()
    known = dict(vars(builtins))
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            vm.run_code(code, namespace)
            ending = "the end"
        except BaseException as error:
            ending = type(error).__name__
        for name in set(vars(builtins)) - set(known):
            delattr(builtins, name)
        vars(builtins).update(known)  # a program may have replaced __import__ by what never ends
        namespace.clear()
    return ending


def child(first: int, count: int, seed: int, report: Callable[[str], object]) -> None:
    """Run some mutants, saying which before each and how it ended after it."""
    modules, hooks = dict(sys.modules), (sys.displayhook, sys.excepthook, sys.unraisablehook)
    sys.unraisablehook = lambda raised: None
    for number in range(first, first + count):
        code = mutated_program(number, seed)
        if code is not None:
            report(f"{number}")
            report(f"{number} {execute(code)}")
            sys.displayhook, sys.excepthook, _ = hooks
            sys.modules.clear()
            sys.modules.update(modules)


def supervise(first: int, count: int, seed: int, endings: Counter[str]) -> int:
    """Run some mutants in a child process.

    Returns:
        The first number that was not looked at: more than one process may be needed.
    """
    command = [sys.executable, "-m", "tests.support.execute_mutants", "--child", str(first)]
    command += ["--count", str(count), "--seed", str(seed)]
    started = -1
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            output, errors = process.communicate(timeout=HANG + count)
            fate = f"ended with {process.returncode}: {errors[-2000:]}"
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            fate = "hung"
    for line in output.splitlines():
        number, _, ending = line.partition(" ")
        started = int(number)
        if ending:
            endings[ending] += 1
            started = -1
    if process.returncode == 0:
        return first + count
    if started < 0:
        raise SystemExit(f"a child process died between two mutants: {fate}")
    endings["died"] += 1
    print(f"mutant {started} of seed {seed}: its process {fate}", file=sys.stderr)
    return started + 1


def main() -> int:
    """Run the mutants and print how that ended."""
    parser = argparse.ArgumentParser(description="Execute mutated programs on the machine.")
    parser.add_argument("--count", type=int, default=2000, help="how many are made; most are invalid (2000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        out = sys.stdout
        child(options.child, options.count, options.seed, lambda line: print(line, file=out, flush=True))
        return 0
    endings: Counter[str] = Counter()
    at = 0
    while at < options.count:
        at = supervise(at, min(500, options.count - at), options.seed, endings)
    print(f"CPython {HOST}: {sum(endings.values())} valid mutants of {options.count} were executed")
    for ending, number in endings.most_common():
        print(f"{number:8}  {ending}")
    return 1 if endings["died"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
