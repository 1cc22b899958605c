"""The table of effects: what primitives do to values, in one row each.

A guard says when a primitive runs no user code; what it gives, changes and holds afterwards is said of the primitive
once its guard holds. The interpreter's inline forms, the trace compiler, type inference and the fast paths of shadows
all read these rows; how a value's shadow follows is in the table of primitives.
"""

from __future__ import annotations

from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.typesets import (
    ATOMIC,
    BOOLEAN,
    COLLECTIONS,
    DICT,
    INTEGER,
    ITERABLES,
    ITERATORS,
    LIST,
    NUMBERS,
    REAL,
    SET,
    SLICE,
    STRING,
    TUPLE,
    Types,
)  # fmt: skip
from bytescope.startup.stdlib_lite import Any, Callable, Sequence

__all__ = [
    "ALWAYS_TYPED", "ARITHMETIC", "BINARY_OPERATORS", "CHANGING", "CLEAN", "CONTAINER_OPERATORS", "CONVERSIONS",
    "EFFECTS", "FILLING", "OF_REFERENCES", "OPERATORS", "PREDICATES", "QUERIES", "Access", "Effect", "Guard", "Test",
    "effect_of", "guard_of", "result_types",
]  # fmt: skip

Test = tuple[int, str] | str
"""Test of an operand: (its number, name of the set in `typesets` that has its exact type); or a named condition."""
Guard = tuple[tuple[Test, ...], ...]
"""Alternatives, each a conjunction of tests. Without alternatives the guard always holds."""

LOADS, CLASS_LOADS, MODULE_LOADS = "attribute loads purely", "class attribute loads purely", "module has the name"
STORES = "attribute stores purely"
DROPS_ATOMIC = "the value that is dropped is atomic"
PLAIN_LOCALS = "the namespace of locals is a dict"
FITS = "there are as many items as are asked for"
"""Conditions, which engines test each in its own way. Attributes: see `purity`."""

Known = Sequence[Types | None]
"""Type facts: the possible exact types of operands."""


class Access:
    """An attribute, an item or a variable that a primitive reads or writes.

    kind: "attribute", "item" or "variable".
    owner: number of the operand that has it; the places of a variable (`moves.PLACES`) come behind the operands.
    key: numbers of the operands that say which it is: one, or two, the bounds of a slice; none: the immediate does.
    value: number of the operand that is stored; None if it is read or deleted.
    """

    __slots__ = ("key", "kind", "owner", "value")

    def __init__(self, kind: str, owner: int = 0, key: tuple[int, ...] = (), value: int | None = None) -> None:
        self.kind, self.owner, self.key, self.value = kind, owner, key, value


class Effect:
    """A row of the table.

    pure: the guard, or what gives it for an immediate and a number of operands; None: it may always run user code.
    result: the exact types that the results are one of, or what gives them for an immediate and the operands' types;
    None if they may be any.
    typed: they are of these types even where the guard does not hold.
    keeps: number of the first of the operands that the result or the first operand holds afterwards, None if none are.
    loads: the results are held by the first operand.
    changes: it changes an object; releases: that object may hold something no longer; fills: what an iterable gives is
    put into the first operand.
    access: the attribute, item or variable that is all it reads or writes.
    """

    __slots__ = ("access", "changes", "fills", "keeps", "loads", "pure", "releases", "result", "typed")

    def __init__(  # no record, whose methods are compiled when the program starts
        self,
        pure: Guard | Callable[[Any, int], Guard] | None = None,
        result: Types | Callable[[Any, Known], Types | None] | None = None,
        typed: bool = False,
        keeps: int | None = None,
        loads: bool = False,
        changes: bool = False,
        releases: bool = False,
        fills: bool = False,
        access: Access | None = None,
    ) -> None:
        self.pure, self.result, self.typed = pure, result, typed
        self.keeps, self.loads = keeps, loads
        self.changes, self.releases, self.fills = changes, releases, fills
        self.access = access


ALWAYS: Guard = ()


def _are(names: str, *operands: int) -> Guard:
    """Return the guard that operands, one after the other, are of types in the sets of these names."""
    numbers = operands or range(len(names.split()))
    return (tuple(zip(numbers, names.split(), strict=True)),)


_ATOMIC_1, _ATOMIC_2 = _are("ATOMIC"), _are("ATOMIC ATOMIC")
_CONTAINER = _are("CONTAINERS")


def _unary(operator: str, count: int) -> Guard:
    return _are("INTEGER" if operator == "~" else "NUMBERS")  # ~True warns, which may run user code


