"""The form of `.pyc` files: which magic number is whose, and how each version of CPython stores code objects."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Final, NamedTuple

__all__ = ["FORMS", "INTEGERS", "PycForm", "compiler_of"]


class PycForm(NamedTuple):
    """The form of the `.pyc` files of one version of CPython.

    Attributes:
        magic: the magic number of its releases.
        fields: what is stored of a code object, in order. `INTEGERS` are bare, the others marshalled objects.
        lines: the form of the line table: "lnotab", "ranges" or "locations".
        types: the type codes of marshal that not all versions have.
    """

    magic: int
    fields: tuple[str, ...]
    lines: str
    types: str


INTEGERS: Final = frozenset(
    "argcount posonlyargcount kwonlyargcount nlocals stacksize flags firstlineno".split(),
)
"""The fields of a code object that are integers of four bytes."""

_SEPARATE_VARIABLES = tuple(
    "argcount posonlyargcount kwonlyargcount nlocals stacksize flags code consts names varnames freevars cellvars"
    " filename name firstlineno linetable".split()
)
"""The fields before 3.11: variables in a tuple for each kind, blocks set up by instructions."""

_COMMON_VARIABLES = tuple(
    "argcount posonlyargcount kwonlyargcount stacksize flags code consts names localsplusnames localspluskinds"
    " filename name qualname firstlineno linetable exceptiontable".split()
)
"""The fields since 3.11: all variables in a tuple, with a byte for the kinds of each, and a table of exceptions."""

FORMS: Final[dict[str, PycForm]] = {
    "3.8": PycForm(3413, _SEPARATE_VARIABLES, "lnotab", ""),
    "3.9": PycForm(3425, _SEPARATE_VARIABLES, "lnotab", ""),
    "3.10": PycForm(3439, _SEPARATE_VARIABLES, "ranges", ""),
    "3.11": PycForm(3495, _COMMON_VARIABLES, "locations", ""),
    "3.12": PycForm(3531, _COMMON_VARIABLES, "locations", ""),
    "3.13": PycForm(3571, _COMMON_VARIABLES, "locations", ""),
    "3.14": PycForm(3627, _COMMON_VARIABLES, "locations", ":"),
    "3.15": PycForm(3666, _COMMON_VARIABLES, "locations", ":}"),
}
"""The form of each version that can be read, oldest first."""

_FIRST_NUMBERS = (
    (0, "PyPy"),
    (3000, "CPython 3.0"),
    (3141, "CPython 3.1"),
    (3160, "CPython 3.2"),
    (3190, "CPython 3.3"),
    (3250, "CPython 3.4"),
    (3320, "CPython 3.5"),
    (3360, "CPython 3.6"),
    (3390, "CPython 3.7"),
    (3400, "CPython 3.8"),
    (3420, "CPython 3.9"),
    (3430, "CPython 3.10"),
    (3450, "CPython 3.11"),
    (3500, "CPython 3.12"),
    (3550, "CPython 3.13"),
    (3600, "CPython 3.14"),
    (3650, "CPython 3.15"),
    (3700, "CPython 3.16 or newer"),
    (20121, "Python 1"),
    (21000, "GraalPy"),
    (30000, "Python 1"),
    (50823, "Python 2"),
)
"""The first magic number of each compiler's range, in ascending order."""


def compiler_of(magic: int) -> str:
    """Return what writes files with this magic number: an implementation, with its version where that is known."""
    return next(name for first, name in reversed(_FIRST_NUMBERS) if first <= magic)
