"""Mechanisms that only make programs faster, each of which BYTESCOPE_DISABLE can switch off.

Results are the same without them; `python -m benchmarks --ablate` measures what each is worth.
"""

from __future__ import annotations

from bytescope.startup.switches import DISABLE

DISABLED = DISABLE.chosen()
"""The names of the mechanisms that are off in this process. A value that names another one is refused here."""


def enabled(name: str) -> bool:
    """Return True if a mechanism, one of `DISABLE.values`, is on."""
    assert name in DISABLE.values
    return name not in DISABLED
