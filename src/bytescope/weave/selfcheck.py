"""Checks of woven code when bytescope is debugged: that its stacks have the depths that they should have.

A stack that is too small, or a value too many on it, corrupts the host's memory without a word. The weaver reserves and
keeps what it needs by construction; here that is computed anew, from the instructions that were written.
"""

from __future__ import annotations

import sys

from bytescope.code.errors import InvalidBytecode
from bytescope.isa.lift import lift
from bytescope.startup.switches import DEBUG
from bytescope.weave.context import WeaveContext, inside_of_send

CHECKS = sys.flags.dev_mode or DEBUG.get() not in (None, "", "0")
"""True if woven code is checked: with `python -X dev`, or where the environment variable BYTESCOPE_DEBUG is 1."""


def check(context: WeaveContext, reserved: int) -> None:
    """Check the code that has been emitted.

    Args:
        context: the shared state, when all code has been emitted.
        reserved: the stack size of the woven code object.

    Raises:
        AssertionError: if the stack is too small, or does not have, where one of the program's own instructions starts,
            the depth that it has in the program.
    """
    name = context.code.co_qualname
    asm = context.emitter.asm
    try:
        depths, deepest = asm.stack_depths()
    except InvalidBytecode as error:
        raise AssertionError(f"the weaver has made {error}") from error
    if deepest > reserved:
        raise AssertionError(f"{name} woven needs a stack of {deepest}, and has one of {reserved}")
    held = _held(context)
    for group in context.groups:
        expected = context.verified.depths[group.first] if group.count else -1
        below = context.handlers.below
        if expected < 0 or group.first < context.start + bool(below):  # they are put there at the start
            continue
        expected += held.get(group.first, 0) + below
        for labels in context.handlers.versions[1:] or context.handlers.versions:
            found = asm.depth_at(labels[group.offset], depths)
            if found not in (expected, -1):
                reason = f"has a stack of {found} at offset {group.offset}, and not of {expected}"
                raise AssertionError(f"{name} woven {reason}")


def _held(context: WeaveContext) -> dict[int, int]:
    """Return the number of values that hooks keep on the stack before an instruction, where there are any."""
    held: dict[int, int] = {}
    for index, point in context.plan.points.items():
        instruction = context.instructions[index]
        if point.after is None:
            continue
        if instruction.op == "SEND":
            held |= dict.fromkeys(
                [index, *inside_of_send(context.lowered, index, context.entered)], lift(instruction).need
            )
        elif instruction.op == "YIELD" and index not in context.inside:
            held[index + 1] = 1
    return held
