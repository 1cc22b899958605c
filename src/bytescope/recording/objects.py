"""Objects of the program, told apart without being kept alive, and what changes in them.

An object whose end can be noticed has one number for its life. Lists, dicts, tuples and cells cannot be watched; one at
a known address is taken for the one that was there if its length and its ends are what the recording says. A wrong
guess splits or merges identities; the contents shown are right.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable
from typing import Any

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.weak_tables import when_gone
from bytescope.loading.source import kept
from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.recording.inspection import (
    ATOMS,
    ITEMS,
    LONG,
    attributes_of,
    contents_of,
    fixed,
    kind_name,
    label_of,
)
from bytescope.recording.tape import ABSENT, CONTENTS, SIZE, Object, Tape, Text

__all__ = ["Objects"]

_DEPTH, _AT_ONCE = 5, 500
"""Limits of visiting the objects inside an object that is seen for the first time: depth, and number."""

_UNKNOWN: Any = object()

_TEXTS = frozenset({str, bytes})
_SLOTS = frozenset({int, str})
_BOUND = frozenset({types.MethodType, types.BuiltinFunctionType})
_CONTAINERS = frozenset({list, dict, set, bytearray, deque})
_UNWATCHED = frozenset({list, dict, tuple})
_FEW = 4
"""Items of a list or tuple that are all compared when it is looked at again."""


@hidden
def _forget(objects: dict[int, Object], key: int, gone: Object) -> None:
    if objects.get(key) is gone:
        del objects[key]


def _token(known: dict[int, Object], other: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that gives what stands for a value: the frequent case first, in a frame of its own."""
    known_at = known.get

    def token(value: Any) -> Any:
        found = known_at(id(value))
        if found is not None and found.watched and found.kind_id == id(type(value)) and not found.folded:
            return found
        return other(value)

    return token


def _length(value: Any, kind: type, other: int) -> int:
    return len(value) if kind in _CONTAINERS or kind is tuple else other


