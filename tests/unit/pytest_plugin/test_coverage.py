"""`pytest --bytescope-coverage`: which test executed what."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.processes import run_python

CoverageData = pytest.importorskip("coverage").CoverageData  # Pyodide has none

pytestmark = pytest.mark.process

SHOP = """\
def price(n, member=False):
    if n < 0:
        raise ValueError(n)
    if member:
        n -= 1
    return n


def helper():
    return "setup"


def unsold(n):
    while n:
        n -= 1
"""

TESTS = """\
import os
import threading
import pytest
import shop


@pytest.fixture
def ready():
    shop.helper()
    yield
    shop.price(7, member=True)


@pytest.fixture(scope="module")
def once():
    return shop.price(5)


@pytest.mark.parametrize("n", [1, 2])
def test_plain(n, once):
    assert shop.price(n) == n


class TestGroup:
    def test_negative(self, ready, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ValueError):
            shop.price(-1)


def test_thread():
    t = threading.Thread(target=shop.price, args=(3, True))
    t.start()
    t.join()
"""


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, *words, cwd=folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("import shop\n", encoding="utf-8")
    (tmp_path / "test_shop.py").write_text(TESTS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "source, least, status, told, name",
    [("shop", "99", 1, "FAIL: ", ".coverage"), (".", "70", 0, "Reached: ", "own.data")],
)
def test_each_phase_of_each_test_is_a_context(
    project: Path, source: str, least: str, status: int, told: str, name: str
) -> None:
    words = [f"--bytescope-coverage={source}", f"--bytescope-coverage-fail-under={least}"]
    done = run_pytest(project, *words, *([] if name == ".coverage" else [f"--bytescope-coverage-data={name}"]))
    assert done.returncode == status, done.stdout + done.stderr
    rows = {line.split()[0]: line.split()[1:5] for line in done.stdout.splitlines() if ".py " in line}
    expected = {"shop.py": ["11", "2", "6", "0"]}  # statements, missed, branches, partly taken
    if source == ".":
        expected |= {"conftest.py": ["1", "0", "0", "0"], "test_shop.py": ["24", "0", "0", "0"]}
    assert rows == expected
    assert told in done.stdout and f"required {least} %" in done.stdout
    assert [each.name for each in [project / ".coverage", project / "own.data"] if each.exists()] == [name]
    data = CoverageData(basename=str(project / name))
    data.read()
    assert data.has_arcs()
    (file,) = [each for each in data.measured_files() if Path(each).name == "shop.py"]
    found = {line: {name.partition("::")[2] for name in names} for line, names in data.contexts_by_lineno(file).items()}
    plain = {"test_plain[1]|setup", "test_plain[1]|run", "test_plain[2]|run"}
    members = {"test_thread|run", "TestGroup::test_negative|teardown"}
    assert found == {
        1: {""},
        2: plain | members | {"TestGroup::test_negative|run"},
        3: {"TestGroup::test_negative|run"},
        4: plain | members,
        5: members,
        6: plain | members,
        9: {""},
        10: {"TestGroup::test_negative|setup"},
        13: {""},
    }
    data.set_query_context("test_shop.py::test_plain[2]|run")
    arcs = set(data.arcs(file) or ())
    assert {(2, 4), (4, 6)} <= arcs
    assert arcs.isdisjoint({(2, 3), (4, 5)})


@pytest.mark.any_host
def test_nothing_measured_is_below_a_threshold(project: Path) -> None:
    done = run_pytest(project, "-W", "error", "--bytescope-coverage=absent", "--bytescope-coverage-fail-under=1")
    assert done.returncode == 1
    assert "absent: No data to report." in done.stdout
    assert "FAIL: 0.00 % covered, required 1 %" in done.stdout
    assert "4 passed" in done.stdout


@pytest.mark.any_host
@pytest.mark.parametrize(
    "words, message",
    [
        (["--bytescope-coverage=shop", "-n", "2"], "--bytescope-coverage measures a single process: leave out -n"),
        (["--bytescope-coverage="], "'' is nothing to measure: name a package, module or folder"),
        (["--bytescope-coverage=a b"], "source must be a folder or the name of a module, and a b is neither"),
        (["--bytescope-coverage=shop", "--bytescope-coverage-fail-under=nan"], "fail-under must be from 0 to 100, got"),
    ],
)
def test_what_cannot_be_measured_is_refused(project: Path, words: list[str], message: str) -> None:
    done = run_pytest(project, *words)
    assert done.returncode == 4
    assert message in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.any_host
def test_without_coverage_py_one_line_says_what_is_missing(project: Path) -> None:
    (project / "coverage.py").write_text("raise ImportError\n", encoding="utf-8")
    done = run_pytest(project, "--bytescope-coverage=shop")
    assert done.returncode == 4
    assert "pip install 'bytescope[coverage]'" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
