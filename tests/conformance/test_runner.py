"""The conformance runner's own tests: what it says of modules that pass, fail, crash and hang, and its verdict."""

import os
import sys
import textwrap
import time
import types
from itertools import count

import pytest

from tests.conformance import baseline, plan, report, runs, supervise, verdict
from tests.conformance.supervise import Job, Report, run_module

pytestmark = [
    pytest.mark.any_host,
    pytest.mark.skipif(os.name != "posix", reason="needs fork and process groups"),
]

MODULE = """
import os, sys, threading, time, unittest

class Tests(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail("why")
    def test_broken(self): 1 / 0
    @unittest.skip("no")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_subtests(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)
    def test_fork(self):
        pid = os.fork()
        if not pid:
            try:
                self.fail("only in the fork")
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
    def test_zlast(self):
        {last}
"""
USUAL = {
    "Tests.test_good": "pass",
    "Tests.test_bad": "fail",
    "Tests.test_broken": "error",
    "Tests.test_skipped": "skip",
    "Tests.test_expected": "xfail",
    "Tests.test_subtests": "fail",
    "Tests.test_fork": "pass",
}


@pytest.fixture
def hang(tmp_path, monkeypatch):
    """Source of a call that hangs: from then on, an hour passes whenever the supervisor looks at the clock."""
    hanging = tmp_path / "hanging"
    hours = count()
    ask_where = supervise._ask_where

    def monotonic():
        return time.monotonic() + (3600 * next(hours) if hanging.exists() else 0)

    def asked(process):
        ask_where(process)
        hanging.unlink()

    monkeypatch.setattr(supervise, "time", types.SimpleNamespace(monotonic=monotonic, sleep=time.sleep))
    monkeypatch.setattr(supervise, "_ask_where", asked)
    return f"(open({str(hanging)!r}, 'w').close(), time.sleep(600))"


def run(folder, last, more="", **options):
    (folder / "sample.py").write_text(MODULE.format(last=last) + textwrap.dedent(more))
    job = Job("sample", sys.executable, src=str(folder), **{"silence": 1800, "limit": 10**9} | options)
    result = run_module(job)
    return result, {test.removeprefix("sample."): outcome for test, outcome in result.outcomes.items()}


@pytest.mark.process
def test_outcomes(tmp_path):
    result, outcomes = run(tmp_path, "pass")
    assert (result.status, result.loaded) == ("ok", 8)
    assert outcomes == USUAL | {"Tests.test_zlast": "pass"}
    assert "why" in result.details["sample.Tests.test_bad"]
    assert "n=1" in result.details["sample.Tests.test_subtests"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("last", "outcome"),
    [("os._exit(0)", "crashed"), ("os.kill(os.getpid(), 11)", "crashed"), ("{hang}", "timeout")],
)
def test_a_killer_is_named_and_the_others_run_again(tmp_path, hang, last, outcome):
    result, outcomes = run(tmp_path, last.format(hang=hang))
    assert result.status == "ok"
    assert outcomes == USUAL | {"Tests.test_zlast": outcome}


@pytest.mark.process
def test_a_module_that_crashes_again_is_crashed(tmp_path):
    more = """
    class ZMore(unittest.TestCase):
        def test_first(self): os._exit(0)
        def test_never(self): pass
    """
    result, outcomes = run(tmp_path, "os._exit(0)", more)
    assert result.status == "crashed"
    assert outcomes == USUAL | {"Tests.test_zlast": "crashed", "ZMore.test_first": "crashed"}


@pytest.mark.process
@pytest.mark.parametrize(
    ("last", "status"),
    [
        ("import atexit; atexit.register(os._exit, 3)", "crashed"),
        ("threading.Thread(target=lambda: (threading.main_thread().join(), {hang})).start()", "timeout"),
    ],
)
def test_a_module_that_does_not_end_well_is_not_ok(tmp_path, hang, last, status):
    result, outcomes = run(tmp_path, last.format(hang=hang))
    assert result.status == status
    assert outcomes == USUAL | {"Tests.test_zlast": "pass"}


