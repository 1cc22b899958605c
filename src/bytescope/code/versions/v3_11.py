"""CPython 3.11."""

from __future__ import annotations

from bytescope.code.versions.behaviour import Behaviour
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.rules import COMMON, captured, cell, conversion, counted, jump, plain, send


class Behaviour311(Behaviour):
    """Behaviour of CPython 3.11."""

    compare_to_bool = 0
    yield_arg = 0
    yield_from_arg = 0
    closed_unresumed: tuple[str, int] | None = None
    followers = {"YIELD_VALUE": "RESUME", "SEND": "YIELD_VALUE", "KW_NAMES": "PRECALL", "PRECALL": "CALL"}
    short_jumps: tuple[str, ...] = ("SEND",)
    null_first = True
    calls_with_empty_kwargs = False
    unpacked_calls_use_c_stack = True
    callable_below_dict = 2
    null_above_iterator = False
    load_fast_may_fail = True
    branches_on_bool = False
    inlines_comprehensions = False
    offsets_are_objects = True
    sets_up_blocks = False
    converts_stop_iteration = False
    send_keeps_value = True
    defers_annotations = False
    flags_docstrings = False
    merges_locations = False
    imports_lazily = False
    hides_locals = False
    copies_f_locals = True
    interrupts_at_target = True
    counts_builtin_calls = True
    unpack_error_has_length = False
    unpacked_calls_name_function = True
    class_pattern_error = "called match pattern must be a type"
    cannot_await = "object {} can't be used in 'await' expression"
    awaited_no_iterator = "__await__() returned non-iterator of type '{1}'"
    awaited_coroutine = "__await__() returned a coroutine"
    names_missed_enter = False
    suggests_other_with = False
    shows_source_of_strings = False
    dedents_strings = False
    forgets_file_first = False
    encoding_errors_say_where = False
    exec_notes_interrupt = True


BEHAVIOUR = Behaviour311()


def _load_attr(lowering: LoweringState, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg))


def _load_method(lowering: LoweringState, arg: int) -> None:
    lowering.emit("GETATTR", lowering.name(arg), True)


def _kw_names(lowering: LoweringState, arg: int) -> None:
    if lowering.keyword_names is not None:
        raise lowering.invalid("KW_NAMES twice")
    lowering.keyword_names = (lowering.const(arg), len(lowering.instructions))


def _format_value(lowering: LoweringState, arg: int) -> None:
    """Lower FORMAT_VALUE: with a format spec (flag 4) the value to convert lies below the spec."""
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
    def rule(lowering: LoweringState, arg: int) -> None:
        lowering.emit("COPY", 1)
        lowering.emit_jump(op, arg)
        lowering.emit("POP")

    return rule


def _precall(lowering: LoweringState, arg: int) -> None:
    """Lower PRECALL to nothing: the call does its work."""
    if lowering.keyword_names is not None:
        lowering.belongs_to_predecessor()


def _make_function(lowering: LoweringState, arg: int) -> None:
    if arg > 15:
        raise lowering.invalid(f"MAKE_FUNCTION {arg}")
    lowering.emit("MAKE_FUNCTION", arg)


def _load_classderef(lowering: LoweringState, arg: int) -> None:
    lowering.emit("LOAD_LOCALS")
    lowering.emit("LOAD_FROM_DICT_OR_CELL", cell(lowering, arg))


def _print_expr(lowering: LoweringState, arg: int) -> None:
    lowering.emit("DISPLAY")
    lowering.emit("POP")


def _import_star(lowering: LoweringState, arg: int) -> None:
    lowering.emit("IMPORT_STAR")
    lowering.emit("POP")


def _load_assertion_error(lowering: LoweringState, arg: int) -> None:
    lowering.emit("LOAD_CONST", AssertionError)


RULES: dict[str, Rule] = (
    COMMON
    | {
        "PRECALL": _precall,
        "KW_NAMES": _kw_names,
        "LOAD_ATTR": _load_attr,
        "LOAD_METHOD": _load_method,
        "LOAD_CLOSURE": captured("LOAD_CLOSURE"),
        "LOAD_CLASSDEREF": _load_classderef,
        "LOAD_ASSERTION_ERROR": _load_assertion_error,
        "BINARY_SUBSCR": "GETITEM",
        "BUILD_CONST_KEY_MAP": counted("BUILD_CONST_KEY_MAP"),
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
    }
    | {
        f"POP_JUMP_{direction}_IF_{what}": jump(f"JUMP_IF_{what}")
        for direction in ("FORWARD", "BACKWARD")
        for what in ("TRUE", "FALSE", "NONE", "NOT_NONE")
    }
)
