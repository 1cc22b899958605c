"""The connection to a client: numbered messages, requests in the order in which they came, and their cancellation."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, BinaryIO

from bytescope.dap.framing import BrokenStream, MalformedMessage, read_message, write_message

__all__ = ["Cancelled", "Connection", "Request", "RequestError"]


class RequestError(Exception):
    """A request that cannot be answered; the text is shown to the user."""


class Cancelled(Exception):
    """The request at hand has been cancelled by the client."""


class Request:
    """A request: its number, its command, and its arguments, which are checked when they are taken.

    Args:
        message: the message.

    Raises:
        MalformedMessage: if it is no request.
    """

    def __init__(self, message: dict[str, Any]) -> None:
        seq, command = message.get("seq"), message.get("command")
        if type(seq) is not int or not isinstance(command, str):
            raise MalformedMessage(f"a request needs a number `seq` and a `command`, got {seq!r} and {command!r}")
        self.seq, self.command = seq, command
        self.message = message
        self.arguments = message.get("arguments") or {}

    def get(self, name: str, kind: type, default: Any = None) -> Any:
        """Return an argument, or what it is by default.

        Raises:
            RequestError: if it is of another type.
        """
        if not isinstance(self.arguments, dict):
            raise RequestError(f"{self.command}: arguments must be an object")
        return argument(self.arguments, name, kind, default)

    def need(self, name: str, kind: type) -> Any:
        """Return an argument.

        Raises:
            RequestError: if it is missing or of another type.
        """
        value = self.get(name, kind)
        if value is None:
            raise RequestError(f"{self.command} needs the argument {name!r}")
        return value


def argument(arguments: dict[str, Any], name: str, kind: type, default: Any = None) -> Any:
    """Return one of these arguments, or what it is by default.

    Raises:
        RequestError: if it is of another type.
    """
    value = arguments.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {str: "a string", int: "a number", bool: "true or false", list: "a list", dict: "an object"}
        raise RequestError(f"{name} must be {names[kind]}, got {value!r}")
    return value


_URGENT = frozenset({"pause", "terminate", "disconnect", "restart"})
"""Requests that end what is being done for another one."""


def _is_urgent(item: object) -> bool:
    return isinstance(item, Request) and item.command in _URGENT


class Connection:
    """Reads requests in a thread of its own, and writes answers and events from any thread.

    Args:
        source, target: the streams.
        start: starts a thread; by default one that `threading` knows.
    """

    def __init__(self, source: BinaryIO, target: BinaryIO, start: Callable[..., object] | None = None) -> None:
        self._source, self._target = source, target
        self._lock = threading.Lock()
        self._seq = 0
        self._ready = threading.Condition()
        self._queue: deque[Request | Callable[[], None] | None] = deque()
        self._at_hand: int | None = None
        self._cancelled: set[int] = set()
        self.interrupt: Callable[[], None] = lambda: None
        """Called in the thread that reads when there is a request: if the program is running, it is to wait for it."""
        self.gone: Callable[[], None] = lambda: None
        """Called in the thread that reads when the client is gone without taking leave."""
        self.broken: str | None = None
        """The reason why the client's messages could not be read any further, or None."""
        if start is not None:
            start(self._read, ())
        else:
            threading.Thread(target=self._read, name="bytescope-dap-reader", daemon=True).start()

    # --- reading

    def _read(self) -> None:
        try:
            while True:
                try:
                    message = read_message(self._source)
                    if message is None:
                        break
                    if self._take(message) == "disconnect":  # the last one
                        self._put(None)
                        return
                except MalformedMessage as error:
                    self.event("output", category="important", output=f"bytescope dap: {error}\n")
        except BrokenStream as error:
            self.broken = str(error)
        except (OSError, ValueError):  # the connection is closed
            pass
        self._put(None)
        self.gone()

    def _take(self, message: dict[str, Any]) -> str:
        if message.get("type") == "response":
            return ""
        if message.get("type") != "request":
            raise MalformedMessage(
                f"the type of a message must be 'request' or 'response', got {message.get('type')!r}"
            )
        request = Request(message)
        if request.command == "cancel":
            self._cancel(request)
        else:
            self._put(request)
            self.interrupt()
        return request.command

    def _put(self, item: Request | Callable[[], None] | None) -> None:
        with self._ready:
            self._queue.append(item)
            self._ready.notify()

    def post(self, action: Callable[[], None]) -> None:
        """Queue an action for the thread that takes requests."""
        self._put(action)

    def _cancel(self, request: Request) -> None:
        number = request.arguments.get("requestId") if isinstance(request.arguments, dict) else None
        with self._ready:
            waiting = {each.seq for each in self._queue if isinstance(each, Request)}
            if number in waiting or (number is not None and number == self._at_hand):
                self._cancelled.add(number)
        self.answer(request)

    def next(self) -> Request | Callable[[], None] | None:
        """Return the next request, or what was posted, or None when the client is gone."""
        with self._ready:
            self._at_hand = None
            while not self._queue:
                self._ready.wait()
            item = self._queue.popleft()
            self._at_hand = item.seq if isinstance(item, Request) else None
            return item

    def waiting(self) -> list[Request]:
        """Dequeue the waiting requests, except those that ask for a pause or the end."""
        with self._ready:
            found = [each for each in self._queue if isinstance(each, Request) and not _is_urgent(each)]
            kept = [each for each in self._queue if each not in found]
            self._queue.clear()
            self._queue.extend(kept)
            return found

    @property
    def wants_pause(self) -> bool:
        """Return True if a pause or an end is asked for, or the client is gone."""
        with self._ready:
            return any(each is None or _is_urgent(each) for each in self._queue)

    def check(self) -> None:
        """Look whether the request at hand is to be given up.

        Raises:
            Cancelled: if it is cancelled, if a pause or an end is asked for, or if the client is gone.
        """
        if self._at_hand in self._cancelled:
            raise Cancelled
        if self._queue:
            with self._ready:
                waiting = list(self._queue)
            if any(each is None or _is_urgent(each) for each in waiting):
                raise Cancelled

    # --- writing

    def answer(self, request: Request, body: dict[str, Any] | None = None) -> None:
        """Send the response of a request that has succeeded."""
        self._write(type="response", request_seq=request.seq, command=request.command, success=True, body=body or {})

    def refuse(self, request: Request, text: str, show: bool = True) -> None:
        """Send the response of a request that has failed."""
        error = {"id": 1, "format": "{text}", "variables": {"text": text}, "showUser": show}
        self._write(
            type="response", request_seq=request.seq, command=request.command, success=False, message=text,
            body={"error": error},
        )  # fmt: skip

    def event(self, name: str, /, **body: Any) -> None:
        """Send an event."""
        self._write(type="event", event=name, body=body)

    def forward(self, message: dict[str, Any]) -> None:
        """Send a message of another adapter's as one's own."""
        self._write(**{name: value for name, value in message.items() if name != "seq"})

    def _write(self, **message: Any) -> None:
        with self._lock:
            self._seq += 1
            try:
                write_message(self._target, {"seq": self._seq, **message})
            except (OSError, ValueError):  # nobody is there to read: the reader notices the end
                pass
