"""The driver: runs sources, functions, files and modules under the machine."""

from __future__ import annotations

import builtins
import os
import sys
import types

from bytescope.code.host.invisible_frames import hidden
from bytescope.code.host.transactions import Released, Step, Transaction
from bytescope.loading import main_program
from bytescope.loading.imports import Guests, importing
from bytescope.loading.source import FUTURE_FLAGS, kept
from bytescope.machine import engine
from bytescope.machine.guests import auditing, introspection, monitoring, settrace, signals
from bytescope.machine.resident import interpreted, resident
from bytescope.machine.support import budget, recursion
from bytescope.machine.support.recursion import headroom
from bytescope.startup.stdlib_lite import (
    TYPE_CHECKING,
    AbstractContextManager,
    Any,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)

if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    from bytescope.machine.support.counting import Tally

    P = ParamSpec("P")
    R = TypeVar("R")

Source = str | bytes | types.CodeType
"""Argument of the three compile modes: a source text or a code object."""


class VM:
    """A Python virtual machine.

    Statements executed one after the other share `globals`, as at a prompt:

        >>> vm = VM()
        >>> vm.exec("def x(a, b): return a + b")
        >>> vm.eval("x(1, 2)")
        3

    Args:
        guests: globs of dotted module names that are to be guests when they are imported during a run, beside those
            outside the standard library, which always are; "*" is everything, "!name" excludes.
        max_instructions: how many guest instructions one run may execute.
        max_depth: how many guest frames may be on the stack at once.
        timeout: how many seconds one run may take; the clock is read between guest instructions.
        max_memory: by how many bytes the resident memory of the process may grow during one run; see `docs/limits.md`.
        stoppable: whether `stop` can stop a run, which then is watched as one with a limit is.
        count_kinds: whether to count the instructions by kind.

    Raises:
        TypeError: if an argument is of the wrong type.
        ValueError: if a limit is negative, or this platform does not tell the memory in use.
    """

    def __init__(
        self,
        *,
        guests: Iterable[str] = (),
        max_instructions: int | None = None,
        max_depth: int | None = None,
        timeout: float | None = None,
        max_memory: int | None = None,
        stoppable: bool = False,
        count_kinds: bool = False,
    ) -> None:
        self.guests = Guests(guests)
        self.tally: Tally | None = None
        if count_kinds:
            from bytescope.machine.support.counting import Tally  # here, because it is seldom needed

            self.tally = Tally()
        self.budget = budget.Budget(max_instructions, max_depth, timeout, self.tally, stoppable, max_memory)
        self.globals: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self._future = 0
        self._instructions = engine.executed[0]
        self._functions = engine.started[0]

    @property
    def instructions(self) -> int:
        """Guest instructions executed since this VM was made, in the whole process."""
        return engine.executed[0] - self._instructions

    @property
    def functions(self) -> int:
        """Guest code objects first executed since this VM was made, in the whole process."""
        return engine.started[0] - self._functions

    @property
    def kinds(self) -> Mapping[str, int]:
        """Return how many instructions of each kind this VM's runs executed, the most frequent first.

        Raises:
            ValueError: if the VM was made without `count_kinds`.
        """
        if self.tally is None:
            raise ValueError("this VM does not count instructions by kind: make it with count_kinds=True")
        return self.tally.by_kind()

    def stop(self) -> None:
        """Stop the run that this VM is in: before the next guest instruction it ends with `BudgetExceeded`.

        For signal handlers and other threads; without a run nothing happens.

        Raises:
            ValueError: if the VM was made without `stoppable`.
        """
        if not self.budget.stoppable:
            raise ValueError("this VM's runs cannot be stopped: make it with stoppable=True")
        self.budget.halt()

    # --- the three compile modes

    @hidden
    def eval(self, source: Source, globals: dict[str, Any] | None = None) -> Any:
        """Evaluate an expression.

        Args:
            source: the expression, or its code object.
            globals: the namespace, `self.globals` by default.

        Returns:
            Its value.
        """
        return self.run_code(self._compiled(source, "eval", globals), globals)

    @hidden
    def exec(self, source: Source, globals: dict[str, Any] | None = None) -> None:
        """Execute statements.

        Args:
            source: the statements, or their code object.
            globals: the namespace, `self.globals` by default.
        """
        self.run_code(self._compiled(source, "exec", globals), globals)

    @hidden
    def single(self, source: Source, globals: dict[str, Any] | None = None) -> None:
        """Execute one statement as at the prompt: the value of an expression is echoed.

        Args:
            source: the statement, or its code object.
            globals: the namespace, `self.globals` by default.
        """
        self.run_code(self._compiled(source, "single", globals), globals)

    @hidden
    def _compiled(self, source: Source, mode: str, namespace: dict[str, Any] | None) -> types.CodeType:
        """Compile a source; its `from __future__ import` holds for later sources in the shared namespace."""
        if isinstance(source, types.CodeType):
            return source
        if not isinstance(source, (str, bytes, bytearray, memoryview)):
            raise TypeError(f"source must be a string, bytes or a code object, not {type(source).__name__}")
        if mode == "eval" and not isinstance(source, memoryview):
            source = source.lstrip(" \t") if isinstance(source, str) else source.lstrip(b" \t")
        elif mode == "single" and not isinstance(source, memoryview):
            source = source + "\n" if isinstance(source, str) else source + b"\n"  # at a prompt there is one
        code: types.CodeType = compile(source, "<string>", mode, 0 if namespace is not None else self._future, True)
        if namespace is None:
            self._future |= code.co_flags & FUTURE_FLAGS
        return kept(code, source)

    # --- code objects and functions

    @hidden
    def run_code(self, code: types.CodeType, globals: dict[str, Any] | None = None) -> Any:
        """Run a code object of a module, an expression or a statement.

        Args:
            code: the code object.
            globals: the namespace, `self.globals` by default.

        Returns:
            The value of an expression, None otherwise.

        Raises:
            InvalidBytecode: if the code object is malformed.
            TypeError: if it has free variables, or the namespace is no dict.
        """
        if not isinstance(code, types.CodeType):
            raise TypeError(f"code must be a code object, not {type(code).__name__}")
        namespace = self.globals if globals is None else globals
        if not isinstance(namespace, dict):
            raise TypeError(f"globals must be a dict, not {type(namespace).__name__}")
        namespace.setdefault("__builtins__", builtins)
        with self.running():
            return eval(resident(code), namespace)

    @hidden
    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function under the machine.

        While it runs, it, the functions among its arguments, and all functions of their modules are guests.

        Args:
            function: a Python function, lambda, method or class, or any other callable.
            args: positional arguments.
            kwargs: keyword arguments.

        Returns:
            What it returns.
        """
        from bytescope.machine.guests import temporary  # here, because programs can do without

        with self.running(), temporary.guests(function, *args, *kwargs.values()):
            return function(*args, **kwargs)

    # --- files and modules

    @hidden
    def run_path(self, path: str | os.PathLike[str], argv: Sequence[str] | None = None) -> dict[str, Any]:
        """Run a program as `python path` would: as `__main__`, with its folder first on `sys.path`.

        Args:
            path: a source or compiled file, or a folder or zip file with a `__main__`.
            argv: its arguments, without its name.

        Returns:
            The program's namespace.

        Raises:
            OSError: if it cannot be read.
            ImportError: if a folder or zip file has no `__main__`.
        """
        return self._run_main(main_program.program_at(os.fspath(path)), argv)

    @hidden
    def run_pyc(self, path: str | os.PathLike[str], argv: Sequence[str] | None = None) -> dict[str, Any]:
        """Run a compiled file, whatever its name, of the host's version or of another one.

        Args:
            path: the file.
            argv: its arguments, without its name.

        Returns:
            The program's namespace.

        Raises:
            OSError: if it cannot be read.
            InvalidPyc: if it is no compiled file of CPython 3.8 to 3.15, or is damaged.
            InvalidBytecode: if its code is malformed, or makes what the host has not.
        """
        return self._run_main(main_program.Compiled(os.fspath(path)), argv)

    @hidden
    def run_module(self, name: str, argv: Sequence[str] | None = None) -> dict[str, Any]:
        """Run a module as `python -m name` would.

        Args:
            name: its dotted name; a package's `__main__` is run.
            argv: its arguments.

        Returns:
            The module's namespace.

        Raises:
            ImportError: if it cannot be found or has no code.
        """
        return self._run_main(main_program.Module(name), argv)

    @hidden
    def _run_main(self, program: main_program.MainProgram, argv: Sequence[str] | None) -> dict[str, Any]:
        program.prepare = resident
        return run_main(program, argv, self.running(program.guests))

    def running(self, guests: Iterable[str] = (), below: int = 0) -> Running:
        """Return a context during which guest modules are imported as such and this VM's limits are in force.

        Args:
            guests: globs of modules that are guests beside those of the VM.
            below: see `headroom`.
        """
        return Running(
            Released(),
            importing(self.guests.including(guests), interpreted),
            headroom(below),
            settrace.available.use(),
            monitoring.available.use(),
            auditing.available.use(),
            introspection.available.use(),
            signals.available.use(),
            budget.in_force(self.budget),
            meanwhile=(Released(), Step(lambda: None, recursion.reduce)),
        )


class Running(Transaction):
    """Resources of a run, acquired all together or not at all."""

    def leave(self, error: BaseException | None) -> None:
        """Cut the interpreter's frames from the traceback of a RecursionError."""
        if isinstance(error, RecursionError):
            recursion.trim(error)


