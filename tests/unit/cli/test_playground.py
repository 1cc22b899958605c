"""`bytescope playground`: what it serves, to whom, and how it begins and ends."""

from __future__ import annotations

import base64
import hashlib
import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("click")  # which the command needs, and Pyodide has not

from click.testing import CliRunner

from bytescope.cli import playground
from bytescope.cli.commands import commands

FILES = {"index.html": "<!doctype html>page", "a.wasm": "wasm", "b.mjs": "js", "folder/c.zip": "zip"}


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(playground, "STATIC", folder)
    return folder


@pytest.fixture
def port(static: Path) -> Iterator[int]:
    with playground._server(0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, path: str, host: str = "") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def script_hash() -> str:
    """Return what a policy has to say for the browser to run the script in the page's text."""
    page = (Path(__file__).parents[3] / "web" / "index.html").read_text(encoding="utf-8")
    script = page[page.index("<script>") + len("<script>") : page.index("</script>")]
    digest = f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
    assert digest in page
    return digest


@pytest.mark.process
def test_files_and_their_headers(port: int) -> None:
    status, headers, text = ask(port, "/")
    assert (status, text) == (200, "<!doctype html>page")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    policy = [rule.split() for rule in headers["content-security-policy"].split(";")]
    assert ["default-src", "'none'"] in policy
    assert ["script-src", "'self'", script_hash(), "'wasm-unsafe-eval'"] in policy
    types = {path: ask(port, path)[1]["content-type"] for path in ("/a.wasm", "/b.mjs", "/folder/c.zip")}
    assert types == {"/a.wasm": "application/wasm", "/b.mjs": "text/javascript", "/folder/c.zip": "application/zip"}


@pytest.mark.process
@pytest.mark.parametrize("path", ["/none", "/folder/", "/../secret.txt", "/%2e%2e/secret.txt", "//etc/passwd"])
def test_nothing_else_is_served(port: int, path: str) -> None:
    status, _, text = ask(port, path)
    assert status == 404
    assert "secret" not in text


@pytest.mark.process
def test_another_host_is_refused(port: int) -> None:
    assert ask(port, "/", "example.org")[0] == 421
    assert ask(port, "/", f"localhost:{port}")[0] == 200


@pytest.mark.process
def test_a_taken_port(static: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with playground._server(0) as first, playground._server(first.server_port) as second:
        assert second.server_port != first.server_port
        assert capsys.readouterr().err.startswith(f"port {first.server_port} is taken: another one is used")


@pytest.mark.process
def test_ctrl_c_ends_it(static: Path) -> None:
    source = "import sys; from pathlib import Path; from bytescope.cli import playground\n"
    source += "playground.STATIC = Path(sys.argv[1]); playground.playground(0, False)"
    command = [sys.executable, "-u", "-c", source, str(static)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
        assert ask(port, "/")[0] == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "ended\n", "")
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/")


def test_a_page_that_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "STATIC", tmp_path)
    result = CliRunner().invoke(commands, ["playground", "--no-browser"])
    assert result.exit_code == 1
    assert result.output == f"Error: {playground.NOT_BUILT}\n"
    assert "make playground" in playground.NOT_BUILT


def test_no_browser_is_said(static: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_server: object, poll_interval: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(playground.Server, "serve_forever", interrupted)
    monkeypatch.setattr("webbrowser.open", lambda _address: False)
    playground.playground(0, True)
    assert capsys.readouterr().err == "no browser could be opened here: open that address in one\n"


def test_ctrl_c_while_the_browser_is_opened_ends_it_as_well(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_address: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("webbrowser.open", interrupted)
    result = CliRunner().invoke(commands, ["playground", "--port", "0"])
    assert result.exit_code == 0
    assert result.output.endswith("(Ctrl-C ends it)\nended\n")
