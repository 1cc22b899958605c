"""Globs over the paths of files, as the `include` and `omit` of coverage.py are written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

_SEPARATOR = r"[/\\]"
_PIECE = re.compile(
    r"(?P<deep>\*\*/)|(?P<rest>\*\*$)|(?P<star>\*)|(?P<one>\?)|(?P<set>\[[^]]+])|(?P<bar>[/\\])|(?P<text>.)"
)
_MEANING = {"deep": rf"(?:.*{_SEPARATOR})?", "rest": ".*", "star": r"[^/\\]*", "one": r"[^/\\]", "bar": _SEPARATOR}


def is_path(pattern: str) -> bool:
    """Return True if a pattern is about files, not about the dotted names of modules."""
    return "/" in pattern or os.sep in pattern or pattern.endswith((".py", ".pyw"))


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells whether any glob matches an absolute path.

    `**` is any number of folders, `*` and `?` are characters of one name. What begins with a wildcard may begin
    anywhere; anything else is below the working directory, and a folder, or what ends with `/*`, means all that is in
    it.

    Args:
        globs: as they were written.

    Raises:
        ValueError: if `**` is not all of a folder's place.
    """
    found = [re.compile(_regex(each), re.IGNORECASE if os.name == "nt" else 0) for each in globs]
    return lambda path: any(each.fullmatch(path) for each in found)


def _regex(glob: str) -> str:
    if any(part != "**" and "**" in part for part in re.split(r"[/\\]", glob)):
        raise ValueError(f"{glob!r}: ** stands for whole folders, as in src/**/*.py")
    front = ""
    if glob[:2] in ("*/", "*\\"):
        front, glob = _MEANING["deep"], glob[2:]
    elif not glob.startswith(("*", "?")):
        glob = os.path.abspath(os.path.expanduser(glob))
        if os.path.isdir(glob):
            glob = os.path.join(glob, "**")
    if glob.endswith(("/*", "\\*")):
        glob += "*"
    parts = []
    for piece in _PIECE.finditer(glob):
        kind = piece.lastgroup or ""
        text = piece.group()
        if kind == "set":
            parts.append(text if not text.startswith("[!") else f"[^{text[2:]}")
        else:
            parts.append(_MEANING.get(kind) or re.escape(text))
    return front + "".join(parts)
