"""Kinds of operands: what CPython trusts the compiler to put on the operand stack, and does not check.

A kind is one character, so that the kinds of a stack are a string. Those from `FAMILY` on have a number: the character
is that of the family plus the number.
"""

from __future__ import annotations

import types

from bytescope.code.flags import CO_GENERATOR
from bytescope.code.stored import StoredCode
from bytescope.startup.stdlib_lite import Any

VALUE = "o"
"""An object of which no more is known."""

NULL = "n"
METHOD, SELF = "f", "m"
"""The two that are loaded for the call of a method: which is the function, or NULL, depends on the attribute."""

SPECIAL, RECEIVER = "s", "t"
"""The same of a special method, which may be moved, because a `with` keeps them."""

INDEX = "k"
"""Kind of the operand above an iterator: NULL or, where the host needs no iterator of a sequence, an index."""

SAVED = "v"
"""Kind of an operand that an inlined comprehension has saved: a value, a cell, or NULL."""

SAVED_CELL = "w"
"""The same if it is a cell."""

PREVIOUS = "p"
"""The exception that was handled before, which POP_EXCEPT takes."""

OFFSET = "l"
"""The offset of the instruction that raised, for RERAISE; no object in every version."""

EXECUTES = "e"
"""Kind of a global or name called `exec` or `eval`: its argument is code, if it is what it seems."""

EXCEPTION, MAYBE_EXCEPTION = "x", "y"
CELL, LIST, SET, DICT, TUPLE, STRING, FUNCTION, ITERATOR = "c", "L", "S", "D", "T", "q", "F", "i"
BOOL = "b"
DEFAULTS = "d"
"""The defaults of a generic function: a tuple, or the dict of those of keyword-only parameters. The compiler's variable
for the former holds the latter if there are none but these."""

GENERATOR_FUNCTION = "G"
"""A function of which the call gives an iterator."""

FAMILY = 0x10000
CODE = chr(1 * FAMILY)
"""A code object, numbered by its free variables."""

CELLS = chr(2 * FAMILY)
"""A tuple of so many cells."""

NAMES = chr(3 * FAMILY)
"""A tuple of so many strings."""

GENERATOR_CODE = chr(4 * FAMILY)
"""The code object of generators, numbered as others."""

CONSTANTS = chr(5 * FAMILY)
"""A tuple of so many constants that are not all strings."""

NULLS = frozenset((NULL, SELF, RECEIVER))
"""Kinds of the operand beside the callable of a call, where it is no argument."""

EXECUTORS = frozenset({"exec", "eval"})

NO_VALUES = frozenset((NULL, METHOD, SELF, SPECIAL, RECEIVER, INDEX, SAVED, SAVED_CELL, PREVIOUS, OFFSET))
NOT_COPIED = frozenset((NULL, METHOD, SELF, SPECIAL, RECEIVER, INDEX, SAVED, SAVED_CELL))
NOT_DROPPED = frozenset((NULL, METHOD, SELF, SAVED, SAVED_CELL))
NOT_MOVED = frozenset((METHOD, SELF))

TUPLES = TUPLE + CELLS + NAMES + CONSTANTS
FUNCTIONS = FUNCTION + GENERATOR_FUNCTION
CODES = CODE + GENERATOR_CODE
_EITHER = EXCEPTION + MAYBE_EXCEPTION

TAKES: dict[str, tuple[str, ...]] = {
    "list_append": (LIST, VALUE),
    "map_add": (DICT, VALUE, VALUE),
    "list_extend": (LIST, VALUE),
    "list_to_tuple": (LIST,),
    "set_update": (SET, VALUE),
    "dict_update": (DICT, VALUE),
    "dict_merge": (DICT, VALUE, VALUE),
    "format_with_spec": (VALUE, STRING),
    "build_interpolation": (VALUE, STRING),
    "build_template": (TUPLES, TUPLES),
    "match_keys": (VALUE, TUPLES),
    "match_class": (VALUE, VALUE, NAMES),
    "next": (ITERATOR,),
    "exception_match": (EXCEPTION, VALUE),
    "group_match": (_EITHER, VALUE),
    "prepare_reraise_star": (EXCEPTION, LIST),
    "stopiteration_error": (EXCEPTION,),
    "cleanup_throw": (EXCEPTION,),
    "push_exc_info": (EXCEPTION,),
    "pop_except": (PREVIOUS,),
    "end_async_for": (EXCEPTION,),
    "store_local": (VALUE + SAVED,),
    "restore_cell": (VALUE + SAVED + SAVED_CELL,),
}
"""By primitive the kinds that each operand may have; VALUE stands for all objects, which is what others take."""