@pytest.mark.process
def test_a_module_out_of_time_is_not_run_again(tmp_path, hang):
    result, outcomes = run(tmp_path, hang, silence=10**9, limit=1800)
    assert (result.status, result.why.splitlines()[0]) == ("timeout", "the module's time is up")
    assert outcomes == USUAL


@pytest.mark.process
def test_a_module_that_cannot_be_imported_is_crashed(tmp_path):
    result, outcomes = run(tmp_path, "pass", "raise LookupError('no such thing')")
    assert result.status == "crashed" and "no such thing" in result.why and not outcomes


@pytest.mark.process
def test_one_test_alone(tmp_path):
    assert run(tmp_path, "os._exit(0)", match=("*test_good",))[1] == {"Tests.test_good": "pass"}


@pytest.mark.process
@pytest.mark.parametrize("engine", ["interpreter", "observed"])
def test_engines_really_execute_the_module(tmp_path, engine):
    result, outcomes = run(tmp_path, "pass", engine=engine, libraries=("sample",))
    assert result.status == "ok" and outcomes == USUAL | {"Tests.test_zlast": "pass"}
    assert result.instructions > 100 and not result.natives


def native(**outcomes):
    return baseline.Native({f"test.test_m.C.{test}": outcome for test, outcome in outcomes.items()})


def guest(status="ok", instructions=100, natives=(), **outcomes):
    found = Report("test.test_m", status, instructions=instructions, natives=list(natives))
    found.outcomes = {f"test.test_m.C.{test}": outcome for test, outcome in outcomes.items()}
    return found


def judged(native, guest, *allowed, floor=50):
    return verdict.judge({"test_m": native}, {"test_m": guest}, list(allowed), {"test_m": floor})


def test_what_passes_natively_must_pass():
    found = judged(native(a="pass", b="pass", c="fail", d="pass"), guest(a="pass", b="fail", c="error"))
    assert found.lost == {"test.test_m.C.b": "fail", "test.test_m.C.d": "not run"}
    assert not found.good


def test_an_excuse_holds_while_it_is_needed():
    excuse = verdict.Expectation("test.test_m.C.a", "a reason")
    found = judged(native(a="pass"), guest(a="fail"), excuse)
    assert found.good and found.excused == {"test.test_m.C.a": "a reason"}
    found = judged(native(a="pass"), guest(a="pass"), excuse)
    assert not found.good and found.stale == ["test.test_m.C.a"]


def test_an_excuse_of_other_modules_is_not_stale():
    assert judged(native(a="pass"), guest(a="pass"), verdict.Expectation("test.test_other.*", "a reason")).good


def test_a_crash_is_never_good():
    assert "test_m" in judged(native(a="pass"), guest("crashed", a="pass")).broken


def test_passes_that_interpret_nothing_are_empty():
    assert "floor is 50" in judged(native(a="pass"), guest(instructions=49, a="pass")).empty["test_m"]
    reports = {"test_m": guest(instructions=0, a="pass")}
    assert "test_m" in verdict.judge({"test_m": native(a="pass")}, reports, [], {}).empty
    assert "m.f" in judged(native(a="pass"), guest(natives=["m.f"], a="pass")).empty["test_m"]


@pytest.mark.parametrize(
    ("first", "second", "lost", "unsteady"),
    [
        (guest(a="fail", b="pass"), guest(a="pass", b="fail"), [], {"test.test_m.C.a": "fail"}),
        (guest(a="fail", b="pass"), guest(a="fail", b="pass"), ["test.test_m.C.a"], {}),
        (guest("crashed", b="pass"), guest(a="pass", b="pass"), [], {"test_m": "crashed: "}),
        (guest("crashed", b="pass"), guest(a="fail", b="pass"), ["test.test_m.C.a"], {"test_m": "crashed: "}),
    ],
)
def test_what_is_lost_runs_again_and_is_lost_if_lost_twice(tmp_path, monkeypatch, first, second, lost, unsteady):
    host = plan.Host("python", "3.11.0", tmp_path)
    run = runs.Run(host, "core", "L1", "interpreter", [], {"test_m": native(a="pass", b="pass")}, {"test_m": first})
    monkeypatch.setattr(runs.floors, "load", lambda level, engine: {"test_m": 50})
    monkeypatch.setattr(runs, "run_modules", lambda host, modules, *rest: dict.fromkeys(modules, second))
    runs._judge(run)
    assert not run.verdict.good
    runs.run_again(run, runs.Choice(jobs=2))
    assert sorted(run.verdict.lost) == lost
    assert run.unsteady == unsteady


