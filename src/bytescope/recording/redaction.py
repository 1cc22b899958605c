"""Redaction: what was in places of certain names is taken out of a recording, wherever it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bytescope.recording.tape import ABSENT, ENTRY, REDACTED, CodeInfo, FrameOwner, Object, Tape, Text

__all__ = ["redact"]

_LENGTH = 3
"""Values of fewer characters or digits are taken out of their places only: they are equal to too many others."""

_CUT = 20
"""Constants in the texts of instructions may be cut after so many characters."""

_SETS = ("set", "frozenset")


def redact(tape: Tape, names: Iterable[str]) -> None:
    """Remove from a tape the values that some variables, attributes and keys ever had, and all that these contain.

    What is equal to such a value, or is a string that contains it, goes as well: operands, items, output, constants in
    instructions and source texts. What else was computed from it stays.

    Args:
        tape: the tape, which is changed.
        names: the names.
    """
    places = _Places(tape, frozenset(names))
    secrets = _Secrets(places.values)

    def shown(number: int, slot: Any, value: Any) -> Any:
        if type(value) is Object or value is None or value is ABSENT:
            return value
        return REDACTED if (number, slot) in places or value in secrets else value

    log = tape.log
    for at in range(0, len(log), ENTRY):
        number, slot = log[at], log[at + 1]
        log[at + 1 : at + ENTRY] = (
            secrets.key(slot),
            *(shown(number, slot, value) for value in log[at + 2 : at + ENTRY]),
        )
    for number, slots in _contents(tape):
        changed = {secrets.key(slot): shown(number, slot, value) for slot, value in slots.items()}
        slots.clear()
        slots.update(changed)
    tape.output[:] = [each._replace(text=secrets.without(each.text)) for each in tape.output]
    tape.sources.update({file: secrets.without_constants(text) for file, text in tape.sources.items()})
    tape.codes[:] = [_without(code, secrets) for code in tape.codes]


def _contents(tape: Tape) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Yield the slots that frames and objects have to begin with, by owner number."""
    yield from tape.base.items()
    for owner in tape.owners:
        if type(owner) is Object and owner.initial is not None:
            yield owner.number, owner.initial


def _without(code: CodeInfo, secrets: _Secrets) -> CodeInfo:
    instructions = tuple(each._replace(text=secrets.without(each.text)) for each in code.instructions)
    raw = tuple(each._replace(text=secrets.without(each.text)) for each in code.raw)
    return code._replace(instructions=instructions, raw=raw)


class _Places:
    """The places of some names, and all places in objects that were there.

    values: what was ever in them, without objects.
    """

    def __init__(self, tape: Tape, names: frozenset[str]) -> None:
        self._owners = tape.owners
        self._names = names
        self._slots = [{each.slot for each in code.variables if each.name in names} for code in tape.codes]
        self._whole: set[int] = set()
        self.values: set[Any] = set()
        size = -1
        while size < len(self._whole):  # objects in objects that were found before
            size = len(self._whole)
            for number, slot, value in self._everything(tape):
                if (number, slot) in self:
                    self._add(value)
                    if number in self._whole and self._owners[number].kind in _SETS:  # type: ignore[union-attr]
                        self._add(slot)

    def _add(self, value: Any) -> None:
        if type(value) is not Object:
            self.values.add(value)
        elif not value.label:
            self._whole.add(value.number)

    def __contains__(self, place: tuple[int, Any]) -> bool:
        number, slot = place
        owner = self._owners[number]
        if type(owner) is FrameOwner:
            return slot in self._slots[owner.code] and type(slot) is int
        return number in self._whole or (type(slot) is str and slot in self._names)

    def _everything(self, tape: Tape) -> Iterator[tuple[int, Any, Any]]:
        log = tape.log
        for at in range(0, len(log), ENTRY):
            number, slot, old, new = log[at : at + ENTRY]
            yield number, slot, old
            yield number, slot, new
        for number, slots in _contents(tape):
            for slot, value in slots.items():
                yield number, slot, value


class _Secrets:
    """Values that are recognised wherever they stand.

    Args:
        values: values of all kinds; the short ones are left out.
    """

    def __init__(self, values: set[Any]) -> None:
        self._values = {(type(value), value) for value in values if _is_long(value)}
        texts = {_text_of(value) for _, value in self._values}
        forms = {
            form for text in texts for form in (text, text[: 10 * _CUT], repr(text)[1:-1], repr(text)[1 : _CUT + 1])
        }
        longest_first = sorted((form for form in forms if len(form) >= _LENGTH), key=len, reverse=True)
        self._within = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._keys: dict[str, str] = {}

    def __contains__(self, value: Any) -> bool:
        if type(value) is str and self._within.search(value):
            return True
        return (type(value), value) in self._values

    def key(self, slot: Any) -> Any:
        """Return what stands for a slot, which may be a key."""
        if type(slot) is str and slot in self:
            return self._keys.setdefault(slot, f"<redacted {len(self._keys) + 1}>")
        return slot

    def without(self, text: str) -> str:
        """Return a text in which a mark stands for each secret."""
        return self._within.sub(repr(REDACTED), text)

    def without_constants(self, source: str) -> str:
        """Return a source text with asterisks for each secret, also where it is written in another way."""
        lines = source.encode("utf-8", "surrogatepass").splitlines(keepends=True)
        for node in _constants(source):
            if node.value in self and node.end_lineno is not None and node.end_col_offset is not None:
                for number in range(node.lineno - 1, node.end_lineno):
                    begin = node.col_offset if number == node.lineno - 1 else 0
                    end = node.end_col_offset if number == node.end_lineno - 1 else len(lines[number])
                    lines[number] = lines[number][:begin] + _starred(lines[number][begin:end]) + lines[number][end:]
        text = b"".join(lines).decode("utf-8", "surrogatepass")
        return self._within.sub(lambda found: _starred(found[0].encode("utf-8", "surrogatepass")).decode(), text)


def _constants(source: str) -> Iterator[ast.Constant]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            yield node


def _starred(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b"*", text)


def _is_long(value: Any) -> bool:
    kind = type(value)
    return (
        kind is Text
        or (kind in (str, bytes) and len(value) >= _LENGTH)
        or (kind in (int, float, complex) and len(repr(value)) >= _LENGTH)
    )


def _text_of(value: Any) -> str:
    if type(value) is Text:
        value = value.start
    return value if type(value) is str else value.decode("latin-1") if type(value) is bytes else repr(value)
