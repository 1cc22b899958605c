"""`Code`: a code object that can be edited."""

from __future__ import annotations

import os
import types

from bytescope.code.errors import InvalidPyc
from bytescope.code.flags import CO_SUSPENDS
from bytescope.code.format.exception_table import decode_exceptions
from bytescope.code.format.positions import positions_of
from bytescope.code.host.facts import GENERATOR_DEPTH, HOST, OPMAP, OPNAME, VERSION, version_of
from bytescope.code.object.adjacency import bound_instructions
from bytescope.code.object.build import build_code
from bytescope.code.object.constants import constant_key
from bytescope.code.object.edit import Change, rewrite, shift_from
from bytescope.code.object.encode import encode
from bytescope.code.object.raw import RawInstruction, Region, decode_instructions, decode_regions
from bytescope.code.stored import AnyCode, StoredCode
from bytescope.code.versions.version import load_version
from bytescope.startup.stdlib_lite import Hashable, Iterable

__all__ = ["Code"]


class Code:
    """A code object taken apart. What it was taken from is not kept, and not needed to put it together again.

    Attributes:
        instructions: the instructions.
        regions: the handler regions.
        consts: the constants; nested code objects are `Code` too.
        names: the names of globals, attributes and modules.
        varnames: the names of the arguments and other fast locals.
        cellvars: the names of variables that inner functions use, arguments among them.
        freevars: the names of variables of outer functions.
        name: the function's name.
        qualname: its qualified name.
        filename: its file.
        first_line: its first line.
        flags: the `CO_` flags.
        argcount: the number of positional arguments.
        posonlyargcount: how many of them are positional only.
        kwonlyargcount: the number of keyword-only arguments.
        stacksize: the least stack size that the host shall reserve; more is reserved where the code needs it.
        version: the version of CPython that the instructions are of, by default the host's. Of another one, all can be
            looked at, but nothing be inserted or put together.
    """

    def __init__(
        self,
        instructions: Iterable[RawInstruction] = (),
        regions: Iterable[Region] = (),
        *,
        consts: Iterable[object] = (),
        names: Iterable[str] = (),
        varnames: Iterable[str] = (),
        cellvars: Iterable[str] = (),
        freevars: Iterable[str] = (),
        name: str = "<code>",
        qualname: str | None = None,
        filename: str = "<code>",
        first_line: int = 1,
        flags: int = 0,
        argcount: int = 0,
        posonlyargcount: int = 0,
        kwonlyargcount: int = 0,
        stacksize: int = 0,
        version: str = HOST,
    ) -> None:
        """Make one of its parts, which are named as the attributes are."""
        self.instructions = list(instructions)
        self.regions = list(regions)
        self.consts = list(consts)
        self.names = list(names)
        self.varnames = list(varnames)
        self.cellvars = list(cellvars)
        self.freevars = list(freevars)
        self.name = name
        self.qualname = name if qualname is None else qualname
        self.filename = filename
        self.first_line = first_line
        self.flags = flags
        self.argcount = argcount
        self.posonlyargcount = posonlyargcount
        self.kwonlyargcount = kwonlyargcount
        self.stacksize = stacksize
        self.version = version
        self._const_index: dict[Hashable, int] = {}

    def __repr__(self) -> str:
        return f"<Code {self.qualname} in {self.filename}, line {self.first_line}>"

    @classmethod
    def from_host(cls, code: types.CodeType) -> Code:
        """Decode a code object, nested ones included.

        Args:
            code: the code object.

        Returns:
            Its parts.

        Raises:
            InvalidBytecode: if the code object is malformed.
        """
        return cls._decoded(code)

    @classmethod
    def from_stored(cls, code: StoredCode) -> Code:
        """Likewise of a code object of any version, such as `bytescope.code.read_pyc` returns.

        Before 3.11 there are no regions: there, instructions set handlers up (`SETUP_FINALLY`).
        """
        return cls._decoded(code)

    @classmethod
    def from_pyc(cls, path: str | os.PathLike[str]) -> Code:
        """Decode the code object of a `.pyc` file of CPython 3.8 to 3.15, nested ones included.

        Args:
            path: the file.

        Returns:
            The parts of the module's code object.

        Raises:
            InvalidPyc: if the file is damaged, or is for no such version.
            InvalidBytecode: if a code object is malformed.
            OSError: if the file cannot be read.
        """
        from bytescope.code.format.pyc import read_pyc

        with open(path, "rb") as file:
            stored = read_pyc(file.read()).code
        try:
            return cls._decoded(stored)
        except RecursionError:
            raise InvalidPyc(None, "code objects are nested too deep") from None

    @classmethod
    def _decoded(cls, code: AnyCode) -> Code:
        name = code.co_qualname
        version = version_of(code)
        instructions, starts = decode_instructions(name, code.co_code, positions_of(code), version.opcodes)
        return cls(
            instructions,
            decode_regions(name, decode_exceptions(code.co_exceptiontable, name), starts, code.co_stacksize),
            consts=[
                cls._decoded(const) if isinstance(const, types.CodeType | StoredCode) else const
                for const in code.co_consts
            ],
            names=code.co_names,
            varnames=code.co_varnames,
            cellvars=code.co_cellvars,
            freevars=code.co_freevars,
            name=code.co_name,
            qualname=name,
            filename=code.co_filename,
            first_line=code.co_firstlineno,
            flags=code.co_flags,
            argcount=code.co_argcount,
            posonlyargcount=code.co_posonlyargcount,
            kwonlyargcount=code.co_kwonlyargcount,
            stacksize=code.co_stacksize,
            version=version.name,
        )

    def to_host(self) -> types.CodeType:
        """Put a code object together, nested ones included; the instructions learn their new offsets.

        Returns:
            The code object, which equals in every attribute the one that this was taken from, if nothing was edited.

        Raises:
            InvalidBytecode: if a jump or region refers to an instruction that is not in the code, a jump cannot go
                the way that it would have to, or the depth of the stack is not bounded.
        """
        self._check_version()
        depth = GENERATOR_DEPTH if self.flags & CO_SUSPENDS else 0
        encoded = encode(self.qualname, self.instructions, self.regions, self.first_line, depth)
        return build_code(
            argcount=self.argcount,
            posonlyargcount=self.posonlyargcount,
            kwonlyargcount=self.kwonlyargcount,
            stacksize=max(self.stacksize, encoded.stacksize),
            flags=self.flags,
            code=encoded.code,
            consts=tuple([const.to_host() if isinstance(const, Code) else const for const in self.consts]),
            names=tuple(self.names),
            varnames=tuple(self.varnames),
            filename=self.filename,
            name=self.name,
            qualname=self.qualname,
            first_line=self.first_line,
            linetable=encoded.linetable,
            exceptiontable=encoded.exceptiontable,
            freevars=tuple(self.freevars),
            cellvars=tuple(self.cellvars),
        )

    # Instructions

    def bound(self) -> set[RawInstruction]:
        """Return the instructions before which nothing can be inserted.

        The host takes for granted that they directly follow another, say RESUME a YIELD_VALUE, or that a jump goes
        straight to them, as FOR_ITER to END_FOR. What shall come next goes behind them.
        """
        self._check_version()
        return bound_instructions(self.instructions)

    def rewrite(self, change: Change, *, jumps: bool = True) -> None:
        """Put other instructions in the place of each.

        What referred to the instruction - jumps, and the starts, ends and handlers of regions - then refers to the
        first of those in its place; if there are none, to what follows. New instructions are left alone: they refer
        to what they were made to refer to.

        Args:
            change: returns what shall stand in the place of an instruction, itself among it or not; None for no
                change.
            jumps: False to have jumps and handlers go to the instruction itself still, if it is still there.

        Raises:
            InvalidBytecode: if the last instructions are deleted and something refers to them.
        """
        rewrite(self.qualname, self.instructions, self.regions, change, jumps)

    def insert_before(self, at: RawInstruction, *new: RawInstruction, jumps: bool = True) -> None:
        """Insert instructions before another, in the same handler regions.

        Args:
            at: the other.
            *new: the instructions.
            jumps: whether what jumps to `at` now comes through the new ones first.

        Raises:
            ValueError: if `at` is not in the code.
        """
        self._check(at)
        self.rewrite(lambda one: (*new, one) if one is at else None, jumps=jumps)

    def insert_after(self, at: RawInstruction, *new: RawInstruction) -> None:
        """Insert instructions behind another, in the same handler regions; no jump goes to them.

        Args:
            at: the other.
            *new: the instructions.

        Raises:
            ValueError: if `at` is not in the code.
        """
        self._check(at)
        self.rewrite(lambda one: (one, *new) if one is at else None)

    def replace(self, at: RawInstruction, *new: RawInstruction) -> None:
        """Put instructions in the place of another; what referred to it refers to the first of them.

        Args:
            at: the other.
            *new: the instructions.

        Raises:
            ValueError: if `at` is not in the code.
        """
        self._check(at)
        self.rewrite(lambda one: new if one is at else None)

    def delete(self, *instructions: RawInstruction) -> None:
        """Delete instructions; what referred to them refers to what follows, and empty regions vanish.

        Args:
            *instructions: the instructions.

        Raises:
            InvalidBytecode: if nothing follows, and a jump or a handler leads there.
            ValueError: if one is not in the code.
        """
        for instruction in instructions:
            self._check(instruction)
        gone = set(instructions)
        self.rewrite(lambda one: () if one in gone else None)

    def _check_version(self) -> None:
        if load_version(self.version) is not VERSION:
            raise ValueError(f"the code of {self.qualname} is of CPython {self.version}, and this is {HOST}")

    def _check(self, instruction: RawInstruction) -> None:
        if instruction not in self.instructions:
            raise ValueError(f"{instruction} is not in the code of {self.qualname}")

    # Constants, names and variables

    def add_const(self, value: object) -> int:
        """Return the index of a constant, which is added if it, type and sign of zero included, is not there.

        Args:
            value: the constant, any object; nested code as `Code` or as the host's.

        Returns:
            Its index.
        """
        index_of = self._const_index
        key = constant_key(value)
        index = index_of.get(key, -1)
        if not 0 <= index < len(self.consts) or constant_key(self.consts[index]) != key:
            index_of.clear()
            for index, const in enumerate(self.consts):
                index_of.setdefault(constant_key(const), index)
            index = index_of.setdefault(key, len(self.consts))
            if index == len(self.consts):
                self.consts.append(value)
        return index

    def add_name(self, name: str) -> int:
        """Return the index of a name in `names`, which is added if it is not there.

        Args:
            name: the name of a global, an attribute or a module.
        """
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    @property
    def variables(self) -> list[str]:
        """All variables by index. First come locals, then cells that are no locals, then free variables."""
        return [*self.varnames, *(name for name in self.cellvars if name not in self.varnames), *self.freevars]

    def add_varname(self, name: str) -> int:
        """Return the index of a fast local, which is added if it is not there.

        Instructions that have a cell's or free variable's index are adjusted.

        Args:
            name: the name of the variable.

        Raises:
            ValueError: if a cell or free variable has that name.
        """
        if name not in self.varnames:
            self._check_new(name)
            self.rewrite(shift_from(len(self.varnames)))
            self.varnames.append(name)
        return self.varnames.index(name)

    def add_cellvar(self, name: str) -> int:
        """Return the index of a cell, which is added if it is not there, as is the instruction that makes it.

        A fast local of that name becomes a cell, but instructions that load and store it are left as they are.

        Args:
            name: the name of the variable.

        Raises:
            ValueError: if a free variable has that name.
        """
        if name not in self.cellvars:
            if name not in self.varnames:
                self._check_new(name)
                self.rewrite(shift_from(len(self.variables) - len(self.freevars)))
            self.cellvars.append(name)
            make = RawInstruction("MAKE_CELL", self.variables.index(name))
            first = self.instructions[0]
            if OPNAME[first.opcode] == "COPY_FREE_VARS":
                self.insert_after(first, make)
            else:
                self.insert_before(first, make, jumps=False)
        return self.variables.index(name)

    def add_freevar(self, name: str) -> int:
        """Return the index of a free variable, which is added if it is not there.

        The instruction that copies the function's closure is adjusted; that its closure has one more cell is the
        caller's care.

        Args:
            name: the name of the variable.

        Raises:
            ValueError: if a local or cell has that name.
        """
        if name not in self.freevars:
            self._check_new(name)
            self.freevars.append(name)
            first = self.instructions[0]
            if OPNAME[first.opcode] == "COPY_FREE_VARS":
                first.arg = len(self.freevars)
            else:
                copy = RawInstruction(OPMAP["COPY_FREE_VARS"], len(self.freevars))
                self.insert_before(first, copy, jumps=False)
        return self.variables.index(name)

    def _check_new(self, name: str) -> None:
        self._check_version()
        if name in self.variables:
            raise ValueError(f"{self.qualname} has another kind of variable named {name}")
