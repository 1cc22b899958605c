"""CPython 3.13: what differs from 3.12."""

from __future__ import annotations

from bytescope.code.instruction import FUNCTION_ATTRIBUTES
from bytescope.code.versions import v3_12
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.rules import conversion, counted, jump, load_fast, nibbles, plain, store_fast, yield_value


class Behaviour313(v3_12.Behaviour312):
    """Behaviour of CPython 3.13."""

    compare_to_bool = 16
    branches_on_bool = True
    yield_arg = 0
    yield_from_arg = 1
    closed_unresumed = ("RESUME", 4)
    followers = {"YIELD_VALUE": "RESUME", "END_FOR": "POP_TOP"}
    null_first = False
    callable_below_dict = 3
    copies_f_locals = False
    interrupts_at_target = False
    shows_source_of_strings = True


BEHAVIOUR = Behaviour313()


ANNOTATE = 16
"""The flag of MAKE_FUNCTION for the function that makes annotations."""

VALUES = 1
"""The argument of that function: `annotationlib.Format.VALUE`."""


def evaluate_annotations(lowering: LoweringState) -> None:
    """Emit the call of the function that makes annotations, which is on top."""
    lowering.emit("PUSH_NULL")
    lowering.emit("LOAD_CONST", VALUES)
    lowering.emit("CALL", 1)


def _set_function_attribute(lowering: LoweringState, arg: int) -> None:
    """The compiler writes these right behind MAKE_FUNCTION; one instruction makes the whole function, as before 3.13.

    The attributes are on the stack in the reverse order of these instructions.
    """
    if lowering.annotates_at_once and (arg == ANNOTATE or lowering.last("SETATTR")):
        lowering.belongs_to_predecessor()
        lowering.emit("SWAP", 2)
        if arg == ANNOTATE:
            evaluate_annotations(lowering)
        lowering.emit("COPY", 2)
        lowering.emit("SETATTR", {1: "__defaults__", 2: "__kwdefaults__"}.get(arg, "__annotations__"))
        return
    made = lowering.last("MAKE_FUNCTION")
    pushed_before = FUNCTION_ATTRIBUTES[: FUNCTION_ATTRIBUTES.index(arg) + 1] if arg in FUNCTION_ATTRIBUTES else ()
    if made is None or not pushed_before or any(made.arg & flag for flag in pushed_before):
        raise lowering.invalid(f"SET_FUNCTION_ATTRIBUTE {arg} out of place")
    lowering.belongs_to_predecessor()
    made.arg |= arg


def _yield_value(lowering: LoweringState, arg: int) -> None:
    """Lower YIELD_VALUE, of which the argument says whether the frame delegates."""
    if arg != (lowering.last("SEND") is not None):
        raise lowering.invalid(f"YIELD_VALUE {arg} behind {'SEND' if lowering.last('SEND') else 'no SEND'}")
    yield_value(lowering, arg)


def _convert_value(lowering: LoweringState, arg: int) -> None:
    if not arg:
        raise lowering.invalid("no conversion 0")
    conversion(lowering, arg)


RULES: dict[str, Rule] = v3_12.RULES | {
    "TO_BOOL": "TRUTH",
    "YIELD_VALUE": _yield_value,
    "CALL_KW": counted("CALL_KW"),
    "CONVERT_VALUE": _convert_value,
    "FORMAT_SIMPLE": "FORMAT",
    "FORMAT_WITH_SPEC": "FORMAT_WITH_SPEC",
    "MAKE_FUNCTION": plain("MAKE_FUNCTION", 0),
    "SET_FUNCTION_ATTRIBUTE": _set_function_attribute,
    "END_FOR": "POP",
    "FOR_ITER": jump("FOR_ITER", skip=2),
    "LOAD_FAST_LOAD_FAST": nibbles(load_fast, load_fast),
    "STORE_FAST_LOAD_FAST": nibbles(store_fast, load_fast),
    "STORE_FAST_STORE_FAST": nibbles(store_fast, store_fast),
}
