"""The analysis behind a session: what has decided where a program went, and values that labels are lost on otherwise.

Shadows follow values. What a program *does* because of a value - the branch that it takes, the exception that it handles,
the function that it chooses - is in the label `control`, which only grows: whatever comes behind such a decision may
depend on it, in the branches that were not taken, too.
"""

from __future__ import annotations

import types
from typing import Any

from bytescope.analysis import Analysis, Site
from bytescope.ifc.labels import Source
from bytescope.shadow import give, operands, reaching
from bytescope.shadow.active import current
from bytescope.shadow.binding import join_everything
from bytescope.taint.algebra import CHARACTERS
from bytescope.taint.spans import is_text, tags_of, union

_LOOKUPS = frozenset({"get", "pop", "setdefault", "__getitem__"})
_CONTAINERS = (list, tuple, dict, set, frozenset, types.GeneratorType)


class Exact:
    """Base class of callables that say themselves which label their result has."""

    __slots__ = ()


class Flow(Analysis):
    """Follows decisions, and lookups by labelled keys.

    Attributes:
        control: tags of all that has decided where the program went.
    """

    shadows = CHARACTERS

    def __init__(self) -> None:
        self.control: frozenset[Any] = frozenset()

    def decided(self, tags: Any) -> None:
        """Note that the program goes where it goes because of values with these tags, None for none."""
        if tags is not None and not tags <= self.control:
            self.control |= frozenset(each for each in tags if isinstance(each, Source))

    # --- decisions

    def branch(self, site: Site, value: Any, condition: bool) -> None:
        """A conditional jump: its condition decides."""
        shadows = operands()
        self.decided(union((tags_of(shadows.get("value")), tags_of(shadows.get("condition")))))

    def raise_(self, site: Site, exception: BaseException) -> None:
        """An exception comes up: the operands of what has raised it decide, and may be in its message."""
        runtime = current()
        in_flight = runtime.channel.in_flight
        if in_flight is None:
            return
        tags = tags_of(join_everything(in_flight, runtime.heap))
        table = runtime.heap.known(exception)
        if table is not None:
            tags = union((tags, tags_of(table.whole)))
        if tags is not None:
            self.decided(tags)
            runtime.raised(exception, tags)

    def before_call(self, site: Site, function: Any, args: Any, kwargs: Any) -> None:
        """A call: a function of the program's that was chosen by a labelled value is a decision."""
        shadow = operands()["function"]
        if shadow is not None and isinstance(function, (types.FunctionType, type)):
            self.decided(tags_of(shadow))

    # --- values

    def call(self, site: Site, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        """A call has returned: what was looked up by a key depends on it, and how many parts a text has on the text."""
        if isinstance(function, (types.FunctionType, Exact)) or type(args) is not tuple:
            return
        shadows = operands()
        owner = getattr(function, "__self__", None)
        if isinstance(owner, dict) and getattr(function, "__name__", "") in _LOOKUPS:
            self._add(result, shadows, [tags_of(each) for each in shadows["args"][:1]])
        elif type(result) in _CONTAINERS:
            pairs = zip(args, shadows["args"], strict=False)
            texts = [tags_of(shadow) for value, shadow in pairs if is_text(value)]
            if is_text(owner):
                texts.append(tags_of(shadows["function"]))
            self._add(result, shadows, texts)

    def getitem(self, site: Site, object: Any, key: Any, result: Any) -> None:
        """An item was looked up: it depends on the key."""
        shadows = operands()
        if shadows["key"] is not None or type(key) is tuple:
            self._add(result, shadows, [tags_of(reaching(key, shadows["key"]))])

    def _add(self, result: Any, shadows: dict[str, Any], more: list[Any]) -> None:
        tags = union(more)
        if tags is not None:
            known = shadows["result"]
            give(tags if known is None else CHARACTERS.join(known, tags))
