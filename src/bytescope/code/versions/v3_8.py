"""CPython 3.8, of which only the compiled files are executed: what differs from 3.9.

The body of a `finally`, and the end of a `with`, are there once. They find on the operand stack how they were entered:
an exception, nothing (BEGIN_FINALLY), or where to go on (CALL_FINALLY). Here, the innermost block says so.
"""

from __future__ import annotations

from bytescope.code.versions import v3_9
from bytescope.code.versions.block_state import CALLED, ENTERED, HANDLING, RETURNS, BlockState
from bytescope.code.versions.lowering_state import Rule
from bytescope.code.versions.v3_10 import exception_match, leave_handler, reraise, rotate, with_except_start
from bytescope.startup.stdlib_lite import Any

BEHAVIOUR = v3_9.BEHAVIOUR


def _compare_op(lowering: Any, arg: int) -> None:
    operators = lowering.opcodes.compare_ops
    symbol = operators[arg] if arg < len(operators) else ""
    if symbol in ("in", "not in"):
        lowering.emit("CONTAINS", symbol)
    elif symbol in ("is", "is not"):
        lowering.emit("IS", symbol)
    elif symbol == "exception match":
        exception_match(lowering)
    elif symbol in ("<", "<=", "==", "!=", ">", ">="):
        lowering.emit("COMPARE", symbol)
    else:
        raise lowering.invalid(f"no comparison {arg}")


def _begin_finally(lowering: Any, arg: int) -> None:
    lowering.emit("LOAD_CONST")
    lowering.push_block(ENTERED, 0, lowering.depth)


def _call_finally(lowering: Any, arg: int) -> None:
    lowering.emit("LOAD_CONST")
    lowering.push_block(RETURNS, lowering.next_offset, lowering.depth)
    lowering.jump_to("JUMP", lowering.target(arg), lowering.depth + 1)
    lowering.falls = False


def _end_finally(lowering: Any, arg: int) -> None:
    if lowering.blocks and lowering.blocks[-1].kind == HANDLING:
        reraise(lowering, 0)
        return
    block = lowering.pop_block(*CALLED)
    lowering.emit("POP")
    lowering.after = lowering.depth - 1
    if block.kind == RETURNS:
        lowering.jump_to("JUMP", block.target, lowering.after)
        lowering.falls = False


def _pop_finally(lowering: Any, arg: int) -> None:
    """Lower POP_FINALLY: how the body was entered is forgotten; the argument says whether a result lies above."""
    handled = lowering.pop_block(HANDLING, *CALLED).kind == HANDLING
    if arg:
        rotate(lowering, 7 if handled else 2)
    if handled:
        _drop_exception(lowering)
    else:
        lowering.emit("POP")
    lowering.after = lowering.depth - (6 if handled else 1)


def _drop_exception(lowering: BlockState) -> None:
    for _ in range(3):
        lowering.emit("POP")
    leave_handler(lowering)


def _with_cleanup_start(lowering: Any, arg: int) -> None:
    """Lower WITH_CLEANUP_START, which calls `__exit__`, and pushes the exception and the result."""
    if lowering.blocks and lowering.blocks[-1].kind == HANDLING:
        with_except_start(lowering, 0)
        lowering.after = lowering.depth + 2
    else:
        lowering.emit("SWAP", 2)
        lowering.emit("PUSH_NULL")
        for _ in range(3):
            lowering.emit("LOAD_CONST")
        lowering.emit("CALL", 3)
        lowering.after = lowering.depth + 1
    lowering.emit("LOAD_CONST")
    lowering.emit("SWAP", 2)


def _with_cleanup_finish(lowering: Any, arg: int) -> None:
    """Lower WITH_CLEANUP_FINISH: where `__exit__` returned a true value, the exception is dropped."""
    if not lowering.blocks or lowering.blocks[-1].kind != HANDLING:
        lowering.emit("POP")
        lowering.emit("POP")
        lowering.after = lowering.depth - 2
        return
    lowering.emit("SWAP", 2)
    lowering.emit("POP")
    lowering.jump_to("JUMP_IF_FALSE", lowering.next_offset, lowering.depth - 2)
    block = lowering.pop_block(HANDLING)
    _drop_exception(lowering)  # `__exit__` is left, in the place of what says how END_FINALLY was reached
    lowering.push_block(ENTERED, 0, block.depth - 1)
    lowering.after = block.depth


def _call_function_ex(lowering: Any, arg: int) -> None:
    if arg & 1:  # any mapping
        lowering.emit("BUILD_MAP", 0)
        lowering.emit("SWAP", 2)
        lowering.emit("DICT_MERGE", (1, 3))
    call = v3_9.RULES["CALL_FUNCTION_EX"]
    assert not isinstance(call, str)
    call(lowering, arg)


def _unpacked(build: str, extend: str, immediate: object, then: str | None = None) -> Rule:
    """A rule for a raw opcode that makes one container of what several iterables hold."""

    def rule(lowering: Any, arg: int) -> None:
        lowering.emit("BUILD_TUPLE", lowering.count(arg))
        lowering.emit(build, 0)
        for index in range(arg):
            lowering.emit("COPY", 2)
            lowering.emit("LOAD_CONST", index)
            lowering.emit("GETITEM")
            lowering.emit(extend, immediate)
        if then is not None:
            lowering.emit(then)
        lowering.emit("SWAP", 2)
        lowering.emit("POP")

    return rule


RULES: dict[str, Rule] = v3_9.RULES | {
    "COMPARE_OP": _compare_op,
    "BEGIN_FINALLY": _begin_finally,
    "CALL_FINALLY": _call_finally,
    "END_FINALLY": _end_finally,
    "POP_FINALLY": _pop_finally,
    "WITH_CLEANUP_START": _with_cleanup_start,
    "WITH_CLEANUP_FINISH": _with_cleanup_finish,
    "CALL_FUNCTION_EX": _call_function_ex,
    "BUILD_LIST_UNPACK": _unpacked("BUILD_LIST", "LIST_EXTEND", 1),
    "BUILD_TUPLE_UNPACK": _unpacked("BUILD_LIST", "LIST_EXTEND", 1, "LIST_TO_TUPLE"),
    "BUILD_TUPLE_UNPACK_WITH_CALL": _unpacked("BUILD_LIST", "LIST_EXTEND", 1, "LIST_TO_TUPLE"),
    "BUILD_SET_UNPACK": _unpacked("BUILD_SET", "SET_UPDATE", 1),
    "BUILD_MAP_UNPACK": _unpacked("BUILD_MAP", "DICT_UPDATE", 1),
    "BUILD_MAP_UNPACK_WITH_CALL": _unpacked("BUILD_MAP", "DICT_MERGE", (1, 4)),
}
