"""Calls of native code, lookups and changes, where labels would be lost that decide something.

The models of `bytescope.taint` follow characters: what a text is made of. Here a result has at least the tags of all
that the call was given by reference: a constant that is looked up by a key, the count of a text's words, what
`str.replace` has left depend on it, too.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterable
from typing import Any

from bytescope.analysis import Analysis
from bytescope.ifc.refusal import REFLECTIVE
from bytescope.isa.typesets import ATOMIC, ITERATORS, PAIRING, VIEWS
from bytescope.shadow import give, operands, reaching
from bytescope.shadow.active import current
from bytescope.shadow.channel import InFlight, awaiting_frame
from bytescope.taint.algebra import CHARACTERS
from bytescope.taint.spans import is_text, tags_of, union

_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
_KNOWN = ATOMIC | _CONTAINERS | ITERATORS | VIEWS | PAIRING | {types.GeneratorType, map, filter}
_MOVING = (
    list, tuple, set, frozenset, dict, iter, enumerate, zip, reversed, next, len, isinstance, map, filter, print, range,
    getattr, hasattr, setattr,
)  # fmt: skip
"""Builtins that move references, and decide nothing by the contents of containers."""
_ORDERING = (sorted, max, min)
_CODE = (eval, exec, compile)


def is_iterator(value: Any) -> bool:
    """Return True for an iterator that does not say what it went over when it is used up."""
    kind = type(value)
    return kind in ITERATORS or kind in PAIRING or kind in (map, filter)


class Exact:
    """Base class of callables that say themselves which label their result has."""

    __slots__ = ()


class Natives(Analysis):
    """Follows what native code does with labelled values.

    Args:
        module: the name of the module that the programs run in.
    """

    shadows = CHARACTERS

    def __init__(self, module: str) -> None:
        self._module = module
        self._answers: dict[int, Any] = {}
        self._owners: dict[int, tuple[Any, Any]] = {}
        self._dicts: dict[int, Any] = {}

    def changed(self, tags: Any) -> None:
        """A native object, or a namespace, was changed by a labelled value."""

    def is_guest(self, function: Any) -> bool:
        """Return True for functions and classes of the programs'."""
        if type(function) is types.MethodType:
            function = function.__func__
        if type(function) is types.FunctionType:
            return current().shadowed(function.__code__, function.__globals__)
        return isinstance(function, type) and type.__getattribute__(function, "__module__") == self._module

    # --- calls

    def names_reflective(self, function: Any, args: Any, kwargs: Any) -> bool:
        """Return True if a call is given a text, such as an attribute's name or a format, with a reflective name."""
        given = [*args, *(kwargs.values() if type(kwargs) is dict else ()), getattr(function, "__self__", None)]
        return any(type(each) is str and "_" in each and any(name in each for name in REFLECTIVE) for each in given)

    def exhausts(self, function: Any, args: Any, kwargs: Any) -> None:
        """A native function is called: iterators among its arguments may be used up."""
        if type(args) in (tuple, list):
            for value, shadow in zip(args, _each(args, operands()["args"]), strict=False):
                if is_iterator(value):
                    self._answer(_guest_frame(), tags_of(reaching(value, shadow)))

    def answered(self, in_flight: InFlight, tags: Any) -> None:
        """A function of the programs' that native code has called back has returned something labelled."""
        self._answer(in_flight.frame, tags)
        if isinstance(in_flight.function, functools._lru_cache_wrapper):
            current().heap.label_contents(in_flight.function, tags)

    def _answer(self, frame: types.FrameType | None, tags: Any) -> None:
        if tags is not None:
            self._answers[id(frame)] = union((self._answers.get(id(frame)), tags))

    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        """A call has returned: the result of a native one depends on all that it was given."""
        answers = self._answers.pop(id(_guest_frame()), None) if self._answers else None
        if isinstance(function, Exact) or self.is_guest(function):
            return
        shadows, heap = operands(), current().heap
        found = [answers, tags_of(shadows["function"])]
        if type(function) not in ATOMIC and (table := heap.known(function)) is not None:
            found.append(tags_of(table.whole))
        by_name = kwargs if type(kwargs) is dict else {}
        moving = self._moves(function, args, by_name)
        values = [*args, *by_name.values()] if type(args) in (tuple, list) else [args]
        named = shadows.get("kwargs")
        each = [*_each(args, shadows["args"]), *(named.values() if type(named) is dict else [named] * len(by_name))]
        for value, shadow in zip(values, each, strict=False):
            found.append(tags_of(shadow if moving and type(value) in _KNOWN else reaching(value, shadow)))
        receiver = getattr(function, "__self__", None)
        if receiver is not None and not moving and type(receiver) is not types.ModuleType:
            found.append(tags_of(reaching(receiver)))
        if function is len and len(values) == 1:
            found.append(self._counted(values[0]))
        tags = union(found)
        if function in _ORDERING and moving:
            self._order(function, values[0], tags, result)
            return
        if tags is None:
            return
        if function in _CODE or function is delattr or function is setattr or (function is type and len(args) == 3):
            self._made(function, tags, each)
        if answers is not None and type(receiver) in (list, dict, set, bytearray):
            heap.label_contents(receiver, answers)
        _add(shadows["result"], tags)

    def _order(self, function: Any, items: Any, tags: Any, result: Any) -> None:
        """Set the shadows of what was ordered by a function of the programs': each item keeps its own."""
        heap = current().heap
        own = dict(zip(map(id, items), heap.sequence(items, len(items)), strict=True))
        if function is sorted:
            heap.set_sequence(result, [own.get(id(each)) for each in result])
            give(tags)
        else:
            give(CHARACTERS.joined((own.get(id(result)), tags)))

    def _counted(self, container: Any) -> Any:
        """Return the tags that the size of a container depends on: those of keys and members that may be equal."""
        table = current().heap.known(container)
        if table is None or not isinstance(container, (dict, set, frozenset)):
            return None
        members = () if isinstance(container, dict) else (shadow for shadow, _ in table.items.values())
        return union(map(tags_of, (table.whole, *table.keys.values(), *members)))

    def _made(self, function: Any, tags: Any, shadows: list[Any]) -> None:
        """Names and code are made of labelled values."""
        self.changed(tags_of(shadows[1]) if function is setattr and len(shadows) > 1 else tags)

    def _moves(self, function: Any, args: Any, by_name: dict[str, Any]) -> bool:
        if function in _ORDERING:
            return len(args) == 1 and type(args[0]) in (list, tuple) and self.is_guest(by_name.get("key"))
        receiver = getattr(function, "__self__", None) if type(function) is types.BuiltinFunctionType else None
        return type(receiver) in _CONTAINERS or type(receiver) in VIEWS or any(function is each for each in _MOVING)

    # --- iterators that are used up at once

    def before_list_extend(self, site: Any, list: Any, iterable: Any) -> None:
        """A list is extended: an iterator's items have labels that are known now alone."""
        self._fill(list, iterable, operands()["iterable"])

    def before_set_update(self, site: Any, set: Any, iterable: Any) -> None:
        """A set is extended."""
        self._fill(set, iterable, operands()["iterable"])

    def before_inplace(self, site: Any, op: Any, left: Any, right: Any) -> None:
        """An operator in place."""
        self._fill(left, right, operands()["right"])

    def before_setitem(self, site: Any, container: Any, key: Any, value: Any) -> None:
        """A slice is assigned."""
        self._fill(container, value, operands()["value"])

    def before_setslice(self, site: Any, container: Any, start: Any, stop: Any, value: Any) -> None:
        """Likewise."""
        self._fill(container, value, operands()["value"])

    def _fill(self, container: Any, iterable: Any, shadow: Any) -> None:
        if is_iterator(iterable):
            current().heap.label_contents(container, tags_of(reaching(iterable, shadow)))

    def yield_(self, site: Any, value: Any) -> None:
        """A generator gives a tuple or list: native code may take it apart at once."""
        if type(value) not in (tuple, list):
            return
        channel, frame = current().channel, _guest_frame()
        outer = None if frame is None else awaiting_frame(frame, current().shadowed, True)
        in_flight = channel.in_flight
        while in_flight is not None and in_flight.frame is frame:
            in_flight = in_flight.outer
        if in_flight is None or in_flight.frame is not outer or in_flight.function in (None, list, tuple, next):
            return
        self._answer(outer, tags_of(reaching(value, operands()["value"])))

    # --- items and attributes

    def getitem(self, site: Any, container: Any, key: Any, result: Any) -> None:
        """An item was looked up: it depends on the key."""
        shadows = operands()
        found = [tags_of(reaching(key, shadows["key"]))]
        if is_text(container) and is_text(result) and not len(result):
            found.append(tags_of(shadows["container"]))  # which is why it is empty
        _add(shadows["result"], union(found))

    def getslice(self, site: Any, container: Any, start: Any, stop: Any, result: Any) -> None:
        """A part was taken: it depends on where it begins and ends."""
        shadows = operands()
        found = [tags_of(shadows["start"]), tags_of(shadows["stop"])]
        if is_text(container) and not len(result):
            found.append(tags_of(shadows["container"]))
        _add(shadows["result"], union(found))

    def setitem(self, site: Any, container: Any, key: Any, value: Any) -> None:
        """An item was stored: in a buffer, or in the namespace of an object."""
        shadows = operands()
        if type(container) is memoryview:
            current().heap.label_contents(container.obj, union((tags_of(shadows["value"]), tags_of(shadows["key"]))))
        owner = self._owners.get(id(container))
        if owner is not None and type(key) is str:
            current().heap.set_attribute(owner[1], key, value, shadows["value"])
            self.changed(tags_of(shadows["key"]))

    def getattr(self, site: Any, name: str, object: Any, result: Any) -> None:
        """An attribute was loaded: perhaps the namespace of an object, or one that native code has stored."""
        heap = current().heap
        if name == "__dict__":
            if type(result) is dict:
                self._owners[id(result)] = result, object
                self._dicts[id(object)] = result
                _add(operands()["result"], tags_of(reaching(object)))
            return
        shadow = operands()["result"]
        lost = shadow is not None and type(object) not in ATOMIC and heap.attribute(object, name) is None
        if lost and _own(object, name) is result:
            heap.set_attribute(object, name, result, shadow)

    def setattr(self, site: Any, name: str, object: Any, value: Any) -> None:
        """An attribute was stored: in the namespace of an object, or in one that is native."""
        shadow = operands()["value"]
        if shadow is None and not self._dicts:
            return
        namespace = self._dicts.get(id(object))
        if namespace is not None and self._owners[id(namespace)][1] is object:
            current().heap.set_item(namespace, name, value, shadow)
        owner = object if isinstance(object, type) else type(object)
        if shadow is not None and not self.is_guest(owner) and not isinstance(object, types.FunctionType):
            self.changed(tags_of(shadow))


def _own(owner: Any, name: str) -> Any:
    try:
        return object.__getattribute__(owner, "__dict__").get(name)
    except (AttributeError, TypeError):
        return None


def _guest_frame() -> types.FrameType | None:
    return awaiting_frame(sys._getframe(1), current().shadowed, False)


def _each(values: Any, shadows: Any) -> Iterable[Any]:
    """Return the shadows of arguments one by one, also where they stand behind a star."""
    if type(shadows) is tuple:
        return shadows
    count = len(values) if type(values) in (tuple, list) else 1
    known = current().heap.sequence(values, count) if type(values) in (tuple, list) else [reaching(values)]
    return [shadows if each is None else each if shadows is None else CHARACTERS.join(each, shadows) for each in known]


def _add(known: Any, tags: Any) -> None:
    """Add tags to the label of the event's value, whose shadow is known."""
    if tags is not None and not tags <= (tags_of(known) or frozenset()):
        give(tags if known is None else CHARACTERS.join(known, tags))