GIVES: dict[str, str] = {
    "null": NULL,
    "truth": BOOL,
    "negation": BOOL,
    "identity": BOOL,
    "contains": BOOL,
    "compare": BOOL,  # of ints, which the compiler of 3.14 knows that it compares
    "exception_match": BOOL,
    "match_mapping": BOOL,
    "match_sequence": BOOL,
    "build_set": SET,
    "build_map": DICT,
    "build_const_key_map": DICT,
    "list_to_tuple": TUPLE,
    "format": STRING,
    "format_with_spec": STRING,
    "iter": ITERATOR,
    "yield_from_iter": ITERATOR,
    "group_match": MAYBE_EXCEPTION * 2,
    "prepare_reraise_star": MAYBE_EXCEPTION,
    "stopiteration_error": EXCEPTION,
    "push_exc_info": PREVIOUS,
    "save_local": SAVED,
    "save_cell": SAVED_CELL,
    "load_closure": CELL,
}
"""By primitive the kinds of its results, if they are not just values."""

BUILT = {"tuple": TUPLE, "list": LIST, "string": STRING}
"""By kind of a `build` that of its result."""

HIDDEN = {".0": ITERATOR, ".defaults": DEFAULTS, ".kwdefaults": DEFAULTS}
"""Variables of which no program has the name, and what the compiler has them hold."""

NOUNS = {
    VALUE: "an object",
    NULL: "NULL",
    METHOD: "the function of a method call",
    SELF: "the self of a method call",
    SPECIAL: "a special method",
    RECEIVER: "the self of a special method",
    INDEX: "the index of an iterator",
    SAVED: "what a comprehension has saved",
    SAVED_CELL: "a cell that a comprehension has saved",
    PREVIOUS: "the exception that was handled before",
    OFFSET: "the offset of an exception",
    EXECUTES: "exec or eval",
    EXCEPTION: "an exception",
    MAYBE_EXCEPTION: "an exception or None",
    CELL: "a cell",
    LIST: "a list",
    SET: "a set",
    DICT: "a dict",
    TUPLE: "a tuple",
    STRING: "a string",
    BOOL: "a bool",
    DEFAULTS: "the defaults of a function",
    FUNCTION: "a function",
    GENERATOR_FUNCTION: "a generator function",
    ITERATOR: "an iterator",
    CODE: "a code object",
    CELLS: "a tuple of cells",
    NAMES: "a tuple of names",
    GENERATOR_CODE: "the code object of a generator",
    CONSTANTS: "a tuple of constants",
}
"""Names of kinds in error messages."""


def numbered(family: str, number: int) -> str:
    """Return the kind with a number, of which there are as many as a code object can have names."""
    return chr(ord(family) + min(number, FAMILY - 1))


def family(kind: str) -> str:
    """Return a kind without its number."""
    return kind if kind < CODE else chr(ord(kind) // FAMILY * FAMILY)


def number(kind: str) -> int:
    """Return the number of a kind that has one."""
    return ord(kind) % FAMILY


def fits(kind: str, wanted: str) -> bool:
    """Return True if an operand of a kind may be where some kinds are."""
    return family(kind) in wanted or (VALUE in wanted and kind not in NO_VALUES)


def of_constant(value: Any) -> str:
    """Return the kind of a constant."""
    kind = type(value)
    if kind is types.CodeType or kind is StoredCode:
        return numbered(GENERATOR_CODE if value.co_flags & CO_GENERATOR else CODE, len(value.co_freevars))
    if kind is tuple:
        return numbered(NAMES if all(type(each) is str for each in value) else CONSTANTS, len(value))
    return {str: STRING, bool: BOOL}.get(kind, VALUE)


def joined(one: str, other: str) -> str | None:
    """Return the kind of what has one of two kinds, None if there is none."""
    if one == other:
        return one
    if {one, other} == {SAVED, SAVED_CELL}:
        return SAVED
    if one in NO_VALUES or other in NO_VALUES:
        return None
    kinds = {family(one), family(other)}
    for common, kind in ((_EITHER, MAYBE_EXCEPTION), (TUPLES, TUPLE), (FUNCTIONS, FUNCTION)):
        if kinds.issubset(common):
            return kind
    return EXECUTES if EXECUTES in kinds else VALUE
