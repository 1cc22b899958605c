"""Outputs go where they were meant to when the program started, and each process writes its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.processes import run_python

pytestmark = pytest.mark.process

ENGINES = pytest.mark.parametrize("engine", ["woven", "interpreter"])


@ENGINES
def test_an_output_goes_to_the_folder_of_the_start(tmp_path: Path, engine: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import os, shutil, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)\nx = 1\nshutil.rmtree(d)\n", encoding="utf-8"
    )
    for _ in range(2):  # the second replaces the first
        words = ("coverage", "--engine", engine, "--output", "out.json", "program.py")
        done = run_python("-m", "bytescope", *words, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        assert found["files"][str(program)]["lines"]["executed"] == [1, 2, 3, 4, 5]


FORKING = """
import os, sys
def in_child():
    return 1
def in_parent():
    return 2
pid = os.fork()
if pid == 0:
    in_child()
    sys.exit(0)
os.waitpid(pid, 0)
in_parent()
print(pid)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@ENGINES
@pytest.mark.parametrize("existing", [False, True])
def test_a_forked_child_writes_a_file_of_its_own(tmp_path: Path, engine: str, existing: bool) -> None:
    program = tmp_path / "program.py"
    program.write_text(FORKING, encoding="utf-8")
    if existing:
        (tmp_path / "out.json").write_text("old", encoding="utf-8")
    words = ("coverage", "--engine", engine, "--output", "out.json", "program.py")
    done = run_python("-W", "ignore", "-m", "bytescope", *words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    executed = [
        set(json.loads((tmp_path / name).read_text(encoding="utf-8"))["files"][str(program)]["lines"]["executed"])
        for name in ("out.json", f"out.json.{done.stdout.strip()}")
    ]
    assert executed[0] & {4, 6, 9} == {6}
    assert executed[1] & {4, 6, 9} == {4, 9}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_says_whose_its_report_is(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(FORKING, encoding="utf-8")
    done = run_python("-W", "ignore", "-m", "bytescope", "coverage", "program.py", cwd=tmp_path)
    child = f"--- coverage (process {done.stdout.strip()})\n"
    assert done.stderr.startswith(f"\n{child}")
    assert "\n--- coverage\n" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="there is no such device")
def test_standard_output_can_be_an_output_where_it_is_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("def f(): pass\nf()\n", encoding="utf-8")
    words = ("calls", "--output", "folded:/dev/stdout", "program.py")
    done = run_python("-m", "bytescope", *words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "__main__:<module>;__main__:f " in done.stdout
