"""CPython 3.14: what differs from 3.13."""

from __future__ import annotations

from bytescope.code.versions import v3_13
from bytescope.code.versions.lowering_state import LoweringState, Rule
from bytescope.code.versions.rules import load_fast, nibbles, numbered, plain


class Behaviour314(v3_13.Behaviour313):
    """Behaviour of CPython 3.14."""

    followers = {"YIELD_VALUE": "RESUME"}
    calls_with_empty_kwargs = True
    offsets_are_objects = False
    defers_annotations = True
    flags_docstrings = True
    unpack_error_has_length = True
    cannot_await = "'{}' object can't be awaited"
    names_missed_enter = True
    suggests_other_with = True
    dedents_strings = True
    forgets_file_first = True
    encoding_errors_say_where = True
    exec_notes_interrupt = False


BEHAVIOUR = Behaviour314()


def _load_common_constant(lowering: LoweringState, arg: int) -> None:
    if arg >= len(lowering.opcodes.common_constants):
        raise lowering.invalid(f"no common constant {arg}")
    lowering.emit("LOAD_CONST", lowering.opcodes.common_constants[arg])


def _store_name(lowering: LoweringState, arg: int) -> None:
    """Lower STORE_NAME; where a class body ends with the function that makes its annotations, they are made at once."""
    name = lowering.name(arg)
    if name == "__annotate_func__" and lowering.annotates_at_once:
        lowering.emit("COPY", 1)
        v3_13.evaluate_annotations(lowering)
        lowering.emit("STORE_NAME", "__annotations__")
    lowering.emit("STORE_NAME", name)


def _load_special(lowering: LoweringState, arg: int) -> None:
    if arg >= len(lowering.opcodes.special_methods):
        raise lowering.invalid(f"no special method {arg}")
    lowering.emit("LOAD_SPECIAL", lowering.opcodes.special_methods[arg])


def _build_interpolation(lowering: LoweringState, arg: int) -> None:
    """Lower BUILD_INTERPOLATION: bit 0 says whether a format spec is on the stack; the conversion stands above it."""
    kind = arg >> 2
    if kind > 3:
        raise lowering.invalid(f"no conversion {kind}")
    lowering.emit("BUILD_INTERPOLATION", (None, "s", "r", "a")[kind], bool(arg & 1))


def _for_iter(lowering: LoweringState, arg: int) -> None:
    """The loop ends behind END_FOR, which is passed over, and POP_ITER, of which the work is done here."""
    if lowering.opcode_at(lowering.next_offset + 2 * arg + 2) != "POP_ITER":
        raise lowering.invalid("FOR_ITER does not lead to a POP_ITER")
    lowering.emit_jump("FOR_ITER", arg, 2)


RULES: dict[str, Rule] = v3_13.RULES | {
    "FOR_ITER": _for_iter,
    "NOT_TAKEN": "NOP",
    "LOAD_SMALL_INT": numbered("LOAD_CONST"),
    "LOAD_COMMON_CONSTANT": _load_common_constant,
    "LOAD_FAST_BORROW": load_fast,
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": nibbles(load_fast, load_fast),
    "STORE_NAME": _store_name,
    "LOAD_SPECIAL": _load_special,
    "BUILD_INTERPOLATION": _build_interpolation,
    "BUILD_TEMPLATE": "BUILD_TEMPLATE",
    "POP_ITER": "POP",
    "CALL_FUNCTION_EX": plain("CALL_EX", "maybe"),
    "WITH_EXCEPT_START": plain("WITH_EXCEPT", "bound"),
}
