"""The parts of a woven code object, from which it is made: written by the weaver, or read from a cache."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import partial

from bytescope.code.object.build import build_code
from bytescope.isa.instrumentation import Hook
from bytescope.startup.stdlib_lite import Any, record
from bytescope.weave.failures import Raising
from bytescope.weave.marker import Marker

Hit = tuple[int, Hook, Any, tuple[Any, ...]]
"""Offset in bytes, hook, site and further operands of what is called once, by a probe."""


@record(slots=True)
class Parts:
    """Parts of a woven code object.

    code: the code object that is woven; bytecode, linetable, exceptiontable, stacksize, names: as in the new one;
    plain: constants in the places that they have in the original, followed by those that are no objects of the
    weaver's own; own: the latter; box: the index of the list that has them, None where they follow `plain`;
    raising: the functions that handlers call; hits: what probes call.
    """

    code: types.CodeType
    bytecode: bytes
    linetable: bytes
    exceptiontable: bytes
    stacksize: int
    names: tuple[str, ...]
    plain: Sequence[Any]
    own: Sequence[Any]
    box: int | None
    raising: Raising
    hits: Sequence[Hit]

    def make(self) -> types.CodeType:
        """Make the woven code object."""
        code, marker = self.code, Marker(self.code)
        made = build_code(
            argcount=code.co_argcount,
            posonlyargcount=code.co_posonlyargcount,
            kwonlyargcount=code.co_kwonlyargcount,
            stacksize=self.stacksize,
            flags=code.co_flags,
            code=self.bytecode,
            consts=(*self.plain, *self.own, marker) if self.box is None else tuple(self.plain),
            names=self.names,
            varnames=code.co_varnames,
            filename=code.co_filename,
            name=code.co_name,
            qualname=code.co_qualname,
            first_line=code.co_firstlineno,
            linetable=self.linetable,
            exceptiontable=self.exceptiontable,
            freevars=code.co_freevars,
            cellvars=code.co_cellvars,
        )
        if self.box is not None:
            made.co_consts[self.box].extend([*self.own, marker])
        return made

    def table(self) -> dict[int, Callable[[], None]]:
        """Return what probes call, by offset."""
        found: dict[int, list[Callable[[], None]]] = {}
        for offset, hook, site, operands in self.hits:
            found.setdefault(offset, []).append(partial(hook.call, site, *operands))
        return {offset: hits[0] if len(hits) == 1 else partial(_all, hits) for offset, hits in found.items()}


def _all(hits: list[Callable[[], None]]) -> None:
    for hit in hits:
        hit()
