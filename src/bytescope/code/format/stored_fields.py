"""The fields of a stored code object, checked and brought into the shape that all versions share."""

from __future__ import annotations

from bytescope.code.flags import CO_OPTIMIZED, CO_VARARGS, CO_VARKEYWORDS
from bytescope.code.stored import StoredCode, stored_codes
from bytescope.startup.stdlib_lite import Any, Mapping

__all__ = ["make_code", "set_qualified_names"]

_HIDDEN, _LOCAL, _CELL, _FREE = 0x10, 0x20, 0x40, 0x80
"""Kinds of a variable since 3.11: bits of its byte in `localspluskinds`."""

_LONGEST = 1000
"""Characters of a qualified name that may precede the name."""

_BYTES = "code linetable exceptiontable localspluskinds".split()
_STRINGS = "filename name qualname".split()
_NAMES = "names varnames freevars cellvars localsplusnames".split()
_COUNTS = "argcount posonlyargcount kwonlyargcount stacksize flags".split()


def make_code(version: str, fields: Mapping[str, object]) -> StoredCode:
    """Return a code object of its fields.

    Args:
        version: the version of CPython that has stored it.
        fields: what is stored, by the names of `PycForm.fields`.

    Raises:
        ValueError: if a field is not of its type, or fields contradict each other.
    """
    _check(fields)
    given: Any = fields
    if "localsplusnames" in fields:
        variables = _by_kind(given["localsplusnames"], given["localspluskinds"])
    else:
        variables = [given["varnames"], given["cellvars"], given["freevars"], ()]
    varnames, cellvars, freevars, hidden = variables
    starred = bool(given["flags"] & CO_VARARGS) + bool(given["flags"] & CO_VARKEYWORDS)
    if given["posonlyargcount"] > given["argcount"]:
        raise ValueError("a code object has more positional-only parameters than positional ones")
    if given["argcount"] + given["kwonlyargcount"] + starred > len(varnames):
        raise ValueError("a code object has more parameters than local variables")
    return StoredCode(
        version=version,
        co_argcount=given["argcount"],
        co_posonlyargcount=given["posonlyargcount"],
        co_kwonlyargcount=given["kwonlyargcount"],
        co_stacksize=given["stacksize"],
        co_flags=given["flags"],
        co_code=given["code"],
        co_consts=given["consts"],
        co_names=given["names"],
        co_varnames=varnames,
        co_cellvars=cellvars,
        co_freevars=freevars,
        hidden=hidden,
        co_filename=given["filename"],
        co_name=given["name"],
        co_qualname=given.get("qualname", given["name"]),
        co_firstlineno=given["firstlineno"],
        co_linetable=given["linetable"],
        co_exceptiontable=given.get("exceptiontable", b""),
    )


def _check(fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        if name in _BYTES:
            fits, what = type(value) is bytes, "bytes"
        elif name in _STRINGS:
            fits, what = type(value) is str, "a string"
        elif name in _NAMES:
            fits, what = type(value) is tuple and all(type(each) is str for each in value), "a tuple of strings"
        elif name == "consts":
            fits, what = type(value) is tuple, "a tuple"
        else:
            fits, what = name not in _COUNTS or (isinstance(value, int) and value >= 0), "a number from 0"
        if not fits:
            raise ValueError(f"co_{name} of a code object is not {what}")


def _by_kind(names: tuple[str, ...], kinds: bytes) -> list[tuple[str, ...]]:
    """Return the names of local variables, cells, free variables, and hidden ones."""
    if len(names) != len(kinds):
        raise ValueError(f"a code object has {len(names)} variables, and kinds of {len(kinds)}")
    bits = (_LOCAL, _CELL, _FREE, _HIDDEN)
    return [tuple([name for name, kind in zip(names, kinds, strict=True) if kind & bit]) for bit in bits]


def set_qualified_names(module: StoredCode) -> None:
    """Set the qualified names of all code objects in one, which versions before 3.11 do not store.

    The names are those that functions and classes get, but for those that are declared `global` where they are defined.
    """
    for code in stored_codes(module):
        if code is module:
            prefix = ""
        else:
            prefix = code.co_qualname + (".<locals>." if code.co_flags & CO_OPTIMIZED else ".")
        for const in code.co_consts:
            if isinstance(const, StoredCode):
                const.co_qualname = prefix + const.co_name if len(prefix) < _LONGEST else const.co_name
