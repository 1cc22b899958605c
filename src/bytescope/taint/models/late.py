"""Models of modules that are entered once a program has imported them: taint itself does without them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from bytescope.shadow.algebra import Model
from bytescope.taint.models.table import function

_LATE: list[tuple[str, str, Model]] = []


def late(module: str, *names: str) -> Callable[[Model], Model]:
    """Declare a function the model of callables of a module that may be imported later.

    Args:
        module: the module.
        names: qualified names of its functions, classes and methods.
    """

    def declare(model: Model) -> Model:
        _LATE.extend((module, name, model) for name in names)
        return model

    return declare


def register() -> None:
    """Enter the models for modules that have been imported meanwhile."""
    for each in list(_LATE):
        module, name, model = each
        found: Any = sys.modules.get(module)
        for attribute in name.split("."):
            found = getattr(found, attribute, None)
        if found is not None:
            _LATE.remove(each)
            function(found)(model)
