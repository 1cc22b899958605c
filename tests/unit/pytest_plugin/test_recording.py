"""`pytest --record-failures`: what a test that fails leaves behind."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import bytescope
from bytescope.recording import html
from tests.support.processes import run_python

pytestmark = [pytest.mark.process, pytest.mark.any_host]

LONG_TEARDOWN = """\
import pytest

@pytest.fixture
def ledger():
    entries = {"open": 3}
    yield entries
    for n in range(2_000):
        entries["open"] += n

def spend(entries, amount):
    entries["open"] -= amount
    return entries["open"]

def test_spend(ledger):
    left = spend(ledger, 1)
    left = spend(ledger, left + 1)
    assert left >= 0, "overdrawn"

def test_other():
    assert spend({"open": 2}, 1) == 1
"""

STATES = """\
import pytest

calls = []

@pytest.fixture(scope="module")
def shared():
    return []

def test_flaky():
    calls.append(1)
    assert len(calls) > 1

def test_fixtures_are_fresh(shared):
    shared.append(1)
    assert shared == []

@pytest.fixture
def broken():
    raise LookupError("no database")

def test_setup_fails(broken):
    pass

@pytest.fixture
def leaking():
    yield
    assert not "closed"

def test_teardown_fails(leaking):
    total = 1 + 1
"""


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, *words, cwd=folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "test_it.py").write_text(LONG_TEARDOWN, encoding="utf-8")
    return tmp_path


def recordings(folder: Path) -> dict[str, bytescope.Recording]:
    """Return what was recorded, by the names of tests, with "teardown" after those of tear-downs."""
    found = {}
    for path in folder.glob("**/*.bscope"):
        name = path.name.split(".py-")[1].rpartition("-")[0] + " teardown" * path.name.endswith(".teardown.bscope")
        found[name] = bytescope.Recording.load(path)
    return found


def test_a_failure_is_recorded_up_to_where_it_is_raised(project: Path) -> None:
    done = run_pytest(project, "--record-failures", "--record-steps", "1000", "--junit-xml", "junit.xml")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "steps up to the failure" in done.stdout
    (path,) = (project / "recordings").glob("*.bscope")
    page = path.with_suffix(".html")  # where the viewer is built
    told = page.name if page.exists() else path.name
    assert f"test_it.py::test_spend: recordings/{told}" in done.stdout.replace("\\", "/")
    assert told in (project / "junit.xml").read_text(encoding="utf-8")
    recording = bytescope.Recording.load(path)
    stepper = bytescope.Stepper(recording)
    stepper.post_mortem()
    assert stepper.line == 17
    assert stepper.evaluate("left") == -1
    assert stepper.evaluate("ledger['open']") == -1
    while stepper.line == 17:
        stepper.over(back=True)
    assert (stepper.line, stepper.evaluate("left")) == (16, 2)
    assert {code.name for code in recording.codes} == {"ledger", "spend", "test_spend"}


def test_a_page_opens_at_the_failure(project: Path) -> None:
    viewer = project / "viewer.html"
    viewer.write_text(f"<title>Recording</title>{html.MARK}></script>", encoding="utf-8")
    (project / "conftest.py").write_text(
        f"import pathlib, bytescope.recording.html\nbytescope.recording.html.VIEWER = pathlib.Path({str(viewer)!r})\n",
        encoding="utf-8",
    )
    done = run_pytest(project, "--record-failures")
    (path,) = (project / "recordings").glob("*.html")
    assert f"recordings/{path.name}: " in done.stdout.replace("\\", "/")
    recording = bytescope.Recording.load(path.with_suffix(".bscope"))
    shown = re.search(r'data-name="(.*?)" data-step="(\d+)"', path.read_text(encoding="utf-8"))
    assert shown is not None
    assert shown[1] == "test_it.py::test_spend"
    assert recording.at(int(shown[2])).frames[0].line == 17


def test_without_the_option_nothing_of_bytescope_is_imported(project: Path) -> None:
    (project / "conftest.py").write_text(
        "import sys\ndef pytest_sessionfinish():\n"
        "    print('loaded', sorted(name for name in sys.modules if 'bytescope' in name))\n",
        encoding="utf-8",
    )
    done = run_pytest(project)
    assert "loaded ['pytest_bytescope']" in done.stdout
    assert done.returncode == 1
    assert not (project / "recordings").exists()


@pytest.mark.parametrize("option", ["--record-failures", "--record=all"])
def test_every_phase_and_what_does_not_fail_again(tmp_path: Path, option: str) -> None:
    (tmp_path / "test_it.py").write_text(STATES, encoding="utf-8")
    done = run_pytest(tmp_path, option, "--record-dir", "kept")
    found = recordings(tmp_path / "kept")
    both = {"test_fixtures_are_fresh", "test_setup_fails", "test_teardown_fails teardown"}
    if option == "--record=all":
        assert found.keys() == both | {"test_flaky"}
    else:
        assert found.keys() == both
        assert "FLAKY test_it.py::test_flaky: passed when it was run again" in done.stdout
    assert done.returncode == 1
    stepper = bytescope.Stepper(found["test_fixtures_are_fresh"])
    stepper.post_mortem()
    assert stepper.evaluate("len(shared)") == 1
    assert {code.name for code in found["test_setup_fails"].codes} == {"broken"}
    assert {code.name for code in found["test_teardown_fails teardown"].codes} == {"leaking"}


def test_recordings_of_workers(project: Path) -> None:
    done = run_pytest(project, "--record-failures", "-n", "2")
    assert list(recordings(project)) == ["test_spend"]
    assert "test_it.py::test_spend: recordings" in done.stdout


def test_what_cannot_be_recorded_is_said(tmp_path: Path) -> None:
    source = "import bytescope\ndef test_it():\n    with bytescope.record():\n        assert 0, 'mine'\n"
    (tmp_path / "test_it.py").write_text(source, encoding="utf-8")
    done = run_pytest(tmp_path, "--record-failures")
    assert "run again to be recorded, it failed otherwise: RuntimeError: a recording is going on" in done.stdout
    assert "AssertionError: mine" in done.stdout


def test_wrong_options_are_refused(project: Path) -> None:
    done = run_pytest(project, "--record-failures", "--record-steps", "0")
    assert done.returncode == 4
    assert "--record-steps must be at least 1, got 0" in done.stderr
