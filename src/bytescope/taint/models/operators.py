"""Rules of primitives for shadows of characters: operators, items, formatting, iteration."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from typing import Any

from bytescope.isa.typesets import ATOMIC_ITERATORS, PAIRING
from bytescope.shadow.active import current
from bytescope.shadow.algebra import AS_USUAL, Rule
from bytescope.shadow.iteration import given as given_by_container
from bytescope.taint.models.formatting import Unknown, formatted, joined_pieces, percent, represented, shown
from bytescope.taint.spans import (
    TEXTS,
    Over,
    at,
    concat,
    is_text,
    of_characters,
    part,
    sliced,
    tags_of,
    union,
    with_tags,
)
from bytescope.taint.trail import step

Values = tuple[Any, ...]
RULES: dict[str, Rule] = {}


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def declare(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        return function

    return declare


@_rule("binary", "inplace")
def _operator(operator: str, values: Values, shadows: Values, result: Any) -> Any:
    if not isinstance(result, TEXTS):
        return AS_USUAL
    left, right = values
    sign = operator[0]
    if sign == "+" and is_text(left) and is_text(right):
        found = concat(((shadows[0], len(result) - len(right)), (shadows[1], len(right))))
        if result is left and type(left) is bytearray:
            return AS_USUAL
    elif sign == "*":
        found = _repeated(values, shadows, result)
    elif sign == "%" and isinstance(left, (str, bytes)):
        if not _is_exact(left):
            return AS_USUAL
        found = percent(current().heap, left, right, shadows[0], shadows[1], result)
    else:
        return AS_USUAL
    return step(found, result, f"operator {operator}", values)


def _is_exact(value: Any) -> bool:
    return type(value) is str or type(value) is bytes


def _repeated(values: Values, shadows: Values, result: Any) -> Any:
    which = 0 if is_text(values[0]) else 1
    text = values[which]
    times = len(result) // len(text) if len(text) else 0
    return with_tags(concat([(shadows[which], len(text))] * times), len(result), tags_of(shadows[1 - which]))


@_rule("getitem")
def _item(immediate: Any, values: Values, shadows: Values, result: Any) -> Any:
    owner, key = values
    if is_text(owner):
        if type(key) is slice:
            return step(sliced(shadows[0], len(owner), key), result, "slice", values)
        return at(shadows[0], len(owner), key) if type(key) is int else AS_USUAL
    if type(owner) is re.Match and (type(key) is int or type(key) is str):
        return part(shadows[0], len(owner.string), *owner.span(key))
    return AS_USUAL


@_rule("getslice")
def _slice(immediate: Any, values: Values, shadows: Values, result: Any) -> Any:
    if not is_text(values[0]):
        return AS_USUAL
    return step(sliced(shadows[0], len(values[0]), slice(values[1], values[2])), result, "slice", values)


@_rule("convert")
def _convert(way: Any, values: Values, shadows: Values, result: Any) -> Any:
    heap = current().heap
    try:
        if way in ("str", 1, "s"):
            pieces = shown(heap, values[0], shadows[0])
        else:
            pieces = represented(heap, values[0], shadows[0], way in ("ascii", 3, "a"))
        return joined_pieces(pieces, len(result))
    except Unknown:
        return AS_USUAL


@_rule("format")
def _format(immediate: Any, values: Values, shadows: Values, result: Any) -> Any:
    try:
        return joined_pieces(shown(current().heap, values[0], shadows[0]), len(result))
    except Unknown:
        return AS_USUAL


@_rule("format_with_spec")
def _format_with_spec(immediate: Any, values: Values, shadows: Values, result: Any) -> Any:
    if type(values[1]) is not str:
        return AS_USUAL
    try:
        pieces = formatted(current().heap, values[0], shadows[0], values[1], shadows[1], result)
        return joined_pieces(pieces, len(result))
    except Unknown:
        return AS_USUAL


@_rule("build")
def _build(kind: str, values: Values, shadows: Values, result: Any) -> Any:
    if kind != "string":
        return AS_USUAL
    found = concat((shadow, len(value)) for value, shadow in zip(values, shadows, strict=True))
    return step(found, result, "f-string", values)


@_rule("unpack")
def _unpack(count: Any, values: Values, shadows: Values, results: Any) -> Any:
    if not is_text(values[0]) or count == 0:
        return AS_USUAL
    found = [at(shadows[0], len(values[0]), index) for index in range(len(values[0]))]
    return found if count > 1 else found[0]


@_rule("unpack_ex")
def _unpack_ex(counts: Any, values: Values, shadows: Values, results: Any) -> Any:
    if not is_text(values[0]):
        return AS_USUAL
    each = [at(shadows[0], len(values[0]), index) for index in range(len(values[0]))]
    several = type(results) is list and not (counts[0] == 0 and counts[1] == 0)
    rest = results[counts[0]] if several else results
    first, last = counts[0], len(each) - counts[1]
    current().heap.set_sequence(rest, each[first:last])
    return [*each[:first], None, *each[last:]] if several else None


@_rule("iter")
def _iter(immediate: Any, values: Values, shadows: Values, result: Any) -> Any:
    return shadows[0] if is_text(values[0]) or result is values[0] else AS_USUAL


@_rule("next")
def _next(immediate: Any, values: Values, shadows: Values, results: Any) -> Any:
    return given(values[0], shadows[0], results)


def given(iterator: Any, shadow: Any, value: Any) -> Any:
    """Return the shadow of what an iterator over texts has just given, `AS_USUAL` for other iterators.

    Args:
        iterator: the iterator.
        shadow: of the reference to it.
        value: what it has given.
    """
    kind = type(iterator)
    if kind in ATOMIC_ITERATORS or kind is reversed:
        return _character(iterator, shadow)
    if type(shadow) is Over and kind in PAIRING:
        heap = current().heap
        given_by_container(heap, iterator, value)
        inner = gc.get_referents(iterator)[0]
        parts: Iterator[Any] = iter(shadow.parts)
        shadows: list[Any] = []
        for each in inner if kind is zip else (None, inner):
            own = None if each is None else next(parts, None)
            found = None if each is None else given(each, own, value[len(shadows)])
            shadows.append(tags_of(own) if found is AS_USUAL else found)
        known = heap.sequence(value, len(value))
        heap.set_sequence(value, [union((tags_of(a), tags_of(b))) for a, b in zip(known, shadows, strict=True)])
        return None
    if kind.__name__ == "callable_iterator" and type(value) is re.Match:
        return shadow
    return AS_USUAL


def _character(iterator: Any, shadow: Any) -> Any:
    """Return the tags of the character that an iterator over a text has just given."""
    if type(shadow) is Over:
        shadow = shadow.parts[0] if shadow.parts else None
    _, *rest = iterator.__reduce__()
    text: Any = rest[0][0] if rest and rest[0] else None
    if type(iterator) is reversed:
        if not is_text(text):
            return AS_USUAL if len(rest) > 1 else tags_of(shadow)
        return at(shadow, len(text), rest[1] + 1)
    if not is_text(text) or len(rest) < 2:
        return tags_of(shadow)
    return at(shadow, len(text), rest[1] - 1)


__all__ = ["RULES", "given", "of_characters"]
