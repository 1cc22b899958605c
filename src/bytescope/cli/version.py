"""`bytescope --version`."""

from __future__ import annotations

import platform

from bytescope import __version__
from bytescope.code.host import SUPPORTED


def version() -> str:
    """One line about bytescope, the host and the hosts that are supported."""
    host = f"{platform.python_implementation()} {platform.python_version()}"
    return f"bytescope {__version__} on {host}; supported are CPython {', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}"
