"""CPython 3.9, of which only the compiled files are executed: all that it has is in 3.10, too."""

from __future__ import annotations

from bytescope.code.versions.v3_10 import BEHAVIOUR, RULES

__all__ = ["BEHAVIOUR", "RULES"]
