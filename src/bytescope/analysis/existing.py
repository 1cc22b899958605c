"""Functions that there are already when an analysis is attached or a recording begins."""

from __future__ import annotations

import sys
import types
from fnmatch import fnmatchcase

from bytescope.analysis.filters import Filters
from bytescope.loading.functions import (
    Namespace,
    executed_namespaces,
    find_functions,
    is_own,
    name_of,
    running_code,
)


def existing_functions(filters: Filters) -> list[types.FunctionType]:
    """Return the functions of the modules that filters include; unless they name some, those of `__main__`."""
    include = filters.include or ("__main__",)

    def wants(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in include) and filters.wants_module(name)

    modules = [
        vars(module)
        for name, module in list(sys.modules.items())
        if isinstance(module, types.ModuleType) and name.partition(".")[0] != "bytescope" and wants(name)
    ]
    wanted = set(map(id, modules))

    def belongs(namespace: Namespace) -> bool:
        return id(namespace) in wanted or (not is_own(namespace) and wants(name_of(namespace)))

    roots = [*modules, *filter(belongs, executed_namespaces()), *running_code(belongs)]
    return list(find_functions(roots, belongs))
