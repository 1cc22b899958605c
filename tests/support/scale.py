"""How much of what takes long the tests do: a part on each host, another on each, or all of it.

The standard run has four hosts, and what they do together is what one of them does with BYTESCOPE_TEST_SCALE=full.
"""

import os

from bytescope.code.host.facts import HOST, SUPPORTED

FULL = os.environ.get("BYTESCOPE_TEST_SCALE", "") == "full"
POSITION = SUPPORTED.index(HOST)


def share(count: int) -> int:
    """Return how many of so many things are done on this host."""
    return count if FULL else -(-count // len(SUPPORTED))


def numbers(count: int, first: int = 0) -> range:
    """Return the numbers, such as seeds, of those that are done on this host: other ones on each."""
    begin = first if FULL else first + POSITION * share(count)
    return range(begin, begin + share(count))


def is_done(number: int) -> bool:
    """Whether one of several things, by its number, is done on this host.

    The newest host does all of them, and each of the others does its share: so all are done on two hosts.
    """
    newest = len(SUPPORTED) - 1
    return FULL or POSITION == newest or number % newest == POSITION
