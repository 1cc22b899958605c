"""The reader of marshalled objects of any version of CPython, on any host, safe on hostile input.

An announced size is checked against the bytes that are left before anything of that size is made. Containers are not
read recursively but kept in a list, of limited length. A reference takes five bytes whatever it refers to, so what it
refers to is counted again: that limits the work of whoever walks over the result, and of hashing it here.
"""

from __future__ import annotations

import struct

from bytescope.code.errors import InvalidPyc
from bytescope.code.format.stored_fields import make_code
from bytescope.code.stored import FrozenMapping
from bytescope.code.versions.pyc_forms import FORMS, INTEGERS
from bytescope.startup.stdlib_lite import Callable, NoReturn

__all__ = ["unmarshal"]

_MOST_NESTED = 2000
"""Containers within each other, as many as CPython itself reads."""

_MOST_OBJECTS = 1 << 24
"""Objects of the result, those that are referred to counted each time."""

_REFERABLE = 0x80
"""The bit of a type code for an object that later references may name."""

_ENDLESS = 1 << 62

_SINGLETONS: dict[str, object] = {"N": None, "T": True, "F": False, ".": ..., "S": StopIteration}

_NULL = object()
"""Marker of the end of a mapping."""

_INCOMPLETE = object()


class _Container:
    """A container of which not all items have been read."""

    __slots__ = ("at", "before", "items", "kind", "reference", "size")

    def __init__(self, kind: str, size: int, at: int, before: int) -> None:
        self.kind = kind
        self.size = size
        self.at = at
        self.before = before
        self.items: list[object] = []
        self.reference: int | None = None


_SETS: dict[str, Callable[[list[object]], object]] = {"<": set, ">": frozenset}


def unmarshal(data: bytes, version: str, start: int = 0) -> object:
    """Return the marshalled object at an offset, with code objects as `StoredCode`. What is behind it is not looked at.

    Args:
        data: the bytes.
        version: the version of CPython that wrote them, a key of `FORMS`.
        start: the offset.

    Raises:
        InvalidPyc: if the bytes are no object of that version, or one that is nested or repeated beyond all measure.
    """
    return _Reader(data, version, start).read()


