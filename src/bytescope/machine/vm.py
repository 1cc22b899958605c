"""The driver: runs sources, functions, files and modules under the machine."""

from __future__ import annotations

import importlib.util
import marshal
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bytescope.machine import engine, limits
from bytescope.machine.imports import Guests, functions_of, importing
from bytescope.machine.recursion import headroom
from bytescope.machine.resident import resident


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
        max_depth: how many guest frames may be active at once.
        timeout: how many seconds one run may take.
    """

    def __init__(
        self,
        *,
        guests: Iterable[str] = (),
        max_instructions: int | None = None,
        max_depth: int | None = None,
        timeout: float | None = None,
    ) -> None:
        self.guests = Guests(guests)
        self.budget = limits.Budget(max_instructions, max_depth, timeout)
        self.globals: dict[str, Any] = {"__name__": "__main__", "__builtins__": sys.modules["builtins"]}
        self._instructions = engine.executed[0]
        self._functions = len(engine.programs)

    @property
    def instructions(self) -> int:
        """Guest instructions executed since this VM was made."""
        return engine.executed[0] - self._instructions

    @property
    def functions(self) -> int:
        """Guest code objects first executed since this VM was made."""
        return len(engine.programs) - self._functions

    # --- the three compile modes

    def eval(self, source: str | bytes | types.CodeType, globals: dict[str, Any] | None = None) -> Any:
        """Evaluate an expression.

        Args:
            source: the expression, or its code object.
            globals: the namespace, `self.globals` by default.

        Returns:
            Its value.
        """
        return self._run_source(source, "eval", globals)

    def exec(self, source: str | bytes | types.CodeType, globals: dict[str, Any] | None = None) -> None:
        """Execute statements.

        Args:
            source: the statements, or their code object.
            globals: the namespace, `self.globals` by default.
        """
        self._run_source(source, "exec", globals)

    def single(self, source: str | bytes | types.CodeType, globals: dict[str, Any] | None = None) -> None:
        """Execute one statement as at the prompt: the value of an expression is echoed.

        Args:
            source: the statement, or its code object.
            globals: the namespace, `self.globals` by default.
        """
        self._run_source(source, "single", globals)

    def _run_source(self, source: str | bytes | types.CodeType, mode: str, namespace: dict[str, Any] | None) -> Any:
        if isinstance(source, types.CodeType):
            code = source
        else:
            if mode == "eval":
                source = source.lstrip(" \t") if isinstance(source, str) else source.lstrip(b" \t")
            code = compile(source, "<string>", mode, dont_inherit=True)
        return self.run_code(code, namespace)

    # --- code objects and functions

    def run_code(self, code: types.CodeType, globals: dict[str, Any] | None = None) -> Any:
        """Run a code object of a module, an expression or a statement.

        Args:
            code: the code object.
            globals: the namespace, `self.globals` by default.

        Returns:
            The value of an expression, None otherwise.
        """
        namespace = self.globals if globals is None else globals
        namespace.setdefault("__builtins__", sys.modules["builtins"])
        with self.running():
            return eval(resident(code), namespace)

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function under the machine.

        While it runs, it and all functions of its module are guests.

        Args:
            function: a Python function, lambda or method, or any callable.
            args: positional arguments.
            kwargs: keyword arguments.

        Returns:
            What it returns.
        """
        target = getattr(function, "__func__", function)
        target = getattr(target, "__wrapped__", target) if not isinstance(target, types.FunctionType) else target
        with self.running(), _converted(target):
            return function(*args, **kwargs)

    # --- files and modules

    def run_path(self, path: str | os.PathLike[str], argv: Sequence[str] | None = None) -> dict[str, Any]:
        """Run a script as `python path` would: as `__main__`, with its folder first on `sys.path`.

        Args:
            path: the script, a source or compiled file.
            argv: its arguments, without its name.

        Returns:
            The script's namespace.
        """
        name = os.fspath(path)
        if name.endswith(".pyc"):
            return self.run_pyc(name, argv)
        with open(name, "rb") as file:
            code = compile(file.read(), name, "exec", dont_inherit=True)
        return self._run_main(code, name, argv, first_path=os.path.dirname(os.path.abspath(name)))

    def run_pyc(self, path: str | os.PathLike[str], argv: Sequence[str] | None = None) -> dict[str, Any]:
        """Run a compiled file.

        Args:
            path: the file.
            argv: its arguments, without its name.

        Returns:
            The script's namespace.

        Raises:
            ImportError: if it was compiled by another version of Python.
        """
        name = os.fspath(path)
        with open(name, "rb") as file:
            data = file.read()
        if data[:4] != importlib.util.MAGIC_NUMBER:
            raise ImportError(f"bad magic number in {name!r}", path=name)
        code = marshal.loads(data[16:])
        return self._run_main(code, name, argv, first_path=os.path.dirname(os.path.abspath(name)))

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
        package = name.partition(".")[0]
        guests = Guests([*self.guests.included, package, package + ".*"])
        with importing(guests):
            name, spec, code = _module_details(name)
            return self._run_main(code, spec.origin or name, argv, spec=spec, guests=guests)

    def _run_main(
        self,
        code: types.CodeType,
        filename: str,
        argv: Sequence[str] | None,
        *,
        first_path: str | None = None,
        spec: Any = None,
        guests: Guests | None = None,
    ) -> dict[str, Any]:
        module = types.ModuleType("__main__")
        namespace = module.__dict__
        namespace.update(__builtins__=sys.modules["builtins"], __file__=filename, __cached__=None, __spec__=spec)
        if spec is not None:
            namespace.update(__package__=spec.parent, __loader__=spec.loader, __cached__=spec.cached)
        saved = sys.modules.get("__main__"), sys.argv, sys.path[:]
        sys.modules["__main__"] = module
        sys.argv = [filename, *(argv or ())]
        if first_path is not None:
            sys.path.insert(0, first_path)
        try:
            with self.running(guests):
                exec(resident(code), namespace)
        finally:
            if saved[0] is not None:
                sys.modules["__main__"] = saved[0]
            sys.argv, sys.path[:] = saved[1:]
        return namespace

    @contextmanager
    def running(self, guests: Guests | None = None) -> Iterator[None]:
        """While this context is open, guest modules are imported as such and this VM's limits are in force."""
        limited = (self.budget.max_instructions, self.budget.max_depth, self.budget.timeout) != (None, None, None)
        with importing(guests or self.guests), headroom():
            if not limited:
                yield
                return
            self.budget.start()
            limits.active.append(self.budget)
            try:
                yield
            finally:
                limits.active.remove(self.budget)


