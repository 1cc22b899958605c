"""The machine generator: interprets one activation of a guest code object.

It runs handlers until one leaves a request, yields the request to the resident frame, and goes on with the answer.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import Any

from bytescope.machine import calls, limits, processes, recursion, runtime
from bytescope.machine import program as program_module
from bytescope.machine.emit import FILENAME
from bytescope.machine.program import Program, registers
from bytescope.machine.runtime import Raised

executed = [0]
"""Number of guest instructions executed so far, in this process."""

programs: list[Program] = []
"""The programs executed so far, in the order in which they first were."""

_OWN_FILES = frozenset(
    {FILENAME, *(m.__file__ or "" for m in (sys.modules[__name__], calls, processes, program_module, recursion, runtime))}
)


def foreign(exception: BaseException) -> BaseException:
    """Remove the machine's own frames from the head of a traceback."""
    traceback = exception.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename in _OWN_FILES:
        traceback = traceback.tb_next
    exception.__traceback__ = traceback
    return exception


def drive(
    program: Program, cells: tuple[Any, ...], namespace: dict[str, Any], mapping: Any
) -> Generator[tuple[Any, ...], Any, Any]:
    """Interpret a frame.

    Args:
        program: the guest code object, made ready.
        cells: the variables that the resident frame shares with the machine.
        namespace: the frame's globals.
        mapping: the frame's locals mapping (None in a function).

    Yields:
        Requests for the resident frame.

    Returns:
        What the guest returns.
    """
    recursion.check()
    if limits.active:
        return (yield from limited(program, cells, namespace, mapping, limits.active[-1]))
    ops = program.ops
    if ops is None:
        ops = program.link()
        programs.append(program)
    resumes = program.resumes
    R = registers(program, cells, namespace, mapping)
    pc = program.entry
    last = -1
    count = 0
    answer: Any = None
    while True:
        try:
            if last >= 0:
                pc = resumes[last](R, answer)
            answer = None
            while pc >= 0:
                last = pc
                pc = ops[pc](R)
                count += 1
        except BaseException as error:
            R[3] = None
            R.append(program.failure(last, foreign(error)))
            pc = -1
        executed[0] += count
        count = 0
        if pc == -2:
            return R.pop()
        answer = yield R.pop()
        while type(answer) is Raised and R[3] is None:
            if type(answer[0]) is RecursionError:
                recursion.trim(answer[0], _OWN_FILES)
            pc = program.unwind(R, last, answer[0])
            if pc >= 0:
                answer = pc
                last = len(ops)
            else:
                answer = yield R.pop()


def limited(
    program: Program, cells: tuple[Any, ...], namespace: dict[str, Any], mapping: Any, budget: limits.Budget
) -> Generator[tuple[Any, ...], Any, Any]:
    """`drive` with a budget: it is asked before every instruction, and its exception passes all handlers."""
    ops = program.ops
    if ops is None:
        ops = program.link()
        programs.append(program)
    resumes = program.resumes
    R = registers(program, cells, namespace, mapping)
    pc = program.entry
    last = -1
    answer: Any = None
    budget.enter()
    try:
        while True:
            try:
                if last >= 0:
                    pc = resumes[last](R, answer)
                answer = None
                while pc >= 0:
                    last = pc
                    budget.spend()
                    executed[0] += 1
                    pc = ops[pc](R)
            except BaseException as error:
                R[3] = None
                R.append(program.failure(last, foreign(error)))
                pc = -1
            if pc == -2:
                return R.pop()
            answer = yield R.pop()
            while type(answer) is Raised:
                if type(answer[0]) is limits.BudgetExceeded:
                    R.append((program.exits[program.verified.handled[last]], (answer[0], 0)))
                    answer = yield R.pop()
                elif R[3] is not None:
                    break
                else:
                    pc = program.unwind(R, last, answer[0])
                    if pc >= 0:
                        answer = pc
                        last = len(ops)
                    else:
                        answer = yield R.pop()
    finally:
        budget.depth -= 1
