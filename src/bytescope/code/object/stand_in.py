"""Stand-ins: code objects of the host for the interpreter to find those of other versions by."""

from __future__ import annotations

import types

from bytescope.code.assembly.assembler import Assembler
from bytescope.code.errors import InvalidPyc
from bytescope.code.flags import CO_HAS_DOCSTRING, CO_OPTIMIZED
from bytescope.code.host.facts import HOST, version_of
from bytescope.code.lowering.lower import lower
from bytescope.code.object.build import build_code
from bytescope.code.stored import FrozenMapping, StoredCode
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.stdlib_lite import Any

__all__ = ["stand_in"]


def stand_in(stored: StoredCode) -> types.CodeType:
    """Make a code object of the host that stands for one of another version.

    Names, flags, arguments, variables and first line are those of the other; its bytecode is what
    `bytescope.code.lowering.lower` finds behind it. Without the interpreter, executing it raises RuntimeError.

    Args:
        stored: the code object, whose nested ones get stand-ins, too.

    Raises:
        InvalidBytecode: if the bytecode is malformed, or makes what the host has not.
        InvalidPyc: if a constant is of a type that the host has not.
        ValueError: if the host does not accept the parts.
    """
    version = version_of(stored)
    asm = Assembler(stored.co_qualname)
    asm.emit("RESUME", 0)
    asm.emit("LOAD_CONST", 1)
    asm.emit("RAISE_VARARGS", 1)
    assembled = asm.finish(stored.co_firstlineno)
    consts = tuple([_constant(value, stored) for value in stored.co_consts])
    documented = bool(stored.co_flags & CO_HAS_DOCSTRING) or not version.behaviour.flags_docstrings
    first = consts[0] if consts and stored.co_flags & CO_OPTIMIZED and documented else None
    docstring = first if isinstance(first, str) else None
    error = RuntimeError(f"{stored.co_qualname} is bytecode of CPython {stored.version}: run it in the interpreter")
    made = build_code(
        argcount=stored.co_argcount,
        posonlyargcount=stored.co_posonlyargcount,
        kwonlyargcount=stored.co_kwonlyargcount,
        stacksize=stored.co_stacksize + 1,
        flags=stored.co_flags & ~CO_HAS_DOCSTRING | (0 if docstring is None else CO_HAS_DOCSTRING),
        code=assembled.code,
        consts=(docstring, error, *consts, stored),
        names=stored.co_names,
        varnames=stored.co_varnames,
        filename=stored.co_filename,
        name=stored.co_name,
        qualname=stored.co_qualname,
        first_line=stored.co_firstlineno,
        linetable=assembled.linetable,
        exceptiontable=assembled.exceptiontable,
        freevars=stored.co_freevars,
        cellvars=stored.co_cellvars,
    )
    lower(made)  # which finds what is wrong with it before anything is executed
    return made


def _constant(value: object, code: StoredCode) -> Any:
    """Return a constant as the host has it."""
    if isinstance(value, StoredCode):
        return stand_in(value)
    if isinstance(value, FrozenMapping):
        make = PRIVATE_BUILTINS.get("frozendict")
        if make is None:
            reason = f"{code.co_qualname} has a frozendict among its constants, which CPython {HOST} has not"
            raise InvalidPyc(None, f"compiled by CPython {code.version}: {reason}")
        return make([(_constant(key, code), _constant(item, code)) for key, item in value.pairs])
    if type(value) is tuple:
        return tuple([_constant(each, code) for each in value])
    return value
