"""Models of `base64`, `binascii` and `struct`: which bytes each character or number is made of."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from bytescope.taint.models.table import NativeCall, function, method
from bytescope.taint.models.text import unhexed
from bytescope.taint.spans import Piece, Tags, at, between, concat, made, of_characters, part, runs_of, tags_of, union

# --- base64: four characters for three bytes


@function(base64.b64encode, base64.standard_b64encode, base64.urlsafe_b64encode, base64.encodebytes,
          binascii.b2a_base64)  # fmt: skip
def encode64(call: NativeCall) -> Any:
    """Model the encoders: a character has the tags of the bytes that it has bits of."""
    data, shadow = call.args[0], call.shadows[0]
    count = len(data)
    tags: list[Tags | None] = []
    number = 0
    for character in call.result:
        if character in b"\r\n":
            tags.append(None)
            continue
        group, place = divmod(number, 4)
        taken = ((0,), (0, 1), (1, 2), (2,))[place]
        tags.append(union(at(shadow, count, 3 * group + k) for k in taken if 3 * group + k < count))
        number += 1
    return of_characters(tags)


@function(base64.b64decode, base64.standard_b64decode, base64.urlsafe_b64decode, base64.decodebytes,
          binascii.a2b_base64)  # fmt: skip
def decode64(call: NativeCall) -> Any:
    """Model the decoders: a byte has the tags of the two characters that it is made of."""
    text, shadow = call.args[0], call.shadows[0]
    data = text.encode("latin-1", "replace") if type(text) is str else bytes(text)
    places = [index for index, byte in enumerate(data) if byte in _ALPHABET]
    tags = []
    for index in range(len(call.result)):
        group, place = divmod(index, 3)
        pair = places[4 * group + place : 4 * group + place + 2]
        tags.append(union(at(shadow, len(data), each) for each in pair))
    return of_characters(tags)


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"


# --- hexadecimal digits


@function(binascii.hexlify, binascii.b2a_hex, base64.b16encode)
def to_digits(call: NativeCall) -> Any:
    """Model two digits for each byte."""
    count = len(call.args[0])
    if len(call.result) != 2 * count:
        return call.everything()
    return made(2 * count, ((2 * a, 2 * b, tags) for a, b, tags in runs_of(call.shadows[0], count)))


@function(binascii.unhexlify, binascii.a2b_hex, base64.b16decode)
def from_digits(call: NativeCall) -> Any:
    """Model the way back."""
    return unhexed(call.args[0], call.shadows[0], call.result)


# --- struct

_FIELD = re.compile(r"(\d*)([xcbB?hHiIlLqQnNefdspP])")


def _fields(form: Any) -> Iterator[tuple[int, int, str, int]]:
    """Yield (start, size, code, number of values) of the fields of a format."""
    text = form if type(form) is str else form.decode("ascii")
    order, body = (text[0], text[1:]) if text[:1] in tuple("@=<>!") else ("@", text)
    for found in _FIELD.finditer(body):
        stop = struct.calcsize(order + body[: found.end()])
        count, code = int(found[1] or 1), found[2]
        size = struct.calcsize(order + found[0])
        yield stop - size, size, code, 0 if code == "x" else 1 if code in "sp" else count


def _form_of(call: NativeCall) -> tuple[Any, int]:
    """Return the format, and the number of the argument behind it."""
    if type(call.receiver) is struct.Struct:
        return call.receiver.format, 0
    return call.args[0], 1


@method(struct.Struct, "pack")
@function(struct.pack)
def pack(call: NativeCall) -> Any:
    """Model `struct.pack`."""
    form, number = _form_of(call)
    pieces: list[Piece] = []
    here = 0
    for start, size, code, count in _fields(form):
        pieces.append((None, start - here))
        here = start + size
        if code in "sp":
            value, shadow = call.args[number], call.shadows[number]
            before = 1 if code == "p" else 0
            kept = min(len(value), size - before)
            pieces += [(None, before), (part(shadow, len(value), 0, kept), kept), (None, size - before - kept)]
            number += 1
            continue
        for _ in range(count):
            pieces.append((tags_of(call.shadows[number]), size // count))
            number += 1
        if not count:
            pieces.append((None, size))
    return concat(pieces) if sum(count for _, count in pieces) == len(call.result) else call.everything()


@method(struct.Struct, "unpack")
@function(struct.unpack)
def unpack(call: NativeCall) -> Any:
    """Model `struct.unpack`."""
    form, number = _form_of(call)
    data, shadow = call.args[number], call.shadows[number]
    call.heap.set_sequence(call.result, list(_unpacked(form, shadow, len(data), 0)))


@method(struct.Struct, "unpack_from")
@function(struct.unpack_from)
def unpack_from(call: NativeCall) -> Any:
    """Model `struct.unpack_from`."""
    form, number = _form_of(call)
    data, shadow = call.args[number], call.shadows[number]
    offset = call.argument(number + 1, "offset", 0)
    found = list(_unpacked(form, shadow, len(data), offset if offset >= 0 else offset + len(data)))
    call.heap.set_sequence(call.result, found)


def _unpacked(form: Any, shadow: Any, length: int, offset: int) -> Iterable[Any]:
    for start, size, code, count in _fields(form):
        start += offset
        if code == "s":
            yield part(shadow, length, start, start + size)
            continue
        for index in range(count):
            step = size // count
            yield between(shadow, length, start + index * step, start + (index + 1) * step)
