"""Code that no compiler makes is woven as it is, or refused; `tests.support.weave_mutants` has come upon these."""

from __future__ import annotations

import types

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.host.facts import OPMAP
from bytescope.code.lowering.lower import lower
from tests.support.handmade import Unit, code_bytes, handmade, regions_of
from tests.support.weave_mutants import Loom

RESUME, NONE = ("RESUME", 0), ("LOAD_CONST", 0)


def plain() -> None:
    """A function whose code is replaced."""


def generator() -> types.GeneratorType[None, None, None]:
    """A generator function whose code is replaced."""
    yield


async def delegating(awaitable: types.CoroutineType[None, None, None]) -> None:
    """A coroutine function with a loop around SEND."""
    await awaitable


def outcome(code: types.CodeType, *units: Unit, regions: list[tuple[int, int, int, int, bool]] | None = None) -> str:
    """What becomes of a function's code when it has these instructions and handler regions."""
    loom = Loom()
    table = regions_of(units, regions or [])
    loom.take(code, {"co_code": code_bytes(*units), "co_exceptiontable": table, "co_stacksize": 8})
    (name,) = loom.outcomes
    return name


def test_a_handler_that_nothing_reaches_is_left_alone() -> None:
    dead = ["NOP", "POP_TOP", "POP_TOP", NONE, "RETURN_VALUE"]
    assert outcome(plain.__code__, RESUME, NONE, "RETURN_VALUE", *dead, regions=[(3, 4, 4, 0, False)]) == "woven"


def test_a_handler_that_does_not_fit_where_nothing_raises_is_left_alone() -> None:
    units = [RESUME, NONE, NONE, ("JUMP_FORWARD", 0), "POP_TOP", "RETURN_VALUE"]
    assert outcome(plain.__code__, *units, regions=[(3, 4, 5, 2, False)]) == "woven"


def test_a_send_without_its_loop_is_refused() -> None:
    code = delegating.__code__
    raw = bytearray(code.co_code)
    at = next(at for at in range(0, len(raw), 2) if raw[at] == OPMAP["SEND"])
    raw[at + 1] = 0  # jumps to what it falls through to
    loom = Loom()
    assert loom.take(code, {"co_code": bytes(raw)}) is None
    assert "woven" not in loom.outcomes


def test_a_send_that_a_handler_comes_to_is_refused() -> None:
    code = delegating.__code__
    at = next(at for at in range(0, len(code.co_code), 2) if code.co_code[at] == OPMAP["SEND"]) // 2
    loom = Loom()
    assert loom.take(code, {"co_exceptiontable": encode_exceptions([(at - 2, at - 1, at, 1, False)])}) is None
    assert loom.outcomes["refused"]


def test_a_generator_that_does_not_begin_is_refused() -> None:
    assert outcome(generator.__code__, "RETURN_GENERATOR", "POP_TOP", NONE, "RETURN_VALUE") == "refused"
    assert outcome(plain.__code__, NONE, "RETURN_VALUE") == "woven"


def test_a_generator_is_made_once() -> None:
    twice = ["RETURN_GENERATOR", "RETURN_GENERATOR", "POP_TOP", RESUME, NONE, "RETURN_VALUE"]
    with pytest.raises(InvalidBytecode, match="RETURN_GENERATOR out of place"):
        lower(handmade(*twice, co_flags=0x23))


@pytest.mark.skipif("PRECALL" not in OPMAP, reason="this version has no such opcode")
def test_a_jump_to_the_midst_of_a_call_is_refused() -> None:
    dead = [("JUMP_FORWARD", 2), ("PRECALL", 0), ("CALL", 0), "RETURN_VALUE"]
    assert outcome(plain.__code__, RESUME, NONE, "RETURN_VALUE", *dead) == "refused"


@pytest.mark.skipif("PRECALL" not in OPMAP, reason="this version has no such opcode")
def test_a_call_that_is_prepared_otherwise_is_refused() -> None:
    for count, expected in ((1, "woven"), (0, "refused")):
        call = ["PUSH_NULL", NONE, NONE, ("PRECALL", count), ("CALL", 1)]
        assert outcome(plain.__code__, RESUME, *call, "RETURN_VALUE") == expected
    call = ["PUSH_NULL", NONE, NONE, ("CALL", 1)]
    assert outcome(plain.__code__, RESUME, *call, "RETURN_VALUE") == "refused"


def test_a_handler_between_a_yield_and_its_resume_is_refused() -> None:
    begun = ["RETURN_GENERATOR", "POP_TOP", RESUME]
    units = [*begun, NONE, NONE, "YIELD_VALUE", RESUME, "POP_TOP", "POP_TOP", NONE, "RETURN_VALUE"]
    assert outcome(generator.__code__, *units) == "woven"
    assert outcome(generator.__code__, *units, regions=[(3, 5, 6, 0, True)]) == "refused"


def test_a_frame_that_would_begin_above_operands_is_refused() -> None:
    assert outcome(plain.__code__, NONE, RESUME, "RETURN_VALUE") == "refused"
