"""Private builtins: bytescope's own modules have a copy of `builtins`.

Programs rebind `builtins.len` and friends; that must reach the guest's code, and must not reach the machine's. A
function takes its builtins from its module's `__builtins__`, so the core's modules are given theirs before they are
executed: by a loader of their own, put where the import system looks up how to import from the packages' folders.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
import types
from _thread import _count as _thread_count

from bytescope.startup.import_system import (
    MAGIC_NUMBER,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
    cache_from_source,
)

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from typing import Any

IMPORTED_BEFORE = frozenset(sys.modules)
"""The modules that were there before bytescope was imported."""

HIDDEN: dict[str, types.ModuleType] = {}
"""Modules that the program does not find in `sys.modules`, see `loading.hidden_modules`."""

_import = builtins.__import__
_imp: Any = sys.modules["_imp"]


def import_loaded(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    """Import as `__import__` does; of modules that are loaded, without the Python code in importlib.

    That code has the program's builtins. Modules that are executed late, see `lazy_modules`, must do without it. So
    does `load`, because most of the time that it takes to start was spent there.
    """
    module = None
    if not level and (fromlist or "." not in name):
        module = sys.modules.get(name) or HIDDEN.get(name) or load(name)
    if module is None:
        return _import(name, globals, locals, fromlist, level)
    found = vars(module)
    if getattr(found.get("__spec__"), "_initializing", False):  # by another thread, which importlib waits for
        return _import(name, globals, locals, fromlist, level)
    if "__path__" in found:
        for each in fromlist or ():
            if each not in found and load(f"{name}.{each}") is None:
                return _import(name, globals, locals, fromlist, level)
    return module


def load(name: str) -> types.ModuleType | None:
    """Import a module of bytescope that was not imported yet, with the same result as importlib.

    Returns:
        The module; None if that must be left to importlib: it has no source file here, other threads may be importing
        it, or somebody measures imports.
    """
    parent, _, last = name.rpartition(".")
    package = sys.modules.get(parent)
    if package is None and "." in parent and (package := load(parent)) is not None and name in sys.modules:
        return sys.modules[name]  # the package has imported it, or put it off
    if package is None or not parent.startswith("bytescope") or _thread_count() or "importtime" in sys._xoptions:
        return None
    spec: Any = spec_of(name, package.__path__[0])
    if spec is None:
        return None
    module = spec.loader.create_module(spec)
    found = vars(module)
    found.update(__loader__=spec.loader, __package__=spec.parent, __spec__=spec, __file__=spec.origin)
    found["__cached__"] = spec.cached
    if spec.submodule_search_locations is not None:
        found["__path__"] = spec.submodule_search_locations
    sys.modules[name] = module
    spec._initializing = True
    try:
        exec(spec.loader.get_code(name), found)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        spec._initializing = False
    module = sys.modules[name]
    setattr(package, last, module)
    return module


PRIVATE_BUILTINS = {**vars(builtins), "__import__": import_loaded}
"""The copy."""

_BUILTINS = frozenset(PRIVATE_BUILTINS) - {"__import__"}
"""The names of those that the copy has from `builtins`."""

_SEES_THE_PROGRAMS = ("playground", "__pycache__")
"""The folders whose modules have the builtins of everybody: they are no part of what executes a program."""


ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder of the package."""

FILES: set[str] = set()
"""The source files in the folders of the packages that were found so far."""
FOLDERS: set[str] = {ROOT}
"""The folders of packages, those included whose files were not looked for yet."""

_ENDING = cache_from_source("x.py").rpartition("x")[2]
"""Ending of the name of a compiled file."""


