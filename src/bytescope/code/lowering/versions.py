"""Lowering rules that differ between versions of CPython: one table a version, built on its predecessor's."""

from __future__ import annotations

from bytescope.code.host import facts
from bytescope.code.instruction import FUNCTION_ATTRIBUTES
from bytescope.code.lowering.lower import Lowering, Rule
from bytescope.code.lowering.rules import (
    captured,
    cell,
    conversion,
    counted,
    intrinsic,
    jump,
    load_fast,
    load_fast_and_clear,
    load_fast_check,
    named,
    nibbles,
    numbered,
    plain,
    return_const,
    send,
    store_fast,
)

# --- 3.11


def _load_attr_311(lowering: Lowering, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg))


def _load_method(lowering: Lowering, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg), True)


def _kw_names(lowering: Lowering, arg: int) -> None:
    if lowering.keyword_names is not None:
        raise lowering.invalid("KW_NAMES twice")
    lowering.keyword_names = (lowering.const(arg), len(lowering.instructions))


def _format_value(lowering: Lowering, arg: int) -> None:
    """With a format spec (flag 4) the value to convert lies below the spec."""
    if not arg & 4:
        conversion(lowering, arg & 3)
        lowering.emit("FORMAT")
        return
    if arg & 3:
        lowering.emit("SWAP", 2)
        conversion(lowering, arg & 3)
        lowering.emit("SWAP", 2)
    lowering.emit("FORMAT_WITH_SPEC")


def _jump_or_pop(op: str) -> Rule:
    def rule(lowering: Lowering, arg: int) -> None:
        lowering.emit("COPY", 1)
        lowering.emit_jump(op, arg)
        lowering.emit("POP")

    return rule


def _precall(lowering: Lowering, arg: int) -> None:
    """What PRECALL prepares, the call does."""
    if lowering.keyword_names is not None:
        lowering.belongs_to_predecessor()


def _make_function(lowering: Lowering, arg: int) -> None:
    if arg > 15:
        raise lowering.invalid(f"MAKE_FUNCTION {arg}")
    lowering.emit("MAKE_FUNCTION", arg)


def dict_merge(above: int) -> Rule:
    """A rule for DICT_MERGE; the callable, which is named in errors, is so many values below the dict."""

    def rule(lowering: Lowering, arg: int) -> None:
        if not arg:
            raise lowering.invalid("DICT_MERGE 0")
        lowering.count(arg + above)
        lowering.emit("DICT_MERGE", (arg, arg + above))

    return rule


def _load_classderef(lowering: Lowering, arg: int) -> None:
    lowering.emit("LOAD_LOCALS")
    lowering.emit("LOAD_FROM_DICT_OR_CELL", cell(lowering, arg))


def _print_expr(lowering: Lowering, arg: int) -> None:
    lowering.emit("DISPLAY")
    lowering.emit("POP")


def _import_star(lowering: Lowering, arg: int) -> None:
    lowering.emit("IMPORT_STAR")
    lowering.emit("POP")


def _load_assertion_error(lowering: Lowering, arg: int) -> None:
    lowering.emit("LOAD_CONST", AssertionError)


V311: dict[str, Rule] = {
    "PRECALL": _precall,
    "KW_NAMES": _kw_names,
    "LOAD_ATTR": _load_attr_311,
    "LOAD_METHOD": _load_method,
    "LOAD_CLOSURE": captured("LOAD_CLOSURE"),
    "LOAD_CLASSDEREF": _load_classderef,
    "LOAD_ASSERTION_ERROR": _load_assertion_error,
    "BINARY_SUBSCR": "GETITEM",
    "BUILD_CONST_KEY_MAP": counted("BUILD_CONST_KEY_MAP"),
    "DICT_MERGE": dict_merge(2),
    "FORMAT_VALUE": _format_value,
    "LIST_TO_TUPLE": "LIST_TO_TUPLE",
    "UNARY_POSITIVE": plain("UNARY", "+"),
    "PRINT_EXPR": _print_expr,
    "IMPORT_STAR": _import_star,
    "MAKE_FUNCTION": _make_function,
    "FOR_ITER": jump("FOR_ITER"),
    "SEND": send("pop receiver"),
    "ASYNC_GEN_WRAP": "ASYNC_GEN_WRAP",
    "PREP_RERAISE_STAR": "PREP_RERAISE_STAR",
    "BEFORE_WITH": "ENTER_WITH",
    "BEFORE_ASYNC_WITH": "ENTER_ASYNC_WITH",
    "WITH_EXCEPT_START": "WITH_EXCEPT",
    "JUMP_IF_FALSE_OR_POP": _jump_or_pop("JUMP_IF_FALSE"),
    "JUMP_IF_TRUE_OR_POP": _jump_or_pop("JUMP_IF_TRUE"),
} | {
    f"POP_JUMP_{direction}_IF_{what}": jump(f"JUMP_IF_{what}")
    for direction in ("FORWARD", "BACKWARD")
    for what in ("TRUE", "FALSE", "NONE", "NOT_NONE")
}

# --- 3.12


def _load_attr_312(lowering: Lowering, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg >> 1), bool(arg & 1))


