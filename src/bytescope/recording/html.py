"""Recordings as pages: the viewer, which `make playground` builds, with a recording in it."""

from __future__ import annotations

import base64
import html
from pathlib import Path

__all__ = ["MARK", "VIEWER", "NoViewer", "page_of"]

VIEWER = Path(__file__).resolve().parent.parent / "playground" / "static" / "viewer.html"
"""The viewer as it is built, with no recording in it. Released wheels have it."""

MARK = '<script type="application/x-bscope" id="recording"'
"""Beginning of the start tag of the element that holds the recording in a page."""

_TITLE = "<title>Recording</title>"


class NoViewer(RuntimeError):
    """Missing viewer: the installation is a clone in which the page was not built."""

    def __init__(self) -> None:
        super().__init__("the viewer is not built: say `make playground` in a clone, or install a released wheel")


def page_of(recording: bytes, title: str, step: int = 0, playground: str = "") -> str:
    """Return a page that shows a recording; it needs no other file and asks nobody for anything.

    Args:
        recording: the recording, as in a file.
        title: what the page is called.
        step: the step that it opens at.
        playground: where the notebook's page is served, "" for no link to it.

    Raises:
        ValueError: if `playground` is no address of the web.
        NoViewer: if there is no viewer.
    """
    if playground and not playground.startswith(("http://", "https://")):
        raise ValueError(f"playground must begin with https:// or http://, got {playground!r}")
    try:
        viewer = VIEWER.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoViewer from None
    name = html.escape(title.encode("utf-8", "replace").decode())
    before, mark, after = viewer.rpartition(MARK)
    head, _, rest = before.partition(_TITLE)
    data = base64.b64encode(recording).decode()
    # The data is text of an element that is no program: none of its characters can end it.
    mark += f' data-name="{name}"' + (f' data-step="{step}"' if step else "")
    mark += f' data-playground="{html.escape(playground)}"' if playground else ""
    return f"{head}<title>{name}: a recording</title>{rest}{mark}>{data}{after.removeprefix('>')}"
