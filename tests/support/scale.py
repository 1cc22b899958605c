"""How much of what takes long the tests do: a part on each host, another on each, or all of it.

The standard run has four hosts. What is random they do together: what one of them does with BYTESCOPE_TEST_SCALE=full.
What is fixed is done on the newest, and the others share it: in turn, so that each has done all of it after three
commits. Pyodide does another such share.
"""

import os
import sys
from collections.abc import Iterable
from typing import TypeVar

from bytescope.code.host.facts import HOST, SUPPORTED

Thing = TypeVar("Thing")

FULL = os.environ.get("BYTESCOPE_TEST_SCALE", "") == "full"
STANDARD = tuple(version for version in SUPPORTED if version != "3.15")
"""The hosts of the standard run; others, which are run on where they are named, do a share like the older ones."""
POSITION = SUPPORTED.index(HOST)
IN_PYODIDE = sys.platform == "emscripten"
IS_NEWEST = STANDARD[-1] == HOST and not IN_PYODIDE
TURN = int(os.environ.get("BYTESCOPE_TEST_TURN") or 0)
"""Whose turn it is, which the test run takes from the commit; 0 where pytest is run by hand."""


def share(count: int) -> int:
    """Return how many of so many things are done on this host."""
    return count if FULL else -(-count // len(STANDARD))


def numbers(count: int, first: int = 0) -> range:
    """Return the numbers, such as seeds, of those that are done on this host: other ones on each."""
    begin = first if FULL else first + POSITION * share(count)
    return range(begin, begin + share(count))


def third(things: Iterable[Thing]) -> list[Thing]:
    """Return those of several things that are done where not all are: the three older hosts together do all."""
    listed = list(things)
    return listed if FULL else listed[(POSITION + TURN) % 3 :: 3]


def half(things: Iterable[Thing]) -> list[Thing]:
    """Return those of several things that are done where one commit does one half, the next the other."""
    listed = list(things)
    return listed if FULL else listed[TURN % 2 :: 2]


def chosen(things: Iterable[Thing]) -> list[Thing]:
    """Return those of several things that are done on this host: all on the newest, a third elsewhere."""
    return list(things) if IS_NEWEST else third(things)
