"""Who has shadows at a time: the attached analyses that want them, and the service that they share."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any

from bytescope.machine.handlers import shadowed as machine_shadow
from bytescope.machine.program import Program
from bytescope.machine.resident import program_of
from bytescope.shadow.algebra import Algebra
from bytescope.shadow.event_context import Moment
from bytescope.shadow.runtime import Service
from bytescope.weave.marker import marker_of
from bytescope.weave.shadow.plan import ShadowPlanner
from bytescope.weave.weaver import Shadower as WovenShadower
from bytescope.weave.weaver import Unit, Weaver

WantsCode = Callable[[str, str, str], bool]
"""Whether code of a module, in a file, with a qualified name, keeps shadows."""

_lock = threading.RLock()
_users: list[tuple[Algebra, WantsCode]] = []
_service: Service | None = None
_known: dict[int, tuple[types.CodeType, bool]] = {}
"""Code objects by address, and whether their frames keep shadows."""


def current() -> Service:
    """The service that is there.

    Raises:
        RuntimeError: if no attached analysis has shadows.
    """
    if _service is None:
        raise RuntimeError("no analysis is attached that has shadows: give its class the attribute `shadows`")
    return _service


def moment() -> Moment:
    """The event that is being told in this thread.

    Raises:
        RuntimeError: if there is none.
    """
    found = current().channel.moment
    if found is None:
        raise RuntimeError("no event is being told here that has shadows")
    return found  # type: ignore[no-any-return]


def enter(algebra: Algebra, wants: WantsCode) -> None:
    """An analysis with shadows is being attached.

    Raises:
        TypeError: if it is no algebra.
        ValueError: if shadows of another kind are in use.
    """
    global _service
    if not isinstance(algebra, Algebra):
        raise TypeError(f"shadows must be a bytescope.shadow.Algebra, not {type(algebra).__name__}")
    with _lock:
        if _users and _users[0][0] is not algebra:
            raise ValueError("an analysis with another kind of shadows is attached already")
        _users.append((algebra, wants))
        _known.clear()
        if _service is None:
            _service = Service(algebra, _shadowed)
            Weaver.shadower = WovenShadower(_wants_unit, ShadowPlanner(_service))
        machine_shadow.set_shadower(machine_shadow.Shadower(_service, _wants_program))


def leave(algebra: Algebra, wants: WantsCode) -> None:
    """An analysis with shadows has been detached. With the last, all shadows are forgotten."""
    global _service
    with _lock:
        _users.remove((algebra, wants))
        _known.clear()
        if not _users and _service is not None:
            machine_shadow.set_shadower(None)
            Weaver.shadower = None
            _service.heap.clear()
            _service = None


def _wants_program(program: Program) -> bool:
    return _wanted(program.module, program.code)


def _wants_unit(unit: Unit) -> bool:
    return _wanted(unit.module, unit.lowered.code)


def _wanted(module: str, code: types.CodeType) -> bool:
    return any(wants(module, code.co_filename, code.co_qualname) for _, wants in _users)


def _shadowed(code: types.CodeType, namespace: dict[str, Any]) -> bool:
    known = _known.get(id(code))
    if known is None or known[0] is not code:
        known = _known[id(code)] = code, _find_out(code, namespace)
    return known[1]


def _find_out(code: types.CodeType, namespace: dict[str, Any]) -> bool:
    marker = marker_of(code)
    if marker is not None:
        return _wanted(str(namespace.get("__name__", "")), marker.code)
    program = program_of(code)
    return program is not None and _wanted(program.module or str(namespace.get("__name__", "")), program.code)
