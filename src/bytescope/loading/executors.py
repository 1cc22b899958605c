"""Modules that are left out, and execute code of modules that are not.

`runpy`, `code`, `bdb` and the loaders of packages call `exec` with code of files that they have found. Where the
modules that do this are no guests, nothing is observed in them, and no other instruction of theirs is changed: those
that load `exec` to call it load a function of bytescope's, in place, which treats the code as an import would.
"""

from __future__ import annotations

import sys
import types
from abc import ABCMeta

from bytescope.code.assembly.sequences import NULL_FIRST
from bytescope.code.flags import CO_OPTIMIZED
from bytescope.code.host.facts import CACHES, EXTENDED_ARG, NAME_SHIFT, OPMAP
from bytescope.code.host.invisible_frames import hidden
from bytescope.loading.functions import find_functions
from bytescope.loading.source import FUTURE_FLAGS, source_code
from bytescope.startup.stdlib_lite import Any, Callable, Iterator

_NAME = "exec"
_LOAD, _CONST, _NULL, _NOP = (OPMAP[name] for name in ("LOAD_GLOBAL", "LOAD_CONST", "PUSH_NULL", "NOP"))
_UNITS = 1 + CACHES[_LOAD]
_MOST_CONSTS = 2**16

GuestCode = Callable[[types.CodeType, dict[str, Any]], types.CodeType]
"""Makes of a code object, given the namespace, what is executed instead."""


class Executors:
    """The functions in which `exec` is replaced.

    Args:
        guest_code: makes of a code object what is executed.
    """

    def __init__(self, guest_code: GuestCode) -> None:
        self._execute = _replacement(guest_code)
        self._changed: list[tuple[types.FunctionType, types.CodeType, types.CodeType]] = []

    def change(self, namespace: dict[str, Any]) -> None:
        """Replace it in the functions of a module."""
        for function in find_functions([namespace], lambda each: each is namespace):
            code = function.__code__
            new = self._with_replacement(code)
            if new is not code:
                self._changed.append((function, code, new))
                function.__code__ = new

    def change_if_named(self, namespace: dict[str, Any]) -> None:
        """Replace it in the functions of a module, if the module's own functions and methods name it."""
        name = namespace.get("__name__")
        for value in list(namespace.values()):
            plain = type(value) is type or type(value) is ABCMeta  # asking other classes may run code of the program's
            owned = vars(value).values() if plain and value.__module__ == name else (value,)
            if any(type(each) is types.FunctionType and names_exec(each.__code__) for each in owned):
                self.change(namespace)
                return

    def restore(self) -> None:
        """Give these functions their code back."""
        while self._changed:
            function, code, new = self._changed[-1]
            if function.__code__ is new:
                function.__code__ = code
            self._changed.pop()

    def _with_replacement(self, code: types.CodeType) -> types.CodeType:
        if not names_exec(code) or not code.co_flags & CO_OPTIMIZED:
            return code
        consts = [self._with_replacement(each) if type(each) is types.CodeType else each for each in code.co_consts]
        raw, place = bytearray(code.co_code), len(consts)
        calls = list(_calls(code)) if place < _MOST_CONSTS else []
        if not calls:
            return code.replace(co_consts=tuple(consts))
        load = [(EXTENDED_ARG, place >> 8), (_CONST, place & 0xFF)] if place > 0xFF else [(_CONST, place)]
        units = [(_NULL, 0), *load] if NULL_FIRST else [*load, (_NULL, 0)]
        for start, offset in calls:
            before, behind = (offset - start) // 2, _UNITS - len(units)
            filled = [*[(_NOP, 0)] * before, *units, *[(_NOP, 0)] * behind]
            raw[start : offset + 2 * _UNITS] = bytes(byte for unit in filled for byte in unit)
        return code.replace(co_code=bytes(raw), co_consts=(*consts, self._execute))


def names_exec(code: types.CodeType) -> bool:
    """Return True if a code object, or one nested in it, has `exec` among its names."""
    return _NAME in code.co_names or any(type(each) is types.CodeType and names_exec(each) for each in code.co_consts)


def _calls(code: types.CodeType) -> Iterator[tuple[int, int]]:
    """Yield where `exec` is loaded to be called: the offsets of the first prefix and of the instruction."""
    raw = code.co_code
    offset = start = arg = 0
    while offset < len(raw):
        opcode, arg = raw[offset], arg << 8 | raw[offset + 1]
        if opcode == _LOAD and arg & 1 and code.co_names[arg >> NAME_SHIFT[opcode]] == _NAME:
            yield start, offset
        offset += 2 + 2 * CACHES[opcode]
        if opcode != EXTENDED_ARG:
            start, arg = offset, 0


def _replacement(guest_code: GuestCode) -> Callable[..., None]:
    @hidden
    def execute(*given: Any, **more: Any) -> None:
        frame = sys._getframe()  # of the caller, for this one is hidden
        called: Any = frame.f_globals.get(_NAME) or frame.f_builtins.get(_NAME)
        if called is not exec or not given:
            called(*given, **more)
            return
        code, namespace, variables = _arguments(*given, **more)
        if namespace is None:
            namespace = frame.f_globals
            variables = frame.f_locals if variables is None else variables
        if type(namespace) is dict:
            namespace.setdefault("__builtins__", frame.f_builtins)
            if type(code) is types.CodeType:
                code = guest_code(code, namespace)
        codes = source_code(exec, code, frame.f_code.co_flags & FUTURE_FLAGS, lambda each: each)
        closure = {"closure": more["closure"]} if "closure" in more else {}
        exec(code if codes is None or closure else next(codes), namespace, variables, **closure)

    return execute


def _arguments(source: Any, globals: Any = None, locals: Any = None, closure: Any = None) -> tuple[Any, Any, Any]:
    """Return the source and the namespaces that `exec` is called with."""
    return source, globals, locals
