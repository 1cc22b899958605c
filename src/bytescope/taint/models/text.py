"""Models of the methods of `str`, `bytes`, `bytearray`, of `memoryview`, and of functions of characters."""

from __future__ import annotations

import types
from typing import Any

from bytescope.taint.models.encodings import decoded, encoded
from bytescope.taint.models.table import NativeCall, function, method
from bytescope.taint.spans import (
    Over,
    Piece,
    at,
    concat,
    is_text,
    made,
    part,
    runs_of,
    segmentwise,
    sliced,
    tags_of,
    union,
)

_WORDS = (str, bytes, bytearray)
_BINARY = (bytes, bytearray)


def parts_at(call: NativeCall, starts: list[int]) -> None:
    """Give the texts of a list or tuple the shadows of the parts of the receiver that begin at these places."""
    length = len(call.receiver)
    shadows = [
        part(call.own, length, start, start + len(text)) for text, start in zip(call.result, starts, strict=True)
    ]
    call.heap.set_sequence(call.result, shadows)


@method(_WORDS, "split")
def split(call: NativeCall) -> Any:
    """Model `split`."""
    separator, starts, here = call.argument(0, "sep"), [], 0
    for text in call.result:
        if separator is None:
            while call.receiver[here : here + 1].isspace():
                here += 1
        starts.append(here)
        here += len(text) + (len(separator) if separator is not None else 0)
    parts_at(call, starts)


@method(_WORDS, "rsplit")
def rsplit(call: NativeCall) -> Any:
    """Model `rsplit`."""
    separator, starts, here = call.argument(0, "sep"), [], len(call.receiver)
    for text in reversed(call.result):
        if separator is None:
            while call.receiver[here - 1 : here].isspace():
                here -= 1
        here -= len(text)
        starts.append(here)
        here -= len(separator) if separator is not None else 0
    parts_at(call, starts[::-1])


@method(_WORDS, "splitlines")
def splitlines(call: NativeCall) -> Any:
    """Model `splitlines`."""
    parts_at(call, _one_after_the_other(call.receiver.splitlines(True)))


@method(_WORDS, "partition rpartition")
def partition(call: NativeCall) -> Any:
    """Model `partition` and `rpartition`."""
    parts_at(call, _one_after_the_other(call.result))


def _one_after_the_other(texts: Any) -> list[int]:
    starts, here = [], 0
    for text in texts:
        starts.append(here)
        here += len(text)
    return starts


@method(_WORDS, "strip lstrip")
def strip(call: NativeCall) -> Any:
    """Model `strip` and `lstrip`."""
    length = len(call.receiver)
    first = length - len(call.receiver.lstrip(*call.args))
    return part(call.own, length, first, first + len(call.result))


@method(_WORDS, "rstrip removesuffix")
def rstrip(call: NativeCall) -> Any:
    """Model what takes characters off the end."""
    return part(call.own, len(call.receiver), 0, len(call.result))


@method(_WORDS, "removeprefix")
def removeprefix(call: NativeCall) -> Any:
    """Model `removeprefix`."""
    length = len(call.receiver)
    return part(call.own, length, length - len(call.result), length)


@method(_WORDS, "ljust rjust center")
def justify(call: NativeCall) -> Any:
    """Model `ljust`, `rjust` and `center`."""
    length, total = len(call.receiver), len(call.result)
    room, fill = total - length, tags_of(call.shadow(1))
    name = call.function.__name__
    left = 0 if name == "ljust" else room if name == "rjust" else room // 2 + (room & total & 1)
    return concat(((fill, left), (call.own, length), (fill, room - left)))


@method(_WORDS, "zfill")
def zfill(call: NativeCall) -> Any:
    """Model `zfill`: the zeros come behind a sign."""
    text, length = call.receiver, len(call.receiver)
    room = len(call.result) - length
    sign = 1 if room and text[:1] in ("+", "-", b"+", b"-") else 0
    behind = part(call.own, length, sign, length)
    return concat(((part(call.own, length, 0, sign), sign), (None, room), (behind, length - sign)))


