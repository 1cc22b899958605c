"""Messages on a stream: a header with the length of the content, and the content as JSON."""

from __future__ import annotations

import json
import socket
from typing import Any, BinaryIO

__all__ = ["BrokenStream", "MalformedMessage", "at_once", "read_message", "write_message"]

_LONGEST_LINE = 4096
_LONGEST = 64 << 20
"""Length of the longest line of a header, and of the longest content, that is read."""


class BrokenStream(Exception):
    """A header from which nothing says where the next message begins, or an end in the midst of a message."""


class MalformedMessage(Exception):
    """A content that is no message; the next one can be read."""


def read_message(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, None at the end of the stream.

    Raises:
        BrokenStream: if there is no header, or the stream ends within the message.
        MalformedMessage: if the content is no JSON object.
    """
    length = _header(stream)
    if length is None:
        return None
    content = stream.read(length)
    if len(content) < length:
        raise BrokenStream(f"the stream ends after {len(content)} bytes of a message of {length}")
    try:
        message = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"a message is no JSON: {error}") from None
    if not isinstance(message, dict):
        raise MalformedMessage(f"a message must be a JSON object, got {type(message).__name__}")
    return message


def _header(stream: BinaryIO) -> int | None:
    length: int | None = None
    begun = False
    while True:
        line = stream.readline(_LONGEST_LINE)
        if not line:
            if begun:
                raise BrokenStream("the stream ends within a header")
            return None
        if not line.endswith(b"\n"):
            raise BrokenStream(f"a line of a header is longer than {_LONGEST_LINE} bytes, or the stream ends in it")
        begun = True
        line = line.strip()
        if not line:
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            value = value.strip()
            if not value.isdigit() or len(value) > 12 or int(value) > _LONGEST:
                raise BrokenStream(f"Content-Length must be a number up to {_LONGEST}, got {value[:20]!r}")
            length = int(value)
    if length is None:
        raise BrokenStream("a header has no Content-Length")
    return length


def at_once(connection: socket.socket) -> None:
    """Disable Nagle's algorithm on a connection: it delays short messages until the last one is acknowledged."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def write_message(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Write a message.

    Raises:
        OSError: if nobody reads the stream any more.
    """
    content = json.dumps(message, separators=(",", ":")).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
    stream.flush()
