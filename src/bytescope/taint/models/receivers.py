"""Models of methods written in Python that keep their arguments in the receiver, and of writers of files in memory."""

from __future__ import annotations

import csv
import io
from typing import Any

from bytescope.taint.models.files import label
from bytescope.taint.models.late import late
from bytescope.taint.models.table import NativeCall, function, method

_WRITER = type(csv.writer(io.StringIO()))


@late("configparser", *(f"RawConfigParser.{name}" for name in ("read_string", "read_dict", "read_file", "set")))
@late("configparser", "ConfigParser.set")
@late("email.message", *(f"Message.{name}" for name in ("__setitem__", "add_header", "set_payload", "attach")))
@late("queue", "Queue.put", "Queue.put_nowait")
@late("collections", "UserDict.__setitem__", "UserList.append", "UserList.insert", "UserList.extend")
def kept(call: NativeCall) -> Any:
    """Model a method whose receiver, the first argument, holds its arguments afterwards."""
    if call.args:
        call.heap.label_contents(call.args[0], call.everything())
    return None


@function(csv.writer)
def make_writer(call: NativeCall) -> Any:
    """Model `csv.writer`."""
    _files[id(call.result)] = call.result, call.args[0]
    while len(_files) > _MOST:
        del _files[next(iter(_files))]


_MOST = 1000
_files: dict[int, tuple[Any, Any]] = {}
"""Files of writers, by the writer's address."""


@method(_WRITER, "writerow writerows")
def written(call: NativeCall) -> Any:
    """Model `writerow` and `writerows`."""
    _, file = _files.get(id(call.receiver), (None, None))
    if type(file) is io.StringIO:
        label(call.heap, file, call.everything())
