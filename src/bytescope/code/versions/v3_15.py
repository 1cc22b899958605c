"""CPython 3.15: what differs from 3.14."""

from __future__ import annotations

from bytescope.code.instruction import Variable
from bytescope.code.versions import v3_14
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.rules import (
    begin_after,
    check_generator,
    load_fast,
    plain,
    resume,
    return_generator,
)

ABOVE = "null above"
"""The flag of instructions that have a NULL, or on the host an index, above what they iterate over or delegate to."""

AT_GENERATOR_EXPRESSION = 4
"""The argument of the RESUME before the generator of a generator expression is made."""


class Behaviour315(v3_14.Behaviour314):
    """Behaviour of CPython 3.15."""

    closed_unresumed = ("RESUME", 8)
    null_above_iterator = True
    imports_lazily = True
    unpacked_calls_name_function = False
    class_pattern_error = "class pattern must refer to a class"
    awaited_no_iterator = "{0}.__await__() must return an iterator, not {1}"
    awaited_coroutine = "{0}.__await__() must return an iterator, not coroutine"


BEHAVIOUR = Behaviour315()


def _resume(lowering: LoweringState, arg: int) -> None:
    """Lower RESUME; of the one before a generator expression's generator is made nothing remains."""
    if arg != AT_GENERATOR_EXPRESSION:
        resume(lowering, arg)
        return
    if not lowering.is_generator or lowering.made_generator or lowering.preamble:
        raise lowering.invalid("RESUME 4 out of place")
    lowering.preamble = _preamble(lowering)
    begin_after(lowering, "NOP")


def _preamble(lowering: LoweringState) -> dict[int, str]:
    """Return the instructions between RESUME and RETURN_GENERATOR by offset.

    The caller's frame is the only one while the first iterator is made: CPython shows that of the expression to nobody.
    """
    first = lowering.next_offset
    second = first + 2
    iterates = lowering.opcode_at(second)
    end = second + (4 if iterates == "GET_ITER" else 2)
    loaded = lowering.opcode_at(first) in ("LOAD_FAST", "LOAD_FAST_BORROW") and not lowering.raw[first + 1]
    if (
        not loaded
        or iterates not in ("GET_ITER", "GET_AITER")
        or lowering.raw[second + 1]
        or lowering.opcode_at(end) != "RETURN_GENERATOR"
        or lowering.variable(0) != Variable(0, ".0", "local")
        or not lowering.code.co_argcount
    ):
        raise lowering.invalid("RESUME 4 does not begin a generator expression")
    return {first: "", second: iterates}


def _load_fast(lowering: LoweringState, arg: int) -> None:
    """Lower LOAD_FAST; the iterable of a generator expression, of which it makes the iterator, is loaded once."""
    if lowering.offset in lowering.preamble:
        begin_after(lowering, "NOP")
    elif lowering.variable(arg).name == ".0":
        raise lowering.invalid("the iterable of a generator expression is loaded")
    else:
        load_fast(lowering, arg)


def _get_iter(lowering: LoweringState, arg: int) -> None:
    """Lower GET_ITER, of which the argument says whether it is for `yield from`."""
    if lowering.offset in lowering.preamble:
        begin_after(lowering, "NOP")
    else:
        lowering.emit("GET_YIELD_FROM_ITER" if arg else "GET_ITER", None, ABOVE)


def _get_aiter(lowering: LoweringState, arg: int) -> None:
    if lowering.offset in lowering.preamble:
        begin_after(lowering, "NOP")
    else:
        lowering.emit("GET_AITER")


def _return_generator(lowering: LoweringState, arg: int) -> None:
    """Lower RETURN_GENERATOR: the generator of an expression begins with the iterator on its stack."""
    if lowering.preamble:
        lowering.in_prologue = True
        lowering.emit("SAVE_LOCAL", lowering.variable(0), "iterator")
        if "GET_ITER" in lowering.preamble.values():
            lowering.emit("PUSH_NULL")
    return_generator(lowering, arg)


def _for_iter(lowering: LoweringState, arg: int) -> None:
    """The loop ends behind END_FOR, which is passed over, and POP_ITER, of which the work is done here."""
    if lowering.opcode_at(lowering.next_offset + 2 * arg + 2) != "POP_ITER":
        raise lowering.invalid("FOR_ITER does not lead to a POP_ITER")
    lowering.emit_jump("FOR_ITER", arg, 2, flag=ABOVE)


def _pop_iter(lowering: LoweringState, arg: int) -> None:
    lowering.emit("POP", None, ABOVE)
    lowering.emit("POP")


def _send(lowering: LoweringState, arg: int) -> None:
    check_generator(lowering)
    lowering.emit_jump("SEND", arg, flag=ABOVE)


def _import_name(lowering: LoweringState, arg: int) -> None:
    """Lower IMPORT_NAME, of which the lower bits say whether the import is lazy, or must not be."""
    how = arg & 3
    if how > 2:
        raise lowering.invalid(f"no import {how}, of 0 to 2")
    lowering.emit("IMPORT_NAME", lowering.name(arg >> 2), how)


RULES: dict[str, Rule] = v3_14.RULES | {
    "RESUME": _resume,
    "LOAD_FAST": _load_fast,
    "LOAD_FAST_BORROW": _load_fast,
    "RETURN_GENERATOR": _return_generator,
    "GET_ITER": _get_iter,
    "GET_AITER": _get_aiter,
    "FOR_ITER": _for_iter,
    "POP_ITER": _pop_iter,
    "SEND": _send,
    "END_SEND": lambda lowering, _: lowering.emit("END_SEND", None, ABOVE),
    "CLEANUP_THROW": lambda lowering, _: lowering.emit("CLEANUP_THROW", None, ABOVE),
    "IMPORT_NAME": _import_name,
    "CALL_FUNCTION_EX": plain("CALL_EX", "maybe"),
}