@method(_WORDS, "upper lower casefold swapcase title capitalize")
def case(call: NativeCall) -> Any:
    """Model changes of case."""
    text, length = call.receiver, len(call.receiver)
    if len(call.result) == length:
        return made(length, runs_of(call.own, length))
    if call.function.__name__ in ("title", "capitalize"):
        return _each_character(call, [_titled(text, index) for index in range(length)])
    convert = getattr(type(text), call.function.__name__)
    return segmentwise(call.own, text, call.result, convert)


def _titled(text: str, index: int) -> int:
    """Return the length of a character in title case, or in lower case."""
    return len(text[index].title() if index == 0 or not text[index - 1].isalpha() else text[index].lower())


def _each_character(call: NativeCall, lengths: list[int]) -> Any:
    if sum(lengths) != len(call.result):
        return tags_of(call.own)
    count = len(call.receiver)
    return concat((at(call.own, count, index), length) for index, length in enumerate(lengths))


@method(_WORDS, "expandtabs")
def expandtabs(call: NativeCall) -> Any:
    """Model `expandtabs`: the spaces have the tab's shadow."""
    size, column, pieces = call.argument(0, "tabsize", 8), 0, []
    text = call.receiver
    for index in range(len(text)):
        character = text[index : index + 1]
        count = 1
        if character in ("\t", b"\t"):
            count = size - column % size if size > 0 else 0
            column += count
        else:
            column = 0 if character in ("\n", "\r", b"\n", b"\r") else column + 1
        pieces.append((at(call.own, len(text), index), count))
    return concat(pieces)


@method(_WORDS, "translate")
def translate(call: NativeCall) -> Any:
    """Model `translate`: a character's replacement has its shadow."""
    text = call.receiver
    if len(call.result) == len(text):
        return made(len(text), runs_of(call.own, len(text)))
    return segmentwise(call.own, text, call.result, lambda each: each.translate(*call.args, **call.kwargs))


@method(_WORDS, "replace")
def replace(call: NativeCall) -> Any:
    """Model `replace`: what is put in has the shadow of the argument."""
    text, length = call.receiver, len(call.receiver)
    old, new = call.args[0], call.args[1]
    left = call.argument(2, "count", -1)
    left = left if left >= 0 else length + 1
    pieces: list[Piece] = []
    here = 0
    if len(old) == 0:
        for index in range(length + 1):
            if left > 0:
                pieces.append((call.shadows[1], len(new)))
                left -= 1
            if index < length:
                pieces.append((at(call.own, length, index), 1))
        return concat(pieces)
    while left > 0:
        found = text.find(old, here)
        if found < 0:
            break
        pieces += [(part(call.own, length, here, found), found - here), (call.shadows[1], len(new))]
        here = found + len(old)
        left -= 1
    pieces.append((part(call.own, length, here, length), length - here))
    return concat(pieces)


@method(_WORDS, "join")
def join(call: NativeCall) -> Any:
    """Model `join`."""
    items = _joined_items(call)
    if items is None:
        return call.everything()
    separator = len(call.receiver)
    pieces: list[Piece] = []
    for number, item in enumerate(items):
        if number and separator:
            pieces.append((call.own, separator))
        pieces.append(item)
    if sum(length for _, length in pieces) != len(call.result):
        return call.everything()
    return concat(pieces)


def _joined_items(call: NativeCall) -> list[Piece] | None:
    """Return the shadows and lengths of the texts that are joined, None if they cannot be told."""
    items, shadow, heap = call.args[0], call.shadows[0], call.heap
    kind = type(items)
    outer = tags_of(shadow)
    if kind in (list, tuple):
        found = [(each, len(item)) for each, item in zip(heap.sequence(items, len(items)), items, strict=True)]
    elif is_text(items):
        return [(at(shadow, len(items), index), 1) for index in range(len(items))]
    elif kind in (dict, set, frozenset):
        found = [(heap.key(items, item), len(item)) for item in items]
    else:
        return _from_iterator(call)
    if outer:
        return [(union((tags_of(each), outer)), length) for each, length in found]
    return found


def _from_iterator(call: NativeCall) -> list[Piece] | None:
    """Return the texts that an iterator has given: those with shadows are found again, in order, in the result."""
    items, shadow = call.args[0], call.shadows[0]
    separator, result = call.receiver, call.result
    if type(items) is types.GeneratorType:
        if len(separator) and call.returned:
            return _between_separators(result, separator, call.returned)
        return _found_again(result, call.returned)
    inner = shadow.parts[0] if type(shadow) is Over and len(shadow.parts) == 1 else shadow
    if len(separator) == 0 and getattr(inner, "length", -1) == len(result):
        if type(items) is reversed:
            return [(sliced(inner, len(result), slice(None, None, -1)), len(result))]
        return [(inner, len(result))]
    return None


