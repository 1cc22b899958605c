"""The files that `coverage` measures: by default those of the program, as coverage.py does it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder

from bytescope.analyses.file_globs import matcher
from bytescope.analyses.sources import module_path, path_of, python_files
from bytescope.loading.imports import in_standard_library
from bytescope.loading.installed import is_installed, site_folders


class Scope:
    """The choice of files.

    Args:
        source: folders, and names of modules and packages, with commas between them.
        include: globs of files, with commas between them.
        omit: globs of files that are left out, with commas between them.

    Raises:
        ValueError: if a source is neither a folder nor a name, or a glob is malformed.
    """

    def __init__(self, source: str | None, include: str | None, omit: str | None) -> None:
        named = _listed(source)
        self.folders = [os.path.join(path_of(each), "") for each in named if os.path.isdir(each)]
        self.modules = [each for each in named if not os.path.isdir(each)]
        for each in self.modules:
            if not all(part.isidentifier() for part in each.split(".")):
                raise ValueError(f"source must be a folder or the name of a module, and {each} is neither")
        self._included = matcher(_listed(include)) if include else None
        self._omitted = matcher(_listed(omit))
        self._covered: dict[tuple[str, str], bool] = {}
        site_folders()  # before the program changes what that depends on

    def covers(self, module: str, file: str) -> bool:
        """Return True if the code of a module is to be measured.

        The answer is kept: the program may change its directory, or builtins that `os.path` needs.
        """
        found = self._covered.get((module, file))
        if found is None:
            found = file[:1] == "<" or self.wants(module, module_path(file, module))
            self._covered[module, file] = found
        return found

    def wants(self, module: str | None, path: str, chosen: bool = False) -> bool:
        """Return True if a file is to be reported.

        Args:
            module: the name of its module, None if that is not known.
            path: its absolute path.
            chosen: whether its module was included by name.
        """
        if self._omitted(path):
            return False
        if self.folders or self.modules:
            return path.startswith(tuple(self.folders)) or self._is_in_source(module, path)
        if self._included is not None:
            return self._included(path)
        return chosen or not (is_installed(path) or in_standard_library(path))

    def files(self) -> Iterator[str]:
        """Yield the files of the source, whether they were executed or not."""
        for folder in [*self.folders, *self._packages()]:
            yield from filter(lambda path: not self._omitted(path), python_files(folder))

    def _is_in_source(self, module: str | None, path: str) -> bool:
        if module is not None:
            return any(module == each or module.startswith(each + ".") for each in self.modules)
        return path.startswith(tuple(self._packages())) or path in self._single_modules()

    def _packages(self) -> list[str]:
        return [os.path.join(each, "") for each in self._places() if os.path.isdir(each)]

    def _single_modules(self) -> list[str]:
        return [each for each in self._places() if not os.path.isdir(each)]

    def _places(self) -> list[str]:
        return [place for each in self.modules if (place := _place(each)) is not None]


@cache
def _place(module: str) -> str | None:
    """Return the folder of a package, or the file of a module, without importing it."""
    path, origin = None, ""
    parts = module.split(".")
    for number in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:number]), path)
        if spec is None:
            return None
        path, origin = list(spec.submodule_search_locations or ()), spec.origin or ""
    return os.path.realpath(path[0] if path else origin)


def _listed(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]
