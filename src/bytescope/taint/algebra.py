"""The algebra of taint: sets of origins, for each character where the value is a text."""

from __future__ import annotations

import re
import types
from collections.abc import Sequence
from typing import Any

from bytescope.isa.typesets import ATOMIC
from bytescope.shadow import AS_USUAL, Algebra
from bytescope.shadow.active import current
from bytescope.shadow.algebra import Model
from bytescope.taint.models import (  # noqa: F401 (they fill the table)
    binary,
    changes,
    files,
    formatting,
    jsons,
    operators,
    receivers,
    regex,
    rendering,
    replayed,
    sequences,
    templates,
    text,
    urls,
)
from bytescope.taint.models.operators import RULES
from bytescope.taint.models.table import METHODS, model_of
from bytescope.taint.spans import at, is_text, overlaid, tags_of, union

_MOST_ITEMS = 1000
"""Items of a list among which one is looked for."""


class Characters(Algebra):
    """Shadows are sets of tags, and `Spans` of such sets for texts."""

    rules = RULES
    texts_only = True

    def of(self, *labels: Any) -> frozenset[Any]:
        """Return the shadow of a value that has these tags as a whole."""
        return frozenset(labels)

    def join(self, left: Any, right: Any) -> Any:
        """Return the shadow of one reference that has two.

        Args:
            left: a shadow.
            right: another one.
        """
        return overlaid(left, right)

    def derive(self, shadow: Any) -> Any:
        """Return the tags alone: the places of the characters are lost.

        Args:
            shadow: a shadow, perhaps clean.
        """
        return tags_of(shadow)

    def items(self, value: Any, shadow: Any) -> list[Any] | None:
        """Return the shadows of the characters of a text.

        Args:
            value: the text, or another value.
            shadow: of the reference to it.
        """
        if not is_text(value):
            return None
        return [at(shadow, len(value), index) for index in range(len(value))]

    def passed(self, value: Any, args: Sequence[Any], shadows: Sequence[Any]) -> Any:
        """Return the shadow of what is passed to a function: of a match that of the text, of an item its own.

        Args:
            value: a match, an item of a list or tuple that is no plain value, or another value.
            args: what the native function was given.
            shadows: their shadows.
        """
        if type(value) is re.Match:
            for each, shadow in zip(args, shadows, strict=False):
                if each is value.string:
                    return shadow
        elif type(value) not in ATOMIC:
            for each, shadow in zip(args, shadows, strict=False):
                if type(each) in (list, tuple) and len(each) <= _MOST_ITEMS:
                    places = [index for index, item in enumerate(each) if item is value]
                    if places:
                        heap = current().heap
                        return self.joined((shadow, *(heap.item(each, index) for index in places)))
        return AS_USUAL

    def model(self, function: Any, receiver: Any) -> Model | None:
        """Return the model of a native callable.

        Args:
            function: the callable.
            receiver: the object that it is bound to, or None.
        """
        kind = type(function)
        if issubclass(kind, types.BuiltinFunctionType) and receiver is None:
            receiver = function.__self__
            if type(receiver) is types.ModuleType:
                receiver = None
        if receiver is not None:
            name = function.__name__
            for base in type(receiver).__mro__:
                found = METHODS.get((base, name))
                if found is not None:
                    return found
        return model_of(function)


CHARACTERS = Characters()
"""The algebra of all analyses of taint, so that several can be attached at a time."""

__all__ = ["CHARACTERS", "Characters", "union"]