def _hashed(step: int) -> Callable[[Any, int], Guard]:
    """Return the guard of a display that hashes every operand, or each of a pair's first."""

    def guard(immediate: Any, count: int) -> Guard:
        return (tuple((number, "ATOMIC") for number in range(0, count, step)),) if count else ALWAYS

    return guard


_CLOSED = frozenset("+ - * // % & | ^ << >> += -= *= //= %= &= |= ^= <<= >>=".split())
_REAL_CLOSED = frozenset("+ - * += -= *=".split())
_BUILT: dict[str, Types] = {"tuple": TUPLE, "list": LIST, "string": STRING, "slice": SLICE}


def _arithmetic(operator: str, known: Known) -> Types:
    kinds = (known[0] or ATOMIC) | (known[1] or ATOMIC)
    if operator in _CLOSED and kinds <= INTEGER:
        return INTEGER
    return REAL if operator in _REAL_CLOSED and kinds <= REAL else ATOMIC


def _iterator(immediate: Any, known: Known) -> Types | None:
    return ITERATORS if known[0] is not None and known[0] <= ITERABLES | ITERATORS else None


def _item(immediate: Any, known: Known) -> Types | None:
    return STRING if known[0] is not None and known[0] <= STRING else None


_VARIABLE, _STORED_VARIABLE = Access("variable"), Access("variable", 1, value=0)
_ATTRIBUTE, _STORED_ATTRIBUTE = Access("attribute"), Access("attribute", value=1)
_ITEM = Access("item", 0, (1,))

EFFECTS: dict[str, Effect] = {
    # variables
    "load_locals": Effect(ALWAYS),
    "load_cell": Effect(access=_VARIABLE),
    "store_cell": Effect(access=_STORED_VARIABLE),
    "delete_cell": Effect(access=_VARIABLE),
    "load_global": Effect(access=_VARIABLE),
    "store_global": Effect(((DROPS_ATOMIC,),), access=_STORED_VARIABLE),
    "delete_global": Effect(access=_VARIABLE),
    "load_name": Effect(((PLAIN_LOCALS,),), access=_VARIABLE),
    "store_name": Effect(((PLAIN_LOCALS, DROPS_ATOMIC),), access=_STORED_VARIABLE),
    "delete_name": Effect(access=_VARIABLE),
    "load_from_dict_or_globals": Effect(access=_VARIABLE),
    "load_from_dict_or_cell": Effect(access=_VARIABLE),
    "load_build_class": Effect(ALWAYS),
    # operators
    "unary": Effect(_unary, NUMBERS),
    "binary": Effect(_ATOMIC_2, _arithmetic),
    "inplace": Effect(_ATOMIC_2, _arithmetic, fills=True),
    "compare": Effect(_ATOMIC_2, BOOLEAN),
    "contains": Effect(_are("ATOMIC HASHED") + _are("STRING STRING"), BOOLEAN),
    "identity": Effect(ALWAYS, BOOLEAN, typed=True),
    "is_none": Effect(ALWAYS, BOOLEAN, typed=True),
    "truth": Effect(_CONTAINER, BOOLEAN, typed=True),
    "negation": Effect(_CONTAINER, BOOLEAN, typed=True),
    "length": Effect(_CONTAINER, INTEGER, typed=True),
    "convert": Effect(_ATOMIC_1, STRING),
    "format": Effect(_ATOMIC_1, STRING),
    "format_with_spec": Effect(_ATOMIC_2, STRING),
    # attributes and items
    "getattr": Effect(((LOADS,), (CLASS_LOADS,), *_CONTAINER, (MODULE_LOADS,)), loads=True, access=_ATTRIBUTE),
    "setattr": Effect(((STORES,),), keeps=1, changes=True, releases=True, access=_STORED_ATTRIBUTE),
    "delattr": Effect(access=_ATTRIBUTE),
    "super_attr": Effect(access=Access("attribute", 2)),
    "import_from": Effect(access=_ATTRIBUTE),
    "getitem": Effect(_are("SEQUENCES INTEGER") + _are("DICT ATOMIC"), _item, loads=True, access=_ITEM),
    "setitem": Effect(
        _are("LIST INTEGER") + _are("DICT ATOMIC"),
        keeps=1,
        changes=True,
        releases=True,
        fills=True,
        access=Access("item", 0, (1,), 2),
    ),
    "delitem": Effect((((0, "DICT"), (1, "ATOMIC"), DROPS_ATOMIC),), changes=True, releases=True, access=_ITEM),
    "getslice": Effect(
        _are("SEQUENCES BOUNDS BOUNDS"), lambda immediate, known: known[0], access=Access("item", 0, (1, 2))
    ),
    "setslice": Effect(changes=True, releases=True, fills=True, access=Access("item", 0, (1, 2), 3)),
    # building and taking apart
    "build": Effect(ALWAYS, lambda kind, known: _BUILT[kind], keeps=0),
    "build_set": Effect(_hashed(1), SET, keeps=0),
    "build_map": Effect(_hashed(2), DICT, keeps=0),
    "build_const_key_map": Effect(ALWAYS, DICT),
    "build_interpolation": Effect(ALWAYS),
    "build_template": Effect(ALWAYS),
    "list_append": Effect(ALWAYS, keeps=1, changes=True),
    "set_add": Effect(_are("ATOMIC", 1), keeps=1, changes=True),
    "map_add": Effect(_are("ATOMIC", 1), keeps=1, changes=True, releases=True),
    "list_extend": Effect(_are("ITERABLES", 1), changes=True, fills=True),
    "set_update": Effect(changes=True, fills=True),
    "dict_update": Effect(changes=True, releases=True, fills=True),
    "dict_merge": Effect(changes=True, releases=True, fills=True),
    "list_to_tuple": Effect(ALWAYS, TUPLE),
    "unpack": Effect((((0, "ROWS"), FITS),), loads=True),
    "iter": Effect(_CONTAINER + _are("ITERATORS"), _iterator),
    # patterns and exceptions
    "match_mapping": Effect(ALWAYS, BOOLEAN, typed=True),
    "match_sequence": Effect(ALWAYS, BOOLEAN, typed=True),
    "exception_match": Effect(ALWAYS, BOOLEAN, typed=True),
    "stopiteration_error": Effect(ALWAYS),
}
"""The rows by primitive. Of a primitive without row nothing is known."""

