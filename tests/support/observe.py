"""What of a program's behaviour is compared, in a form that can be sent as JSON."""

from __future__ import annotations

import re
import traceback
import types
from typing import Any

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
PLAIN = (int, float, complex, str, bytes, bool, type(None))
CONTAINERS = (tuple, list, set, frozenset)


def text(value: str) -> str:
    """The text without what differs from run to run: addresses."""
    return ADDRESS.sub("0x...", value)


def value(thing: object, depth: int = 4) -> str:
    """A description of a value that runs no code of the program: plain data in full, other things by type."""
    kind = type(thing)
    if kind in PLAIN:
        return text(repr(thing))
    if depth and kind is dict:
        pairs = [f"{value(key, depth - 1)}: {value(item, depth - 1)}" for key, item in thing.items()]  # type: ignore[attr-defined]
        return "{" + ", ".join(pairs) + "}"
    if depth and kind in CONTAINERS:
        items = [value(item, depth - 1) for item in thing]  # type: ignore[attr-defined]
        return f"{kind.__name__}({', '.join(sorted(items) if kind in (set, frozenset) else items)})"
    return f"<{kind.__module__}.{kind.__qualname__}>"


def namespace(variables: dict[str, Any]) -> dict[str, str]:
    """The variables a program left behind, in the order in which it made them."""
    return {name: value(thing) for name, thing in variables.items() if not str(name).startswith("__")}


def drop_harness(exception: BaseException, filename: str) -> None:
    """Take the frames below the program's own first frame off the exception's traceback."""
    entry = exception.__traceback__
    while entry is not None and entry.tb_frame.f_code.co_filename != filename:
        entry = entry.tb_next
    exception.__traceback__ = entry


def exception(raised: BaseException | None, seen: frozenset[int] = frozenset()) -> dict[str, Any] | None:
    """Everything about an exception: type, arguments, message, notes, traceback with columns, chain, group."""
    if raised is None or id(raised) in seen:
        return None
    seen = seen | {id(raised)}
    record: dict[str, Any] = {
        "type": type(raised).__qualname__,
        "args": [value(argument) for argument in raised.args],
        "message": _message(raised),
        "notes": [text(str(note)) for note in getattr(raised, "__notes__", [])],
        "traceback": positions(raised.__traceback__),
        "cause": exception(raised.__cause__, seen),
        "context": exception(raised.__context__, seen),
        "suppress_context": raised.__suppress_context__,
    }
    if isinstance(raised, BaseExceptionGroup):
        record["exceptions"] = [exception(inner, seen) for inner in raised.exceptions]
    return record


def positions(entry: types.TracebackType | None) -> list[list[Any]]:
    """Function name, line, end line, column and end column of every entry of a traceback."""
    return [[code.co_name, *place] for code, place in _entries(entry)]


def _entries(entry: types.TracebackType | None) -> list[tuple[types.CodeType, tuple[Any, ...]]]:
    entries = []
    while entry is not None:
        code = entry.tb_frame.f_code
        places = list(code.co_positions())
        place = places[entry.tb_lasti // 2] if entry.tb_lasti >= 0 else (None, None, None, None)
        entries.append((code, (entry.tb_lineno, *place[1:])))
        entry = entry.tb_next
    return entries


def _message(raised: BaseException) -> str:
    try:
        return text(str(raised))
    except Exception as error:
        return f"<str() raised {type(error).__name__}>"


def report(raised: BaseException) -> str:
    """The traceback text, carets included, as the interpreter would print it."""
    try:
        return text("".join(traceback.format_exception(raised)))
    except Exception as error:
        return f"<traceback.format_exception raised {type(error).__name__}: {error}>"