def _found_again(result: Any, returned: list[tuple[Any, Any]]) -> list[Piece] | None:
    here, found = 0, []
    for value, shadow in returned:
        place = result.find(value, here)
        if place < 0:
            return None
        found += [(None, place - here), (shadow, len(value))]
        here = place + len(value)
    return [*found, (None, len(result) - here)]


def _between_separators(result: Any, separator: Any, returned: list[tuple[Any, Any]]) -> list[Piece] | None:
    texts = result.split(separator)
    if any(separator in value for value, _ in returned):
        return None
    left = list(returned)
    found: list[Piece] = []
    for text in texts:
        if left and left[0][0] == text:
            found.append((left.pop(0)[1], len(text)))
        else:
            found.append((None, len(text)))
    return None if left else found


# --- between characters and bytes


@method(str, "encode")
def encode(call: NativeCall) -> Any:
    """Model `str.encode`."""
    return encoded(call.receiver, call.own, call.result, call.argument(0, "encoding", "utf-8"),
                   call.argument(1, "errors", "strict"))  # fmt: skip


@method(_BINARY, "decode")
def decode(call: NativeCall) -> Any:
    """Model `decode`."""
    encoding = call.argument(0, "encoding", "utf-8"), call.argument(1, "errors", "strict")
    return decoded(call.receiver, call.own, call.result, *encoding)


@method((*_BINARY, memoryview), "hex")
def hexadecimal(call: NativeCall) -> Any:
    """Model `hex`: two digits for each byte, perhaps with separators."""
    length = len(call.receiver)
    if len(call.result) == 2 * length:
        return made(2 * length, ((2 * a, 2 * b, tags) for a, b, tags in runs_of(call.own, length)))
    separator, every = call.argument(0, "sep", ""), call.argument(1, "bytes_per_sep", 1)
    pieces: list[Piece] = []
    for index in range(length):
        boundary = (length - index) % every == 0 if every > 0 else index % -every == 0
        if index and boundary:
            pieces.append((None, len(separator)))
        pieces.append((at(call.own, length, index), 2))
    return concat(pieces)


@method(type, "fromhex")
def fromhex(call: NativeCall) -> Any:
    """Model `fromhex`."""
    return unhexed(call.args[0], call.shadows[0], call.result)


def unhexed(text: Any, shadow: Any, result: Any) -> Any:
    """Return the shadow of bytes that were written as digits."""
    characters = text if type(text) is str else bytes(text).decode("ascii", "replace")
    digits = [index for index, character in enumerate(characters) if not character.isspace()]
    pairs = zip(digits[::2], digits[1::2], strict=False)
    tags = [union((at(shadow, len(text), high), at(shadow, len(text), low))) for high, low in pairs]
    return concat((each, 1) for each in tags) if len(tags) == len(result) else tags_of(shadow)


@function(bytes, bytearray, memoryview)
def make_bytes(call: NativeCall) -> Any:
    """Model `bytes`, `bytearray` and `memoryview`."""
    if not call.args:
        return call.everything()
    value, shadow = call.args[0], call.shadows[0]
    if type(value) is str:
        encoding = call.argument(1, "encoding", "utf-8"), call.argument(2, "errors", "strict")
        return encoded(value, shadow, call.result, *encoding)
    if is_text(value):
        return made(len(call.result), runs_of(shadow, len(value)))
    if type(value) in (list, tuple):
        return concat((union((tags_of(each), tags_of(shadow))), 1) for each in call.heap.sequence(value, len(value)))
    return call.everything()


@method(memoryview, "tobytes cast toreadonly")
def of_memory(call: NativeCall) -> Any:
    """Model copies of a view of memory."""
    return call.own if len(call.result) == len(call.receiver) else tags_of(call.own)


@method(memoryview, "tolist")
def memory_list(call: NativeCall) -> Any:
    """Model `memoryview.tolist`."""
    count = len(call.receiver)
    call.heap.set_sequence(call.result, [at(call.own, count, index) for index in range(count)])
