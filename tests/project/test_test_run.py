"""The test run divides its work without losing any, starts what takes longest first, and leaves nothing running."""

from __future__ import annotations

import math
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.support import scale
from tests.support.processes import ROOT, run_python
from tools import outcomes, page
from tools.jobs import SECONDS, Selection, chunks
from tools.pool import Job, Pool

pytestmark = pytest.mark.any_host

PARTS = """
import pytest
@pytest.mark.parametrize("n", range(7))
def test_alone(n): pass
@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("n", range(4))
def test_together(n): pass
"""


def test_every_file_is_in_one_chunk() -> None:
    seconds = {f"test_{n}.py": float(n) for n in range(0, 200, 7)}
    found = list(chunks(seconds, seconds, 1.0))
    assert sorted(file for files, _, _ in found for file in files) == sorted(seconds)
    assert sum(expected for _, _, expected in found) == sum(seconds.values())
    for _, parts, expected in found:
        assert expected / parts <= 1.5 * SECONDS
        assert parts == 1 or parts == math.ceil(expected / SECONDS)


def test_named_files_folders_and_tests_are_found() -> None:
    named = Selection(
        targets=["tests/golden", "tests/unit/machine/test_vm.py::test_x", "README.md"], recorded={}
    ).files()
    assert "tests/golden/test_streams.py" in named
    assert named[-2:] == ["tests/unit/machine/test_vm.py::test_x", "README.md"]
    assert not [name for name in named if name.startswith("tests/unit/") and "::" not in name]


@pytest.mark.parametrize("turn", range(6))
def test_what_is_fixed_is_done_on_the_newest_and_on_one_of_the_others(
    turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "FULL", False)
    monkeypatch.setattr(scale, "TURN", turn)
    things, found = list(range(47)), []
    for position in range(3):
        monkeypatch.setattr(scale, "POSITION", position)
        monkeypatch.setattr(scale, "IS_NEWEST", False)
        assert len(scale.chosen(things)) in (15, 16)
        found += scale.chosen(things)
    assert sorted(found) == things
    monkeypatch.setattr(scale, "IS_NEWEST", True)
    assert scale.chosen(things) == things


@pytest.mark.process
def test_parts_make_the_whole(tmp_path: Path) -> None:
    (tmp_path / "test_parts.py").write_text(PARTS)
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "pytest.ini").touch()
    parts = []
    for part in "1/3", "2/3", "3/3":
        words = ["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "test_parts.py"]
        done = run_python(*words, cwd=tmp_path, BYTESCOPE_TEST_PART=part)
        parts.append({line for line in done.stdout.splitlines() if "::" in line})
    assert sum(map(len, parts)) == len(set.union(*parts)) == 11
    assert sorted(sum("together" in name for name in part) for part in parts) == [0, 0, 4]


def job(folder: Path, name: str, code: str, expected: float = 1.0, minutes: float = 1.0) -> Job:
    return Job(name, [sys.executable, "-c", code], folder / f"{name}.log", expected, minutes)


@pytest.mark.process
def test_the_longest_job_starts_first(tmp_path: Path) -> None:
    started: list[str] = []
    pool = Pool(tmp_path, 1, lambda job: started.append(job.name))
    jobs = [
        job(tmp_path, name, f"raise SystemExit({at})", at) for at, name in enumerate(("short", "longer", "longest"))
    ]
    assert {done.name: ended.status for done, ended in pool.run(jobs)} == {"short": 0, "longer": 1, "longest": 2}
    assert started == ["longest", "longer", "short"]


FOREVER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="needs process groups")
@pytest.mark.parametrize("minutes", [0.1, 60])
def test_nothing_goes_on_running(tmp_path: Path, minutes: float) -> None:
    pool = Pool(tmp_path, 2, lambda job: None)
    endless = job(tmp_path, "endless", FOREVER, minutes=minutes)
    running = pool.run([endless, job(tmp_path, "quick", "import time; time.sleep(2)")])
    for done, ended in running:
        if done is endless:
            assert ended.status < 0
            assert "still running" in endless.log.read_text()
        while not (output := endless.log.read_text().split()):
            time.sleep(0.01)
        if minutes == 60:
            break
    running.close()
    with pytest.raises(ProcessLookupError):
        wait_for_the_end(int(output[0]))


def wait_for_the_end(pid: int) -> None:
    """Raises ProcessLookupError when a process is gone, or dead and not waited for."""
    for _ in range(1000):
        time.sleep(0.01)
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError


def test_the_slowest_files_come_first() -> None:
    parts = {"3.11": outcomes.Outcome(files={"a": 1.0, "b": 3.0}), "3.12": outcomes.Outcome(files={"a": 2.0})}
    assert outcomes.slowest(parts.items(), 2) == [(3.0, "3.11  b"), (2.0, "3.12  a")]


def test_a_wheel_that_lacks_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = tmp_path / "src" / "package" / "static"
    built.mkdir(parents=True)
    (built / "other.js").write_text("other")
    monkeypatch.setattr(page, "ROOT", tmp_path)
    monkeypatch.setattr(page, "BUILT", built)
    wheel = tmp_path / "a.whl"
    names = [
        "package/static/index.html",
        "package/static/other.js",
        "package/static/snapshot.pack",
        "package/static/viewer.html",
    ]
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(names[0], "text")
        archive.writestr(names[2], "")
    assert page.lacking_in(wheel) == names[1:]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in names:
            archive.writestr(name, "text")
    assert page.lacking_in(wheel) == []
