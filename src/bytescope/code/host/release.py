"""Name and full version of the running Python, to be shown: nothing depends on it, and it may be any Python."""

from __future__ import annotations

import sys

RELEASE = f"{sys.implementation.name.replace('cpython', 'CPython')} {sys.version.split()[0]}"
"""The running Python with its full version, say "CPython 3.12.1"."""
