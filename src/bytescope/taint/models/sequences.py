"""Models of builtin functions that take a value's characters or items one by one: `list`, `sorted`, `max`, `iter`."""

from __future__ import annotations

from typing import Any

from bytescope.shadow import AS_USUAL
from bytescope.taint.models.operators import given
from bytescope.taint.models.table import NativeCall, function
from bytescope.taint.spans import Over, Tags, at, is_text, tags_of, union


@function(list, tuple)
def make_list(call: NativeCall) -> Any:
    """Model lists of the characters of a text."""
    if not call.args:
        return AS_USUAL
    value, shadow = call.args[0], call.shadows[0]
    if type(shadow) is Over or is_text(value):
        each = _listed(call, value, shadow)
        if each is not None:
            call.heap.set_sequence(call.result, each)
            return None
    return AS_USUAL


def _listed(call: NativeCall, value: Any, shadow: Any) -> list[Tags | None] | None:
    inner = shadow.parts[0] if type(shadow) is Over and len(shadow.parts) == 1 else shadow
    count = len(call.result)
    if is_text(value) or getattr(inner, "length", -1) == count:
        each = [at(inner, count, index) for index in range(count)]
        return each[::-1] if type(value) is reversed else each
    return None


@function(sorted)
def in_order(call: NativeCall) -> Any:
    """Model `sorted`: each item is found again by its identity, characters by what they are."""
    value, shadow = call.args[0], call.shadows[0]
    pairs = _pairs(call, value, shadow)
    if pairs is None:
        return AS_USUAL
    known: dict[int, Any] = {}
    for item, own in pairs:
        known[id(item)] = own if known.get(id(item), own) == own else union((tags_of(known[id(item)]), tags_of(own)))
    call.heap.set_sequence(call.result, [known.get(id(item)) for item in call.result])
    return None


@function(max, min)
def extreme(call: NativeCall) -> Any:
    """Model `max` and `min`: what they give is one of the items."""
    pairs = list(zip(call.args, call.shadows, strict=True))
    if len(pairs) == 1:
        found = _pairs(call, *pairs[0])
        if found is None:
            return AS_USUAL
        pairs = found
        if "default" in call.kwargs:
            pairs.append((call.kwargs["default"], call.keyword_shadows.get("default")))
    found = [own for item, own in pairs if item is call.result]
    return call.heap.algebra.joined(found) if found else AS_USUAL


def _pairs(call: NativeCall, value: Any, shadow: Any) -> list[tuple[Any, Any]] | None:
    """Return the items of a sequence or set with their shadows."""
    if type(value) is str:
        return [(value[index], at(shadow, len(value), index)) for index in range(len(value))]
    heap, outer = call.heap, tags_of(shadow)
    if type(value) in (list, tuple):
        pairs = list(zip(value, heap.sequence(value, len(value)), strict=True))
    elif type(value) in (set, frozenset, dict):
        pairs = [(item, heap.key(value, item)) for item in value]
    else:
        return None
    return [(item, union((tags_of(own), outer))) for item, own in pairs] if outer else pairs


@function(iter, reversed, enumerate, zip)
def make_iterator(call: NativeCall) -> Any:
    """Model iterators over texts."""
    texts = [is_text(each) or type(own) is Over for each, own in zip(call.args, call.shadows, strict=False)]
    return Over(call.shadows) if any(texts) and len(call.args) == len(texts) else AS_USUAL


@function(next)
def next_of(call: NativeCall) -> Any:
    """Model `next`."""
    if len(call.args) > 1 and call.result is call.args[1]:
        return AS_USUAL
    return given(call.args[0], call.shadows[0], call.result)
