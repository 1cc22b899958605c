"""What the messages of the host's own errors say that not every version of CPython says."""

from bytescope.code.host.facts import HOST

_OLD = HOST in ("3.11", "3.12", "3.13")

CANNOT_AWAIT = "object {} can't be used in 'await' expression" if _OLD else "'{}' object can't be awaited"
"""For `await` on something else; to be filled with the type's name."""

NAMES_MISSED_ENTER = not _OLD
"""Whether the error for a context manager without `__enter__` names that method, as it does for `__exit__`."""

SUGGESTS_OTHER_WITH = not _OLD
"""Whether the error for a `with` suggests `async with` where that would do, and the other way round; that goes with a
type's qualified name, module included, in the place of its name."""
