"""The working directory on `sys.path`, where `python -m bytescope` puts it.

Modules there are the program's. The first entry is the standard library's folder until a program starts, so that no
file named like a module that bytescope needs is taken for that.
"""

from __future__ import annotations

import sys

_kept: list[str] = []


def hide() -> None:
    """Remove the working directory from the front of the path, if this process is `python -m bytescope`."""
    option = next((index for index, word in enumerate(sys.orig_argv) if index and word.startswith("-m")), 0)
    name = sys.orig_argv[option][2:] or "".join(sys.orig_argv[option + 1 : option + 2]) if option else ""
    library = getattr(sys, "_stdlib_dir", None)
    if name == "bytescope" and sys.argv[:1] == ["-m"] and library and sys.path and not sys.flags.safe_path:
        _kept.append(sys.path[0])
        sys.path[0] = library


def show() -> None:
    """Put it back, for modules of the user's."""
    if _kept:
        sys.path[0] = _kept.pop()


class first:
    """A context in which modules are looked for in the working directory first."""

    def __enter__(self) -> None:
        sys.path.insert(0, "")

    def __exit__(self, *error: object) -> None:
        if "" in sys.path:
            sys.path.remove("")
