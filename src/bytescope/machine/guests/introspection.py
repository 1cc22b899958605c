"""Guest code objects as guests look at them: `dis` and `marshal` are given the guest's own bytecode."""

from __future__ import annotations

import marshal
import sys
import types

from bytescope.loading import imports
from bytescope.machine.resident import program_of
from bytescope.machine.support import intercepts
from bytescope.startup.stdlib_lite import Any, Callable, Iterator, contextmanager

_changed: list[tuple[dict[str, Any], dict[str, Any]]] = []
"""The namespaces of `dis` that were changed, and what was in the place of what is there now."""


def _own(value: Any) -> Any:
    """The guest code object that a resident one stands for; anything else is left alone."""
    program = program_of(value) if type(value) is types.CodeType else None
    return value if program is None else program.code


for _function in (marshal.dump, marshal.dumps):
    intercepts.change_first_argument(_function, _own)


def _taking(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda code, *args, **kwargs: function(_own(code), *args, **kwargs)


def _giving(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda value: _own(function(value))


_WAYS = {
    "disassemble": _taking,
    "_disassemble_recursive": _taking,
    "findlinestarts": _taking,
    "_get_code_object": _giving,
}
"""The functions of `dis` by which all others come to the code object that they are to show."""


def _change(namespace: dict[str, Any]) -> None:
    """Have the module `dis` show guest code, unless it is one of the program's own that is called so, too."""
    if not imports.in_standard_library(namespace.get("__file__")):
        return
    originals = {name: namespace[name] for name in _WAYS}
    _changed.append((namespace, originals))
    for name, original in originals.items():
        replacement: Any = _WAYS[name](original)
        for each in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(replacement, each, getattr(original, each))
        namespace[name] = replacement


_open: list[None] = []


@contextmanager
def available() -> Iterator[None]:
    """While this context is open, `dis` shows guest code."""
    if not _open:
        imports.when_executed["dis"] = _change
        if "dis" in sys.modules:
            _change(vars(sys.modules["dis"]))
    _open.append(None)
    try:
        yield
    finally:
        _open.pop()
        if not _open:
            del imports.when_executed["dis"]
            while _changed:
                namespace, originals = _changed.pop()
                namespace.update(originals)
