"""Operand checks that CPython omits.

Compiled bytecode never fails them. Other bytecode could crash the process with operands of the wrong type, of which the
verifier detects those whose kind it knows: not what is in variables and containers.
"""

from __future__ import annotations

import types

from bytescope.code.instruction import Variable
from bytescope.isa.purity import flags
from bytescope.startup.stdlib_lite import Any, Callable

__all__ = ["NATIVE", "check_native", "check_restored", "no_exception"]

_EXCEPTION = 1 << 30


def _is_exception(value: Any) -> bool:
    return bool(flags(type(value)) & _EXCEPTION)


def no_exception(value: Any) -> SystemError:
    """Return the error for an operand that is handled or re-raised but is not an exception."""
    return SystemError(f"bad bytecode: {type(value).__name__} object in the place of an exception")


def _list_of_exceptions(value: Any) -> bool:
    return type(value) is list and all(each is None or _is_exception(each) for each in value)


def _alias_parts(value: Any) -> bool:
    return type(value) is tuple and len(value) == 3 and type(value[0]) is str and type(value[1]) in _MAYBE_TUPLE


_MAYBE_TUPLE = (tuple, type(None))

NATIVE: dict[str, Callable[..., bool]] = {
    "group_match": lambda exception, kind: exception is None or _is_exception(exception),
    "prepare_reraise_star": lambda original, raised: _is_exception(original) and _list_of_exceptions(raised),
    "INTRINSIC_TYPEVAR": lambda name: type(name) is str,
    "INTRINSIC_PARAMSPEC": lambda name: type(name) is str,
    "INTRINSIC_TYPEVARTUPLE": lambda name: type(name) is str,
    "INTRINSIC_TYPEVAR_WITH_BOUND": lambda name, bound: type(name) is str,
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS": lambda name, constraints: type(name) is str,
    "INTRINSIC_SUBSCRIPT_GENERIC": lambda parameters: type(parameters) is tuple,
    "INTRINSIC_TYPEALIAS": _alias_parts,
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS": lambda function, parameters: (
        type(function) is types.FunctionType and type(parameters) is tuple
    ),
}
"""Checks of the operands of operations that the resident frame performs by the host's own instructions."""


def check_native(kind: str, *operands: Any) -> None:
    """Check the operands of an operation that is in `NATIVE`.

    Raises:
        SystemError: if they are not what the compiler's bytecode would give it.
    """
    if not NATIVE[kind](*operands):
        kinds = ", ".join(type(each).__name__ for each in operands)
        raise SystemError(f"bad bytecode: the operands of {kind} are of the wrong types: {kinds}")


def check_restored(variable: Variable, value: Any) -> None:
    """Check what is put into the slot of a captured variable after an inlined comprehension.

    Raises:
        SystemError: if it is not what such a slot can hold.
    """
    if variable.scope == "free" and type(value) is not types.CellType:
        raise SystemError(f"bad bytecode: {type(value).__name__} object in the place of a cell")
