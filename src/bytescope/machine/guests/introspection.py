"""Make `dis` and `marshal` show a guest's original bytecode instead of its trampoline."""

from __future__ import annotations

import marshal
import sys
import types

from bytescope.code.host.transactions import Shared
from bytescope.loading import imports
from bytescope.machine.handlers.introspected import guest_offset
from bytescope.machine.resident import program_of
from bytescope.machine.support import intercepts
from bytescope.startup.stdlib_lite import Any, Callable

_changed: list[tuple[dict[str, Any], dict[str, Any]]] = []
"""The namespaces of `dis` that were changed, and their original functions."""


def _own(value: Any) -> Any:
    """Return the guest code object of a resident one; anything else unchanged."""
    program = program_of(value) if type(value) is types.CodeType else None
    return value if program is None else program.code


for _function in (marshal.dump, marshal.dumps):
    intercepts.change_first_argument(_function, _own)


def _taking(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda code, *args, **kwargs: function(_own(code), *args, **kwargs)


def _taking_offset(function: Callable[..., Any]) -> Callable[..., Any]:
    def replacement(code: Any, lasti: int = -1, **kwargs: Any) -> Any:
        if type(code) is types.CodeType and lasti >= 0:
            lasti = guest_offset(code, lasti)
        return function(_own(code), lasti, **kwargs)

    return replacement


def _giving(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value: _own(function(value))


_WRAPPERS = {
    "disassemble": _taking_offset,
    "_disassemble_recursive": _taking,
    "findlinestarts": _taking,
    "_get_code_object": _giving,
}
"""The functions of `dis` from which all others get the code object to show."""


def _change(namespace: dict[str, Any]) -> None:
    """Make the module `dis` show guest code, unless it is a guest's own module of that name."""
    if not imports.in_standard_library(namespace.get("__file__")):
        return
    if any(each is namespace for each, _ in _changed):
        return
    originals = {name: namespace[name] for name in _WRAPPERS}
    _changed.append((namespace, originals))
    for name, original in originals.items():
        replacement: Any = _WRAPPERS[name](original)
        for each in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(replacement, each, getattr(original, each))
        namespace[name] = replacement


def _replace() -> None:
    imports.when_executed["dis"] = _change
    if "dis" in sys.modules:
        _change(vars(sys.modules["dis"]))


def _restore() -> None:
    imports.when_executed.pop("dis", None)
    while _changed:
        namespace, originals = _changed[-1]
        namespace.update(originals)
        del _changed[-1]


available = Shared(_replace, _restore)
"""The change by which `dis` shows guest code."""