class Objects:
    """The objects that a recording has met.

    Args:
        tape: where they are written.

    Attributes:
        token: returns what stands for a value in the recording: an atom itself, an `Object`, or a `Text`.
        known: the objects by address.
        result: does so for a value that an operation has given, which may have made it.
        is_shared: whether several threads change objects, so that one may have changed and the log not say so yet.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.is_shared = False
        self._put = tape.log.extend
        self.known: dict[int, Object] = {}
        self.token = _token(self.known, self._token)
        self.result = _token(self.known, self._result)
        self.compiling: str | bytes | None = None
        """The source that is being compiled."""
        self._bound: dict[tuple[Any, Any], Object] = {}

    # --- values

    def _token(self, value: Any) -> Any:
        kind = type(value)
        if kind in ATOMS or value is NULL or value is UNBOUND:
            return value
        if kind in _TEXTS:
            return value if len(value) <= LONG else Text(kind.__name__, value[:LONG], len(value))
        known = self.known.get(id(value))
        if known is not None and known.kind_id == id(kind) and (known.watched or self._same(known, value, kind)):
            if known.folded:
                self._unfold(known, value)
            return known
        if known is not None and known.kind_id == id(kind) and known.now is not None and self.is_shared:
            self._compare(known, value)
            return known
        if kind is types.MethodType:
            return self._of_method(value.__self__, value.__func__, "method")
        if kind is types.BuiltinFunctionType and value.__self__ is not None:
            return self._of_method(value.__self__, value.__name__, "builtin_function_or_method")
        return self._meet(value, kind)

    def made(self, value: Any) -> Any:
        """Return what stands for a value that did not exist before this step."""
        self.known.pop(id(value), None)
        return self.token(value)

    def _result(self, value: Any) -> Any:
        kind = type(value)
        if kind is types.CodeType and self.compiling is not None:
            kept(value, self.compiling)
            self.compiling = None
        known = self.known.get(id(value)) if kind in _UNWATCHED else None
        if known is not None and known.kind_id == id(kind) and not self._equal(known, value):
            del self.known[id(value)]
        return self.token(value)

    def _equal(self, known: Object, value: Any) -> bool:
        """Return True if the contents of an object are what the log says of the one that was at its address."""
        contents = known.now if known.now is not None else known.initial
        if contents is None or known.folded or known.length != len(value):
            return contents is None or known.folded
        return all(
            self._stands_for(contents.get(slot, ABSENT), each)
            for slot, each in contents_of(value) or ()
            if type(slot) in _SLOTS
        )

    def _of_method(self, owner: Any, function: Any, kind: str) -> Object:
        """Return what stands for a bound method: one object for each receiver and function."""
        key = self.token(owner), self.token(function)
        found = self._bound.get(key)
        if found is None:
            name = function if type(function) is str else label_of(function)
            found = self._bound[key] = self._new(kind, name)
            found.initial = {"__self__": key[0], "__func__": key[1]}
        return found

    def _same(self, known: Object, value: Any, kind: type) -> bool:
        """Return True if what is at a known address is likely what was there."""
        contents = known.now if known.now is not None else known.initial
        if contents is None:
            return True
        if kind is list or kind is tuple:
            length = len(contents)
            if len(value) != length:
                return length == ITEMS and len(value) > length
            looked_at = range(length) if length <= _FEW else (0, length - 1)
            try:
                return all(self._stands_for(contents.get(at, ABSENT), value[at]) for at in looked_at)
            except IndexError:  # another thread has made it shorter
                return False
        if kind is dict:
            return len(value) == len(contents) or len(contents) >= ITEMS or known.size > ITEMS
        if kind is types.CellType:
            pairs = contents_of(value) or [(CONTENTS, ABSENT)]
            return self._stands_for(contents.get(CONTENTS, ABSENT), pairs[0][1])
        found = contents_of(value)
        return found is None or (
            len(found) == len(contents)
            and all(self._stands_for(contents.get(slot, ABSENT), each) for slot, each in found if type(slot) in _SLOTS)
        )

    def _stands_for(self, token: Any, value: Any) -> bool:
        if token is value:
            return True
        if type(value) in ATOMS or type(value) in _TEXTS:
            return type(token) is type(value) and bool(token == value)
        return self.known.get(id(value)) is token

    # --- objects that are new

    def _new(self, kind: str, label: str) -> Object:
        number = self.tape.number()
        found = Object(number, kind, label, self.tape.forgotten + max(len(self.tape) - 1, 0))
        self.tape.owners[number] = found
        return found

    def _enter(self, value: Any, kind: type) -> Object:
        found = self._new(kind_name(kind), label_of(value))
        found.kind_id = id(kind)
        self.known[id(value)] = found
        if kind not in _CONTAINERS and kind is not tuple:
            try:
                when_gone(value, _forget, self.known, id(value), found)
                found.watched = True
            except TypeError:
                pass
        return found

    def _meet(self, value: Any, kind: type) -> Object:
        """Enter an object and, up to some depth, those that it contains."""
        first = self._enter(value, kind)
        pending = deque([(first, value, 0)])
        left = _AT_ONCE
        while pending:
            found, value, depth = pending.popleft()
            pairs = contents_of(value)
            if pairs is None:
                continue
            contents = {}
            for key, item in pairs:
                tokens = []
                for each in (key, item):
                    token = self._child(each)
                    if token is _UNKNOWN:
                        token = self._enter(each, type(each))
                        left -= 1
                        if depth < _DEPTH and left > 0:
                            pending.append((token, each, depth + 1))
                        elif not token.label:
                            token.folded = True
                    tokens.append(token)
                contents[tokens[0]] = tokens[1]
            self._fill(found, value, contents)
        return first

    def _child(self, value: Any) -> Any:
        """Return what stands for a value, `_UNKNOWN` if that is an object not met before."""
        kind = type(value)
        if kind in ATOMS or kind in _TEXTS or kind in _BOUND or value is NULL or value is UNBOUND:
            return self.token(value)
        known = self.known.get(id(value))
        if known is not None and known.kind_id == id(kind) and (known.watched or self._same(known, value, kind)):
            return known
        return _UNKNOWN

    def _fill(self, found: Object, value: Any, contents: dict[Any, Any]) -> None:
        found.initial = contents
        found.size = found.length = _length(value, type(value), len(contents))
        if not fixed(type(value)):
            found.now = contents.copy()

    def _unfold(self, found: Object, value: Any) -> None:
        """Look into an object that was left out when it was first seen."""
        found.folded = False
        found.initial, found.now = {}, {}
        self._compare(found, value)

    # --- changes

    def write(self, found: Object, slot: Any, new: Any) -> None:
        """Log a write to a slot of an object, also of the value that was there."""
        now = found.now
        if now is None:
            return
        self._put((found.number, slot, now.get(slot, ABSENT), new))
        if new is ABSENT:
            now.pop(slot, None)
        elif slot in now or len(now) < ITEMS or type(slot) is str:
            now[slot] = new

    def _measure(self, found: Object, value: Any) -> None:
        """Log the number of items of a container of which not all are recorded."""
        length = _length(value, type(value), 0)
        if length != found.length and max(length, found.length) > ITEMS:
            self._put((found.number, SIZE, found.length, length))
        found.length = length

    def _inside(self, found: Object, value: Any) -> Any:
        """Return what stands for a value in an object that has just changed, which the value may be itself."""
        watched, found.watched = found.watched, True  # for now, it is not what the log says
        try:
            return self.token(value)
        finally:
            found.watched = watched

    def _current(self, value: Any) -> Object | None:
        """Return the object that is known to have changed, None if it was not known: then it is entered."""
        found = self.known.get(id(value))
        if found is not None and found.kind_id == id(type(value)) and found.now is not None:
            return found
        self.token(value)
        return None

    def attribute(self, value: Any, name: str) -> None:
        """Log a write to an attribute."""
        found = self._current(value)
        if found is None:
            return
        namespace, dot = attributes_of(value)
        place = dot + name
        if namespace is not None and name in namespace:
            self.write(found, place, self.token(namespace[name]))
        elif (
            place in (found.now or ())
            and namespace is not None
            and not any(slot == place for slot, _ in contents_of(value) or ())
        ):
            self.write(found, place, ABSENT)
        elif namespace is None:
            self._compare(found, value)

    def item(self, value: Any, key: Any, new: Any) -> None:
        """Log a write to an item of a list or dict; `ABSENT` for a deletion."""
        found = self._current(value)
        if found is None:
            return
        kind = type(value)
        if (kind is list or kind is bytearray) and type(key) is int and new is not ABSENT:
            slot = key if key >= 0 else key + len(value)
            self.write(found, slot, self._inside(found, new))
        elif kind is dict and found.now is not None:
            slot = self.token(key)
            if type(slot) is not Text:
                self.write(found, slot, new if new is ABSENT else self._inside(found, new))
            if len(value) > ITEMS or found.length > ITEMS:
                self._measure(found, value)
            else:
                found.length = len(value)
        else:
            self._compare(found, value)

    def name(self, namespace: Any, name: str | None) -> None:
        """Log a write to a name of a namespace."""
        if type(namespace) is not dict:
            return
        found = self._current(namespace)
        if found is None:
            return
        if name is None:
            self._compare(found, namespace)
            return
        value = namespace.get(name, ABSENT)
        self.write(found, name, value if value is ABSENT else self._inside(found, value))

    def contents(self, value: Any) -> None:
        """Log all changes of an object."""
        if type(value) in ATOMS or type(value) in _TEXTS:
            return
        found = self._current(value)
        if found is not None:
            self._compare(found, value)

    def received(self, value: Any) -> None:
        """Log what native code that an object has called has changed in it, if it is known."""
        found = self.known.get(id(value))
        if found is not None and found.kind_id == id(type(value)) and found.now is not None:
            self._compare(found, value)

    def appended(self, value: Any) -> None:
        """Log that an item was appended to a list."""
        found = self._current(value)
        if found is None or found.now is None:
            return
        length = len(found.now)
        if type(value) is list and len(value) == length + 1 and length < ITEMS and (last := value[-1:]):
            self.write(found, length, self._inside(found, last[0]))
            found.length = length + 1
        else:
            self._compare(found, value)

    def _compare(self, found: Object, value: Any) -> None:
        now = found.now
        assert now is not None
        inside = self._inside
        tokens = {inside(found, key): inside(found, item) for key, item in contents_of(value) or ()}
        for key, new in tokens.items():
            old = now.get(key, ABSENT)
            if old is not new and not (type(old) is type(new) and type(new) is not Object and old == new):
                self.write(found, key, new)
        for key in [key for key in list(now) if key not in tokens]:
            self.write(found, key, ABSENT)
        self._measure(found, value)
