"""Stubs: code objects that functions have until they are called for the first time, and woven.

A stub has the instructions and all else that can be seen of the function's code, behind a few that call the woven
function with the same arguments. These come before the RESUME, so the frame is invisible: the function's caller is the
stub's.
"""

from __future__ import annotations

import types

from bytescope.code.assembly.assembler import Assembler
from bytescope.code.assembly.sequences import Sequences
from bytescope.code.flags import CO_OPTIMIZED, CO_VARARGS, CO_VARKEYWORDS
from bytescope.code.host.frame_marks import HANDLER_FILE
from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.weak_tables import alive, enter
from bytescope.code.object.build import build_code
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Callable, ref
from bytescope.weave.marker import Marker, marker_of, original

Weave = Callable[[types.CodeType, str], types.CodeType | None]
"""Weaves a code object of a module at a first call; None if that is not possible now."""

LOOKED_AT = "__code__"
"""The attribute of a function that woven code loads only once the function is woven: programs keep such objects."""

_EMPTY = compile("0", HANDLER_FILE, "eval")
"""Template from which the stub makes a function, which finds the globals of the stub's frame."""

_FIXED = 12
"""Stack space for all but the arguments and cells."""


def is_called_later(code: types.CodeType, in_function: bool) -> bool:
    """Return True if a code object is that of a function which is made once, and perhaps never called.

    Comprehensions and the like, whose names are in angle brackets, are called where they are made. So are most
    functions that functions make, again and again: their code is woven with that around it.

    Args:
        code: the code object.
        in_function: whether it is nested in a function's.
    """
    name = code.co_name
    named = name[:1] != "<" or name == "<lambda>"
    return named and bool(code.co_flags & CO_OPTIMIZED) and not in_function


class Stub(Marker):
    """Marker of a stub, and what it does when it is called.

    Args:
        code: the code object that it stands for.
        module: the name of the module that this belongs to.
        weave: weaves it.
    """

    __slots__ = ("_functions", "_weave", "module")

    def __init__(self, code: types.CodeType, module: str, weave: Weave) -> None:
        super().__init__(code)
        self.module = module
        self._weave = weave
        self._functions: dict[int, ref[types.FunctionType]] = {}

    def register(self, function: types.FunctionType) -> None:
        """Register a function that has the stub: it is to get the woven code."""
        enter(self._functions, id(function), function)

    def settle(self, function: types.FunctionType) -> bool:
        """Give a function that has the stub its woven code; return False if that is not possible now."""
        code = original(function.__code__)  # in which a program may have replaced flags and names
        woven = self._weave(code, self.module)
        if woven is None:
            return False
        with CHANGES:
            if marker_of(function.__code__) is self:  # it has not got other code meanwhile
                function.__code__ = woven
        self._functions.pop(id(function), None)
        return True

    def settle_all(self) -> None:
        """Give all functions that have the stub their woven code, as far as that is possible now."""
        for function in alive(self._functions):
            if marker_of(function.__code__) is self:
                self.settle(function)

    def callee(self, namespace: dict[str, Any], cells: tuple[Any, ...] | None) -> types.FunctionType:
        """Return the function to call in the place of that which was called.

        Args:
            namespace: the globals of the latter.
            cells: its closure.
        """
        found = None
        for function in alive(self._functions):
            if marker_of(function.__code__) is self:
                settled = self.settle(function)
            else:
                settled = original(function.__code__) is self.code  # which was woven anew
            if settled and function.__globals__ is namespace and _is_same(function.__closure__, cells):
                found = function
        if found is not None:
            return found
        code = self._weave(self.code, self.module) or self.code
        return types.FunctionType(code, namespace, code.co_name, None, cells)

    def make(self) -> types.CodeType:
        """Make the stub's code object."""
        code = self.code
        consts = [*code.co_consts, _entered, _EMPTY, None, *_keywords(code), self]
        asm = _write(code)
        assembled = asm.finish(code.co_firstlineno)
        return build_code(
            argcount=code.co_argcount,
            posonlyargcount=code.co_posonlyargcount,
            kwonlyargcount=code.co_kwonlyargcount,
            stacksize=max(code.co_stacksize, _FIXED + code.co_argcount + 2 * code.co_kwonlyargcount)
            + len(code.co_freevars),
            flags=code.co_flags,
            code=assembled.code + code.co_code,
            consts=tuple(consts),
            names=code.co_names,
            varnames=code.co_varnames,
            filename=code.co_filename,
            name=code.co_name,
            qualname=code.co_qualname,
            first_line=code.co_firstlineno,
            linetable=assembled.linetable + code.co_linetable,
            exceptiontable=b"",  # the instructions behind are never executed
            freevars=code.co_freevars,
            cellvars=code.co_cellvars,
        )


