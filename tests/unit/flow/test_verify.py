"""The verifier: depths on every path, handlers, exceptions being handled."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host import facts
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import verify
from tests.support.handmade import after_resume, handmade

NONE = ("LOAD_CONST", 0)
JUMP_IF_NONE = next(name for name in ("POP_JUMP_IF_NONE", "POP_JUMP_FORWARD_IF_NONE") if name in facts.OPMAP)
SKIP = facts.CACHES[facts.OPMAP[JUMP_IF_NONE]]


RAISES = "UNARY_NEGATIVE"


@pytest.mark.parametrize(
    ("code", "offset", "reason"),
    [
        (handmade("RESUME", "RETURN_VALUE"), 2, "RETURN needs 1 operands and there are 0"),
        (handmade("RESUME", NONE, ("CALL", 3), "RETURN_VALUE"), 4, "CALL needs 5 operands and there are 1"),
        (handmade("RESUME", NONE, ("COPY", 2), "RETURN_VALUE"), 4, "COPY needs 2"),
        (handmade("RESUME", NONE), 2, "runs off the end"),
        (handmade("RESUME", NONE, "POP_EXCEPT", NONE, "RETURN_VALUE"), 4, "POP_EXCEPT without an exception"),
        (
            handmade("RESUME", NONE, NONE, (JUMP_IF_NONE, 1), NONE, "RETURN_VALUE"),
            8 + 2 * SKIP,
            "depth 2 at offset",
        ),
        (
            handmade("RESUME", NONE, RAISES, "POP_TOP", NONE, "RETURN_VALUE", regions=[(2, 3, 3, 4, False)]),
            4,
            "the handler keeps 4 operands and there are 1",
        ),
        (
            handmade("RESUME", NONE, RAISES, "RETURN_VALUE", regions=[(1, 2, 3, 0, False), (2, 3, 3, 1, True)]),
            4,
            "depth",
        ),
        (
            handmade(
                "RESUME", NONE, RAISES, "RETURN_VALUE",
                "PUSH_EXC_INFO", RAISES, "RETURN_VALUE",
                "RETURN_VALUE",
                regions=[(2, 3, 4, 0, False), (5, 6, 7, 0, False)],
            ),
            10,
            "drops an exception that is being handled",
        ),
    ],
)  # fmt: skip
def test_malformed_code_is_refused(code: Any, offset: int, reason: str) -> None:
    with pytest.raises(InvalidBytecode) as caught:
        verify(lower(code))
    assert reason in caught.value.reason
    assert (caught.value.code, caught.value.offset) == ("made.by.hand", after_resume(code, offset))


def test_paths_must_agree_on_the_exceptions_being_handled() -> None:
    back = ("JUMP_BACKWARD", 7 + facts.CACHES[facts.OPMAP["JUMP_BACKWARD"]])
    handler = ["PUSH_EXC_INFO", "POP_TOP", "POP_TOP", back]
    code = handmade("RESUME", NONE, RAISES, "RETURN_VALUE", *handler, regions=[(2, 3, 4, 0, False)])
    with pytest.raises(InvalidBytecode, match="the exceptions being handled are not those that they are elsewhere"):
        verify(lower(code))


def test_what_cannot_be_reached_is_not_judged() -> None:
    verified = verify(lower(handmade("RESUME", NONE, "RETURN_VALUE", "POP_TOP", "RETURN_VALUE")))
    assert verified.depths == [0, 0, 1, -1, -1]


def handled(error: BaseException, other: object) -> object:
    try:
        raise error
    except KeyError as caught:
        try:
            return other
        except ValueError:
            return caught
    finally:
        print(other)


def test_real_code() -> None:
    lowered = lower(handled.__code__)
    verified = verify(lowered)
    operations = [each.op for each in lowered.instructions]
    assert max(verified.handled) == 2
    for index, op in enumerate(operations):
        if op == "PUSH_EXC_INFO":
            assert verified.handled[index + 1] == verified.handled[index] + 1
        if op == "CHECK_EXC_MATCH":
            assert verified.handled[index] > 0
    assert verified.handlers.count(None) < len(operations)
    assert verified.max_depth <= handled.__code__.co_stacksize + 3
    assert {depth for depth in verified.depths if depth >= 0} <= set(range(verified.max_depth))


def test_every_frame_of_this_test_is_valid() -> None:
    frame = sys._getframe()
    while frame is not None:
        verify(lower(frame.f_code))
        frame = frame.f_back
