"""XML: a document type may define entities, which read files and make requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bytescope.taint.syntax.meaning import Meaning, each

_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)")


def meanings(text: str, mask: bytes) -> Iterator[Meaning]:
    """Yield the declarations that come from the outside."""
    yield from each(text, mask, _TYPE, "declares entities")