def _is_same(closure: tuple[Any, ...] | None, cells: tuple[Any, ...] | None) -> bool:
    """Return True if two closures have the same cells."""
    return all(one is other for one, other in zip(closure or (), cells or (), strict=True))


def _keywords(code: types.CodeType) -> tuple[str, ...]:
    return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]


def _write(code: types.CodeType) -> Assembler:
    """Emit `return _entered(stub, function, cells, [keyword arguments, positional arguments])`.

    The frame gives its references to the arguments up: they live no longer than in a call without a stub.
    """
    asm = Assembler(code.co_qualname)
    asm.position = code.co_firstlineno, code.co_firstlineno, None, None
    sequences = Sequences(asm)
    entered, empty, none, keywords = range(first := len(code.co_consts), first + 4)
    positional, named = code.co_argcount, code.co_kwonlyargcount
    rest = positional + named
    other = rest + bool(code.co_flags & CO_VARARGS)
    if code.co_freevars:
        asm.emit("COPY_FREE_VARS", len(code.co_freevars))
    sequences.push_callable(lambda: asm.emit("LOAD_CONST", entered))
    asm.emit("LOAD_CONST", keywords + named)
    asm.emit("LOAD_CONST", empty)
    asm.emit("MAKE_FUNCTION", 0)
    if code.co_freevars:
        cells = len({*code.co_varnames, *code.co_cellvars})
        for index in range(len(code.co_freevars)):
            sequences.load_cell(cells + index)
        asm.emit("BUILD_TUPLE", len(code.co_freevars))
    else:
        asm.emit("LOAD_CONST", none)
    for index in range(named):
        asm.emit("LOAD_CONST", keywords + index)
        asm.emit("LOAD_FAST", positional + index)
    asm.emit("BUILD_MAP", named)
    if code.co_flags & CO_VARKEYWORDS:
        asm.emit("LOAD_FAST", other)
        asm.emit("DICT_UPDATE", 1)
    for index in range(positional):
        asm.emit("LOAD_FAST", index)
    asm.emit("BUILD_LIST", positional)
    if code.co_flags & CO_VARARGS:
        asm.emit("LOAD_FAST", rest)
        asm.emit("LIST_EXTEND", 1)
    asm.emit("BUILD_LIST", 2)
    for index in range(other + bool(code.co_flags & CO_VARKEYWORDS)):
        asm.emit("DELETE_FAST", index)
    sequences.call(4)
    asm.emit("RETURN_VALUE")
    return asm


@hidden
def _entered(
    stub: Stub, function: types.FunctionType, cells: tuple[Any, ...] | None, arguments: list[Any]
) -> Any:  # fmt: skip
    return stub.callee(function.__globals__, cells)(*arguments.pop(), **arguments.pop())


@hidden
def register(function: types.FunctionType) -> None:
    """Register a function that has just been made: it may have a stub."""
    marker = marker_of(function.__code__)
    if type(marker) is Stub:
        marker.register(function)


@hidden
def settle(value: Any) -> None:
    """Give a function or method, whose code the program is about to look at, its woven code if it has a stub."""
    function = value.__func__ if type(value) is types.MethodType else value
    if type(function) is types.FunctionType:
        marker = marker_of(function.__code__)
        if type(marker) is Stub:
            marker.settle(function)
