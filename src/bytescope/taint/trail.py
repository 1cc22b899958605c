"""The way of characters from a source to a sink, which the models note step by step."""

from __future__ import annotations

import sys
import types
from typing import Any

from bytescope.shadow.active import current
from bytescope.taint.origins import Origin, Place, Step
from bytescope.taint.spans import is_text, tags_of

_MOST_ORIGINS = 16
_MOST_TEXTS = 60


def step(shadow: Any, result: Any, what: str, operands: Any) -> Any:
    """Return the shadow, and note with its origins how a text with it was made.

    Args:
        shadow: of the result.
        result: the text, or a list of texts.
        what: the operation.
        operands: what it was made of.
    """
    tags = tags_of(shadow)
    if tags:
        note(tags, shadow, (result,), what, operands)
    return shadow


def note(tags: Any, shadow: Any, texts: tuple[Any, ...], what: str, operands: Any) -> None:
    """Note a step with some origins."""
    made: Step | None = None
    for number, tag in enumerate(tags):
        if number >= _MOST_ORIGINS:
            break
        if isinstance(tag, Origin):
            if made is None:
                held = tuple(each for each in operands if is_text(each))
                made = Step(what, place_of(program_frame(sys._getframe(2))), texts[:_MOST_TEXTS], shadow, held)
            tag.steps.append(made)


def program_frame(frame: types.FrameType | None) -> types.FrameType | None:
    """Return the innermost frame from one on outwards that is not one of bytescope's own."""
    while frame is not None and _is_own(frame.f_globals.get("__name__")):
        frame = frame.f_back
    return frame


def _is_own(module: Any) -> bool:
    return module is None or str(module).startswith("bytescope.")


def place_of(frame: types.FrameType | None) -> Place:
    """Return where a frame is; in the interpreter its shadow runtime knows the line."""
    if frame is None:
        return Place("?", 0, "?")
    return Place(frame.f_code.co_filename, frame.f_lineno or current().channel.line, frame.f_code.co_qualname)


def way(origin: Origin, value: Any) -> list[Step]:
    """Return the steps from an origin to a value, as far as they are remembered: the slice of what it was made of."""
    found: list[Step] = []
    wanted = [value]
    for each in reversed(origin.first.steps):
        if any(text is one for text in each.texts for one in wanted):
            found.append(each)
            wanted += each.operands
    return found[::-1]
