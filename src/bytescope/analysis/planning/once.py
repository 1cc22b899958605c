"""Methods that have had enough of a site when they were told of it once."""

from __future__ import annotations

import types
from typing import Any

from bytescope.analysis.base import ENOUGH
from bytescope.code.errors import InvalidBytecode
from bytescope.code.flags import CO_STARRED, CO_SUSPENDS
from bytescope.code.instruction import Instruction, Variable
from bytescope.code.lowering.lower import lower


def told_once(method: Any) -> frozenset[int] | None:
    """The operands that a method looks at (0 is what comes after the site), if all that it returns is `ENOUGH`.

    Args:
        method: a method of an analysis, bound to it.

    Returns:
        The operands, or None if it may want to be told again.
    """
    if type(method) is not types.MethodType or type(method.__func__) is not types.FunctionType:
        return None
    code = method.__func__.__code__
    if code.co_flags & (CO_SUSPENDS | CO_STARRED) or code.co_kwonlyargcount:
        return None
    try:
        instructions = lower(code).instructions
    except InvalidBytecode:
        return None
    targets = {each.target for each in instructions}
    returns = [index for index, each in enumerate(instructions) if each.op == "RETURN"]
    namespace = method.__func__.__globals__
    if not all(index not in targets and _is_enough(instructions[index - 1], namespace) for index in returns):
        return None
    read = {each.arg.index for each in instructions if isinstance(each.arg, Variable)}
    return frozenset(index - 2 for index in read if 2 <= index < code.co_argcount)


def _is_enough(instruction: Instruction, namespace: dict[str, Any]) -> bool:
    return instruction.op == "LOAD_GLOBAL" and namespace.get(instruction.arg) is ENOUGH
