"""The machine generator: interprets one activation of a guest code object.

It runs handlers until one pushes a request, yields the request to the resident frame, and resumes with the answer.
"""

from __future__ import annotations

import sys
import types

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.interrupts import no_interrupts_in_jumps
from bytescope.code.host.weak_tables import enter
from bytescope.machine import handler_namespace
from bytescope.machine.handler_namespace import Raised
from bytescope.machine.handlers.compiler import Op
from bytescope.machine.jit import deopt
from bytescope.machine.jit.entries import DeoptimisedCall, materialize_frame
from bytescope.machine.program import Program
from bytescope.machine.registers import BUILTINS, GLOBALS, HEADER, PROGRAM, PROTOCOL, RETURN, exit_before, exit_index
from bytescope.machine.support import budget as limits
from bytescope.machine.support import intercepts, recursion
from bytescope.machine.support.own_frames import without_own
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Generator, ref

_frame = sys._getframe

executed = handler_namespace.executed
"""Number of guest instructions executed so far, in this process."""

programs: dict[int, ref[Program]] = {}
"""The programs that were executed and still exist, by id."""

started = [0]
"""Number of programs executed so far."""


link = recursion.ample(Program.link)


def begin(program: Program, R: list[Any]) -> tuple[list[Op], BaseException | None]:
    """Link and register a program whose frame begins.

    Returns:
        The handlers, and an interrupt that came meanwhile, which is still to be raised in the guest, or None.
    """
    late = None
    with CHANGES:
        ops = program.ops
        if ops is None:  # else another thread has linked it
            try:
                ops = link(program, R[GLOBALS].get("__name__"))
            except BaseException as error:
                late = without_own(error)
                ops = link(program, R[GLOBALS].get("__name__"))  # which fails again unless that was an interrupt
            if id(program) not in programs:
                enter(programs, id(program), program)
                started[0] += 1
    return ops, late


def drive(R: list[Any]) -> Generator[tuple[Any, ...], Any, Any]:
    """Interpret a frame.

    Args:
        R: the frame's registers as its resident frame makes them: without the builtins.

    Yields:
        Requests for the resident frame.

    Returns:
        What the guest returns.
    """
    recursion.check()
    if limits.watching:
        budget = limits.current(R[PROGRAM].run)
        if budget is not None:
            return (yield from watched(R, budget))
    program = R[PROGRAM]
    ops = program.ops
    late: BaseException | None = None
    if ops is None:
        ops, late = begin(program, R)
    R[BUILTINS] = builtins = R[GLOBALS].get("__builtins__")
    if type(builtins) is not dict:
        R[BUILTINS] = intercepts.builtins_of(builtins)
    shadower = program.shadower  # which another thread may remove
    if shadower is not None:
        shadower.begin(program, R)
    resumes = program.resumes
    plain = program.plain
    pc = program.entry
    last = -1
    count = 0
    answer: Any = None
    if program.has_entry and type(R[HEADER].cell_contents) is DeoptimisedCall:
        answer, late = materialize_frame(R, R[HEADER].cell_contents)
        last = len(ops)
    while True:
        try:
            if last >= 0:
                pc = resumes[last](R, answer)
            answer = None
            if late is not None:
                while pc >= 0 and not program.raises[pc]:
                    last = pc
                    pc = plain[pc](R)
                    count += 1
                if pc >= 0:
                    last = pc
                    error, late = late, None
                    raise error
            while True:
                while pc >= 0:
                    last = pc
                    pc = ops[pc](R)
                    count += 1
                if pc >= RETURN:
                    break
                last = (-3 - pc) >> 1  # `exit_index`: where a trace has ended
                if not pc & 1:
                    pc = -1  # with the request of that instruction
                    break
                pc = last  # before that instruction
                pc = plain[pc](R)
                count += 1
        except BaseException as error:
            if pc >= 0 and deopt.in_trace(error):
                pc, left, error = deopt.recover(R, error)
                last = pc
                if left:
                    answer, last = exit_before(pc), len(ops)
                    continue
            outcome: int | BaseException = error
            if pc >= 0 and recursion.is_own(error):
                outcome = recursion.again(plain[pc], R, error)
            if isinstance(outcome, int):
                pc = outcome
                count += 1
                if pc >= 0:
                    answer, last = pc, len(ops)
                    continue
                if pc < RETURN:
                    last = exit_index(pc)
            elif not program.raises[last] and pc >= 0:  # an interrupt, where the guest cannot be interrupted
                late, answer, last = without_own(outcome), pc, len(ops)
                continue
            elif late is None and pc < 0 <= last < len(ops) and not program.raises[last]:
                late = without_own(outcome)  # likewise, before the answer to its request has had an effect
                continue
            else:
                R[PROTOCOL] = None
                R.append(program.failure(last, without_own(outcome)))
                pc = -1
        executed[0] += count
        count = 0
        if pc == RETURN:
            return R.pop()
        while True:
            try:
                answer = yield R.pop()
                if BEHAVIOUR.send_keeps_value:
                    answer = answer.pop()
            except GeneratorExit:
                raise
            except BaseException as error:  # an interrupt on the way back
                if not program.raises[last]:
                    late, answer = without_own(error), None
                    break
                R[PROTOCOL] = None
                R.append(program.failure(last, without_own(error)))
                continue
            if type(answer) is not Raised or R[PROTOCOL] is not None:
                break
            if type(answer[0]) is RecursionError:
                recursion.trim(answer[0])
            pc = program.unwind(R, last, answer[0])
            if pc >= 0:
                answer = pc
                last = len(ops)
                break


