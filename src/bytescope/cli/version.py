"""`bytescope --version`."""

from __future__ import annotations

from bytescope import __version__
from bytescope.code.host import SUPPORTED
from bytescope.code.release import RELEASE


def version() -> str:
    """One line about bytescope, the host and the hosts that are supported."""
    return (
        f"bytescope {__version__} on {RELEASE}; supported are CPython {', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}"
    )