class _Reader:
    def __init__(self, data: bytes, version: str, start: int) -> None:
        self.data = data
        self.version = version
        self.at = start
        self.fields = FORMS[version].fields
        self.types = FORMS[version].types
        self.references: list[tuple[object, int]] = []  # with the number of objects in each
        self.objects = 0

    def read(self) -> object:
        """Read an object, with all that is in it."""
        containers: list[_Container] = []
        while True:
            value = self.begin()
            if isinstance(value, _Container):
                if len(containers) == _MOST_NESTED:
                    self.fail(value.at, f"objects are nested more than {_MOST_NESTED} deep")
                containers.append(value)
            elif not containers:
                if value is _NULL:
                    self.fail(self.at - 1, "a NULL instead of an object")
                return value
            else:
                self.add(containers[-1], value)
            while self.is_complete(containers[-1]):
                finished = containers.pop()
                value = self.finish(finished)
                if finished.reference is not None:
                    self.references[finished.reference] = (value, self.objects - finished.before)
                if not containers:
                    return value
                containers[-1].items.append(value)

    def add(self, container: _Container, value: object) -> None:
        """Add an item, or end a mapping."""
        if value is not _NULL:
            container.items.append(value)
        elif container.kind in "{}" and not len(container.items) % 2:
            container.size = len(container.items)
        else:
            self.fail(self.at - 1, "a NULL instead of an object")

    def is_complete(self, container: _Container) -> bool:
        """Return True if no object is to be read any more; read integers of a code object that come first."""
        if container.kind == "c":
            for field in self.fields[len(container.items) :]:
                if field not in INTEGERS:
                    break
                container.items.append(self.integer())
        return len(container.items) >= container.size

    def finish(self, container: _Container) -> object:
        """Make an object of its items."""
        kind, items = container.kind, container.items
        if kind in "()":
            return tuple(items)
        if kind == "[":
            return items
        if kind == "c":
            try:
                return make_code(self.version, dict(zip(self.fields, items, strict=True)))
            except ValueError as error:
                self.fail(container.at, str(error))
        try:
            if kind in _SETS:
                return _SETS[kind](items)
            if kind == ":":
                return slice(*items)
            pairs = dict(zip(items[::2], items[1::2], strict=True))
            return pairs if kind == "{" else FrozenMapping(tuple(pairs.items()))
        except TypeError as error:
            self.fail(container.at, f"a set or mapping cannot hold what it should: {error}")

    def begin(self) -> object:
        """Read an object that holds no others, or the beginning of one that does."""
        at = self.at
        [code] = self.take(1)
        kind = chr(code & ~_REFERABLE)
        before = self.objects
        self.objects += 1
        if self.objects > _MOST_OBJECTS:
            self.fail(at, f"there are more than {_MOST_OBJECTS} objects, or as many references to the same ones")
        if kind in _SINGLETONS:
            return _SINGLETONS[kind]
        if kind == "r":
            return self.referred(at)
        if kind == "0":
            return _NULL
        method = _METHODS.get(kind)
        if method is None or (kind in _LATER and kind not in self.types):
            self.fail(at, f"CPython {self.version} has no objects of type {kind!r}")
        value = method(self, kind)
        if isinstance(value, _Container):
            value.at, value.before = at, before
        if code & _REFERABLE:
            if isinstance(value, _Container):
                value.reference = len(self.references)
            self.references.append((_INCOMPLETE if isinstance(value, _Container) else value, 1))
        return value

    def referred(self, at: int) -> object:
        """Read the number of an object and return it."""
        number = self.integer()
        if not 0 <= number < len(self.references):
            self.fail(at, f"a reference to object {number}, and there are {len(self.references)} so far")
        value, objects = self.references[number]
        if value is _INCOMPLETE:
            self.fail(at, f"object {number} contains a reference to itself")
        self.objects += objects - 1
        if self.objects > _MOST_OBJECTS:
            self.fail(at, f"there are references to more than {_MOST_OBJECTS} objects")
        return value

    # Bytes

    def take(self, size: int, what: str = "an object") -> bytes:
        """Return the next bytes."""
        at = self.at
        if size > len(self.data) - at:
            self.ends_within(at, size, what)
        self.at = at + size
        return self.data[at : at + size]

    def ends_within(self, at: int, size: int, what: str) -> NoReturn:
        """Raise the error for an end of the file before the end of what is in it."""
        left = len(self.data) - at
        needed = "1 byte" if size == 1 else f"{size} bytes"
        self.fail(at, f"{what} takes {needed}, and {left or 'none'} {'is' if left == 1 else 'are'} left")

    def fail(self, at: int, reason: str) -> NoReturn:
        """Raise the error for something wrong at an offset."""
        raise InvalidPyc(at, reason)

    def integer(self, size: int = 4) -> int:
        """Read a signed integer."""
        return int.from_bytes(self.take(size, "an integer"), "little", signed=True)

    def size(self, what: str) -> int:
        """Read a number of things that take at least a byte each, and are then known to fit."""
        at = self.at
        number = self.integer()
        if number < 0:
            self.fail(at, f"{what} has the size {number}")
        if number > len(self.data) - self.at:
            self.ends_within(self.at, number, what)
        return number

    # Objects by type; each is given its type code

    def small(self, kind: str) -> int:
        return self.integer(8 if kind == "I" else 4)

    def large(self, kind: str) -> int:
        at = self.at
        number = self.integer()
        digits = struct.unpack(f"<{abs(number)}H", self.take(2 * abs(number), "an integer"))
        if digits and (max(digits) >> 15 or not digits[-1]):
            self.fail(at, "the digits of an integer are not such as CPython writes")
        value = int("".join([f"{digit:015b}" for digit in reversed(digits)]) or "0", 2)
        return -value if number < 0 else value

    def number(self, kind: str) -> float | complex:
        """Read a float or complex number, in binary form (g, y) or as text (f, x)."""
        at = self.at
        parts: list[float] = []
        for _ in range(2 if kind in "xy" else 1):
            if kind in "gy":
                parts += struct.unpack("<d", self.take(8, "a number"))
                continue
            [size] = self.take(1, "a number")
            try:
                parts.append(float(self.take(size, "a number")))
            except ValueError:
                self.fail(at, "the text of a number is none")
        return complex(*parts) if kind in "xy" else parts[0]

    def byte_string(self, kind: str) -> bytes:
        return self.take(self.size("a bytes object"))

    def text(self, kind: str) -> str:
        at = self.at
        try:
            return self.take(self.size("a string")).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            self.fail(at + 4 + error.start, "a string is not UTF-8")

    def plain_text(self, kind: str) -> str:
        return self.take(self.size("a string")).decode("latin-1")

    def short_text(self, kind: str) -> str:
        [size] = self.take(1, "a string")
        return self.take(size, "a string").decode("latin-1")

    def short_tuple(self, kind: str) -> _Container:
        [size] = self.take(1, "a tuple")
        return _Container(kind, size, 0, 0)

    def sized(self, kind: str) -> _Container:
        return _Container(kind, self.size(_NOUNS[kind]), 0, 0)

    def code(self, kind: str) -> _Container:
        return _Container(kind, len(self.fields), 0, 0)

    def slice(self, kind: str) -> _Container:
        return _Container(kind, 3, 0, 0)

    def mapping(self, kind: str) -> _Container:
        return _Container(kind, _ENDLESS, 0, 0)


_NOUNS = {"(": "a tuple", "[": "a list", "<": "a set", ">": "a frozenset"}

_LATER = "".join(FORMS[version].types for version in FORMS)
"""The types that not all versions have."""

_METHODS: dict[str, Callable[[_Reader, str], object]] = {
    **dict.fromkeys("iI", _Reader.small),
    "l": _Reader.large,
    **dict.fromkeys("fgxy", _Reader.number),
    "s": _Reader.byte_string,
    **dict.fromkeys("ut", _Reader.text),
    **dict.fromkeys("aA", _Reader.plain_text),
    **dict.fromkeys("zZ", _Reader.short_text),
    ")": _Reader.short_tuple,
    **dict.fromkeys("([<>", _Reader.sized),
    **dict.fromkeys("{}", _Reader.mapping),
    ":": _Reader.slice,
    "c": _Reader.code,
}
