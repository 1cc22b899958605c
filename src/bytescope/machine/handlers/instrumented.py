"""Compile instrumented handlers; one text serves all instructions of a shape that have the same kinds of hooks."""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.instrumentation import Point
from bytescope.isa.lift import shape
from bytescope.machine.handlers.compiler import Factory
from bytescope.machine.handlers.instrumented_text import HOOKS, IDLE, Writer
from bytescope.machine.support.own_frames import HANDLER_FILE
from bytescope.startup.stdlib_lite import Any

__all__ = ["IDLE", "factory", "hooks_of", "name"]

_by_shape: dict[object, Factory] = {}


def factory(instruction: Instruction, point: Point, restores: bool) -> Factory:
    """Return the factory of an instruction's instrumented handlers.

    Args:
        instruction: the instruction.
        point: its hooks.
        restores: whether the store may make its variable unbound.
    """
    hooks = tuple([name for name in HOOKS if getattr(point, name) is not None])
    key = (shape(instruction), isinstance(instruction.arg, Variable), restores, hooks)
    found = _by_shape.get(key)
    if found is None:
        found = _by_shape[key] = _compile(Writer(instruction, point, restores).text())
    return found


def hooks_of(point: Point) -> tuple[Any, ...]:
    """Return the functions of the hooks in the order of a factory's parameters."""
    hooks = [getattr(point, name) for name in HOOKS]
    return tuple([None if hook is None else hook.call for hook in hooks])


_namespace: dict[str, Any] = {}
_texts: dict[str, Factory] = {}


def name(**values: Any) -> None:
    """Add names to the namespace of the texts."""
    _namespace.update(values)


def _compile(text: str) -> Factory:
    """Return the factory that a text defines."""
    found = _texts.get(text)
    if found is None:
        exec(compile(text, HANDLER_FILE, "exec"), _namespace)
        found = _texts[text] = _namespace.pop("make")
    return found
