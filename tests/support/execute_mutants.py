"""Mutated programs that the verifier takes behave as on CPython: the same mutant there is what decides.

    python -m tests.support.execute_mutants [--count N] [--first N] [--seed N] [--engine interpreter|woven|shadows]

mutates the programs of `tests/spec/instructions` and runs those that the verifier takes in child processes: on CPython,
in the interpreter within a budget, and woven with hooks for every event or with shadows. It prints what became of them
and exits with 1 if an engine lost a process that CPython keeps, or if anything that can be seen of a run differed. A
mutant is named by seed and number: `--first` goes on where another run has ended.
"""

from __future__ import annotations

import argparse
import builtins
import gc
import json
import os
import resource
import signal
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from random import Random
from typing import Any

import bytescope
from bytescope.analyses.labels import Labels
from bytescope.analysis.engines.woven import WOVEN
from bytescope.code.host.facts import HOST
from tests.spec.instructions.test_rows import PROGRAMS, Program, outcome
from tests.support.every_event import every_event
from tests.support.mutate import examine, mutant
from tests.support.processes import HANG
from tests.support.roundtrip import nested

BATCH = 40
INSTRUCTIONS = 100_000
SECONDS = 0.5
"""Processor time of one mutant on CPython; the engines get twenty times as much."""
MEMORY = 4 << 30
LOST = "lost"
LIMITED = "limited"
"""Over the budget of the interpreter, or recursion without end, of which the depth differs."""
MODULE = "__main__"

Run = Callable[[types.CodeType, dict[str, Any]], object]
Mutant = tuple[int, Program, types.CodeType]


def _interpret(code: types.CodeType, namespace: dict[str, Any]) -> object:
    return bytescope.VM(max_instructions=INSTRUCTIONS, timeout=20 * SECONDS).run_code(code, namespace)


def _weave(code: types.CodeType, namespace: dict[str, Any]) -> object:
    return exec(WOVEN.load(code, MODULE), namespace)


def _observing() -> AbstractContextManager[object]:
    return bytescope.attach(every_event(lambda name, given: None), include=[MODULE], engine="woven")


def _labelling() -> AbstractContextManager[object]:
    return bytescope.attach(Labels(sources="attempt"), include=[MODULE], engine="woven")


ENGINES: dict[str, tuple[Callable[[], AbstractContextManager[object]], Run]] = {
    "CPython": (nullcontext, exec),
    "interpreter": (nullcontext, _interpret),
    "woven": (_observing, _weave),
    "shadows": (_labelling, _weave),
}


def mutated_program(number: int, seed: int) -> Mutant | None:
    """A program with one of its code objects mutated; None if that did not pass the verifier."""
    random = Random(f"{seed}/{number}/executed")
    program = random.choice(PROGRAMS)
    compiled = program.compiled()
    code = random.choice([each for each in nested(compiled) if each is not compiled] or [compiled])
    changed = examine(code, mutant(code, random))
    if not isinstance(changed, types.CodeType):
        return None
    return number, program, _replaced(compiled, code, changed)


def _replaced(within: types.CodeType, old: types.CodeType, new: types.CodeType) -> types.CodeType:
    if within is old:
        return new
    consts = [_replaced(each, old, new) if isinstance(each, types.CodeType) else each for each in within.co_consts]
    return within.replace(co_consts=tuple(consts))


def run_all(engine: str, mutants: Sequence[Mutant]) -> dict[int, Any]:
    """Run mutants in child processes, a new one wherever one was lost.

    Returns:
        By number what could be seen of each; LOST where that was the end of the process.
    """
    seen: dict[int, Any] = {}
    while len(seen) < len(mutants):
        rest = mutants[len(seen) :]
        fate = ""
        for line in _child(engine, rest):
            number, _, fate = line.partition(" ")
            if fate:
                seen[int(number)] = json.loads(fate)
        if len(seen) < len(mutants):
            seen[mutants[len(seen)][0]] = LOST
    return seen


