"""The way of characters from a source to a sink."""

from __future__ import annotations

from typing import Any


def step(shadow: Any, result: Any, what: str, operands: Any) -> Any:
    """Return the shadow, and note how a text with it was made."""
    return shadow
