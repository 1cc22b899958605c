"""Places: what a name, an attribute or an item means at a step, as owner number and slot."""

from __future__ import annotations

import ast
from typing import Any

from bytescope.recording.expressions import NotRecorded, attribute_slots, evaluate, parse
from bytescope.recording.state import Frame
from bytescope.recording.tape import CONTENTS, NAMES, Object

__all__ = ["place_of", "place_of_name"]


def place_of(name: str, frame: Frame) -> tuple[int, Any]:
    """Return owner number and slot of what a name, an attribute or an item means in a frame.

    Raises:
        ValueError: if the text is none of these.
        NotRecorded: if it means nothing there.
    """
    node = parse(name)
    if isinstance(node, ast.Name):
        return place_of_name(node.id, frame)
    if not isinstance(node, (ast.Attribute, ast.Subscript)):
        raise ValueError(f"{name!r} is no name, attribute or item")
    owner = evaluate(node.value, frame)
    if type(owner) is not Object:
        raise NotRecorded(f"{ast.unparse(node.value)} is no object whose changes are recorded")
    contents = frame.cursor.contents(owner)
    if isinstance(node, ast.Attribute):
        inside, plain = attribute_slots(node.attr, frame)
        return owner.number, inside if inside in contents else plain
    key = evaluate(node.slice, frame)
    if type(key) is int and key < 0 and owner.kind in ("list", "tuple"):
        key += frame.cursor.size(owner)
    return owner.number, key


def place_of_name(name: str, frame: Frame) -> tuple[int, Any]:
    """Return owner number and slot of a variable, of a name of a class or module, or of a global.

    Raises:
        NotRecorded: if the name means nothing there.
    """
    for variable in frame.code.variables:
        if variable.name == name:
            value = frame.slots.get(variable.slot)
            if variable.scope != "local" and type(value) is Object and value.kind == "cell":
                return value.number, CONTENTS
            return frame.number, variable.slot
    for namespace in (frame.slots.get(NAMES), frame.owner.globals):
        if type(namespace) is Object and (namespace is frame.owner.globals or name in frame.cursor.contents(namespace)):
            return namespace.number, name
    raise NotRecorded(f"the name {name!r} has no value here")
