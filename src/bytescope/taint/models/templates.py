"""Models of `str.format` and `str.format_map`: the pieces of a template's result."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any

from bytescope.shadow.heap import Heap
from bytescope.taint.models.formatting import (
    Unknown,
    formatted,
    is_plain,
    joined_pieces,
    represented,
    shown,
    with_outer,
)
from bytescope.taint.models.table import NativeCall, method
from bytescope.taint.spans import Piece, part, tags_of, union

_PARSE = string.Formatter().parse


@method(str, "format")
def str_format(call: NativeCall) -> Any:
    """Model `str.format`."""
    return _of_template(call, call.args, call.shadows, call.kwargs, call.keyword_shadows)


@method(str, "format_map")
def format_map(call: NativeCall) -> Any:
    """Model `str.format_map`."""
    mapping = call.args[0]
    if type(mapping) is not dict:
        return call.everything()
    shadows = {key: with_outer(call.heap.item(mapping, key), call.shadows[0]) for key in mapping}
    return _of_template(call, (), (), mapping, shadows)


def _of_template(
    call: NativeCall, args: Sequence[Any], shadows: Sequence[Any], kwargs: Mapping[str, Any], by_name: Mapping[str, Any]
) -> Any:
    template = _Template(call.heap, args, shadows, kwargs, by_name)
    try:
        return joined_pieces(template.pieces(call.receiver, call.own, 0), len(call.result))
    except (Unknown, LookupError, TypeError, ValueError):
        return call.everything()


class _Template:
    """One template with its arguments."""

    def __init__(
        self, heap: Heap, args: Sequence[Any], shadows: Sequence[Any], kwargs: Mapping[str, Any],
        by_name: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.heap, self.args, self.shadows, self.kwargs, self.by_name = heap, args, shadows, kwargs, by_name
        self.next = 0

    def pieces(self, text: str, shadow: Any, depth: int) -> list[Piece]:
        """Return the pieces of a template, or of a specification within it."""
        if depth > 2:
            raise Unknown
        found: list[Piece] = []
        here = 0
        for literal, field, spec, conversion in _PARSE(text):
            taken = 0
            for character in literal:
                found.append((part(shadow, len(text), here + taken, here + taken + 1), 1))
                taken += 2 if character in "{}" and text[here + taken : here + taken + 2] in ("{{", "}}") else 1
            here += taken
            if field is None:
                continue
            here = _behind(text, here)
            found += self._field(field, spec or "", conversion, depth)
        return found

    def _field(self, field: str, spec: str, conversion: str | None, depth: int) -> list[Piece]:
        value, shadow = self._value(field)
        if "{" in spec:
            inner = self.pieces(spec, None, depth + 1)
            spec_shadow: Any = union(tags_of(each) for each, _ in inner)
            spec = self._text(spec)
        else:
            spec_shadow = None
        if conversion:
            ways: dict[str, Any] = {"r": repr, "a": ascii, "s": str}
            if conversion not in ways or not is_plain(value):
                raise Unknown
            pieces = (
                shown(self.heap, value, shadow)
                if conversion == "s"
                else represented(self.heap, value, shadow, conversion == "a")
            )
            value = ways[conversion](value)
            shadow = joined_pieces(pieces, len(value))
        if type(value) is not str and not is_plain(value):
            raise Unknown
        return formatted(self.heap, value, shadow, spec, spec_shadow, format(value, spec))

    def _text(self, spec: str) -> str:
        parts = []
        for literal, field, inner, _ in _PARSE(spec):
            parts.append(literal)
            if field is not None:
                self.next -= field == ""
                value, _ = self._value(field)
                if not is_plain(value):
                    raise Unknown
                parts.append(format(value, inner or ""))
        return "".join(parts)

    def _value(self, field: str) -> tuple[Any, Any]:
        found = re.match(r"[^.\[]*", field)
        name = found[0] if found else ""
        if not name or name.isdecimal():
            number = int(name) if name else self.next
            self.next += not name
            value, shadow = self.args[number], self.shadows[number]
        else:
            value, shadow = self.kwargs[name], self.by_name.get(name)
        for attribute, item in re.findall(r"\.([^.\[]+)|\[([^\]]+)\]", field[len(name) :]):
            if attribute:
                raise Unknown
            key: Any = int(item) if item.isdecimal() else item
            if type(value) not in (list, tuple, dict):
                raise Unknown
            shadow = with_outer(self.heap.item(value, key), shadow)
            value = value[key]
        return value, shadow


def _behind(text: str, start: int) -> int:
    """Return the place behind the field that begins at a brace."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if not depth:
            return index + 1
    raise Unknown
