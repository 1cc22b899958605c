"""Making the host's code objects."""

from __future__ import annotations

import marshal
import types

from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.startup.stdlib_lite import Any

__all__ = ["build_code"]

_HIDDEN_LOCAL, _CELL, _FREE = 0x30, 0x40, 0x80


def build_code(
    *,
    argcount: int,
    posonlyargcount: int,
    kwonlyargcount: int,
    stacksize: int,
    flags: int,
    code: bytes,
    consts: tuple[Any, ...],
    names: tuple[str, ...],
    varnames: tuple[str, ...],
    filename: str,
    name: str,
    qualname: str,
    first_line: int,
    linetable: bytes,
    exceptiontable: bytes,
    freevars: tuple[str, ...],
    cellvars: tuple[str, ...],
) -> types.CodeType:
    """Make a code object from all its parts, named as its attributes are.

    Fast locals of module and class code, which come from inlined comprehensions, stay hidden from `locals()`. (The
    code type's own constructor, and `replace`, make them visible: `locals()` in a module then overwrites and
    deletes its globals of the same names.)

    Returns:
        The code object.

    Raises:
        ValueError: if the host does not accept the parts.
    """
    if BEHAVIOUR.hides_locals and varnames and not flags & CO_OPTIMIZED:
        try:
            constants = marshal.dumps(consts)
        except ValueError:
            pass  # an edit brought in a constant that has no marshalled form
        else:
            return _from_marshal(
                constants,
                [argcount, posonlyargcount, kwonlyargcount, stacksize, flags],
                code,
                [names, *_variables(varnames, cellvars, freevars), filename, name, qualname],
                first_line,
                [linetable, exceptiontable],
            )
    return types.CodeType(
        argcount,
        posonlyargcount,
        kwonlyargcount,
        len(varnames),
        stacksize,
        flags,
        code,
        consts,
        names,
        varnames,
        filename,
        name,
        qualname,
        first_line,
        linetable,
        exceptiontable,
        freevars,
        cellvars,
    )


def _variables(
    varnames: tuple[str, ...], cellvars: tuple[str, ...], freevars: tuple[str, ...]
) -> tuple[tuple[str, ...], bytes]:
    """Names and kinds of all variables of unoptimised code."""
    cells = [name for name in cellvars if name not in varnames]
    kinds = [_HIDDEN_LOCAL | (_CELL if name in cellvars else 0) for name in varnames]
    kinds += [_CELL] * len(cells) + [_FREE] * len(freevars)
    return (*varnames, *cells, *freevars), bytes(kinds)


def _from_marshal(
    constants: bytes, numbers: list[int], code: bytes, parts: list[Any], first_line: int, tables: list[bytes]
) -> types.CodeType:
    # The second version of the format has no back references, so its dumps can stand behind one another. Only the
    # constants may need a later one, and as they hold the first back references, theirs are numbered right.
    dumped = b"".join(
        [
            b"c",
            *(number.to_bytes(4, "little") for number in numbers),
            marshal.dumps(code, 2),
            constants,
            *(marshal.dumps(part, 2) for part in parts),
            first_line.to_bytes(4, "little", signed=True),
            *(marshal.dumps(table, 2) for table in tables),
        ]
    )
    made: types.CodeType = marshal.loads(dumped)
    return made