def _module_details(name: str) -> tuple[str, Any, types.CodeType]:
    """The module that `-m name` runs: its name, spec and code (`runpy` has the same rules)."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(f"No module named {name}", name=name)
    if spec.submodule_search_locations is not None:
        if name.endswith(".__main__"):
            raise ImportError("cannot use package as __main__ module", name=name)
        try:
            return _module_details(name + ".__main__")
        except ImportError as error:
            if error.name != name + ".__main__":
                raise
            message = f"{error}; {name!r} is a package and cannot be directly executed"
            raise ImportError(message, name=name) from None
    code = spec.loader.get_code(name) if hasattr(spec.loader, "get_code") else None
    if code is None:
        raise ImportError(f"No code object available for {name}", name=name)
    return name, spec, code


@contextmanager
def _converted(function: Any) -> Iterator[None]:
    """While this context is open, a function and the others of its module are guests."""
    if not isinstance(function, types.FunctionType):
        yield
        return
    module = types.ModuleType(function.__module__ or "")
    functions = {id(function): function}
    owner = sys.modules.get(function.__module__ or "")
    if owner is not None and vars(owner) is function.__globals__ and not _is_host(owner):
        module = owner
        functions |= {id(each): each for each in functions_of(module)}
    saved = [(each, each.__code__) for each in functions.values()]
    try:
        for each, code in saved:
            each.__code__ = resident(code)
        yield
    finally:
        for each, code in saved:
            if each.__code__ is resident(code):
                each.__code__ = code


def _is_host(module: types.ModuleType) -> bool:
    return module.__name__.partition(".")[0] == "bytescope"