@hidden
def run_main(
    program: main_program.MainProgram, argv: Sequence[str] | None, running: AbstractContextManager[None]
) -> dict[str, Any]:
    """Run a main program.

    Args:
        program: the program.
        argv: its arguments, without its name.
        running: a context that is open while it runs.

    Returns:
        The program's namespace.

    Raises:
        TypeError: if the arguments are no sequence of strings.
    """
    if isinstance(argv, str):
        raise TypeError(f"argv must be a sequence of strings, not a string: [{argv!r}]")
    module = main_program.main_module()
    namespace = vars(module)
    with Transaction(_AsMain(module, program, list(argv or ()))), running:
        program.find()
        function, arguments = program.action(namespace)
        function(*arguments)
    return namespace


class _AsMain:
    """A part of a run: the module is `__main__`, with the guest's `sys.argv` and `sys.path`.

    Args:
        module: the module.
        program: the program that is run in it.
        arguments: those of the program, without its name.
    """

    def __init__(self, module: types.ModuleType, program: main_program.MainProgram, arguments: list[str]) -> None:
        self._module, self._program, self._arguments = module, program, arguments
        self._saved = sys.modules.get("__main__"), sys.argv, sys.path[:]

    def open(self) -> None:
        """Make it so."""
        sys.modules["__main__"] = self._module
        sys.argv = [self._program.argv0, *self._arguments]
        if self._program.first_path is not None:
            sys.path.insert(0, self._program.first_path)

    def close(self) -> None:
        """Restore what was."""
        if self._saved[0] is not None:
            sys.modules["__main__"] = self._saved[0]
        sys.argv, sys.path[:] = self._saved[1:]
