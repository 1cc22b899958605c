"""Attachments, runs and requests leave no more objects behind after their last tenth than after their first."""

from __future__ import annotations

import json

import pytest

from tests.support.processes import run_python

pytestmark = [pytest.mark.process, pytest.mark.timeout(7200)]

SHIPPED = ("coverage", "calls", "comparisons", "history", "labels", "profile", "trace")
KEEPING = ("frames", "exceptions")
FULL = {"attach": 1_000, "run": 100_000, "request": 40_000}
ENGINES = pytest.mark.parametrize("engine", ["woven", "interpreter"])

MEASURE_ALL = """
import json, sys, warnings
from tests.support.leaks import measure
warnings.simplefilter("ignore")
for name in sys.argv[4:]:
    measure(*sys.argv[1:2], name, sys.argv[2], 10)  # what is imported and made once
    print(json.dumps([name, measure(sys.argv[1], name, sys.argv[2], int(sys.argv[3]))]))
"""


def check(kind: str, engine: str, rounds: int, names: tuple[str, ...], memory: bool = False) -> None:
    """Hold objects, and if wanted memory, after the last tenth of the rounds against those after the first."""
    done = run_python("-c", MEASURE_ALL, kind, engine, str(rounds), *names, hang=7000)
    assert not done.returncode, done.stderr
    found = dict(json.loads(line) for line in done.stdout.splitlines())
    assert found.keys() == set(names)
    for name, figures in found.items():
        before, after = figures["objects"]
        assert after <= 1.01 * before, (name, figures)  # 2 % would hide what a few rounds leave behind
        before, after = figures["memory"]
        assert not memory or after <= 1.02 * before, (name, figures)


@ENGINES
@pytest.mark.parametrize(("kind", "rounds"), [("attach", 20), ("run", 300), ("request", 100)])
def test_rounds_leave_no_objects_behind(kind: str, rounds: int, engine: str) -> None:
    check(kind, engine, rounds, SHIPPED + KEEPING * (kind == "attach"))


@ENGINES
@pytest.mark.parametrize("rounds", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_executed_sources_leave_no_objects_behind(rounds: int, engine: str) -> None:
    check("exec", engine, rounds, SHIPPED if rounds > 400 else SHIPPED[:3])


@pytest.mark.slow
@ENGINES
@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("name", SHIPPED + KEEPING)
def test_many_rounds_leave_no_memory_behind(name: str, kind: str, engine: str) -> None:
    if name in SHIPPED or kind == "attach":
        check(kind, engine, FULL[kind], (name,), memory=True)
