"""Release of the operands that an instrumented handler has kept for its hooks.

Where the machine has the last reference to one, the guest's frame drops it, by a request after the instruction: the
caller that a finalizer sees is the guest's frame, as on CPython, and no frame of the machine.
"""

from __future__ import annotations

from sys import getrefcount

from bytescope.isa.typesets import ATOMIC
from bytescope.machine.handler_namespace import Raised
from bytescope.machine.registers import OPERANDS, PROGRAM, PROTOCOL, exit_requesting
from bytescope.startup.stdlib_lite import Any, Iterable, partial


def _references(values: Iterable[Any]) -> Any:
    for each in values:
        return getrefcount(each)


ALONE = _references((object(),))
"""The count of references to an item of a collection while it is iterated over, if nothing else refers to it."""


def release(R: list[Any], index: int, following: int, operands: tuple[Any, ...], *inner: Iterable[Any]) -> int:
    """Return how to go on after an instruction whose operands the caller alone has kept, in one tuple.

    Args:
        R: the registers of the frame.
        index: the instruction.
        following: what its handler has returned.
        operands: what it has kept.
        inner: those of the operands that are collections which hold operands themselves.

    Returns:
        What the handler is to return.
    """
    for values in (operands, *inner):
        for each in values:
            if getrefcount(each) <= ALONE and type(each) not in ATOMIC:
                program = R[PROGRAM]
                site = program.requests.line_site(index)
                if site is None:
                    return following
                R[PROTOCOL] = R[OPERANDS] = (index, following)
                R.append((site, (partial(bool, operands),)))  # once it was called, it is dropped there
                return exit_requesting(len(program.instructions) + 1)  # where `released` is
    return following


def released(R: list[Any], answer: Any) -> int:
    """Go on after an instruction, once the guest's frame has dropped its operands."""
    index, following = R[OPERANDS]
    R[PROTOCOL] = R[OPERANDS] = None
    if type(answer) is Raised:  # an interrupt
        return R[PROGRAM].unwind(R, index, answer[0])  # type: ignore[no-any-return]
    return following  # type: ignore[no-any-return]
