"""Mechanisms that BYTESCOPE_DISABLE switches off: they are off, and results are the same without them."""

from pathlib import Path

import pytest

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.monitoring import CAN_PROBE
from bytescope.startup.switches import DISABLE
from tests.support.processes import run_python

pytestmark = pytest.mark.process

PROGRAM = """
def twice(n): return n + n
class Point:
    def __init__(self, x): self.x = x
    def moved(self, by): return Point(self.x + by)
point, total = Point(0), 0
for n in range(400):
    point = point.moved(n % 3)
    total += twice(point.x)
print(total)
"""
ALL = ",".join(DISABLE.values)
COMMANDS = {
    "run": (["run"], ["traces", "entries", ALL]),
    "coverage": (["coverage", "--output", "-"], ["inline_methods", "probes", ALL]),
    "labels": (["labels"], ["speculative_tier", ALL]),
}
"""Commands, and what is switched off for each."""


def said(*words: str, disable: str = "", **variables: str) -> str:
    """What a command prints with mechanisms switched off."""
    run = run_python(*words, BYTESCOPE_DISABLE=disable, **variables)
    assert run.returncode == 0, run.stderr
    return run.stdout


def woven(*words: str, disable: str = "") -> str:
    return said("-m", "bytescope", "dis", "--woven", *words, disable=disable)


@pytest.mark.parametrize("command", COMMANDS)
def test_results_are_the_same(command: str) -> None:
    given, mechanisms = COMMANDS[command]
    words = ["-m", "bytescope", *given, "-c", PROGRAM]
    shown = said(*words)
    assert "159866" in shown
    for disable in mechanisms:
        assert said(*words, disable=disable) == shown, disable


def test_traces_are_off() -> None:
    code = "from bytescope.machine.program import Program; print(Program.threshold)"
    assert said("-c", code, disable="traces") == "None\n"
    assert said("-c", code, BYTESCOPE_TRACES="") == "100\n"


@pytest.mark.skipif(BEHAVIOUR.counts_builtin_calls, reason="this version has no entries")
def test_entries_are_off() -> None:
    code = f"""if True:
        import bytescope
        from bytescope.machine.jit import entries
        vm = bytescope.VM()
        vm.exec({PROGRAM!r})
        print(any(entries._entries))
    """
    assert said("-c", code, BYTESCOPE_TRACES="").split()[1] == "True"
    assert said("-c", code, disable="entries", BYTESCOPE_TRACES="").split()[1] == "False"


def test_the_speculative_tier_is_off() -> None:
    words = ["--analysis", "labels", "-c", "def f(ns):\n total = 0\n for n in ns: total += n\n return total"]
    assert "speculative version" in woven(*words)
    assert "speculative version" not in woven(*words, disable="speculative_tier")


def test_methods_are_not_inlined(tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(
        "import bytescope\nclass Counting(bytescope.Analysis):\n    def __init__(self): self.seen = 0\n"
        "    def branch(self, site, value, condition): self.seen += 1\n"
    )
    words = ["-m", "bytescope", "dis", "--woven", "--analysis", "counting:Counting", "-c", "while x: pass"]
    shown = said(*words, PYTHONPATH=str(tmp_path))
    assert "STORE_ATTR                 seen" in shown
    assert "Counting.branch" not in shown
    shown = said(*words, disable="inline_methods", PYTHONPATH=str(tmp_path))
    assert "STORE_ATTR" not in shown
    assert "Counting.branch" in shown


@pytest.mark.skipif(not CAN_PROBE, reason="the host has no probes")
def test_probes_are_off() -> None:
    assert "probe, once" in woven("-c", "x = 1")
    assert "probe, once" not in woven("-c", "x = 1", disable="probes")


def test_the_cache_is_off() -> None:
    code = "from bytescope.weave.cache.store import folder; print(folder())"
    assert said("-c", code, BYTESCOPE_CACHE="/cache") != "None\n"
    assert said("-c", code, disable="cache", BYTESCOPE_CACHE="/cache") == "None\n"


def test_woven_code_in_the_cache_is_for_what_is_on() -> None:
    code = """if True:
        from bytescope.analysis.planning.cache_keys import PlannerNames
        from bytescope.analysis.planning.planner import Planner
        names = PlannerNames(Planner([], []), False)
        print(names.key(compile("a\\n" * 200, "", "exec"), "__main__"))
    """
    assert said("-c", code) == said("-c", code) != "None\n"
    assert said("-c", code) != said("-c", code, disable="inline_methods")
    assert said("-c", code, disable="cache,probes") == said("-c", code, disable=" probes, cache,")


@pytest.mark.parametrize("words", [["run", "-c", "1"], ["coverage", "-c", "1"], ["eval", "1"]], ids="-".join)
def test_an_unknown_mechanism_is_one_clear_line(words: list[str]) -> None:
    run = run_python("-m", "bytescope", *words, BYTESCOPE_DISABLE="traces,tracing")
    message = f"BYTESCOPE_DISABLE: there is no 'tracing'; there are {', '.join(DISABLE.values)}\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, "", message)


def test_an_unknown_mechanism_is_refused_in_a_program() -> None:
    run = run_python("-c", "import bytescope\nbytescope.VM", BYTESCOPE_DISABLE="tracing")
    assert run.stderr.splitlines()[-1].startswith("ValueError: BYTESCOPE_DISABLE: there is no 'tracing'; there are ")


def test_info_says_what_is_off() -> None:
    shown = said("-m", "bytescope", "info", disable="probes,cache")
    assert "BYTESCOPE_DISABLE          'probes,cache': no probes, no cache\n" in shown
    shown = said("-m", "bytescope", "info", disable="tracing")
    assert "'tracing': refused: there is no 'tracing'; there are traces, " in shown
    assert (
        "BYTESCOPE_DISABLE          not set (mechanisms that are off)" in run_python("-m", "bytescope", "info").stdout
    )
