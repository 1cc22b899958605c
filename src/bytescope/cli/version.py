"""`bytescope --version`."""

from __future__ import annotations

from bytescope._version import __version__
from bytescope.code.host.facts import SUPPORTED
from bytescope.code.host.release import RELEASE


def version() -> str:
    """Return one line about bytescope, the host and the hosts that are supported."""
    return (
        f"bytescope {__version__} on {RELEASE}; supported are CPython {', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}"
    )
