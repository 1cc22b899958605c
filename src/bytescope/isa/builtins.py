"""The table of builtin functions and methods: what calling one runs, gives, keeps, and does to shadows.

All that the trace compiler, the weaver, the models of shadows and the analysis of purity take for granted of a builtin
is in its row here. What is not here is called like any other function.
"""

from __future__ import annotations

import builtins

from bytescope.isa.typesets import ATOMIC, BOOLEAN, INTEGER, LIST, NONE, NUMBERS, RANGE, STRING, TUPLE, Types
from bytescope.startup.stdlib_lite import Any, Mapping, deque, record

__all__ = ["DIRECT", "FILLING_METHODS", "FUNCTIONS", "METHODS", "SPECULATED", "Builtin", "function_row", "method_row"]

ANY = "ANY"
"""In a row's `arguments`: whatever its type, nothing of it is run."""


@record(frozen=True, slots=True)
class Builtin:
    """A row of the table.

    owner: the type it is a method of, None for a function; name: its name.
    arguments: names of sets of `typesets`: where each argument is of exactly one of these types (the last set is for
        all that follow), and the receiver of exactly its owner's, the call runs no user code; `ANY` for any type;
        INSPECTED for types that say themselves what they are, CLASS for classes without metaclass.
    result: the exact types that the result of such a call is one of, None if it may be any.
    direct: numbers of arguments, the receiver left out, with which compiled code makes such a call itself.
    keeps: the receiver holds arguments afterwards; releases: it may no longer hold what it did.
    fills: what an iterable gives is put into the receiver.
    compares: items of the receiver are compared, with each other or with arguments.
    reorders: the receiver holds the same items in another order afterwards.
    likely: a called global or attribute of that name is, as a rule, this one: code specialised on types assumes so.
    model: the model of what it does to shadows, see `shadow.models`; "" for the general one.
    """

    owner: Any
    name: str
    arguments: tuple[str, ...] = ("ATOMIC",)
    result: Types | None = None
    direct: range = range(0)
    keeps: bool = False
    releases: bool = False
    fills: bool = False
    compares: bool = False
    reorders: bool = False
    likely: bool = False
    model: str = ""

    def argument(self, number: int) -> str:
        """Return the name of the set of types for an argument."""
        return self.arguments[min(number, len(self.arguments) - 1)]

    @property
    def changes(self) -> bool:
        """Return True if the call changes its receiver."""
        return self.keeps or self.releases or self.fills or self.reorders

    @property
    def gives_atomic(self) -> bool:
        """Return True if the result is atomic."""
        return self.result is not None and self.result <= ATOMIC


METHODS: dict[tuple[Any, str], Builtin] = {}
"""Methods by type and name."""

FUNCTIONS: dict[str, Builtin] = {}
"""Functions, and types that are called, by name."""


def _functions(names: str, arguments: str = "ATOMIC", **columns: Any) -> None:
    for name in names.split():
        FUNCTIONS[name] = Builtin(None, name, tuple(arguments.split()), **columns)


def _methods(owner: type, names: str, arguments: str = "ATOMIC", **columns: Any) -> None:
    for name in names.split():
        METHODS[owner, name] = Builtin(owner, name, tuple(arguments.split()), **columns)


# functions
_functions("ord hash", result=INTEGER, direct=range(1, 2), likely=True, model="atomic")
_functions("chr hex bin oct", result=STRING, direct=range(1, 2), likely=True, model="atomic")
_functions("abs float", result=NUMBERS, direct=range(1, 2), likely=True, model="atomic")
_functions("int", result=INTEGER, direct=range(1, 3), likely=True, model="atomic")
_functions("round", result=NUMBERS, direct=range(1, 3), likely=True, model="atomic")
_functions("pow", result=NUMBERS, direct=range(2, 4), model="atomic")
_functions("divmod", result=TUPLE, direct=range(2, 3), model="atomic")
_functions("str repr", result=STRING, direct=range(1, 2), model="atomic")
_functions("bool", result=BOOLEAN, direct=range(1, 2), model="atomic")
_functions("range", result=RANGE, direct=range(1, 4), likely=True, model="atomic")
_functions("ascii complex sorted sum all any", model="atomic")
_functions("max min", result=ATOMIC, direct=range(2, 5), likely=True, model="extreme")
_functions("len", "CONTAINERS", result=INTEGER, direct=range(1, 2), likely=True, model="length")
_functions("isinstance", "INSPECTED CLASS", result=BOOLEAN, direct=range(2, 3), likely=True, model="instance_test")
_functions("type", "ANY", direct=range(1, 2), model="clean")
_functions("id callable", "ANY", model="clean")
_functions("issubclass", "CLASS", model="clean")
_functions("iter enumerate zip reversed", "ITERATED", model="iterator")
_functions("next", "ITERATORS", model="next_item")
_functions("list tuple", "ITERATED", model="sequence")

