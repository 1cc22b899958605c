"""Names whose namespace is another mapping than a dict."""

from __future__ import annotations

import types

from bytescope.machine.handler_namespace import load_outer, not_defined, unbound
from bytescope.machine.protocols.common import Calls, failed
from bytescope.machine.registers import LOCALS
from bytescope.startup.stdlib_lite import Any, operator


def load_name(R: list[Any], name: str) -> Calls:
    """Load a name in class or module code."""
    value = yield operator.getitem, R[LOCALS], name
    return load_outer(R, name) if failed(value, KeyError) else value


def delete_name(R: list[Any], name: str) -> Calls:
    """Delete a name in class or module code."""
    value = yield operator.delitem, R[LOCALS], name
    if failed(value, KeyError):
        raise not_defined(name)
    return value


def load_from_dict_or_globals(R: list[Any], name: str, mapping: Any) -> Calls:
    """Load a name in an annotation scope of a class."""
    value = yield operator.getitem, mapping, name
    return load_outer(R, name) if failed(value, KeyError) else value


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
