"""The two tables, the lowering and the host agree with one another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bytescope.code.instruction import Instruction
from bytescope.isa import INSTRUCTIONS, PRIMITIVES
from bytescope.isa.lift import Lifted, Symbol, lift, record

from .opcodes import OPCODES, Sample, samples


def of(opcode: str) -> list[Sample]:
    return [sample for sample in samples() if sample.opcode == opcode]


def instructions(op: str) -> list[Instruction]:
    return [each for sample in samples() for each in sample.instructions if each.op == op]


ROWS = sorted({each.op for sample in samples() for each in sample.instructions})
"""The rows that this host's opcodes are lowered to."""


@pytest.mark.parametrize("opcode", OPCODES)
def test_every_opcode_is_lowered_to_rows_of_the_table(opcode: str) -> None:
    assert of(opcode), f"no argument of {opcode} is taken"
    for sample in of(opcode):
        assert {each.op for each in sample.instructions} <= set(INSTRUCTIONS)


@pytest.mark.parametrize("opcode", OPCODES)
def test_depths_are_the_hosts(opcode: str) -> None:
    for sample in of(opcode):
        depth: int | None = 0
        for instruction in sample.instructions:
            lifted = lift(instruction)
            assert depth is not None, f"{sample}: what comes behind is not reached"
            if lifted.jump_effect is not None:
                assert depth + lifted.jump_effect == sample.jump_effect, sample
            depth = None if lifted.effect is None else depth + lifted.effect
        assert depth is None or depth == sample.effect, sample


@pytest.mark.parametrize("op", ROWS)
def test_the_flags_say_what_the_semantics_does(op: str) -> None:
    row = INSTRUCTIONS[op]
    for instruction in instructions(op):
        lifted = record(instruction)
        assert (lifted.jump is not None) == row.jumps
        assert row.falls_through or lifted.control is not None or lifted.jump is not None
        if not row.raises:
            assert lifted.control is None
            assert not any(PRIMITIVES[call.name].dunders for call in lifted.calls), "it may run foreign code"


@pytest.mark.parametrize("op", ROWS)
def test_the_effect_says_what_the_semantics_does(op: str) -> None:
    taken, _, results = INSTRUCTIONS[op].effect.partition("--")
    ways = results.split("|")
    for instruction in instructions(op):
        lifted = record(instruction)
        for way, after in ((ways[0], lifted.after), (ways[-1], lifted.jump)):
            if after is not None:
                assert matches(taken.split(), way.split(), lifted, after), f"{instruction}: {lifted}"
        if lifted.after is None and lifted.jump is None:
            assert not results.split() and matches(taken.split(), [], lifted, ())


def matches(taken: Sequence[str], left: Sequence[str], lifted: Lifted, after: Sequence[Symbol]) -> bool:
    """Whether operands and results have the names' form: equal names for operands kept, new names for new values."""
    operands = [Symbol(-1, index) for index in reversed(range(lifted.need))]
    return any(
        _new_values(left, bound, taken)
        for names in _bindings(taken, operands, {})
        for bound in _bindings(left, after, names)
    )


def _bindings(
    names: Sequence[str], symbols: Sequence[Symbol], known: dict[str, tuple[Symbol, ...]]
) -> list[dict[str, tuple[Symbol, ...]]]:
    """All ways to give the names - `name` one symbol, `name?` none or one, `name...` any number - the symbols."""
    if not names:
        return [] if symbols else [known]
    name = names[0]
    counts = range(len(symbols) + 1) if name.endswith("...") else (0, 1) if name.endswith("?") else (1,)
    key = name.rstrip("?.") or name
    found = []
    for count in counts:
        value = tuple(symbols[:count])
        if name.endswith("?") and not count:
            found += _bindings(names[1:], symbols, {key: value, **known})
        elif len(value) == count and known.get(key, value) == value:
            found += _bindings(names[1:], symbols[count:], {**known, key: value})
    return found


def _new_values(left: Sequence[str], bound: dict[str, tuple[Symbol, ...]], taken: Sequence[str]) -> bool:
    old = {name.rstrip("?.") or name for name in taken}
    new = {name.rstrip("?.") or name for name in left} - old
    return not any(symbol.is_operand for name in new for symbol in bound[name])


def test_the_form_of_effects_is_checked() -> None:
    swap = record(Instruction("SWAP", 2))
    assert swap.after is not None
    assert matches(["low", "top"], ["top", "low"], swap, swap.after)
    assert not matches(["low", "top"], ["low", "top"], swap, swap.after)
    assert not matches(["low", "top"], ["new", "low"], swap, swap.after)
    assert not matches(["low", "...", "between", "top"], ["top", "low"], swap, swap.after)


def test_every_row_is_what_some_opcode_is_lowered_to() -> None:
    missing = set(INSTRUCTIONS) - set(ROWS)
    assert missing <= OF_OTHER_VERSIONS, sorted(missing - OF_OTHER_VERSIONS)


OF_OTHER_VERSIONS = set(
    "END_SEND TYPE_INTRINSIC_1 TYPE_INTRINSIC_2 BUILD_INTERPOLATION BUILD_TEMPLATE SAVE_LOCAL SAVE_CELL LOAD_SPECIAL "
    "TRUTH CALL_KW SUPER_ATTR STOPITERATION_ERROR GETSLICE SETSLICE LOAD_FROM_DICT_OR_GLOBALS CLEANUP_THROW ENTER_WITH "
    "ENTER_ASYNC_WITH BUILD_CONST_KEY_MAP MAKE_CELL RESTORE_CELL".split()
)
"""Rows that some version of CPython has no opcode for."""


@pytest.mark.parametrize("op", ROWS)
def test_primitives_are_called_with_their_operands(op: str) -> None:
    for instruction in instructions(op):
        for call in record(instruction).calls:
            row = PRIMITIVES[call.name]
            least = len(row.operands) - row.variadic
            assert least <= len(call.operands) and (row.variadic or len(call.operands) == least), call


def test_every_primitive_is_used() -> None:
    used = {call.name for op in ROWS for instruction in instructions(op) for call in record(instruction).calls}
    missing = set(PRIMITIVES) - used
    of_other_versions = {
        "type_intrinsic", "super_attr", "special", "getslice", "setslice", "build_interpolation", "build_template",
        "save_local", "save_cell", "load_from_dict_or_globals", "enter_with", "enter_async_with", "stopiteration_error",
        "cleanup_throw", "build_const_key_map", "truth", "call_kw", "make_cell", "restore_cell",
    }  # fmt: skip
    assert missing <= of_other_versions, sorted(missing - of_other_versions)


@pytest.mark.parametrize("op", ROWS)
def test_instructions_of_one_shape_are_lifted_alike(op: str) -> None:
    for instruction in instructions(op):
        fresh, shared = record(instruction), lift(instruction)
        assert [(call.name, call.operands, call.results) for call in fresh.calls] == [
            (call.name, call.operands, call.results) for call in shared.calls
        ]
        assert (fresh.need, fresh.after, fresh.jump, fresh.branch, fresh.control) == (
            shared.need,
            shared.after,
            shared.jump,
            shared.branch,
            shared.control,
        )