class Loader(SourcelessFileLoader):
    """Loads a module that sees the copy.

    It is no `SourceFileLoader`: what rewrites modules as they are imported, as pytest does with all modules of an
    installed package that has a plugin, takes those loaders' places, and the modules would have the usual builtins.
    """

    def get_source(self, fullname: str) -> Any:
        """Return the source of the module."""
        return SourceFileLoader(fullname, self.path).get_source(fullname)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """A module, empty but for the copy."""
        module = types.ModuleType(spec.name)
        module.__dict__["__builtins__"] = PRIVATE_BUILTINS
        return module

    def get_code(self, fullname: str) -> types.CodeType | None:
        """Return the code of the module, from its compiled file if that is right.

        That takes none of the Python code in importlib, which has the program's builtins, and is slow.
        """
        path = self.path
        try:
            data = read(compiled(path))
            status = os.stat(path)
            made = int(status.st_mtime).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
            if data[:16] == MAGIC_NUMBER + bytes(4) + made:
                code: types.CodeType = marshal.loads(data[16:])
                _imp._fix_co_filename(code, path)  # it may have been compiled elsewhere
                return code
        except (OSError, OverflowError):
            pass
        if all(vars(builtins).get(name) is PRIVATE_BUILTINS[name] for name in _BUILTINS):
            return SourceFileLoader(fullname, path).get_code(fullname)  # which writes the compiled file
        return compile(read(path), path, "exec", dont_inherit=True)


def read(path: str) -> bytes:
    """Return what a file holds, in the fewest system calls: they are much of what it takes to start."""
    descriptor = os.open(path, _READING)
    try:
        data = part = os.read(descriptor, _PART)
        while len(part) == _PART:
            part = os.read(descriptor, _PART)
            data += part
    finally:
        os.close(descriptor)
    return data


_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_PART = 1 << 17
"""More than the compiled files have, one by one."""


class Finder(FileFinder):
    """Finds the modules of a folder that were there when its package was found, without looking again."""

    def find_spec(self, fullname: str, target: types.ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of a module."""
        return spec_of(fullname, self.path) or super().find_spec(fullname, target)


def spec_of(name: str, folder: str) -> ModuleSpec | None:
    """Return the spec of a module in a folder; None if it was not there when the folder's package was found."""
    path = folder + os.sep + name.rpartition(".")[2]
    package = path in FOLDERS
    file = f"{path}{os.sep}__init__.py" if package else path + ".py"
    if not package and file not in FILES:
        return None
    spec = ModuleSpec(name, Loader(name, file), origin=file, is_package=package)
    spec.has_location = True
    spec.cached = compiled(file)
    if package:
        _isolate(path)
        spec.submodule_search_locations = [path]
    return spec


def compiled(path: str) -> str:
    """Return where the compiled file of a source file is, as `importlib.util.cache_from_source` does.

    Args:
        path: absolute, as those of the package are.
    """
    folder, separator, name = path.rpartition(os.sep)
    prefix = sys.pycache_prefix
    if prefix is None:
        return f"{folder}{separator}__pycache__{separator}{name[:-3]}{_ENDING}"
    folder = (folder[2:] if folder[1:2] == ":" else folder).lstrip(os.sep)
    return f"{prefix.rstrip(os.sep)}{separator}{folder}{separator}{name[:-3]}{_ENDING}"


def isolate() -> None:
    """Make the import system give the copy to all modules of bytescope."""
    for folder in (ROOT, os.path.dirname(os.path.abspath(__file__))):  # of the packages that were imported before
        _isolate(folder)


def _isolate(folder: str) -> None:
    """Make `Finder` find the modules of a package's folder; those in an archive are left as they are."""
    files, folders = scan(folder)
    if not files:
        return
    FILES.update([file.path for file in files])
    FOLDERS.update(folders)
    sys.path_importer_cache[folder] = Finder(folder, (Loader, [".py"]))


def scan(folder: str) -> tuple[list[os.DirEntry[str]], list[str]]:
    """Return the source files in a folder, and its folders of modules that have the copy; nothing in an archive."""
    files: list[os.DirEntry[str]] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    files.append(entry)
                elif entry.name not in _SEES_THE_PROGRAMS and entry.is_dir():
                    folders.append(entry.path)
    except OSError:
        pass
    return files, folders
