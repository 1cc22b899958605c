"""Models of functions that change one of their arguments, and of operators as functions."""

from __future__ import annotations

import bisect
import heapq
import io
import operator
from typing import Any

from bytescope.shadow import AS_USUAL
from bytescope.taint.models import files
from bytescope.taint.models.operators import RULES
from bytescope.taint.models.table import METHODS, NativeCall, function
from bytescope.taint.spans import tags_of, union

# --- operators

_OPERATORS = {
    "+": (operator.add, operator.concat, operator.iadd, operator.iconcat),
    "*": (operator.mul, operator.imul),
    "%": (operator.mod, operator.imod),
}


def _as_operator(sign: str) -> Any:
    def model(call: NativeCall) -> Any:
        return RULES["binary"](sign, tuple(call.args), tuple(call.shadows), call.result)

    return model


for _sign, _functions in _OPERATORS.items():
    function(*_functions)(_as_operator(_sign))
for _kind in (str, bytes):
    for _sign, _name in (("+", "__add__"), ("*", "__mul__"), ("%", "__mod__")):

        def _of_method(call: NativeCall, sign: str = _sign) -> Any:
            return RULES["binary"](sign, (call.receiver, *call.args), (call.own, *call.shadows), call.result)

        if hasattr(_kind, _name):
            METHODS[_kind, _name] = _of_method


@function(operator.getitem)
def getitem(call: NativeCall) -> Any:
    """Model `operator.getitem`."""
    found = RULES["getitem"](None, tuple(call.args), tuple(call.shadows), call.result)
    if found is AS_USUAL and type(call.args[0]) in (list, tuple, dict):
        return union((tags_of(call.heap.item(*call.args)), tags_of(call.shadows[0])))
    return found


# --- attributes and items


@function(setattr)
def set_attribute(call: NativeCall) -> Any:
    """Model `setattr`."""
    owner, name, value = call.args
    if type(name) is str:
        call.heap.set_attribute(owner, name, value, call.shadows[2])


@function(operator.setitem)
def set_item(call: NativeCall) -> Any:
    """Model `operator.setitem`."""
    owner, key, value = call.args
    if type(owner) in (list, dict):
        call.heap.set_item(owner, key, value, call.shadows[2])
    else:
        call.heap.label_contents(owner, tags_of(call.shadows[2]))


# --- lists that stay in order


def _by_identity(call: NativeCall, items: list[Any], added: Any, shadow: Any) -> None:
    """Give the items of a list their shadows again, which has moved some and has a new one."""
    table = call.heap.known(items)
    known: dict[int, Any] = {id(added): shadow} if shadow is not None else {}
    whole = None if table is None else table.whole
    for own, value in table.items.values() if table is not None else ():
        known[id(value)] = union((tags_of(own), tags_of(known[id(value)]))) if id(value) in known else own
    call.heap.set_sequence(items, [known.get(id(item)) for item in items])
    call.heap.label_contents(items, whole)


@function(heapq.heappush, bisect.insort, bisect.insort_left, bisect.insort_right, heapq.heapify)
def inserted(call: NativeCall) -> Any:
    """Model what puts an item into a list."""
    if type(call.args[0]) is list:
        added = call.args[1] if len(call.args) > 1 else None
        _by_identity(call, call.args[0], added, call.shadow(1))


@function(heapq.heappop, heapq.heappushpop, heapq.heapreplace)
def taken(call: NativeCall) -> Any:
    """Model what takes an item out of a list, and perhaps puts another in."""
    items = call.args[0]
    table = call.heap.known(items)
    found = [call.shadow(1)] if len(call.args) > 1 and call.args[1] is call.result else []
    if table is not None:
        found += [table.whole, *(own for own, value in table.items.values() if value is call.result)]
    _by_identity(call, items, call.args[1] if len(call.args) > 1 else None, call.shadow(1))
    return call.heap.algebra.joined(found)


# --- files in memory that other functions write to


@function(print)
def printed(call: NativeCall) -> Any:
    """Model `print` into a file in memory."""
    file = call.kwargs.get("file")
    if type(file) is io.StringIO:
        files.label(call.heap, file, call.everything())
