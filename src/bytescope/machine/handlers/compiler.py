"""Compile handlers from lifted semantics.

A handler is what the engine runs for an instruction: `op(R)` on the frame's registers returns the index of the next
instruction, `REQUEST` after pushing a request for the resident frame onto `R`, or `RETURN` after pushing the value to
return; `resume(R, v)` resumes with the answer. Handlers are compiled from text, which is derived from the
instruction's semantics (`isa.lift`) and its primitive's operation (`operations`). One text serves all instructions of
a shape: registers, names, constants, targets and sites are arguments of the factory that the text defines.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction
from bytescope.isa.lift import shape
from bytescope.machine.handlers.handler_text import functions
from bytescope.machine.handlers.operations import NAMESPACE
from bytescope.machine.handlers.special_cases import Handler
from bytescope.machine.support.own_frames import HANDLER_FILE
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.stdlib_lite import Any, Callable

Op = Callable[[list[Any]], int]
Resume = Callable[[list[Any], Any], int]
Factory = Callable[..., tuple[Op, Resume | None]]

_namespace: dict[str, Any] = {**NAMESPACE, "functions": functions, "NOTHING": {}, "__builtins__": PRIVATE_BUILTINS}
_factories: dict[str, Factory] = {}
_by_shape: dict[object, Factory] = {}


def factory(instruction: Instruction, restores: bool, private: bool) -> Factory:
    """Return the factory of the instruction's handlers.

    Args:
        instruction: the instruction.
        restores: whether the store may make its variable unbound.
        private: whether the variables belong to the machine alone (class and module code).
    """
    key = (shape(instruction), restores, private)
    found = _by_shape.get(key)
    if found is None:
        text = Handler(instruction, restores, private).text()
        found = _factories.get(text)
        if found is None:
            made: dict[str, Factory] = {}
            exec(compile(text, HANDLER_FILE, "exec"), _namespace, made)
            found = _factories[text] = made["make"]
        _by_shape[key] = found
    return found


def text(instruction: Instruction) -> str:
    """Return the text of the instruction's handlers, for people."""
    return Handler(instruction, False, False).text()
