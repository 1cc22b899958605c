"""CPython 3.12: what differs from 3.11."""

from __future__ import annotations

from bytescope.code.versions import v3_11
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.rules import (
    captured,
    intrinsic,
    jump,
    load_fast_and_clear,
    load_fast_check,
    named,
    return_const,
    send,
)


class Behaviour312(v3_11.Behaviour311):
    """Behaviour of CPython 3.12."""

    yield_arg = 2
    yield_from_arg = 3
    closed_unresumed = ("YIELD_VALUE", 1)
    followers = {"YIELD_VALUE": "RESUME", "KW_NAMES": "CALL"}
    short_jumps = ()
    unpacked_calls_use_c_stack = False
    load_fast_may_fail = False
    inlines_comprehensions = True
    converts_stop_iteration = True
    send_keeps_value = False
    merges_locations = True
    hides_locals = True
    counts_builtin_calls = False
    class_pattern_error = "called match pattern must be a class"


BEHAVIOUR = Behaviour312()


def _load_attr(lowering: LoweringState, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg >> 1), bool(arg & 1))


def _load_super_attr(lowering: LoweringState, arg: int) -> None:
    """Lower LOAD_SUPER_ATTR: bit 1 of the argument says whether super() was written with arguments."""
    lowering.emit("SUPER_ATTR", (lowering.name(arg >> 2), bool(arg & 2)), bool(arg & 1))


def _end_for(lowering: LoweringState, arg: int) -> None:
    lowering.emit("POP")
    lowering.emit("POP")


INTRINSICS_1 = {
    "INTRINSIC_PRINT": lambda lowering: lowering.emit("DISPLAY"),
    "INTRINSIC_IMPORT_STAR": lambda lowering: lowering.emit("IMPORT_STAR"),
    "INTRINSIC_STOPITERATION_ERROR": lambda lowering: lowering.emit("STOPITERATION_ERROR"),
    "INTRINSIC_ASYNC_GEN_WRAP": lambda lowering: lowering.emit("ASYNC_GEN_WRAP"),
    "INTRINSIC_UNARY_POSITIVE": lambda lowering: lowering.emit("UNARY", "+"),
    "INTRINSIC_LIST_TO_TUPLE": lambda lowering: lowering.emit("LIST_TO_TUPLE"),
    "INTRINSIC_TYPEVAR": lambda lowering: lowering.emit("TYPE_INTRINSIC_1", "INTRINSIC_TYPEVAR"),
    "INTRINSIC_PARAMSPEC": lambda lowering: lowering.emit("TYPE_INTRINSIC_1", "INTRINSIC_PARAMSPEC"),
    "INTRINSIC_TYPEVARTUPLE": lambda lowering: lowering.emit("TYPE_INTRINSIC_1", "INTRINSIC_TYPEVARTUPLE"),
    "INTRINSIC_SUBSCRIPT_GENERIC": lambda lowering: lowering.emit("TYPE_INTRINSIC_1", "INTRINSIC_SUBSCRIPT_GENERIC"),
    "INTRINSIC_TYPEALIAS": lambda lowering: lowering.emit("TYPE_INTRINSIC_1", "INTRINSIC_TYPEALIAS"),
}

INTRINSICS_2 = {
    "INTRINSIC_PREP_RERAISE_STAR": lambda lowering: lowering.emit("PREP_RERAISE_STAR"),
    "INTRINSIC_TYPEVAR_WITH_BOUND": lambda lowering: lowering.emit("TYPE_INTRINSIC_2", "INTRINSIC_TYPEVAR_WITH_BOUND"),
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS": lambda lowering: lowering.emit(
        "TYPE_INTRINSIC_2", "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS"
    ),
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS": lambda lowering: lowering.emit(
        "TYPE_INTRINSIC_2", "INTRINSIC_SET_FUNCTION_TYPE_PARAMS"
    ),
    "INTRINSIC_SET_TYPEPARAM_DEFAULT": lambda lowering: lowering.emit(
        "TYPE_INTRINSIC_2", "INTRINSIC_SET_TYPEPARAM_DEFAULT"
    ),
}

RULES: dict[str, Rule] = v3_11.RULES | {
    "LOAD_ATTR": _load_attr,
    "LOAD_SUPER_ATTR": _load_super_attr,
    "LOAD_FAST_CHECK": load_fast_check,
    "LOAD_FAST_AND_CLEAR": load_fast_and_clear,
    "LOAD_LOCALS": "LOAD_LOCALS",
    "LOAD_FROM_DICT_OR_DEREF": captured("LOAD_FROM_DICT_OR_CELL"),
    "LOAD_FROM_DICT_OR_GLOBALS": named("LOAD_FROM_DICT_OR_GLOBALS"),
    "BINARY_SLICE": "GETSLICE",
    "STORE_SLICE": "SETSLICE",
    "RETURN_CONST": return_const,
    "END_FOR": _end_for,
    "FOR_ITER": jump("FOR_ITER", skip=1),
    "SEND": send(),
    "END_SEND": "END_SEND",
    "CLEANUP_THROW": "CLEANUP_THROW",
    "CALL_INTRINSIC_1": intrinsic(1, INTRINSICS_1),
    "CALL_INTRINSIC_2": intrinsic(2, INTRINSICS_2),
    "POP_JUMP_IF_TRUE": jump("JUMP_IF_TRUE"),
    "POP_JUMP_IF_FALSE": jump("JUMP_IF_FALSE"),
    "POP_JUMP_IF_NONE": jump("JUMP_IF_NONE"),
    "POP_JUMP_IF_NOT_NONE": jump("JUMP_IF_NOT_NONE"),
}
