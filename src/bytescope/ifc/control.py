"""Implicit flows: the values that have decided the path of a program.

Shadows follow values. What a program *does* because of a value - the branch that it takes, the exception that it
handles, the function that it chooses - is in the label `control`, which only grows: whatever comes behind such a
decision may depend on it, in the branches that were not taken, too.
"""

from __future__ import annotations

import itertools
import sys
import types
from typing import Any

from bytescope.code.flags import CO_SUSPENDS
from bytescope.code.host.delegation import delegates
from bytescope.ifc.labels import Source, unknown
from bytescope.ifc.natives import Natives, is_iterator
from bytescope.shadow import operands, reaching
from bytescope.shadow.active import current
from bytescope.shadow.binding import join_everything
from bytescope.shadow.channel import InFlight, awaiting_frame
from bytescope.taint.spans import tags_of, union

_SELECTING = (
    filter,
    itertools.takewhile,
    itertools.dropwhile,
    itertools.filterfalse,
    itertools.groupby,
    type(iter(int, 1)),
)
"""Iterators that give what a function chooses."""

_COMPARING = frozenset(
    f"__{name}__" for name in "lt le gt ge eq ne hash bool len index contains instancecheck subclasscheck".split()
)
"""Special methods by whose results native code decides something."""


class Flow(Natives):
    """Follows decisions.

    Attributes:
        control: tags of all that has decided where the program went.
    """

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.control: frozenset[Any] = frozenset()

    def decided(self, tags: Any) -> None:
        """Note that the program goes where it goes because of values with these tags, None for none."""
        if tags is not None and not tags <= self.control:
            self.control |= frozenset(each for each in tags if isinstance(each, Source))

    def branch(self, site: Any, value: Any, condition: bool) -> None:
        """A conditional jump: its condition decides; of a loop the iterator, and not what it has given."""
        shadows = operands()
        which = ("iterator",) if "iterator" in shadows else ("value", "condition", "result")
        self.decided(union(tags_of(shadows.get(name)) for name in which if type(shadows.get(name)) is not tuple))

    def raise_(self, site: Any, exception: BaseException) -> None:
        """An exception comes up: the operands of what has raised it decide, and may be in its message."""
        runtime = current()
        found = []
        in_flight = runtime.channel.in_flight
        if in_flight is not None:
            found.append(tags_of(join_everything(in_flight, runtime.heap)))
        table = runtime.heap.known(exception)
        if table is not None:
            found.append(tags_of(table.whole))
        tags = union(found)
        if tags is not None:
            self.decided(tags)
            runtime.raised(exception, tags)

    def before_call(self, site: Any, function: Any, args: Any, kwargs: Any) -> None:
        """A call: a function of the program's that a labelled value has chosen, and code that is made of one."""
        shadow = operands()["function"]
        if shadow is not None and (self.is_guest(function) or isinstance(function, types.MethodType)):
            self.decided(tags_of(shadow))
        if not self.is_guest(function):
            if self.names_reflective(function, args, kwargs):
                self.decided(unknown())
            self.exhausts(function, args, kwargs)

    def changed(self, tags: Any) -> None:
        """A native object, or a namespace, was changed by a labelled value."""
        self.decided(tags)

    def before_unpack(self, site: Any, count: Any, iterable: Any) -> None:
        """An iterator is about to be used up: its items' labels are known now alone."""
        if is_iterator(iterable):
            self.decided(tags_of(reaching(iterable, operands()["iterable"])))

    def before_unpack_ex(self, site: Any, counts: Any, iterable: Any) -> None:
        """Likewise."""
        self.before_unpack(site, counts, iterable)

    def yield_from_iter(self, site: Any, iterable: Any, result: Any) -> None:
        """A generator passes on what an iterator gives, perhaps to native code at once."""
        if type(iterable) is not types.GeneratorType:
            self.decided(tags_of(reaching(iterable, operands()["iterable"])))

    def leave(self, site: Any, value: Any) -> None:
        """A function returns: if native code has called it, that may decide by what it returns."""
        tags = tags_of(operands()["value"])
        runtime = current()
        frame = awaiting_frame(sys._getframe(), runtime.shadowed, False) if tags is not None else None
        if frame is None:
            return
        outer = awaiting_frame(frame, runtime.shadowed, False)
        if frame.f_code.co_flags & CO_SUSPENDS:
            if outer is None or not delegates(outer):
                self.decided(tags)  # it is in a StopIteration now
            return
        in_flight: InFlight | None = runtime.channel.in_flight
        while in_flight is not None and in_flight.frame is frame:
            in_flight = in_flight.outer
        if in_flight is None or in_flight.frame is not outer or in_flight.matched:
            return
        name = site.function.rpartition(".")[2]
        special = name.startswith("__") and name not in _COMPARING
        if any(type(each) in _SELECTING for each in in_flight.args):
            self.decided(tags)
        elif in_flight.function is not None and not self.is_guest(in_flight.function) and not special:
            self.answered(in_flight, tags)


__all__ = ["Flow"]
