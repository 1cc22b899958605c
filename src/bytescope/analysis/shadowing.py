"""Shadows of attached analyses: which code propagates them, and the runtime that both engines share meanwhile."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from bytescope.analysis.engines.woven import WOVEN
from bytescope.machine.handlers.event_contexts import EventContexts
from bytescope.machine.handlers.shadowed import Shadower
from bytescope.machine.instrument import relink_shadowed, set_shadows
from bytescope.machine.resident import program_of
from bytescope.shadow.active import activate
from bytescope.shadow.algebra import Algebra
from bytescope.shadow.runtime import ShadowRuntime
from bytescope.startup.locks import CHANGES
from bytescope.weave.marker import marker_of
from bytescope.weave.shadow.shadower import WovenShadower

WantsCode = Callable[[str, str, str], bool]
"""Predicate over module name, file name and qualified name: whether such code propagates shadows."""


class Shadowing:
    """The attached analyses that have shadows, in the order in which they were attached."""

    def __init__(self) -> None:
        self._users: list[tuple[object, Algebra, WantsCode]] = []
        self._runtime: ShadowRuntime | None = None
        self._woven: WovenShadower | None = None
        self._known: dict[int, tuple[types.CodeType, bool]] = {}
        """Code objects by address, and whether their frames propagate shadows."""

    def enter(self, algebra: Algebra, wants: WantsCode, user: object) -> None:
        """Add an analysis. The engines propagate shadows in code that is woven or linked from now on.

        Args:
            algebra: the shadows of the analysis.
            wants: the code that the analysis is attached to.
            user: the attachment.

        Raises:
            TypeError: if `algebra` is not an `Algebra`.
            ValueError: if an attached analysis has another algebra.
        """
        if not isinstance(algebra, Algebra):
            raise TypeError(f"shadows must be a bytescope.shadow.Algebra, not {type(algebra).__name__}")
        with CHANGES:
            used = self._users[0][1] if self._users else algebra
            if used is not algebra:
                raise ValueError(f"attached analyses must share one shadow algebra: {algebra!r} is not {used!r}")
            self._users.append((user, algebra, wants))
            self._known.clear()
            if self._runtime is None:
                self._runtime = ShadowRuntime(algebra, self._propagates)
                activate(self._runtime)
                WOVEN.shadower = self._woven = WovenShadower(self._runtime, self._wanted)
                shadower = Shadower(self._runtime, self._wanted)
                set_shadows(shadower, EventContexts(shadower))
                self._runtime.events.first_shadow = relink_shadowed

    def leave(self, user: object) -> None:
        """Remove the analyses of an attachment, if it has entered any. With the last one all shadows are gone."""
        with CHANGES:
            self._users[:] = [each for each in self._users if each[0] is not user]
            self._known.clear()
            if not self._users and self._runtime is not None:
                set_shadows(None, None)
                WOVEN.shadower = None
                activate(None)
                self._runtime.heap.clear()
                self._runtime = None
                assert self._woven is not None
                self._woven.clear()
                self._woven = None

    def _wanted(self, module: str, code: types.CodeType) -> bool:
        return any(wants(module, code.co_filename, code.co_qualname) for *_, wants in self._users)

    def _propagates(self, code: types.CodeType, namespace: dict[str, Any]) -> bool:
        """Return True if frames of a code object, as CPython executes it, with these globals propagate shadows."""
        known = self._known.get(id(code))
        if known is None or known[0] is not code:
            known = self._known[id(code)] = code, self._find_out(code, str(namespace.get("__name__", "")))
        return known[1]

    def _find_out(self, code: types.CodeType, module: str) -> bool:
        marker = marker_of(code)
        if marker is not None:
            return self._wanted(module, marker.code)
        program = program_of(code)
        return program is not None and self._wanted(program.module or module, program.code)


SHADOWING = Shadowing()
