"""Situations in which other debuggers went wrong, stepped through: see `cases`."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import warnings
from typing import Any

import pytest

from bytescope.recording import ABSENT, Breakpoint, NotRecorded, Stepper, Text

from .stepping import CASES, case, evaluated, lines, place, stepper, stops, to, variables

SINCE_312 = sys.version_info >= (3, 12)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_output_is_as_without_a_recording(path: Any) -> None:
    if path.stem.startswith("19"):
        pytest.skip("it forks: see test_bounds")
    output = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(output), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        runpy.run_path(str(path), run_name="__main__")
    assert case(path.stem[:2])[1] == output.getvalue()


def test_01_over_a_yield() -> None:
    here = stepper("01", at=5)
    assert variables(here) == {"limit": 6, "current": 1}
    first = here.step
    assert lines(here, "over", 1) == [6]
    assert variables(here) == {"limit": 6, "current": 1, "sent": 3}
    assert evaluated(here, "seen", frame=1) == [1]
    assert lines(here, "over", 1) == [4] and evaluated(here, "current") == 4
    assert lines(here, "over", 2, back=True) == [6, 5] and here.step == first
    callers = []
    for _ in range(3):
        here.out()
        callers.append(place(here))
        assert ("seen" in variables(here)) is (len(callers) > 1)
        if len(callers) < 3:
            to(here, 5)
    assert callers == [("collect", 12), ("collect", 13), ("collect", 14)]
    found = here.recording.find("current == 6")
    assert found is not None
    here.go(found)
    assert place(here) == ("numbers", 4) and evaluated(here, "sent") is None
    to(here, 7)
    here.out()
    assert place(here) == ("collect", 16)  # no instruction of line 14 is executed after the last value
    assert evaluated(here, "seen") == [1, 4, 5, 6]


def test_02_closed_early() -> None:
    assert stops(stepper("02", Breakpoint(uncaught=True))) == []
    here = stepper("02", Breakpoint(exception="*"))
    raised = []
    while (stop := here.run()).reason == "breakpoint":
        assert stop.raised is not None
        raised.append((stop.raised.exception.kind, stop.raised.thrown))
    assert raised in ([], [("GeneratorExit", True)])
    here = stepper("02", at=11)
    assert lines(here, "over", 1) == [12]
    assert evaluated(here, "found") is True and evaluated(here, "log") == ["be", "door"]
    here.go(0)
    to(here, 5)
    here.breakpoints = [Breakpoint(write=here.place("log[:]"))]
    here.go(0)
    found = []
    while here.run().reason == "breakpoint":
        assert place(here) == ("checked", 6)
        found.append([frame.code.name for frame in here.frames][1:])
    assert found == [["<genexpr>", "<module>"]] * 6


@pytest.mark.process
def test_03_two_tasks() -> None:
    here = stepper("03")
    to(here, 10, "name == 'a' and turn == 0")
    assert evaluated(here, "order") == ["a0"]
    assert {frame.code.name: frame.line for frame in here.cursor.suspended} == {"main": 18}
    lines(here, "over", 1)
    assert place(here) == ("worker", 11)
    assert evaluated(here, "turn") == 0 and evaluated(here, "order") == ["a0", "b0"]
    lines(here, "over", 1, back=True)
    assert here.line == 10 and evaluated(here, "order") == ["a0"]
    to(here, 10, "name == 'a' and turn == 1")
    assert evaluated(here, "order") == ["a0", "b0", "a0!", "a1"]
    lines(here, "over", 1)
    assert here.line == 11 and evaluated(here, "len(order)") == 6 and evaluated(here, "order[-1]") == "b1"
    here.go(0)
    to(here, 18)
    assert lines(here, "over", 1) == [19] and evaluated(here, "results") == ["aa", "bb"]
    here.go(0)
    to(here, 12)
    here.out()
    assert place(here) != ("main", 18)


@pytest.mark.process
def test_04_join_a_thread() -> None:
    here = stepper("04", at=19)
    assert lines(here, "over", 1) == [20] and evaluated(here, "box['total']") == 121
    here.go(0)
    to(here, 19)
    here.breakpoints = [Breakpoint(line=11)]
    main = here.recording.tape.frame(here.step).thread
    totals = []
    stop = here.over()
    while stop.reason == "breakpoint":
        assert place(here) == ("work", 11) and here.recording.tape.frame(here.step).thread != main
        totals.append(evaluated(here, "box['total']"))
        assert lines(here, "over", 1) == [10] and place(here)[0] == "work"
        stop = here.run()
    assert totals == [100, 107, 114]
    here.go(0)
    to(here, 17)
    here.breakpoints = [Breakpoint(write=here.place("box['total']"))]
    here.go(0)
    assert stops(here)[-4:] == [("<module>", 17), ("work", 11), ("work", 11), ("work", 11)]
    to(here, 20, back=True)
    here.run(back=True)
    assert place(here) == ("work", 11) and evaluated(here, "box['total']") == 114


def test_05_finally_wins() -> None:
    here = stepper("05", Breakpoint(exception="*"))
    found = []
    while (stop := here.run()).reason == "breakpoint":
        assert stop.raised is not None
        found.append((here.line, stop.raised.exception.kind))
    assert found == [(7, "ValueError"), (16, "KeyError"), (20, "IndexError")]
    assert stops(stepper("05", Breakpoint(uncaught=True))) == []
    here = stepper("05", at=7)
    assert lines(here, "over", 1) == [9]
    here.over()
    assert place(here)[0] == "<module>"
    to(here, 27)
    last = here.step
    here.to_raise("error")
    assert here.line == 20 and evaluated(here, "total") == 5 and evaluated(here, "items") == []
    here.go(last)
    here.to_raise("error.__context__")
    assert here.line == 16 and evaluated(here, "item") == "pear" and evaluated(here, "total") == 5
    to(here, 20)
    assert lines(here, "over", 1, back=True) == [19] and evaluated(here, "len(items)") == 4


def test_06_chain_of_causes() -> None:
    here = stepper("06", at=29)
    handler = here.step
    here.to_raise("error")
    assert place(here) == ("report", 22)
    assert variables(here) == {
        "lines": [(2, "usd"), (5, "gbp")], "out": [1.8], "amount": 5, "code": "gbp",
    }  # fmt: skip
    here.go(handler)
    here.to_raise("error.__context__")
    assert place(here) == ("convert", 13) and "missing" in variables(here)
    here.go(handler)
    here.to_raise("error.__context__.__cause__")
    assert place(here) == ("lookup", 6)
    assert stops(stepper("06", Breakpoint(exception="*"))) == [("lookup", 6), ("convert", 13), ("report", 22)]
    here = stepper("06", at=13)
    line = here.step
    here.over()
    assert place(here) != ("convert", 13)
    here.over(back=True)
    here.go(line)
    assert "missing" in variables(here)
    to(here, 22)
    origin = here.recording.why("out[0]", here.step)
    texts = str(origin)
    assert "lookup, line 6" in texts and "convert, line 11" in texts


def test_07_repr_at_its_worst() -> None:
    here = stepper("07", at=39)
    recording = here.recording
    assert case("07")[1].count("\n") == 1
    assert recording.find("counter.calls > 0") is None
    assert evaluated(here, "counter.calls") == 0
    assert [each.kind for each in evaluated(here, "things")] == [
        "__main__.Raises", "__main__.NoString", "__main__.Mutates", "__main__.Prints", "__main__.Sleeps",
    ]  # fmt: skip
    with pytest.raises(NotRecorded, match=r"'repr\(counter\)' would run code"):
        here.evaluate("repr(counter)")


def test_08_looking_changes_nothing() -> None:
    here = stepper("08", at=28)
    recording = here.recording
    assert "a" not in evaluated(here, "groups")
    assert lines(here, "over", 1) == [29] and evaluated(here, "groups['a']") == [10]
    assert [key for key in evaluated(here, "groups") if not key.startswith(".")] == ["a"]
    assert recording.find("Lazy.loads > 0") is None
    for text in ('groups["zz"]', "lazy.clock", "lazy.data", "lazy.missing"):
        with pytest.raises(NotRecorded):
            here.evaluate(text)
    assert here.cursor.contents(here.evaluate("lazy")) == {}
    assert case("08")[1] == "1 0 [('a', 20), ('b', 30)] {}\n"


def test_09_huge_values() -> None:
    here = stepper("09", at=9)
    text = here.evaluate("text")
    assert isinstance(text, Text) and text.length == 2_000_000
    assert here.evaluate("number") == 7**20_000
    assert here.evaluate("len(table)") == 20_000 and here.evaluate("len(blob)") == 3_000_000
    for item in ("table[15_000]", "blob[2_999_999]"):
        with pytest.raises(NotRecorded, match="has no recorded item"):
            here.evaluate(item)
    here.breakpoints = [Breakpoint(write=here.place("table[15_000]"))]
    here.go(0)
    assert stops(here) == [("<module>", 10)]
    to(here, 12, back=True)
    assert here.evaluate("len(text)") == 2_000_003
    assert here.evaluate("table[15_000]") is None and here.evaluate("blob[2_999_999]") == 255


def test_10_equal_value_is_a_write() -> None:
    here = stepper("10", at=3)
    here.breakpoints = [Breakpoint(write=here.place("balance"))]
    here.go(0)
    found = []
    while here.run().reason == "breakpoint":
        found.append(here.line)
    assert found == [3, 4, 5, 6, 7]
    to(here, 3, back=True)
    here.breakpoints = [Breakpoint(write=here.place("nan"))]
    assert [line for _, line in stops(here)] == [8, 9]
    step = here.recording.find("nan != nan")
    assert step is not None and here.recording.tape.instruction(step).line == 9
    assert here.recording.compare(here.recording) is None


def test_11_one_list_many_names() -> None:
    def written(text: str, line: int) -> list[tuple[str, int | None]]:
        here = stepper("11", at=line)
        here.breakpoints = [Breakpoint(write=here.place(text))]
        if text == "scores":
            here.go(0)
        return stops(here)

    assert written("scores[1]", 9) == [("<module>", 11), ("tidy", 3), ("tidy", 5)]
    assert written("scores[0]", 9) == [("tidy", 3), ("tidy", 4)]
    assert written("len(scores)", 9) == [("tidy", 5), ("<module>", 13)]
    assert written("scores", 9) == [("<module>", 8), ("<module>", 14)]
    assert written("backup['copy'][:]", 10) == []
    here = stepper("11", at=9)
    here.breakpoints = [Breakpoint(write=here.place("scores[0]"))]
    to(here, 15)
    assert stops(here, back=True) == [("tidy", 4), ("tidy", 3), ("<module>", 8)]
    to(here, 9)
    here.breakpoints = []
    here.born("scores")
    assert place(here) == ("<module>", 8)
    to(here, 15)
    origin = here.recording.why("scores[3]", here.step)
    assert origin.value == 1 and (origin.line, origin.how) == (14, "made")
    assert origin.sources[0].line == 14 and origin.sources[0].instruction.startswith("BUILD_LIST")


def test_12_condition_raises() -> None:
    for back in (False, True):
        here = stepper("12", Breakpoint(line=5, condition='row["price"] > 10'))
        if back:
            here.go(here.recording.steps)
        totals = []
        while here.run(back).reason == "breakpoint":
            totals.append(evaluated(here, "total"))
        assert totals == ([6, 20] if not back else [20, 6])
        found = [(each.line, each.failed, evaluated_at(here, each.step, "total")) for each in here.messages]
        assert found == ([(5, True, 5), (5, True, 19)] if not back else [(5, True, 19), (5, True, 5)])
        assert "no recorded item 'price'" in here.messages[0 if not back else 1].text
        assert all("condition 'row[\"price\"] > 10': " in each.text for each in here.messages)
    here = stepper("12", Breakpoint(line=5, log="total is {total}", condition="total"))
    assert here.run().reason == "end"
    assert [each.text for each in here.messages] == ["total is 5", "total is 6", "total is 19", "total is 20"]
    assert case("12")[1] == "41\n"


def evaluated_at(stepper: Stepper, step: int, text: str) -> Any:
    return stepper.recording.evaluate(text, step)


def test_13_lines_without_code() -> None:
    here = stepper("13")
    moved = {line: here.line_of(line) for line in range(6, 25)}
    hits = {}
    for line in moved:
        hits[line] = len(stops(stepper("13", Breakpoint(line=line))))
    assert all(hits.values())
    assert [moved[line] for line in (6, 7, 8, 9, 10)] == [11] * 5
    assert (moved[19], moved[23]) == (20, 24)
    assert (hits[12], hits[20], hits[21]) == (1, 4, 4)
    here = stepper("13", Breakpoint(line=12))
    here.run()
    assert "price" not in variables(here)
    assert here.line_of(28) is None and here.line_of(1, "other.py") is None


def test_14_comprehensions() -> None:
    here = stepper("14", at=4)
    assert lines(here, "over", 1) == [5]
    found = variables(here)
    assert (found["n"], found["grid"]) == ("outer", [[0], [0, 3, 6]]) and "m" not in found
    assert lines(here, "over", 1) == [6] and "row" not in variables(here)
    here.go(0)
    here.breakpoints = [Breakpoint(line=4, condition="n == 3")]
    assert here.run().reason == "breakpoint" and evaluated(here, "n") == 3
    if SINCE_312:
        assert place(here) == ("pairs", 4)
    step = here.recording.find("m == 2")
    assert step is not None
    here.breakpoints = []
    to(here, 15)
    here.to_raise("error")
    assert place(here) == ("pairs.<locals>.<genexpr>", 6)
    assert [frame.line for frame in here.frames] == [6, 13]
    assert evaluated(here, "n") == "outer" and evaluated(here, "k") == 0
    assert here.frames[0].operands[-2:] == ["outer", 0]


def test_15_match() -> None:
    passed: list[list[int | None]] = []
    here = stepper("15", Breakpoint(function="read"))
    while here.run().reason == "breakpoint":
        kept, here.breakpoints = here.breakpoints, []
        passed.append([])
        while True:
            here.over()
            if place(here)[0] != "read":
                break
            passed[-1].append(here.line)
            if len(passed) == 2 and here.line == 15:
                assert evaluated(here, "code") == 9 and evaluated(here, "rest") == {}
        here.breakpoints = kept
    assert passed[0] == [12, 13, 14, 23]
    assert passed[1] == [12, 13, 15, 17, 19, 21, 22, 23]
    assert 16 in passed[2] and {17, 18} <= set(passed[3]) and 20 in passed[4]
    here = stepper("15", at=16)
    assert (evaluated(here, "first"), evaluated(here, "middle"), evaluated(here, "last")) == (1, [2, 3], 4)


def test_16_chain_over_lines() -> None:
    here = stepper("16")
    stop = here.post_mortem()
    assert stop.raised is not None and stop.raised.exception.kind == "ZeroDivisionError"
    assert place(here) == ("<lambda>", 23) and evaluated(here, "i") == 6
    span = here.frames[0].span
    text = CASES.joinpath("16_chain_over_lines.py").read_text().splitlines()[22]
    assert span is not None and text[span[2] : span[3]] == "i // (i - 6)"
    assert [(frame.code.name.rpartition(".")[2], frame.line) for frame in here.frames][:4] == [
        ("<lambda>", 23), ("<genexpr>", 10), ("__init__", 4), ("each", 10),
    ]  # fmt: skip
    assert here.frames[-1].line == 23
    assert evaluated(here, "item", frame=1) == 6 and evaluated(here, "self.items", frame=3) == [3, 6, 9]
    tape = here.recording.tape
    assert not [step for step in range(len(tape)) if tape.instruction(step).line == 24]
    here = stepper("16", Breakpoint(line=20))
    found = []
    while here.run().reason == "breakpoint":
        assert place(here)[0] == "<lambda>"
        found.append(evaluated(here, "i"))
    assert found == [0, 3, 6, 9]


def test_17_code_without_files() -> None:
    here = stepper("17", at=6)
    sources = here.recording.tape.sources
    shown_lines = []
    for line in (6, 8, 10):
        to(here, line) if line > 6 else None
        here.into()
        code = here.frames[0].code
        shown_lines.append((code.name, code.file, here.line, sources[code.text_name].splitlines()[0]))
    assert shown_lines == [
        ("<module>", "<string>", 1, "total = 0"),
        ("<module>", "<made up>", 1, "answer = scale(total)"),
        ("<lambda>", "<string>", 1, "lambda v: v + v"),
    ]
    here = stepper("17", Breakpoint(line=2, file="<string>"))
    found = []
    while here.run().reason == "breakpoint":
        found.append((*place(here), here.evaluate("total")))
    assert found == [("<module>", 2, total) for total in (0, 1, 3, 6)]
    here = stepper("17", Breakpoint(function="scale"))
    here.run()
    assert evaluated(here, "value") == 6
    here.breakpoints = []
    assert lines(here, "over", 2) == [2, 3] and evaluated(here, "factor") == 10
    texts = here.recording.tape.sources.values()
    assert {"scale(total // 3)", "lambda v: v + v"} <= set(texts) and len(texts) >= 5


def test_18_latin1_source() -> None:
    here = stepper("18", at=5)
    recording = here.recording
    step = next(step for step in range(recording.steps) if recording.tape.instruction(step).op == "BINARY")
    assert recording.at(step).frames[0].span == (5, 5, 13, 44)
    source = recording.tape.sources[recording.tape.code(step).file]
    assert source.splitlines()[4][13:44] == 'größe["länge"] // größe["höhe"]'
    calls = [s for s in range(recording.steps) if recording.tape.instruction(s).op.startswith("CALL")]
    assert 5 not in [recording.tape.instruction(s).line for s in calls]
    to(here, 8)
    assert evaluated(here, "fläche") == "über ½3"


def test_20_recursion_limit() -> None:
    here = stepper("20", at=19)
    frames = evaluated(here, "frames")
    to(here, 16, back=True)
    here.to_raise("error")
    assert place(here)[0] == "endless" and evaluated(here, "n") == frames - 2
    depth = len(here.frames)
    here.out(back=True)
    assert len(here.frames) == depth - 1
    here.go(here.recording.steps)
    to(here, 20, back=True)
    assert lines(here, "into", 1) == [10]


def test_21_two_counters() -> None:
    here = stepper("21")
    found: dict[str, list[Any]] = {}
    makers = {}
    here.breakpoints = [Breakpoint(line=7)]
    while here.run().reason == "breakpoint":
        key = str(here.place("count").owner)
        makers[key] = evaluated(here, "count")
        writes = here.recording.writes("count", here.step)
        found[key] = [(here.recording.tape.instruction(each.step).line, each.new) for each in writes]
    assert list(found.values()) == [[(3, 0), (7, 1), (7, 3)], [(3, 100), (7, 105), (7, 105)]]
    assert all(write[0][1] is not ABSENT for write in found.values())
