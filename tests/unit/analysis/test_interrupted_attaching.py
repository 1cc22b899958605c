"""An interrupt at any instruction of attaching, detaching or running leaves all of it in force or nothing."""

import pytest

from tests.support.processes import run_python

pytestmark = pytest.mark.process


@pytest.mark.parametrize("engine", ["woven", "interpreter", "run"])
def test_interrupt_leaves_everything_attached_or_nothing(engine: str) -> None:
    done = run_python("-m", "tests.support.interrupted_attaching", engine, "100", BYTESCOPE_CACHE="0")
    assert (done.stdout, done.stderr) == ("100 points\n", "")


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ["woven", "interpreter", "run"])
def test_interrupt_at_each_instruction_leaves_everything_attached_or_nothing(engine: str) -> None:
    done = run_python("-m", "tests.support.interrupted_attaching", engine, hang=7200, BYTESCOPE_CACHE="0")
    assert done.stdout.splitlines()[:-1] == []
    assert int(done.stdout.split()[0]) > 5000
