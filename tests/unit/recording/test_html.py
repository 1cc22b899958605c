"""Recordings as pages."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from bytescope.recording import NoViewer, html
from bytescope.recording.file import decode

from .programs import recorded

ELEMENT = '<script type="application/x-bscope" id="recording"'
TEMPLATE = f"<title>Recording</title>\n<script>code</script>\n{ELEMENT}></script>\n"


def test_a_page_has_the_recording_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = tmp_path / "viewer.html"
    viewer.write_text(TEMPLATE)
    monkeypatch.setattr(html, "VIEWER", viewer)
    recording = recorded("x = '</script><script>alert(1)</script>'\n")
    recording.to_html(tmp_path / 'a<b>&"c.html')
    page = (tmp_path / 'a<b>&"c.html').read_text()
    data = re.search(ELEMENT + r' data-name="(.*?)">([A-Za-z0-9+/=]*)</script>', page)
    assert data is not None
    assert data[1] == "a&lt;b&gt;&amp;&quot;c"
    assert f"<title>{data[1]}: a recording</title>" in page
    assert len(decode(base64.b64decode(data[2]))) == recording.steps
    assert page.count("</script>") == 2


def test_a_page_opens_at_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = tmp_path / "viewer.html"
    viewer.write_text(TEMPLATE)
    monkeypatch.setattr(html, "VIEWER", viewer)
    recorded("x = 1\n").to_html(tmp_path / "x.html", step=2)
    assert f'{ELEMENT} data-name="x" data-step="2">' in (tmp_path / "x.html").read_text()


def test_a_page_links_to_a_playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = tmp_path / "viewer.html"
    viewer.write_text(TEMPLATE)
    monkeypatch.setattr(html, "VIEWER", viewer)
    recording = recorded("x = 1\n")
    recording.to_html(tmp_path / "x.html", playground='https://example.org/play/?a=1&b="')
    assert ' data-playground="https://example.org/play/?a=1&amp;b=&quot;">' in (tmp_path / "x.html").read_text()
    with pytest.raises(
        ValueError, match=r"playground must begin with https:// or http://, got 'javascript:alert\(1\)'"
    ):
        recording.to_html(tmp_path / "y.html", playground="javascript:alert(1)")


def test_without_a_viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "VIEWER", tmp_path / "viewer.html")
    with pytest.raises(NoViewer, match="say `make playground`"):
        recorded("x = 1\n").to_html(tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()
