"""Names for the registers of a frame, and for what its handlers return.

The registers `R` of a frame are a list: ten that every frame has, named here, then the cells of its variables, then
its operands. A handler returns the index of the next instruction, or one of the negative numbers named here.
"""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Any

GLOBALS, BUILTINS, LOCALS, PROTOCOL, PROGRAM, TRACE, OPERANDS, SHADOWS, MONITORED, RECORD = range(10)
"""PROTOCOL: the multi-call protocol under way; LOCALS: the mapping of class and module code; TRACE: the state of
`sys.settrace`; OPERANDS: what an instrumented instruction keeps until the answer to its request; SHADOWS: the
shadows of the other registers; MONITORED: the line that `sys.monitoring` was told of last; RECORD: what a recorder
knows of the frame."""

HEADER = 10
"""Number of registers before those of the variables."""

UNBOUND: Any = object()
"""Content of a variable without a value: a plain object, because the garbage collector does not know such."""

REGISTERS = {
    name: f"R[{number}]" for name, number in (("GLOBALS", GLOBALS), ("BUILTINS", BUILTINS), ("LOCALS", LOCALS))
}
"""Expressions for the registers that the texts of operations name."""

REQUEST = -1
"""The handler has pushed a request for the resident frame."""

RETURN = -2
"""The handler has pushed the value that the frame returns."""


def exit_before(index: int) -> int:
    """Return what a trace returns to resume with the handler of an instruction."""
    return -3 - 2 * index


def exit_requesting(index: int) -> int:
    """Return what a trace returns after pushing the request of an instruction."""
    return -4 - 2 * index


def exit_index(result: int) -> int:
    """Return the instruction that a trace was left at, given what it returned."""
    return (-3 - result) >> 1
