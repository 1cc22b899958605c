"""The analyses that ship: what they find in small programs, their outputs, and what they do with bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bytescope
from bytescope.analyses.base import Shipped, write_safely
from bytescope.analyses.profile import difference, difference_report
from bytescope.analyses.registry import NoAnalysis, find, make
from bytescope.analysis import attach

pytestmark = pytest.mark.any_host


def analysed(folder: Path, source: str, name: str, **options: str) -> Any:
    """Run a source text with an analysis; the analysis."""
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    analysis = make(name, options)
    bytescope.run_path(path, analyses=[analysis], files="program.py")
    return analysis


def test_comparisons_of_every_kind(tmp_path: Path) -> None:
    source = (
        "import re\nd = {'a': 1}\ns = 'hello'\nfor c in 'ab':\n    if c == 'a':\n        s.startswith('he')\n"
        "'x' in d\nd.get('z')\ntry:\n    d['y']\nexcept KeyError:\n    pass\nre.match('h+', s)\ns.find('l')\n"
        "re.compile('z').search(s)\nd['a']\n"
    )
    found = analysed(tmp_path, source, "comparisons").result()
    rows = [(r["kind"], r["op"], *r["operands"][:2], r["line"]) for r in found["records"]]
    assert rows == [
        ("compare", "==", "'a'", "'a'", 5),
        ("string", "startswith", "'hello'", "'he'", 6),
        ("compare", "==", "'b'", "'a'", 5),
        ("contains", "in", "'x'", "{'a': 1}", 7),
        ("lookup", "get", "'z'", "{'a': 1}", 8),
        ("lookup", "[]", "'y'", "{'a': 1}", 10),
        ("re", "match", "'h+'", "'hello'", 13),
        ("string", "find", "'hello'", "'l'", 14),
        ("re", "search", "'z'", "'hello'", 15),
    ]
    ((number, inside),) = [(len(r["stack"]), r["stack"][0]) for r in found["records"] if r["op"] == "startswith"]
    assert (number, inside["function"], inside["line"], inside["call"]) == (1, "<module>", 6, 1)
    assert [rounds for _, rounds in inside["loops"]] == [0]
    assert [outcome for _, outcome in inside["branches"]] == [True, True]


def test_comparisons_that_miss_or_fail(tmp_path: Path) -> None:
    source = (
        "d = {'a': None}\nd.get('a'); d.get('b', 3)\nstr.startswith('ab', 'b')\ntry:\n    'abc'.index('z')\n"
        "except ValueError:\n    pass\nimport re\nre.match(string='x', pattern='y')\n"
    )
    records = analysed(tmp_path, source, "comparisons").result()["records"]
    assert [(r["op"], *r["operands"], r["result"]) for r in records] == [
        ("get", "'b'", "{'a': None}", "False"),
        ("startswith", "'ab'", "'b'", "False"),
        ("index", "'abc'", "'z'", "ValueError('substring not found')"),
        ("match", "'x'", "'y'", "None"),
    ]


def test_comparisons_know_the_calls_loops_and_branches_around(tmp_path: Path) -> None:
    source = (
        "def test(c):\n    return c == 'x'\ndef parse(text):\n    for row in text:\n        for c in row:\n"
        "            if c:\n                test(c)\nclass C:\n    def __lt__(self, other):\n        return 1 < 2\n"
        "parse(['ab', 'c'])\nC() < C()\n"
    )
    records = analysed(tmp_path, source, "comparisons").result()["records"]
    stacks = [r["stack"] for r in records if r["op"] == "=="]
    assert [[frame["function"] for frame in stack] for stack in stacks] == [["test", "parse", "<module>"]] * 3
    assert [[frame["call"] for frame in stack] for stack in stacks] == [[4, 3, 1], [5, 3, 1], [6, 3, 1]]
    assert [[rounds for _, rounds in stack[1]["loops"]] for stack in stacks] == [[0, 0], [0, 1], [1, 2]]
    assert all([outcome for _, outcome in stack[1]["branches"]] == [True, True, True] for stack in stacks)
    inner = next(r["stack"] for r in records if r["function"] == "C.__lt__")
    assert (inner[1]["line"], inner[1]["loops"]) == (12, None)


def test_comparisons_are_counted_beyond_the_limit(tmp_path: Path) -> None:
    comparisons = analysed(tmp_path, "for i in range(9):\n    i == 1\n", "comparisons", limit="2")
    assert len(comparisons.result()["records"]) == 2
    assert comparisons.report().splitlines()[4].startswith("    9  <module>:2  compare ==  0 ~ 1, 1 ~ 1, 2 ~ 1, 3 ~ 1")


def test_calls_through_host_code_and_generators(tmp_path: Path) -> None:
    source = (
        "def key(n):\n    return -n\n\ndef numbers():\n    yield 1\n    yield 2\n\ndef fact(n):\n"
        "    return n and n * fact(n - 1)\n\nsorted([3, 1], key=key)\nlist(numbers())\nfact(3)\n"
    )
    calls = analysed(tmp_path, source, "calls", paths="yes")
    edges = {(e["caller"], e["callee"], e["via"]): e["calls"] for e in calls.result()["edges"]}
    assert edges == {
        ("", "__main__:<module>", None): 1,
        ("__main__:<module>", "__main__:key", "sorted"): 2,
        ("__main__:<module>", "__main__:numbers", None): 1,
        ("__main__:<module>", "__main__:fact", None): 1,
        ("__main__:fact", "__main__:fact", None): 3,
    }
    functions = {entry["function"]: entry for entry in calls.result()["functions"]}
    whole = functions["__main__:<module>"]
    assert whole["inclusive"] == calls.result()["instructions"] == sum(e["own"] for e in functions.values())
    assert functions["__main__:fact"]["inclusive"] == functions["__main__:fact"]["own"]
    assert '"__main__:<module>" -> "__main__:key" [label="2 through sorted", style=dashed];' in calls.dot()
    profile = json.loads(calls.speedscope())["profiles"][0]
    assert sum(profile["weights"]) == whole["inclusive"] == profile["endValue"]
    assert "__main__:<module>;__main__:fact;__main__:fact " in calls.folded()


def test_profile_is_repeatable_and_differences_are_found(tmp_path: Path) -> None:
    source = "def f(n):\n    return sum(range(n))\nfor i in range(3):\n    f(i)\n"
    first = analysed(tmp_path, source, "profile").result()
    assert analysed(tmp_path, source, "profile").result() == first
    assert difference_report(difference(first, first)).endswith("no function differs\n")
    more = analysed(tmp_path, source.replace("range(3)", "range(4)"), "profile").result()
    changed = difference(first, more)
    assert {entry["function"] for entry in changed["functions"]} == {"__main__:<module>", "__main__:f"}
    each = first["functions"]["__main__:f"]["own"] // 3
    assert next(e for e in changed["functions"] if e["function"] == "__main__:f")["change"] == each


def test_profile_counts_what_the_machine_counts(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("def f(n):\n    while n:\n        n -= 1\n    pass\nf(4)\n", encoding="utf-8")
    plain = bytescope.VM()
    plain.run_path(path)
    count = plain.instructions
    profile = make("profile")
    bytescope.run_path(path, analyses=[profile])
    assert profile.result()["instructions"] == count


def test_line_and_branch_coverage(tmp_path: Path) -> None:
    source = (
        "def f(n):\n    if n:\n        return 1\n    return 2\n\n"
        "for i in range(2):\n    f(1)\nif i:\n    pass\nelse:\n    i = 2\n"
    )
    coverage = analysed(tmp_path, source, "coverage", branch="yes", instruction="")
    entry = coverage.result()["files"][str(tmp_path / "program.py")]
    assert entry["lines"] == {"executed": [1, 2, 3, 6, 7, 8, 9], "missing": [4, 11]}
    assert [2, 4] in entry["branches"]["missing"]
    assert [8, 11] in entry["branches"]["missing"]
    assert [2, 3] in entry["branches"]["executed"]
    assert entry["instructions"]["f:1"]["executed"] < entry["instructions"]["f:1"]["of"]
    lines = analysed(tmp_path, source, "coverage").result()["files"][str(tmp_path / "program.py")]
    assert lines["lines"] == entry["lines"]
    tracefile = coverage.lcov().splitlines()
    assert "DA:4,0" in tracefile
    assert "DA:3,1" in tracefile
    assert {"LF:9", "LH:7"} <= set(tracefile)


@pytest.mark.parametrize(
    ("calls", "independent"),
    [
        ("f(1, 1, 0)", [False, False, False]),
        ("f(1, 1, 0); f(0, 1, 0)", [True, False, False]),
        ("f(1, 1, 0); f(0, 1, 0); f(1, 0, 0)", [True, True, False]),
        ("f(1, 1, 0); f(0, 1, 0); f(1, 0, 0); f(0, 0, 1)", [True, True, True]),
    ],
)
def test_condition_coverage(tmp_path: Path, calls: str, independent: list[bool]) -> None:
    source = f"def f(a, b, c):\n    if a and b or c:\n        return 1\n    return 0\n{calls}\n"
    coverage = analysed(tmp_path, source, "coverage", condition="yes")
    (decision,) = coverage.result()["files"][str(tmp_path / "program.py")]["decisions"]
    assert decision["text"] == "a and b or c"
    assert [each["independent"] for each in decision["conditions"]] == independent


def test_condition_that_tests_for_none(tmp_path: Path) -> None:
    source = "def f(a, b):\n    return 1 if a is not None and not b else 2\nf(None, 1); f(3, 0); f(3, 1)\n"
    coverage = analysed(tmp_path, source, "coverage", condition="yes")
    (decision,) = coverage.result()["files"][str(tmp_path / "program.py")]["decisions"]
    assert decision["outcomes"] == [False, True]
    assert [each["independent"] for each in decision["conditions"]] == [True, True]


@pytest.mark.process  # there is an event loop running in Pyodide, and no other can be started
def test_trace_as_text_and_for_perfetto(tmp_path: Path) -> None:
    source = (
        "import asyncio\nasync def work(n):\n    await asyncio.sleep(0)\n    return n\nasync def main():\n"
        "    await asyncio.gather(work(1), work(2))\ndef g():\n    yield 1\nlist(g())\nasyncio.run(main())\n"
    )
    trace = analysed(tmp_path, source, "trace")
    assert "-> work(n=1)" in trace.report()
    assert "<- g yields 1" in trace.report()
    events = json.loads(trace.chrome())["traceEvents"]
    names = {event["args"]["name"] for event in events if event["ph"] == "M"}
    assert len(names) == 4
    for track in {event["tid"] for event in events}:
        depth = 0
        for event in events:
            if event["tid"] == track:
                depth += {"B": 1, "E": -1}.get(event["ph"], 0)
                assert depth >= 0
        assert depth == 0


@pytest.mark.process  # as above
def test_tasks_of_the_same_name_have_tracks_of_their_own(tmp_path: Path) -> None:
    source = (
        "import asyncio\nasync def work(n):\n    for i in inner(n):\n        await asyncio.sleep(0)\ndef inner(n):\n"
        "    yield n\n    yield n\nasync def main():\n    for _ in range(2):\n"
        "        await asyncio.gather(*(asyncio.create_task(work(n), name='w') for n in (1, 2)))\nasyncio.run(main())\n"
    )
    trace = analysed(tmp_path, source, "trace")
    names = {event["track"] for event in trace.result()["events"] if event["function"] == "work"}
    assert names == {"MainThread / w", "MainThread / w (2)"}
    own = [event["details"] for event in trace.result()["events"] if event["track"] == "MainThread / w (2)"]
    assert own == ["n=2", "n=2", "2", "None", "2", "None", "None", "None"] * 2


def test_trace_levels_and_the_ring(tmp_path: Path) -> None:
    source = (
        "class Bad:\n    def __repr__(self):\n        raise OSError\nx = Bad()\n"
        "y = 'a' * 1000\nfor i in range(50):\n    i += 1\n"
    )
    trace = analysed(tmp_path, source, "trace", level="instruction", limit="40", width="50")
    result = trace.result()
    assert (len(result["events"]), result["dropped"]) == (40, result["count"] - 40)
    assert result["events"][-1]["event"] == "leave"
    first = analysed(tmp_path, source, "trace", level="instruction", limit="200", ring="no", width="50").result()
    assert first["events"][0]["event"] == "enter"
    details = [event["details"] for event in first["events"] if event["event"] == "store_name"]
    assert any("<__main__.Bad object at" in text for text in details)
    assert all(len(event["details"]) < 250 for event in first["events"])


def test_history_of_a_variable(tmp_path: Path) -> None:
    source = (
        "def lookup(d, k):\n    return d.get(k)\ndef f(d):\n    value = 1\n    name = 'b'\n"
        "    value = lookup(d, name)\n    return value\nf({'a': 1})\n"
    )
    values = analysed(tmp_path, source, "history", target="f:value").result()["values"]
    assert [entry["value"] for entry in values] == ["1", "None"]
    origins = {origin["what"]: origin for origin in values[1]["origins"]}
    assert origins["name"]["value"] == "'b'"
    assert origins["name"]["written"].endswith("program.py:5")
    assert origins["lookup()"]["value"] == "None"


def test_history_of_a_slice(tmp_path: Path) -> None:
    history = analysed(tmp_path, "def f(t):\n    x = t[1:]\n    return x\nf('abc')\n", "history", target="f:x")
    (entry,) = history.result()["values"]
    assert entry["origins"][0]["what"] == "t"
    assert entry["origins"][-1]["value"] == "'bc'"
    assert history.report().startswith("x in f: 1 value\n")


def test_history_of_attributes_and_expressions(tmp_path: Path) -> None:
    source = "class C: pass\nc = C()\nfor i in (1, 2):\n    c.x = i * 2\n"
    attribute = analysed(tmp_path, source, "history", target=":.x")
    assert [entry["value"] for entry in attribute.result()["values"]] == ["2", "4"]
    expression = analysed(tmp_path, source, "history", target="<module>:i*2")
    assert [entry["value"] for entry in expression.result()["values"]] == ["2", "4"]


@pytest.mark.parametrize("name", ["calls", "comparisons", "coverage", "profile", "trace"])
def test_every_output_of_every_analysis(tmp_path: Path, name: str) -> None:
    options = {"paths": "yes"} if name == "calls" else {}
    analysis = analysed(tmp_path, "print\n[x for x in 'ab' if x != 'b']\n", name, **options)
    for form, method in analysis.formats.items():
        if method:
            analysis.save(tmp_path / "out", form)
            assert (tmp_path / "out").read_text(encoding="utf-8") == analysis.text_in(form) != ""
    with pytest.raises(ValueError, match="no format"):
        analysis.save(tmp_path / "out", "pdf")


def test_an_output_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")

    class Failing(Shipped):
        def json(self) -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        Failing().save(path, "json")
    with pytest.raises(TypeError):
        write_safely(path, None)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("coverag", {}, "did you mean coverage"),
        ("coverage", {"branches": "1"}, "no option 'branches'"),
        ("coverage", {"branch": "maybe"}, "must be yes or no"),
        ("trace", {"limit": "many"}, "must be a number"),
        ("trace", {"limit": "0"}, "at least 1"),
        ("trace", {"level": "word"}, "choose call, line, instruction"),
        ("history", {}, "needs the option target"),
        ("history", {"target": "f:"}, "does not say what to watch"),
        ("no.such.module:Class", {}, "cannot import"),
        ("json:Nothing", {}, "has no 'Nothing'"),
        ("json:JSONDecoder", {}, "no subclass"),
    ],
)
def test_analyses_that_cannot_be_had(name: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(NoAnalysis, match=message):
        make(name, options)


def test_packages_bring_analyses_by_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "brought-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text("[bytescope.analyses]\nbrought = brought:Brought\n", encoding="utf-8")
    (tmp_path / "brought.py").write_text(
        "import bytescope\nclass Brought(bytescope.Analysis): pass\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert find("brought").__name__ == "Brought"


def test_observing_the_standard_library_in_place() -> None:
    calls = make("calls")
    with attach(calls, include=["json.decoder", "json.scanner"]):
        json.loads("[1]")
    assert "json.decoder:JSONDecoder.decode" in {entry["function"] for entry in calls.result()["functions"]}
    assert not bytescope.is_guest(json.JSONDecoder.decode)