# methods of strings
_TEXT: Mapping[str, Any] = {"direct": range(4), "model": "atomic"}
_methods(str, "startswith endswith isalpha isdigit isspace isalnum isidentifier", result=BOOLEAN, likely=True, **_TEXT)
_methods(str, "isupper islower", result=BOOLEAN, likely=True, **_TEXT)
_methods(str, "find rfind", result=INTEGER, likely=True, **_TEXT)
_methods(str, "index count", result=INTEGER, **_TEXT)
_methods(str, "strip lstrip rstrip lower upper title casefold capitalize", result=STRING, likely=True, **_TEXT)
_methods(str, "replace zfill removeprefix removesuffix ljust rjust center", result=STRING, likely=True, **_TEXT)
_methods(str, "format", result=STRING, direct=range(16), model="atomic")
_methods(str, "split rsplit splitlines", result=LIST, likely=True, **_TEXT)
_methods(str, "partition rpartition", result=TUPLE, likely=True, **_TEXT)
_methods(str, "encode maketrans")
_methods(bytes, "decode maketrans")

# methods of containers
_methods(list, "append", "ANY", result=NONE, direct=range(1, 2), keeps=True, likely=True, model="item_added")
_methods(list, "extend", "ITERATED", keeps=True, fills=True, model="items_added")
_methods(list, "insert", "BOUNDS ANY", keeps=True, model="item_inserted")
_methods(list, "pop", "BOUNDS", direct=range(2), releases=True, likely=True, model="item_taken")
_methods(list, "clear", releases=True, model="emptied")
_methods(list, "copy", result=LIST, model="copied")
_methods(list, "reverse", reorders=True, model="rearranged")
_methods(list, "remove", compares=True, releases=True, model="searched")
_methods(list, "sort", compares=True, reorders=True, model="searched")
_methods(list, "index count", compares=True)
_methods(dict, "get", "ATOMIC ANY", direct=range(1, 3), model="value_read")
_methods(dict, "setdefault", "ATOMIC ANY", keeps=True, model="value_defaulted")
_methods(dict, "pop", "ATOMIC ANY", releases=True, model="key_taken")
_methods(dict, "update", "DICT", keeps=True, releases=True, fills=True, model="keys_updated")
_methods(dict, "keys values items", model="view")
_methods(dict, "clear", releases=True, model="emptied")
_methods(dict, "copy", model="untouched")
_methods(set, "add", keeps=True, model="member_added")
_methods(set, "discard remove", releases=True, model="member_dropped")
_methods(set, "update", "ITERATED", keeps=True, fills=True)
_methods(set, "pop", releases=True, model="untouched")
_methods(set, "clear", releases=True, model="emptied")
_methods(set, "copy", model="untouched")
_methods(deque, "append appendleft", "ANY", keeps=True)
_methods(deque, "extend extendleft", "ITERATED", keeps=True, fills=True)
_methods(deque, "pop popleft clear", releases=True)

_OTHERS: dict[Any, Builtin] = {
    **{kind: Builtin(kind, "", model="atomic") for kind in ATOMIC - NONE},
    **{kind: Builtin(kind, "", compares=True, model="compared") for kind in (list, dict, set)},
}
"""Rows for all methods of a type that have no row of their own."""

SPECULATED: dict[str, Builtin] = {
    **{name: row for name, row in FUNCTIONS.items() if row.likely},
    **{f".{row.name}": row for row in METHODS.values() if row.likely},
}
"""Assumptions of speculative code about called names: functions by name, methods by their names behind a dot."""

DIRECT: dict[str, Builtin] = {row.name: row for row in METHODS.values() if row.direct}
"""Methods that compiled code calls itself, by name: the owner's type is tested."""

FILLING_METHODS = frozenset(row.name for row in METHODS.values() if row.fills)
"""Names of methods that add the items of an iterable to a container."""

_by_address = {id(getattr(builtins, name)): row for name, row in FUNCTIONS.items()}


def function_row(function: Any) -> Builtin | None:
    """Return the row of a builtin function or type that is called."""
    return _by_address.get(id(function))


def method_row(kind: type, name: str) -> Builtin | None:
    """Return the row of a method of exactly this type."""
    return METHODS.get((kind, name)) or _OTHERS.get(kind)
