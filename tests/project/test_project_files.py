"""The project's own files agree with each other."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from bytescope.code.host.facts import SUPPORTED
from tests.support.processes import run_python
from tests.support.scale import STANDARD
from tools import outcomes, pythons

pytestmark = pytest.mark.any_host

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = [*sorted(ROOT.glob("requirements/*.txt")), ROOT / "tests" / "pyodide" / "package-lock.json"]

JUNIT = """<testsuites><testsuite tests="9" failures="{failures}" errors="1" skipped="2"/></testsuites>"""


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_registry(lock: Path) -> None:
    assert "://" not in lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.suffix == ".txt"], ids=lambda path: path.name)
def test_every_locked_requirement_has_its_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", "")
    requirements = [line for line in text.splitlines() if re.match(r"[a-z]", line)]
    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.process
def test_the_picture_in_the_readme_is_what_its_commands_print() -> None:
    done = run_python("tools/readme_picture.py", "--check", cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_supported_versions_are_those_that_the_package_declares() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    declared = [match[1] for text in classifiers if (match := re.search(r":: Python :: (\d+\.\d+)$", text))]
    assert declared == list(pythons.SUPPORTED) == list(SUPPORTED)
    assert set(SUPPORTED) - set(STANDARD) == pythons.OPT_IN


def test_workflows_run_on_every_version_of_the_standard_run() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob(".github/workflows/*.yml"))]
    hosts = [hosts for text in texts for hosts in re.findall(r"^ +host: \[(.+?)\]", text, re.MULTILINE)]
    assert hosts
    assert {tuple(re.findall(r"\"(\d+\.\d+)[\d.]*\"", each)) for each in hosts} == {STANDARD}


def test_outcome_counts_what_pytest_wrote(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(JUNIT.format(failures=1))
    outcome = outcomes.of_pytest(results, status=1)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (5, 2, 2)


@pytest.mark.parametrize("status", [1, 5, 139])
def test_a_run_without_results_has_failed(tmp_path: Path, status: int) -> None:
    assert outcomes.of_pytest(tmp_path / "missing.xml", status).failed == 1


def test_a_bad_end_without_a_failed_test_is_a_failure(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(JUNIT.format(failures=0).replace('errors="1"', 'errors="0"'))
    assert outcomes.of_pytest(results, status=0).failed == 0
    assert outcomes.of_pytest(results, status=3).failed == 1


MADE = [
    line.strip("/\n").replace("*", "x")
    for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith(("#", "*"))
]
"""What git ignores, as paths."""


@pytest.mark.process
@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_clean_removes_all_that_git_ignores_and_can_be_repeated(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    deeper = [f"src/{name}" for name in ("__pycache__", ".ruff_cache")]
    for name in [*MADE, *deeper]:
        (tmp_path / name / "folder").mkdir(parents=True)
        (tmp_path / name / "folder" / "file").touch()
    for _ in range(2):
        subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [each.name for each in tmp_path.rglob("*") if not each.is_dir()] == ["Makefile"]
