"""Probes that cost nothing once they have been hit, where the host can report single instructions.

The host's monitoring (PEP 669) reports each instruction of a code object until it is told that one is of no more
interest; then that instruction is executed as if it had never been watched.
"""

from __future__ import annotations

import sys
import types
import weakref

from bytescope.startup.stdlib_lite import Any, Callable, Mapping
from bytescope.startup.tuning import enabled

__all__ = ["CAN_PROBE", "Probes"]

_monitoring: Any = getattr(sys, "monitoring", None)

CAN_PROBE = _monitoring is not None
"""True if the host can report instructions."""

_TOOLS = (4, 3)
"""Numbers of tools that PEP 669 reserves for nobody."""


class Probes:
    """The probes in code objects."""

    def __init__(self) -> None:
        self._tool: int | None = None
        self._name = " ".join(["bytescope", hex(id(self))])  # told apart from others by its identity
        self._tables: dict[int, tuple[weakref.ref[types.CodeType], Mapping[int, Callable[[], None]]]] = {}

    def available(self) -> bool:
        """Return True if probes are available: the host has them, and a tool id is free."""
        if self._tool is not None:
            return True
        if not CAN_PROBE or not enabled("probes"):
            return False
        for tool in _TOOLS:
            if _monitoring.get_tool(tool) is None:
                self._tool = tool  # first, so that `clear` takes back what an interrupt ends
                _monitoring.use_tool_id(tool, self._name)
                _monitoring.register_callback(tool, _monitoring.events.INSTRUCTION, self._hit)
                return True
        return False

    def set(self, code: types.CodeType, table: Mapping[int, Callable[[], None]]) -> None:
        """Set probes in a code object.

        Args:
            code: the code object.
            table: what is called when the instruction at an offset, in bytes, is about to be executed first.
        """
        key = id(code)
        self._tables[key] = (weakref.ref(code, lambda _: self._tables.pop(key, None)), table)
        _monitoring.set_local_events(self._tool, code, _monitoring.events.INSTRUCTION)

    def rearm(self) -> None:
        """Restore the probes that have been hit, those of other tools as well."""
        if self._tool is not None:
            _monitoring.restart_events()

    def clear(self) -> None:
        """Remove all probes."""
        if self._tool is None or _monitoring.get_tool(self._tool) is not self._name:
            self._tool = None
            return
        for reference, _ in list(self._tables.values()):
            code = reference()
            if code is not None:
                _monitoring.set_local_events(self._tool, code, 0)
        self._tables.clear()
        _monitoring.register_callback(self._tool, _monitoring.events.INSTRUCTION, None)
        _monitoring.free_tool_id(self._tool)
        self._tool = None

    def _hit(self, code: types.CodeType, offset: int) -> Any:
        known = self._tables.get(id(code))
        if known is not None:
            call = known[1].get(offset)
            if call is not None:
                call()
        return _monitoring.DISABLE
