"""Exceptions that come up in code that did not raise them: what signal handlers raise, and what other threads send.

The host raises them between two instructions, where it looks for signals: when a function begins, at a jump back, and
after a call of a function in C. A signal handler has a frame of its own above the one that it has interrupted.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import types

from bytescope.code.host.facts import OPNAME
from bytescope.startup.stdlib_lite import Any, Iterator, partial

_NEVER_RAISE = {"RESUME", "JUMP_BACKWARD", "POP_JUMP_BACKWARD_IF_NONE", "POP_JUMP_BACKWARD_IF_NOT_NONE"}
_LOOKING = {
    *("CALL", "CALL_KW", "CALL_FUNCTION_EX", "PRECALL"),
    *("POP_JUMP_BACKWARD_IF_FALSE", "POP_JUMP_BACKWARD_IF_TRUE"),
    "COMPARE_OP",  # 3.11 executes it together with a jump behind it
}
"""Instructions that run functions in C, after which the host looks for signals."""

_HEAP_TYPE, _IMMUTABLE = 1 << 9, 1 << 8


def is_asynchronous(error: BaseException, traceback: types.TracebackType | None) -> bool:
    """Return True if a signal handler has raised an exception, or another thread has sent it.

    Without a frame of a signal handler, the instruction tells: one that raises nothing itself. After a call of a
    function in C the exception tells: such functions raise no bare exceptions of classes that Python code defines, and
    none that is no `Exception`. So a call of `sys.exit` counts as such a handler.

    Args:
        error: the exception.
        traceback: the part of its traceback that belongs to the code in question.
    """
    if traceback is None:
        return False
    if handler_entry(traceback) is not None:
        return True
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    name = OPNAME[code.co_code[traceback.tb_lasti]] if 0 <= traceback.tb_lasti < len(code.co_code) else ""
    if name in _NEVER_RAISE:
        return not isinstance(error, RecursionError)
    if name not in _LOOKING:
        return False
    flags = type(error).__flags__
    return not isinstance(error, Exception) or (bool(flags & _HEAP_TYPE) and not flags & _IMMUTABLE and not error.args)


def handler_entry(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """Return the entry of a signal handler's frame in a traceback; None if there is none."""
    codes = list(_handler_codes())
    while traceback is not None and not any(each is traceback.tb_frame.f_code for each in codes):
        traceback = traceback.tb_next
    return traceback


def _handler_codes() -> Iterator[types.CodeType]:
    """Yield the code objects of the signal handlers in force that are functions, methods or objects with `__call__`."""
    for number in range(1, _signal.NSIG):
        try:
            handler: Any = _signal.getsignal(number)
        except ValueError:  # there is no such signal
            continue
        while type(handler) is partial:
            handler = handler.func
        if not isinstance(handler, (types.FunctionType, types.MethodType)):
            handler = getattr(type(handler), "__call__", None)  # noqa: B004
        code = getattr(handler, "__code__", None)
        if type(code) is types.CodeType:
            yield code
