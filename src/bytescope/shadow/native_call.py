"""Calls of native functions, as the models of an algebra see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bytescope.shadow.reachability import reaching


class NativeCall:
    """A call of a native function that has returned.

    Attributes:
        function: the callable.
        receiver: the object that it is bound to, None if there is none; `own` is its shadow.
        args, shadows: the positional arguments and their shadows.
        kwargs, keyword_shadows: the same for keyword arguments.
        result: what it has returned.
        returned: what code with shadows has returned or yielded to it meanwhile: values and shadows.
        heap: the shadows of what objects hold.
    """

    __slots__ = ("args", "function", "heap", "keyword_shadows", "kwargs", "own", "receiver", "result", "returned",
                 "shadows")  # fmt: skip

    def __init__(
        self, heap: Any, function: Any, receiver: Any, own: Any, args: Sequence[Any], shadows: Sequence[Any],
        kwargs: Mapping[str, Any], keyword_shadows: Mapping[str, Any], result: Any, returned: list[tuple[Any, Any]],
    ) -> None:  # fmt: skip
        self.heap, self.function, self.receiver, self.own = heap, function, receiver, own
        self.args, self.shadows, self.kwargs, self.keyword_shadows = args, shadows, kwargs, keyword_shadows
        self.result, self.returned = result, returned

    def argument(self, number: int, name: str = "", default: Any = None) -> Any:
        """Return an argument by its number, or its name."""
        return self.args[number] if number < len(self.args) else self.kwargs.get(name, default)

    def shadow(self, number: int, name: str = "") -> Any:
        """Return the shadow of an argument by its number, or its name."""
        return self.shadows[number] if number < len(self.shadows) else self.keyword_shadows.get(name)

    def everything(self) -> Any:
        """Return the join of all that reaches the call."""
        heap = self.heap
        found = [self.own if self.receiver is None else reaching(heap, self.receiver, self.own)]
        found += [reaching(heap, value, shadow) for value, shadow in zip(self.args, self.shadows, strict=False)]
        found += [reaching(heap, value, self.keyword_shadows.get(name)) for name, value in self.kwargs.items()]
        found += [shadow for _, shadow in self.returned]
        return heap.algebra.derive(heap.algebra.joined(found))
