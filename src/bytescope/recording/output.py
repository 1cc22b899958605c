"""Output of a program to the standard streams while it is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bytescope.code.host.invisible_frames import hidden
from bytescope.recording.tape import Tape, Written

__all__ = ["noting_output"]

_text: Any = str.__str__


@contextmanager
def noting_output(tape: Tape) -> Iterator[None]:
    """Note what is written to `sys.stdout` and `sys.stderr` while this context is open.

    The streams stay what they are, each with a `write` of its own; a stream that can have none is passed over. What is
    written to other streams, to the buffers below them or by C code is not noted.
    """
    noted = []
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name, None)
        try:
            write = _noting(tape, name, stream.write)
            stream.write = write
        except AttributeError:
            continue
        noted.append((stream, write))
    try:
        yield
    finally:
        for stream, write in noted:
            if vars(stream).get("write") is write:
                del stream.write


def _noting(tape: Tape, name: str, original: Any) -> Any:
    output, length = tape.output, tape.__len__

    @hidden
    def write(text: Any, /) -> Any:
        result = original(text)
        at, string = length(), _text(text)
        if output and output[-1].at == at and output[-1].stream == name:
            string = output.pop().text + string
        output.append(Written(at, name, string))
        return result

    return write
