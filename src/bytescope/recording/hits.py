"""Hit counts: which of the times that control comes to a breakpoint it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from bytescope.recording.breakpoints import Search
from bytescope.recording.expressions import NotRecorded, holds
from bytescope.recording.state import Cursor

__all__ = ["Hits", "hit_condition"]


def hit_condition(text: str) -> Callable[[int], bool]:
    """Return whether a number of hits is one to stop at: "3" (the third), ">= 3", "% 3" and the like.

    Raises:
        ValueError: if the text says no such thing.
    """
    found = re.fullmatch(r"\s*(==|>=|<=|>|<|=|%)?\s*(\d{1,9})\s*", text)
    if found is None:
        raise ValueError(f"{text!r} is no hit condition: write a number, or one after ==, >, >=, <, <= or %")
    number = int(found[2])
    if found[1] == "%" and number == 0:
        raise ValueError(f"{text!r} is no hit condition: nothing is a multiple of 0")
    return {
        ">": lambda hits: hits > number,
        ">=": lambda hits: hits >= number,
        "<": lambda hits: hits < number,
        "<=": lambda hits: hits <= number,
        "%": lambda hits: hits % number == 0,
    }.get(found[1], lambda hits: hits == number)


class Hits:
    """The steps at which control has come to a breakpoint and its condition was true, from the beginning.

    Args:
        search: the steps of the breakpoint.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._wants = hit_condition(search.breakpoint.hits or "")
        self._steps: list[int] = []
        self._end = 0

    def wants(self, step: int, cursor: Cursor) -> bool:
        """Return True if the hit at a step is one to stop at.

        Args:
            step: the step.
            cursor: a cursor, which is moved.
        """
        forgotten, condition = self._search.tape.forgotten, self._search.breakpoint.condition
        begin = max(self._end - forgotten, 0)
        if step >= begin:
            for each in self._search.steps(begin, step + 1):
                cursor.go(each)
                if condition is None or _true(condition, cursor):
                    self._steps.append(each + forgotten)
            self._end = step + 1 + forgotten
        return self._wants(bisect_right(self._steps, step + forgotten))


def _true(condition: str, cursor: Cursor) -> bool:
    try:
        return holds(condition, cursor.frames[0])
    except NotRecorded:
        return False