no_interrupts_in_jumps(drive)


def watched(R: list[Any], budget: limits.Budget) -> Generator[tuple[Any, ...], Any, Any]:
    """Interpret a frame like `drive`, with a budget for every instruction; once exceeded, no handler is searched.

    The two loops share few lines; one loop for both would cost `drive` a branch per instruction.
    """
    program = R[PROGRAM]
    program.run = budget
    late: BaseException | None = None
    if program.ops is None:
        _, late = begin(program, R)
    R[BUILTINS] = intercepts.builtins_of(R[GLOBALS].get("__builtins__"))
    shadower = program.shadower  # which another thread may remove
    if shadower is not None:
        shadower.begin(program, R)
    ops = program.plain
    resumes = program.resumes
    pc = program.entry
    last = pc
    resume = -1
    answer: Any = None
    counts = None if budget.tally is None else budget.tally.of(program)
    on_stack = False
    frames = 1
    if program.has_entry and type(R[HEADER].cell_contents) is DeoptimisedCall:
        answer, late = materialize_frame(R, R[HEADER].cell_contents)
        last, resume = answer if answer >= 0 else exit_index(answer), len(ops)
    try:
        while True:
            try:
                if not on_stack:
                    on_stack = True
                    if budget.max_depth is not None and program.suspends():
                        frames = 1 + delegating(_frame(2))
                    budget.enter(frames)
                if budget.deadline is not None:
                    budget.look_at_clock()
                if resume >= 0:
                    pc = resumes[resume](R, answer)
                answer = None
                while pc >= 0:
                    last = pc
                    if late is not None and program.raises[pc]:
                        error, late = late, None
                        raise error
                    budget.left -= 1
                    if budget.left < 0:
                        budget.renew()
                    executed[0] += 1
                    if counts is not None:
                        counts[pc] += 1
                    pc = ops[pc](R)
            except BaseException as error:
                outcome: int | BaseException = error
                if pc >= 0 and recursion.is_own(error):
                    outcome = recursion.again(ops[pc], R, error)
                if isinstance(outcome, int):
                    pc = outcome
                    if pc >= 0:
                        answer, resume = pc, len(ops)
                        continue
                elif pc >= 0 and budget.spent is None and not program.raises[last]:
                    late, answer, last, resume = without_own(outcome), pc, pc, len(ops)
                    continue
                elif (
                    late is None and budget.spent is None and pc < 0 <= resume < len(ops) and not program.raises[resume]
                ):
                    late = without_own(outcome)  # likewise, before the answer to its request has had an effect
                    continue
                else:
                    R[PROTOCOL] = None
                    R.append(program.failure(last, without_own(outcome)))
                    pc = -1
            if pc == RETURN:
                return R.pop()
            resume = exit_index(pc) if pc < RETURN else last
            if R[-1][0] in program.requests.suspensions:
                on_stack = False
                budget.depth -= frames
            while True:
                try:
                    answer = yield R.pop()
                    if BEHAVIOUR.send_keeps_value:
                        answer = answer.pop()
                except GeneratorExit:
                    raise
                except BaseException as error:  # an interrupt on the way back
                    if not program.raises[last]:
                        late, answer = without_own(error), None
                        break
                    R[PROTOCOL] = None
                    R.append(program.failure(last, without_own(error)))
                    continue
                if type(answer) is not Raised:
                    break
                if budget.spent is not None:
                    program.leave(R, last, answer[0], last)
                    continue
                if R[PROTOCOL] is not None:
                    break
                if type(answer[0]) is RecursionError:
                    recursion.trim(answer[0])
                pc = program.unwind(R, last, answer[0])
                if pc >= 0:
                    answer = pc
                    resume = len(ops)
                    break
    finally:
        if on_stack:
            budget.depth -= frames


no_interrupts_in_jumps(watched)


def delegating(frame: types.FrameType) -> int:
    """Return how many guest frames delegate to a generator's, directly or not: they are not on the stack themselves.

    Args:
        frame: the generator's.
    """
    count = 0
    outer = frame.f_back
    while outer is not None:
        program = next((each for each in reversed(outer.f_code.co_consts) if type(each) is Program), None)
        if program is not None:
            if not program.suspends() or not program.requests.delegates_at(outer.f_lasti):
                break
            count += 1
        outer = outer.f_back
    return count
