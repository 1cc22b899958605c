"""The table of models: by type and name of a method, or by the callable itself."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from bytescope.shadow import AS_USUAL, NativeCall
from bytescope.shadow.algebra import Model
from bytescope.taint.spans import is_text
from bytescope.taint.trail import note, step

Declared = Callable[[Model], Model]

METHODS: dict[tuple[type, str], Model] = {}
"""Models of methods of builtin types."""

FUNCTIONS: dict[int, tuple[Any, Model]] = {}
"""Models of other callables by their address, each with the callable, which keeps the address its own."""


def method(kinds: type | tuple[type, ...], names: str) -> Declared:
    """Declare a function the model of methods.

    Args:
        kinds: the types.
        names: of the methods, separated by spaces.
    """

    def declare(model: Model) -> Model:
        noted = _noted(model)
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            for name in names.split():
                if kind is type or hasattr(kind, name):
                    METHODS[kind, name] = noted
        return model

    return declare


def _noted(model: Model) -> Model:
    """Return a model that notes, too, how texts were made."""

    def noted(call: NativeCall) -> Any:
        found = model(call)
        result = call.result
        if found is not None and found is not AS_USUAL and is_text(result):
            step(found, result, name_of(call.function), (call.receiver, *call.args))
        elif found is None and type(result) in (list, tuple) and (held := call.heap.known(result)) is not None:
            tags = call.heap.algebra.derive(call.heap.all_of(held))
            if tags:
                note(tags, None, tuple(result[:60]), name_of(call.function), (call.receiver, *call.args))
        return found

    return noted


def name_of(callee: Any) -> str:
    """Return the name of a callable, for people."""
    return str(getattr(callee, "__qualname__", type(callee).__name__))


def function(*callables: Any) -> Declared:
    """Declare a function the model of callables.

    Args:
        callables: functions or types; None is passed over, for what a version of Python has not.
    """

    def declare(model: Model) -> Model:
        noted = _noted(model)
        for each in callables:
            if each is not None:
                FUNCTIONS[id(each)] = each, noted
        return model

    return declare


def python_method(owner: type, names: str) -> Declared:
    """Declare a function the model of methods that are written in Python: their receiver is the first argument.

    Args:
        owner: the class.
        names: of the methods, separated by spaces.
    """
    return function(*(vars(owner).get(name) for name in names.split()))


def model_of(callee: Any) -> Model | None:
    """Return the model of a callable that is bound to nothing."""
    found = FUNCTIONS.get(id(callee))
    if found is not None:
        return found[1]
    if type(callee) in (types.MethodDescriptorType, types.WrapperDescriptorType):
        return METHODS.get((callee.__objclass__, callee.__name__))
    return None


__all__ = ["FUNCTIONS", "METHODS", "NativeCall", "function", "method", "model_of", "python_method"]
