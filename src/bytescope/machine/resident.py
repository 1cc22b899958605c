"""Resident code objects: made once for each guest code object, and found again."""

from __future__ import annotations

import types

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.weak_tables import alive, enter, when_gone
from bytescope.loading import functions as finding
from bytescope.machine import engine
from bytescope.machine.engine import drive
from bytescope.machine.frames.trampoline import Trampoline
from bytescope.machine.jit import entries
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.machine.support import intercepts
from bytescope.machine.support.recursion import ample
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, deque, ref

_cache: dict[int, ref[types.CodeType]] = {}
"""Id of a guest code object to its resident one, which keeps it alive."""
_kept: dict[int, types.CodeType] = {}
"""Resident code objects that functions need again although they have their own for a while, by the functions' ids."""
_recent: deque[types.CodeType] = deque(maxlen=1024)
"""Resident code of functions that are gone: the next functions of the same guest code need it."""


def _itself(code: types.CodeType) -> types.CodeType:
    return code


originals: list[Callable[[types.CodeType], types.CodeType]] = [_itself]
"""The last returns the code object that is executed in the place of one: the original of a woven one."""


def program_of(code: types.CodeType) -> Program | None:
    """Return the program of a resident code object, None if the code object is not resident."""
    for value in reversed(code.co_consts):
        if type(value) is Program:
            return value
    return None


def _known(code: types.CodeType) -> types.CodeType | None:
    """Return the existing resident code object of a guest code object, None if there is none."""
    reference = _cache.get(id(code))
    return None if reference is None else reference()


def resident(code: types.CodeType) -> types.CodeType:
    """Return the resident code object of a guest code object (itself, if it is resident already).

    Args:
        code: the code object.

    Raises:
        InvalidBytecode: if the code object is malformed.
    """
    if program_of(code) is not None:
        return code
    return _known(code) or _make(code)


def keep(functions: Iterable[types.FunctionType]) -> None:
    """Keep the resident code objects of functions, which are to be host functions again for a while.

    That is as long as the functions exist; of those that are gone, as many as there is room for in `_recent`.
    """
    for function in functions:
        if id(function) not in _kept:
            when_gone(function, _leave, id(function))
        _kept[id(function)] = function.__code__


@hidden
def _leave(key: int) -> None:
    _recent.append(_kept.pop(key))


@ample
def _make(code: types.CodeType) -> types.CodeType:
    code = originals[-1](code)
    with CHANGES:
        known = _known(code)  # by another thread
        if known is None:
            known = _assemble(code)
            enter(_cache, id(code), known)
        return known


def _assemble(code: types.CodeType) -> types.CodeType:
    try:
        program = Program(code)
    except Exception:
        raise
    except BaseException as interrupt:  # it is the guest's, so its traceback must not show the analysis of code
        interrupt.__traceback__ = None
        raise
    program.guarded = TRANSFORMS["hooks"] is not None or TRANSFORMS["recording"] is not None
    made = Trampoline(program, program.guarded).build(drive)
    _lives(made, program)
    return made


def _lives(code: types.CodeType, program: Program) -> None:
    """Set a program's resident code object. Once that is gone, the program is unlinked."""
    program.resident = ref(code)
    when_gone(code, _gone, program)


@hidden
def _gone(program: Program) -> None:
    if program.resident is not None and program.resident() is None:  # it may have a successor
        program.unlink()


def program_for(code: types.CodeType) -> Program | None:
    """Return the program of a guest code object, None if it has none."""
    known = _known(code)
    return None if known is None else program_of(known)


def restored(code: types.CodeType) -> Program | None:
    """Return the program of a guest code object that was pickled."""
    return program_of(resident(code))


def unlinked() -> list[Program]:
    """Return the programs that were never run."""
    found = [program_of(each) for each in alive(_cache)]
    return [each for each in found if each is not None and each.ops is None]


def guard(programs: list[Program]) -> None:
    """Pass every exception in new activations of programs to the machine generator first."""
    successors = _Successors()
    for program in programs:
        program.guarded = True
        if program.resident is not None and (known := program.resident()) is not None:
            successors.add(known, _guarded(program))
            del known  # what still has it is looked for
    for each in alive(engine.programs):
        successors.replace_in(each.inner)
    successors.replace_in(_kept)
    recent = dict(enumerate(_recent))
    successors.replace_in(recent)
    _recent.clear()
    _recent.extend(recent.values())
    recent.clear()
    successors.give_to(finding.functions_in_modules({each.module for each in programs}))
    if successors.wanted():
        successors.give_to(finding.all_functions(successors.old()))


class _Successors:
    """Resident code objects that replace others."""

    def __init__(self) -> None:
        self._old: dict[int, ref[types.CodeType]] = {}
        self._new: dict[int, types.CodeType] = {}

    def add(self, old: types.CodeType, new: types.CodeType) -> None:
        self._old[id(old)], self._new[id(old)] = ref(old), new

    def of(self, code: types.CodeType) -> types.CodeType | None:
        """Return the successor of a code object, None if it has none."""
        reference = self._old.get(id(code))  # the id of one that is gone may be another's
        return None if reference is None or reference() is not code else self._new[id(code)]

    def replace_in(self, table: dict[int, types.CodeType]) -> None:
        """Replace the values of a table."""
        for key, code in list(table.items()):
            new = self.of(code)
            if new is not None:
                table[key] = new

    def give_to(self, functions: Iterable[types.FunctionType]) -> None:
        """Replace the code objects of functions."""
        for function in functions:
            new = self.of(function.__code__)
            if new is not None:
                function.__code__ = new

    def old(self) -> list[types.CodeType]:
        """Return the old code objects that still exist."""
        return alive(self._old)

    def wanted(self) -> bool:
        """Return True if an old code object is in use other than by frames that execute it."""
        executed = set(map(id, finding.executed_codes()))
        return any(key not in executed and reference() is not None for key, reference in self._old.items())


def _guarded(program: Program) -> types.CodeType:
    """Give a program another resident code object, which passes every exception to the machine generator first."""
    made = Trampoline(program, True).build(drive)
    enter(_cache, id(program.code), made)
    entries.remove(program)
    _lives(made, program)
    return made


intercepts.set_converter(resident)
Program.unpickled = staticmethod(restored)


def convert(function: types.FunctionType) -> None:
    """Make an existing function a guest function, in place.

    Args:
        function: a function written in Python; one that is a guest already stays as it is.

    Raises:
        InvalidBytecode: if its code object is malformed.
    """
    function.__code__ = resident(function.__code__)


def convert_module(module: types.ModuleType) -> int:
    """Make every function that an imported module defines a guest function, in place.

    Args:
        module: the module; its functions are found wherever its code keeps them.

    Returns:
        The number of these functions.
    """
    functions = finding.functions_of(vars(module))
    for function in functions:
        convert(function)
    return len(functions)


def interpreted(code: types.CodeType, module: str) -> types.CodeType:
    """Return the resident code object of a module that is being imported, see `loading.imports.Prepare`."""
    return resident(code)


def is_guest(function: Any) -> bool:
    """Return True if a function, method or code object is executed by the interpreter.

    Args:
        function: an object of any type; False is returned for what is no Python code.
    """
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", function)
    return type(code) is types.CodeType and program_of(code) is not None
