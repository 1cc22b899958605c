"""Models of files: what is in a file does not come from its name."""

from __future__ import annotations

import io
import os
from typing import Any

from bytescope.shadow.heap import Heap
from bytescope.taint.models.table import NativeCall, function, method
from bytescope.taint.spans import Piece, Spans, concat, part, tags_of, union

_CONTENTS = "what has been written"
_BUFFERS = (io.StringIO, io.BytesIO)


@function(open, io.open_code, os.open)
def opened(call: NativeCall) -> Any:
    """Model `open`: the file is clean."""
    return None


# --- files in memory: the shadow of what has been written is kept with the object


def label(heap: Heap, file: Any, tags: Any) -> None:
    """Record that something with these tags was written to a file in memory by another function."""
    if tags is not None:
        known = heap.item(file, _CONTENTS)
        heap.set_item(file, _CONTENTS, file, union((tags_of(known), tags_of(tags))))


def _length(call: NativeCall) -> int:
    return len(call.receiver.getvalue())


@function(*_BUFFERS)
def made(call: NativeCall) -> Any:
    """Model the making of a file in memory."""
    if call.args and call.shadows[0] is not None:
        call.heap.set_item(call.result, _CONTENTS, call.result, call.shadows[0])
    return None


@method(_BUFFERS, "write")
def write(call: NativeCall) -> Any:
    """Model `write`."""
    value, shadow = call.args[0], call.shadows[0]
    total, end = _length(call), call.receiver.tell()
    start = end - len(value)
    before = call.heap.item(call.receiver, _CONTENTS)
    old = before.length if type(before) is Spans else total - (len(value) if end == total else 0)
    pieces: list[Piece] = [(part(before, old, 0, start), start), (shadow, len(value))]
    pieces.append((part(before, old, end, total), total - end))
    call.heap.set_item(call.receiver, _CONTENTS, call.receiver, concat(pieces))
    return None


@method(_BUFFERS, "writelines")
def writelines(call: NativeCall) -> Any:
    """Model `writelines` of a list."""
    lines = call.args[0]
    if type(lines) not in (list, tuple):
        call.heap.label_contents(call.receiver, call.everything())
        return None
    added = list(zip(call.heap.sequence(lines, len(lines)), map(len, lines), strict=True))
    count = sum(length for _, length in added)
    total = _length(call)
    before = call.heap.item(call.receiver, _CONTENTS)
    if call.receiver.tell() != total:
        call.heap.label_contents(call.receiver, call.everything())
        return None
    call.heap.set_item(call.receiver, _CONTENTS, call.receiver, concat([(before, total - count), *added]))
    return None


@method(_BUFFERS, "getvalue getbuffer")
def getvalue(call: NativeCall) -> Any:
    """Model `getvalue`."""
    return call.heap.item(call.receiver, _CONTENTS)


@method(_BUFFERS, "read readline read1")
def read(call: NativeCall) -> Any:
    """Model `read` and `readline`."""
    end = call.receiver.tell()
    return part(call.heap.item(call.receiver, _CONTENTS), _length(call), end - len(call.result), end)


@method(_BUFFERS, "readlines")
def readlines(call: NativeCall) -> Any:
    """Model `readlines`."""
    shadow, total = call.heap.item(call.receiver, _CONTENTS), _length(call)
    here = call.receiver.tell() - sum(map(len, call.result))
    shadows = []
    for line in call.result:
        shadows.append(part(shadow, total, here, here + len(line)))
        here += len(line)
    call.heap.set_sequence(call.result, shadows)
    return None


@method(_BUFFERS, "tell seek flush seekable readable writable isatty close")
def placed(call: NativeCall) -> Any:
    """Model what tells or moves the place in a file."""
    return tags_of(call.shadow(0))
