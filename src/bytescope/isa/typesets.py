"""Sets of builtin types: what operations on values of exactly these types can run, and what they give.

No member can be subclassed without being another type, so an exact type says which code an operation runs. Nothing
outside `isa` makes such a set of its own for what is here.
"""

from __future__ import annotations

import sys
import types

from bytescope.startup.stdlib_lite import Any

Types = frozenset[type]

BOOLEAN: Types = frozenset({bool})
INTEGER: Types = frozenset({int})
REAL: Types = frozenset({int, float})
STRING: Types = frozenset({str})
NONE: Types = frozenset({type(None)})
LIST: Types = frozenset({list})
TUPLE: Types = frozenset({tuple})
DICT: Types = frozenset({dict})
SET: Types = frozenset({set})
RANGE: Types = frozenset({range})
SLICE: Types = frozenset({slice})
GENERATOR: Types = frozenset({types.GeneratorType})
MODULE: Types = frozenset({types.ModuleType})

NUMBERS: Types = frozenset({int, float, complex, bool})

ATOMIC: Types = NUMBERS | STRING | NONE | (frozenset() if sys.flags.bytes_warning else frozenset({bytes}))
"""Immutable types whose values hold nothing. Comparing, hashing, converting them and calculating with them runs no user
code, nor does freeing one. Where the host warns of bytes beside strings (`-b`), bytes are left out: a warning may."""

ROWS: Types = TUPLE | LIST
BOUNDS: Types = INTEGER | NONE
"""Bounds of slices."""
SEQUENCES: Types = ROWS | {str, bytes}
"""An integer index of them runs no user code, nor does a slice."""
CHANGEABLE: Types = LIST | DICT
"""Items can be stored."""
SUBSCRIPTED: Types = ROWS | DICT
"""Items have shadows of their own."""
HASHED: Types = DICT | SET | {frozenset}
COLLECTIONS: Types = ROWS | HASHED
"""Builtin containers of references."""

TEXTS: Types = RANGE | STRING | {bytes}
"""They are no containers of references: what iteration over them gives is atomic."""
ITERABLES: Types = SEQUENCES | HASHED | {bytearray, range}
CONTAINERS: Types = ATOMIC | ITERABLES | {memoryview}
"""Types whose truth, length, iterator and attributes run no user code."""


def _iterator(value: Any) -> type:
    return type(iter(value))


_NO_DICT: dict[Any, Any] = {}

VIEWS: Types = frozenset(map(type, (_NO_DICT.keys(), _NO_DICT.values(), _NO_DICT.items())))
SEQUENCE_ITERATORS: Types = frozenset({_iterator(()), _iterator([])})
REVERSED: type = type(reversed([]))
"""The type of reversed lists."""
KEY_ITERATORS: Types = frozenset({_iterator(_NO_DICT), _iterator(set())})
VALUE_ITERATOR: type = _iterator(_NO_DICT.values())
ITEM_ITERATOR: type = _iterator(_NO_DICT.items())
RANGE_ITERATORS: Types = frozenset({_iterator(range(0)), _iterator(range(1 << 70))})
ATOMIC_ITERATORS: Types = RANGE_ITERATORS | {_iterator(each) for each in ("", "\u20ac", b"", bytearray())}
"""Iterators that give atomic values."""
REFERENCE_ITERATORS: Types = SEQUENCE_ITERATORS | KEY_ITERATORS | {REVERSED, VALUE_ITERATOR, ITEM_ITERATOR}
"""Iterators of builtin containers that give what these hold."""
ITERATORS: Types = ATOMIC_ITERATORS | REFERENCE_ITERATORS
"""Iterators of builtin containers."""
PAIRING: Types = frozenset({enumerate, zip})
"""Iterators that give tuples of what other iterators give."""
ITERATED: Types = ITERABLES | VIEWS | ITERATORS | PAIRING | GENERATOR
"""Types of which iter() runs no user code."""