def test_expectations_have_reasons(tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text('[[expected]]\nmatch = "test.x"\nversions = ["3.11"]\nreason = "so"\n')
    (entry,) = verdict.expectations(path)
    assert entry.applies("3.11", "L1", "core") and not entry.applies("3.12", "L1", "core")
    path.write_text('[[expected]]\nmatch = "test.x"\n')
    with pytest.raises(ValueError, match=r"without a reason: test\.x"):
        verdict.expectations(path)


def test_checked_in_expectations_are_few_in_core():
    """At most 20 tests of the core tier may differ, so an entry there names single tests."""
    for version in ("3.11", "3.12", "3.13"):
        _, modules = baseline.load(version, "core")
        allowed = [entry for entry in verdict.expectations() if entry.applies(version, "L1", "core")]
        reports = {name: Report(name, "ok") for name in modules}
        assert len(verdict.judge(modules, reports, allowed, None).excused) <= 20


def test_a_baseline_round_trips(tmp_path, monkeypatch):
    monkeypatch.setattr(baseline, "FOLDER", tmp_path)
    outcomes = {
        "test.test_m.C.test_a": "pass",
        "test.test_m.C.test_b": "pass",
        "test.test_m.test_doctest": "skip",
        "test.other.C.test_c": "fail",
        "json": "pass",
        "doctest.__test__.blank lines": "pass",
        "json.decoder": "pass",
        "setUpClass (test.test_m.C)": "error",
    }
    module = baseline.Native(outcomes, 1.5, "ok")
    baseline.save("3.12", "core", "3.12.1", {"test_m": module})
    assert baseline.load("3.12", "core") == ("3.12.1", {"test_m": module})


def test_what_passes_only_sometimes_is_flaky():
    again = baseline.merge(native(a="pass", b="pass", c="pass"), guest(a="pass", b="fail"))
    assert [again.outcomes[f"test.test_m.C.{test}"] for test in "abc"] == ["pass", "flaky", "flaky"]


def test_shards_make_the_whole():
    modules = [f"test_{n}" for n in range(10)]
    parts = [plan.shard(modules, f"{k}/3") for k in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == modules
    assert plan.shard(modules, "commit/3") in parts
    with pytest.raises(ValueError, match="no part 4 of 3"):
        plan.shard(modules, "4/3")


def test_the_page_gets_the_figures_in_place():
    figures = {"release": "3.12.1", "level": "L1", "tier": "core", "engine": "interpreter"}
    figures |= {"clean": 1, "modules": 2, "native": 10}
    figures |= {"lost": 1, "excused": 1, "seconds": 60.0, "verdict": {"excused": {"test.test_m.C.a": "a reason"}}}
    text = report.figures([figures])
    assert "| 3.12.1 | core | L1 | interpreter | 1 of 2 | 10 | 8 (80.00 %) | 1 |" in text
    assert "- a reason: `test_m.C.a`" in text
    once = report.update("# Page\n", text)
    assert report.update(once, text) == once and once.count("a reason") == 1


def test_a_choice_is_the_first_name_that_exists(tmp_path, monkeypatch):
    (tmp_path / "tiers.toml").write_text('[core]\nmodules = ["test_a.*|test_a", "test_b.*|test_b", "test_c|test_d"]\n')
    monkeypatch.setattr(plan, "HERE", tmp_path)
    tests = tmp_path / "test"
    (tests / "test_a").mkdir(parents=True)
    for name in "test_a/test_one.py", "test_a/test_two.py", "test_b.py":
        (tests / name).touch()
    host = plan.Host("python", "3.13.0", tmp_path)
    assert plan.tier_modules(host, "core") == (["test_a.test_one", "test_a.test_two", "test_b"], ["test_c|test_d"])
