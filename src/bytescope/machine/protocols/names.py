"""Names whose namespace is another mapping than a dict."""

from __future__ import annotations

import types

from bytescope.machine.handler_namespace import LazyImportType, Raised, load_outer, not_defined, unbound
from bytescope.machine.protocols.common import Calls, failed
from bytescope.machine.registers import BUILTINS, GLOBALS, LOCALS
from bytescope.startup.stdlib_lite import Any, operator


def load_name(R: list[Any], name: str) -> Calls:
    """Load a name in class or module code."""
    value = yield operator.getitem, R[LOCALS], name
    if failed(value, KeyError):
        value = load_outer(R, name)
    if type(value) is LazyImportType:
        value = yield from resolve(R, name, value)
    return value


def resolve(R: list[Any], name: str, lazy: Any) -> Calls:
    """Import what a name stands for, and have the name mean it from then on."""
    value = yield type(lazy).resolve, lazy
    if type(value) is not Raised:
        for namespace in (R[LOCALS], R[GLOBALS], R[BUILTINS]):
            if type(namespace) is dict and namespace.get(name) is lazy:
                namespace[name] = value
                break
    return value


def delete_name(R: list[Any], name: str) -> Calls:
    """Delete a name in class or module code: whatever the mapping raises, it is not defined."""
    value = yield operator.delitem, R[LOCALS], name
    if type(value) is Raised:
        raise not_defined(name)
    return value


def load_from_dict_or_globals(R: list[Any], name: str, mapping: Any) -> Calls:
    """Load a name in an annotation scope of a class."""
    value = yield operator.getitem, mapping, name
    if failed(value, KeyError):
        value = load_outer(R, name)
    if type(value) is LazyImportType:
        value = yield from resolve(R, name, value)
    return value


def load_from_dict_or_cell(R: list[Any], variable: Any, cell: types.CellType, mapping: Any) -> Calls:
    """Load a captured name in a class body: from the class namespace first."""
    value = yield operator.getitem, mapping, variable.name
    if not failed(value, KeyError):
        return value
    try:
        return cell.cell_contents
    except ValueError:
        pass
    raise unbound(variable.name, variable.scope)


def setup_annotations(R: list[Any], immediate: Any) -> Calls:
    """Give the namespace an `__annotations__` if it has none."""
    value = yield operator.getitem, R[LOCALS], "__annotations__"
    if failed(value, KeyError):
        value = yield operator.setitem, R[LOCALS], "__annotations__", {}
    return value
