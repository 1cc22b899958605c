"""Hidden modules: those that bytescope has imported for itself are not in a program's `sys.modules`.

A program that finds them there runs although an `import` of its own is missing. They are taken out before the program
starts. When the program imports one, it gets that very module, with all that the module imports when it is executed.
"""

from __future__ import annotations

import sys
import types

from bytescope.code.host.asynchronous import is_asynchronous
from bytescope.code.host.facts import CACHES, COMMON_CONSTANTS, EXTENDED_ARG, NAME_SHIFT, OPMAP
from bytescope.code.host.invisible_frames import hidden
from bytescope.startup.import_system import BOOTSTRAP, ModuleSpec
from bytescope.startup.isolation import HIDDEN, IMPORTED_BEFORE
from bytescope.startup.stdlib_lite import Any, Iterator, contextmanager

_find_natively = BOOTSTRAP._find_spec


_KEPT = frozenset({"_contextvars", "_py_warnings", "warnings"})
"""Modules that are looked for in `sys.modules` while the program runs."""


def hide_own_imports(by_runpy: bool) -> None:
    """Remove modules from `sys.modules` that the program, which is about to start, has not imported.

    Modules stand there in the order in which their imports have ended. What stands behind `site` has been imported for
    bytescope, or, what stands before `runpy`, for any program that this module starts.

    Args:
        by_runpy: whether `python` would start the program by `runpy`.
    """
    names = list(sys.modules)
    last = next((each for each in ("runpy",) * by_runpy + ("site",) if each in IMPORTED_BEFORE), None)
    for name in names[names.index(last) + 1 :] if last is not None else set(names) - IMPORTED_BEFORE:
        if name not in _KEPT and name != "__main__" and name.partition(".")[0] != "bytescope":
            HIDDEN[name] = sys.modules.pop(name)
    BOOTSTRAP._find_spec = _find_spec


@contextmanager
def shown() -> Iterator[None]:
    """While this context is open, the hidden modules are in `sys.modules`, in place of the program's own."""
    found = {name: sys.modules.get(name) for name in HIDDEN}
    sys.modules.update(HIDDEN)
    try:
        yield
    finally:
        for name, module in found.items():
            if module is not None:
                sys.modules[name] = module
            else:
                sys.modules.pop(name, None)


@hidden
def _find_spec(name: str, path: Any, target: types.ModuleType | None = None) -> ModuleSpec | None:
    """Return the spec of a module, as importlib does: of a hidden one it brings that back."""
    module = HIDDEN.get(name)
    if module is None or name in sys.modules:
        return _find_natively(name, path, target)  # type: ignore[no-any-return]
    return ModuleSpec(name, _Back(name, module))  # type: ignore[arg-type]


class _Back:
    """The loader that brings a hidden module back."""

    def __init__(self, name: str, module: types.ModuleType) -> None:
        self._name = name
        self._module = module
        self._attributes = {name: getattr(module, name, None) for name in ("__spec__", "__loader__", "__package__")}

    @hidden
    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Return the module."""
        return self._module

    @hidden
    def exec_module(self, module: types.ModuleType) -> None:
        """Make the module and `sys.modules` what they are once it was executed."""
        vars(module).update(self._attributes)
        name = self._name
        HIDDEN.pop(name, None)
        code = _code(module)
        if code is None:
            return
        imported = set(_imports(code, vars(module).get("__package__") or name.rpartition(".")[0]))
        for each, child in list(HIDDEN.items()):
            parent, _, attribute = each.rpartition(".")
            if parent == name and vars(module).get(attribute) is child:
                path = vars(module).get("__path__")
                if path is None or _find_natively(each, path) is None:  # the module has put it there by itself
                    sys.modules[each] = HIDDEN.pop(each)
                elif each not in imported:
                    delattr(module, attribute)
        for each in [each for each in HIDDEN if each in imported]:
            if each in HIDDEN:
                BOOTSTRAP._gcd_import(each)  # as importlib.import_module does


def _code(module: types.ModuleType) -> types.CodeType | None:
    loader: Any = getattr(module, "__loader__", None)
    try:
        return loader.get_code(module.__spec__.name)  # type: ignore[no-any-return, union-attr]
    except Exception as error:
        if is_asynchronous(error, error.__traceback__):  # of a signal handler of the program
            raise
        return None  # it was not loaded from anything that has code


def _imports(code: types.CodeType, package: str) -> Iterator[str]:
    """Yield the names of the modules that a module imports when it is executed, and of others beside them."""
    arg = 0
    before: list[Any] = [0, None]
    raw = code.co_code
    offset = 0
    while offset < len(raw):
        opcode, arg = raw[offset], arg << 8 | raw[offset + 1]
        offset += 2 + 2 * CACHES[opcode]
        if opcode == EXTENDED_ARG:
            continue
        if opcode == OPMAP["IMPORT_NAME"]:
            level, names = before
            start = package.rsplit(".", level - 1)[0] if level else ""
            name = ".".join(filter(None, (start, code.co_names[arg >> NAME_SHIFT[opcode]])))
            yield name
            yield from (f"{name}.{each}" for each in names or ())
        elif opcode == OPMAP["LOAD_CONST"]:
            before = [before[1], code.co_consts[arg]]
        elif opcode == OPMAP.get("LOAD_SMALL_INT"):
            before = [before[1], arg]
        elif opcode == OPMAP.get("LOAD_COMMON_CONSTANT"):
            before = [before[1], COMMON_CONSTANTS[arg]]
        arg = 0
