"""The debug adapter, driven by Microsoft's test client, which is what VS Code's own adapters are tested with."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.dap_process import adapter, port_of
from tests.support.processes import ROOT, run
from tests.unit.dap.programs import CALLS, ERRORS

MODULES = ROOT / "web" / "node_modules"

pytestmark = [
    pytest.mark.process,
    pytest.mark.any_host,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on PATH"),
    pytest.mark.skipif(
        not (MODULES / "@vscode" / "debugadapter-testsupport").is_dir(),
        reason="the client is not in web/node_modules: `make playground` fetches it",
    ),
]


def test_microsofts_client(tmp_path: Path) -> None:
    (tmp_path / "calls.py").write_text(CALLS, encoding="utf-8")
    (tmp_path / "errors.py").write_text(ERRORS, encoding="utf-8")
    (tmp_path / "adapter.py").write_text('from bytescope.cli import main\n\nmain(["dap"])\n', encoding="utf-8")
    with adapter("--listen", "0") as listening:
        port = port_of(listening)
        script = Path(__file__).with_name("session.cjs")
        words = ("node", script, sys.executable, tmp_path / "adapter.py", tmp_path, str(port))
        done = run(*words, NODE_PATH=str(MODULES))
        assert done.stderr == ""
        assert done.stdout.split() == "ok breakpointsBothWays ok toItsEnd ok uncaughtAtAPort".split()
        assert listening.wait() == 0
