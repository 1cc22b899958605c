"""From lifted semantics to handlers.

A handler is what the engine runs for an instruction: `op(R)` on the frame's registers returns the index of the next
instruction, or -1 after leaving a request for the resident frame on top of `R` (-2: the value to return);
`resume(R, v)` goes on with the answer. Handlers are made from text derived from the instruction's semantics
(`isa.lift`) and from how its primitive is performed (`operations`). One text serves all instructions of a shape: what
differs (registers, names, constants, targets, sites) is bound as arguments of the factory.
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
    """The factory of the instruction's handlers.

    Args:
        instruction: the instruction.
        restores: whether the variable it stores to may be made unbound by the store.
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
    """The text of the instruction's handlers, for the curious."""
    return Handler(instruction, False, False).text()