def _load_super_attr(lowering: Lowering, arg: int) -> None:
    """Bit 1 of the argument says whether super() was written with arguments."""
    lowering.emit("SUPER_ATTR", (lowering.name(arg >> 2), bool(arg & 2)), bool(arg & 1))


def _end_for(lowering: Lowering, arg: int) -> None:
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

V312: dict[str, Rule] = V311 | {
    "LOAD_ATTR": _load_attr_312,
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
    "CALL_INTRINSIC_1": intrinsic(facts.INTRINSICS_1, INTRINSICS_1),
    "CALL_INTRINSIC_2": intrinsic(facts.INTRINSICS_2, INTRINSICS_2),
    "POP_JUMP_IF_TRUE": jump("JUMP_IF_TRUE"),
    "POP_JUMP_IF_FALSE": jump("JUMP_IF_FALSE"),
    "POP_JUMP_IF_NONE": jump("JUMP_IF_NONE"),
    "POP_JUMP_IF_NOT_NONE": jump("JUMP_IF_NOT_NONE"),
}

# --- 3.13


def _set_function_attribute(lowering: Lowering, arg: int) -> None:
    """The compiler writes these right behind MAKE_FUNCTION; one instruction makes the whole function, as before 3.13.

    The attributes are on the stack in the reverse order of these instructions.
    """
    made = lowering.last("MAKE_FUNCTION")
    pushed_before = FUNCTION_ATTRIBUTES[: FUNCTION_ATTRIBUTES.index(arg) + 1] if arg in FUNCTION_ATTRIBUTES else ()
    if made is None or not pushed_before or any(made.arg & flag for flag in pushed_before):
        raise lowering.invalid(f"SET_FUNCTION_ATTRIBUTE {arg} out of place")
    lowering.belongs_to_predecessor()
    made.arg |= arg


def _convert_value(lowering: Lowering, arg: int) -> None:
    if not arg:
        raise lowering.invalid("no conversion 0")
    conversion(lowering, arg)


V313: dict[str, Rule] = V312 | {
    "TO_BOOL": "TRUTH",
    "CALL_KW": counted("CALL_KW"),
    "CONVERT_VALUE": _convert_value,
    "FORMAT_SIMPLE": "FORMAT",
    "FORMAT_WITH_SPEC": "FORMAT_WITH_SPEC",
    "DICT_MERGE": dict_merge(3),
    "MAKE_FUNCTION": plain("MAKE_FUNCTION", 0),
    "SET_FUNCTION_ATTRIBUTE": _set_function_attribute,
    "END_FOR": "POP",
    "FOR_ITER": jump("FOR_ITER", skip=2),
    "LOAD_FAST_LOAD_FAST": nibbles(load_fast, load_fast),
    "STORE_FAST_LOAD_FAST": nibbles(store_fast, load_fast),
    "STORE_FAST_STORE_FAST": nibbles(store_fast, store_fast),
}

# --- 3.14


def _load_common_constant(lowering: Lowering, arg: int) -> None:
    if arg >= len(facts.COMMON_CONSTANTS):
        raise lowering.invalid(f"no common constant {arg}")
    lowering.emit("LOAD_CONST", facts.COMMON_CONSTANTS[arg])


def _load_special(lowering: Lowering, arg: int) -> None:
    if arg >= len(facts.SPECIAL_METHODS):
        raise lowering.invalid(f"no special method {arg}")
    lowering.emit("LOAD_SPECIAL", facts.SPECIAL_METHODS[arg])


def _build_interpolation(lowering: Lowering, arg: int) -> None:
    """Bit 0 says whether a format spec is on the stack; the conversion stands above it."""
    kind = arg >> 2
    if kind > 3:
        raise lowering.invalid(f"no conversion {kind}")
    lowering.emit("BUILD_INTERPOLATION", (None, "s", "r", "a")[kind], bool(arg & 1))


def _for_iter(lowering: Lowering, arg: int) -> None:
    """The loop ends behind END_FOR, which is passed over, and POP_ITER, of which the work is done here."""
    if lowering.opcode_at(lowering.next_offset + 2 * arg + 2) != "POP_ITER":
        raise lowering.invalid("FOR_ITER does not lead to a POP_ITER")
    lowering.emit_jump("FOR_ITER", arg, 2)


V314: dict[str, Rule] = V313 | {
    "FOR_ITER": _for_iter,
    "NOT_TAKEN": "NOP",
    "LOAD_SMALL_INT": numbered("LOAD_CONST"),
    "LOAD_COMMON_CONSTANT": _load_common_constant,
    "LOAD_FAST_BORROW": load_fast,
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": nibbles(load_fast, load_fast),
    "LOAD_SPECIAL": _load_special,
    "BUILD_INTERPOLATION": _build_interpolation,
    "BUILD_TEMPLATE": "BUILD_TEMPLATE",
    "POP_ITER": "POP",
    "CALL_FUNCTION_EX": plain("CALL_EX", "maybe"),
    "WITH_EXCEPT_START": plain("WITH_EXCEPT", "bound"),
}

VERSIONS: dict[str, dict[str, Rule]] = {"3.11": V311, "3.12": V312, "3.13": V313, "3.14": V314}