_NOTHING = Effect()


def effect_of(name: str) -> Effect:
    """Return the row of a primitive."""
    return EFFECTS.get(name, _NOTHING)


def guard_of(name: str, immediate: Any, count: int) -> Guard | None:
    """Return the condition under which a primitive runs no user code, None if there is none.

    Args:
        name: the primitive.
        immediate: what the instruction gives it.
        count: the number of its operands.
    """
    pure = effect_of(name).pure
    return pure(immediate, count) if callable(pure) else pure


def result_types(name: str, immediate: Any, known: Known) -> Types | None:
    """Return the exact types that a primitive's results are one of once its guard holds, None if they may be any."""
    result = effect_of(name).result
    return result(immediate, known) if callable(result) else result


def _named(column: str) -> frozenset[str]:
    return frozenset(name for name, row in EFFECTS.items() if getattr(row, column))


ARITHMETIC = frozenset({"unary", "binary", "inplace"})
"""Primitives whose operands' types give what they like, but atomic values for atomic values."""
ALWAYS_TYPED = _named("typed")
CHANGING, FILLING = _named("changes"), _named("fills")
OPERATORS = ARITHMETIC | {
    name for name, row in EFFECTS.items() if row.pure and isinstance(row.result, frozenset) and row.result <= ATOMIC
}
"""Primitives of values that give atomic ones where their guards hold."""
QUERIES = OPERATORS - ARITHMETIC - ALWAYS_TYPED
"""Primitives whose results are almost certainly atomic, whatever their operands."""
CONVERSIONS = frozenset(name for name in QUERIES if EFFECTS[name].result == STRING)
"""Primitives that return the text of a value."""
PREDICATES = frozenset(
    name for name in ALWAYS_TYPED if EFFECTS[name].pure == ALWAYS and PRIMITIVES[name].shadow == "join"
)
"""Primitives that never run user code and do nothing but join their operands' shadows."""
OF_REFERENCES = frozenset(name for name in OPERATORS if PRIMITIVES[name].shadow == "join")
"""Operators whose result has the shadows of the references alone, whatever the operands contain."""
CLEAN = frozenset(name for name, row in PRIMITIVES.items() if row.shadow == "clean")
"""Primitives whose results have no shadow, whatever the operands."""

BINARY_OPERATORS = tuple("+ - * @ / // % ** << >> & | ^".split())
"""The operators of `binary`; those of `inplace` have an equals sign behind them."""
CONTAINER_OPERATORS = frozenset(
    operator
    for operator, method in zip(BINARY_OPERATORS, PRIMITIVES["binary"].dunders, strict=False)
    if any(hasattr(kind, method) for kind in COLLECTIONS)
)
"""Primitives that build a container from builtin containers."""
