"""Models of template engines and of `markupsafe`: what was put into a page is found again there, escaped or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bytescope.taint.models.late import late
from bytescope.taint.models.table import NativeCall
from bytescope.taint.spans import concat, is_text, made, part, runs_of, segments, segmentwise, tags_of, with_tags

_DEPTH, _MOST = 4, 500
_ENTITIES = {"&": "&amp;", ">": "&gt;", "<": "&lt;", "'": "&#39;", '"': "&#34;"}


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(character, character) for character in text)


@late("markupsafe", "escape", "Markup.escape")
def escape(call: NativeCall) -> Any:
    """Model `markupsafe.escape`."""
    value, shadow, result = call.args[-1], call.shadows[-1], call.result
    if type(value) is not str:
        return call.everything()
    return segmentwise(shadow, value, str(result), _escaped)


@late("markupsafe", "Markup")
def trust(call: NativeCall) -> Any:
    """Model `Markup(text)`."""
    if len(call.args) != 1 or not is_text(call.args[0]):
        return call.everything()
    return call.shadows[0]


@late("flask", "render_template", "render_template_string", "stream_template")
@late("jinja2", "Template.render", "environment.Template.render")
def rendered(call: NativeCall) -> Any:
    """Model the rendering of a template."""
    result = call.result
    if not is_text(result):
        return call.everything()
    found: Any = None
    for value, shadow in _texts(call):
        placed = _found_again(result, value, shadow)
        if placed is None:
            return call.everything()
        found = placed if found is None else _over(found, placed, len(result))
    return found


def _over(left: Any, right: Any, length: int) -> Any:
    """Return the shadow of a text with two, the second before the first."""
    for start, stop, tags in runs_of(right, length):
        before, behind = part(left, length, 0, start), part(left, length, stop, length)
        middle = with_tags(part(left, length, start, stop), stop - start, tags)
        left = concat(((before, start), (middle, stop - start), (behind, length - stop)))
    return left


def _found_again(result: str, value: str, shadow: Any) -> Any:
    """Return the shadow of a page with all places of a text in it, None if it has none."""
    runs = []
    safe = _escaped(value)
    for written in dict.fromkeys((safe, value)):
        own = shadow if written == value else segmentwise(shadow, value, written, _escaped)
        here = result.find(written)
        while written and here >= 0:
            runs += [(a + here, b + here, tags) for a, b, tags in segments(own, len(written)) if tags]
            here = result.find(written, here + len(written))
    kept: list[Any] = []
    for run in sorted(runs, key=lambda each: each[:2]):
        if not kept or kept[-1][1] <= run[0]:
            kept.append(run)
    return made(len(result), kept)


def _texts(call: NativeCall) -> Iterator[tuple[str, Any]]:
    """Yield the labelled texts that a template is given, and those that they hold."""
    pending = [(value, shadow, 0) for value, shadow in zip(call.args, call.shadows, strict=False)]
    pending += [(value, call.keyword_shadows.get(name), 0) for name, value in call.kwargs.items()]
    seen = 0
    while pending and seen < _MOST:
        seen += 1
        value, shadow, depth = pending.pop()
        if is_text(value):
            if shadow is not None and type(value) is not memoryview and isinstance(value, str):
                yield str(value), shadow
        elif type(value) in (int, float):
            if shadow is not None:
                yield str(value), tags_of(shadow)
        elif depth < _DEPTH:
            pending += [
                (each, own if own is not None else tags_of(shadow), depth + 1) for each, own in _held(call, value)
            ]


def _held(call: NativeCall, value: Any) -> list[tuple[Any, Any]]:
    heap = call.heap
    if type(value) in (list, tuple):
        return list(zip(value, heap.sequence(value, len(value)), strict=True))
    if type(value) is dict:
        return [(each, heap.item(value, key)) for key, each in value.items()]
    own = getattr(value, "__dict__", None)
    if type(own) is dict and heap.known(value) is not None:
        return [(each, heap.attribute(value, name)) for name, each in own.items()]
    return []
