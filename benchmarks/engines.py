"""The engines that are compared. Each loads a program in its own way; timing is the same for all."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import Any

from . import peers
from .catalogue import Namespace, Program

NATIVE = "cpython"
OBSERVED = "observed"


class CPython:
    """The host's own interpreter: what everything is measured against."""

    def __init__(self, program: Program) -> None:
        pass

    def execute(self, code: CodeType, namespace: Namespace) -> None:
        """Execute the program's module code."""
        exec(code, namespace)

    def import_module(self, name: str) -> ModuleType:
        """Import a module as part of the program."""
        return __import__(name)

    @property
    def instructions(self) -> int:
        """How many instructions were counted so far; 0 where nobody counts."""
        return 0


class Interpreter(CPython):
    """bytescope's reference engine."""

    def __init__(self, program: Program) -> None:
        import bytescope

        self._vm: Any = bytescope.VM(guests=[glob for name in program.modules for glob in (name, f"{name}.*")])

    def execute(self, code: CodeType, namespace: Namespace) -> None:
        self._vm.run_code(code, namespace)

    def import_module(self, name: str) -> ModuleType:
        namespace: Namespace = {}
        self._vm.exec(f"import {name} as module", namespace)
        return namespace["module"]  # type: ignore[no-any-return]

    @property
    def instructions(self) -> int:
        return self._vm.instructions  # type: ignore[no-any-return]


class Observed(Interpreter):
    """bytescope's reference engine with an analysis that is called back for every primitive."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        modules = [f"{program.name}_on_{OBSERVED}", *program.modules]
        self._include = [glob for name in modules for glob in (name, f"{name}.*")]
        self._attachment: Any = None

    def execute(self, code: CodeType, namespace: Namespace) -> None:
        self._attach()
        super().execute(code, namespace)

    def import_module(self, name: str) -> ModuleType:
        self._attach()
        return super().import_module(name)

    def _attach(self) -> None:
        """Attach the analysis for good, when the modules that other engines have loaded are out of the way."""
        if self._attachment is None:
            from bytescope import attach

            from .analyses.callbacks import every_primitive

            self._attachment = attach(every_primitive(), include=self._include, engine="interpreter")
            self._attachment.__enter__()


class XPython(CPython):
    """A peer: x-python, from its side environment. Modules that belong to a program stay native."""

    def __init__(self, program: Program) -> None:
        peers.environment("x-python").activate()
        from xpython.vm import PyVM

        self._vm: Any = PyVM()

    def execute(self, code: CodeType, namespace: Namespace) -> None:
        self._vm.run_code(code, f_globals=namespace)


ENGINES: dict[str, Callable[[Program], CPython]] = {NATIVE: CPython, "interpreter": Interpreter}
"""What is measured unless engines are named."""

OTHERS: dict[str, Callable[[Program], CPython]] = {OBSERVED: Observed, "x-python": XPython}
"""What is measured when it is named: the interpreter with an analysis, and peers."""


def load(program: Program, name: str, size: int) -> tuple[CPython, Callable[[], object]]:
    """Load *program* into the engine called *name*.

    Returns:
        The engine and the function to time: one run of the given size.
    """
    engine = (ENGINES | OTHERS)[name](program)
    path = program.source()
    module = ModuleType(f"{program.name}_on_{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses, pickle and typing look a class's module up
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    with _fresh(program):
        module.__dict__["__fresh__"] = {name: engine.import_module(name) for name in program.modules}
        engine.execute(code, module.__dict__)
        return engine, program.entry(module.__dict__, size)


@contextmanager
def _fresh(program: Program) -> Iterator[None]:
    """While the body runs, the program's modules are not imported yet and its accelerators cannot be."""

    def belongs(name: str) -> bool:
        return any(name == module or name.startswith(module + ".") for module in program.modules)

    saved = {name: module for name, module in sys.modules.items() if belongs(name) or name in program.without}
    for name in saved:
        del sys.modules[name]
    sys.modules.update(dict.fromkeys(program.without))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if belongs(name) or name in program.without]:
            del sys.modules[name]
        sys.modules.update(saved)