def _child(engine: str, mutants: Sequence[Mutant]) -> Iterator[str]:
    """Yield what a child process reports: the outcomes of mutants as long as it lives."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            _confine()
            with os.fdopen(writing, "w") as report:
                _report(engine, mutants, lambda line: print(line, file=report, flush=True))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        yield from report
    os.waitpid(child, 0)


def _confine() -> None:
    """Keep a mutant from the streams of this process, and from its memory."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(int(HANG))


def _report(engine: str, mutants: Sequence[Mutant], report: Callable[[str], object]) -> None:
    """Run mutants in this process and report what could be seen of each."""
    attached, run = ENGINES[engine]
    known, modules = dict(vars(builtins)), dict(sys.modules)
    sys.unraisablehook = lambda raised: None
    streams = {name: getattr(sys, name) for name in ("displayhook", "excepthook", "unraisablehook", "stdout", "stderr")}
    seconds = SECONDS if engine == "CPython" else 20 * SECONDS
    with attached():
        for number, program, code in mutants:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            seen: Any
            try:
                seen = outcome(program, lambda _, namespace, code=code: run(code, namespace))
            except BaseException as error:
                seen = f"{type(error).__name__} where the outcome was described"
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            for name in set(vars(builtins)) - set(known):
                delattr(builtins, name)
            vars(builtins).update(known)  # a program may have replaced __import__ by what never ends
            vars(sys).update(streams)
            sys.modules.clear()
            sys.modules.update(modules)
            if "BudgetExceeded" in json.dumps(seen) or "RecursionError" in json.dumps(seen):
                seen = LIMITED
            report(f"{number} {json.dumps(seen)}")


def judge(engine: str, mutants: Sequence[Mutant], expected: dict[int, Any], endings: Counter[str]) -> list[str]:
    """Run mutants on an engine and compare; what differs is run again, alone, and CPython's, too.

    Returns:
        A line for each fault.
    """
    faults = []
    survived = [each for each in mutants if expected[each[0]] != LOST]
    endings["lost by CPython"] += len(mutants) - len(survived)
    seen = run_all(engine, survived)
    for each in survived:
        number = each[0]
        if LIMITED in (seen[number], expected[number]):
            endings["over a limit"] += 1
        elif seen[number] == expected[number]:
            endings["the same"] += 1
        else:
            natively = [run_all("CPython", [each])[number] for _ in range(2)]
            again = run_all(engine, [each])[number]
            if again in (natively[0], LIMITED):
                endings["the same" if again == natively[0] else "over a limit"] += 1
            elif LOST in natively or natively[0] != natively[1]:
                endings["not the same twice on CPython"] += 1
            else:
                endings["lost" if again == LOST else "different"] += 1
                faults.append(f"mutant {number} of {each[1].id}: {engine} {again}, CPython {natively[0]}")
    return faults


def execute(numbers: range, seed: int, engines: Sequence[str]) -> tuple[dict[str, Counter[str]], list[str]]:
    """Run mutants on CPython and on engines.

    Returns:
        By engine how many ended how, and the faults.
    """
    endings: dict[str, Counter[str]] = {engine: Counter() for engine in engines}
    faults: list[str] = []
    made: list[Mutant] = []
    gc.collect()
    gc.freeze()
    for number in numbers:
        found = mutated_program(number, seed)
        made += [found] if found else []
        if len(made) == BATCH or (made and number == numbers[-1]):
            expected = run_all("CPython", made)
            for engine in engines:
                faults += judge(engine, made, expected, endings[engine])
            made.clear()
    return endings, faults


def main() -> int:
    """Run the mutants and print how that ended."""
    parser = argparse.ArgumentParser(description="Execute mutated programs on CPython and by bytescope.")
    parser.add_argument("--count", type=int, default=2000, help="how many are made; most are invalid (2000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (0)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--engine", action="append", choices=[*ENGINES][1:], help="where they are run (everywhere)")
    options = parser.parse_args()
    engines = options.engine or [*ENGINES][1:]
    endings, faults = execute(range(options.first, options.first + options.count), options.seed, engines)
    for engine, counted in endings.items():
        told = ", ".join(f"{number} {ending}" for ending, number in counted.most_common())
        print(f"CPython {HOST}, {engine}: {counted.total()} valid of {options.count} mutants: {told}")
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
