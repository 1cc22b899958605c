"""What programs write is part of their recordings."""

from __future__ import annotations

import contextlib
import io
import sys

import bytescope
from bytescope.recording import record
from bytescope.recording.file import decode, encode

PROGRAM = """
import sys
class Shown:
    def __str__(self):
        return "shown"
print("one", 2)
sys.stderr.write("wrong\\n")
print(Shown(), end="!")
"""


def test_output_up_to_a_step() -> None:
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), record() as recording:
        bytescope.VM().exec(PROGRAM)
    assert vars(out) == vars(err)
    recording.tape = decode(encode(recording.tape))
    texts = [recording.output(step) for step in range(recording.steps + 1)]
    assert sorted(set(texts), key=texts.index) == ["", "one 2\n", "one 2\nwrong\n", "one 2\nwrong\nshown!"]
    calls = [step for step in range(recording.steps) if texts[step + 1] != texts[step]]
    assert [recording.at(step).frames[0].line for step in calls] == [
        6,
        7,
        5,
    ]  # the last step before `print` has the text
    assert {each.stream for each in recording.tape.output} == {"stdout", "stderr"}
    assert recording.output() == texts[-1]


def test_streams_stay_what_they_are() -> None:
    program = "import sys\nkind = type(sys.stdout).__name__\nsys.stdout = None\nprint('lost')\n"
    with contextlib.redirect_stdout(io.StringIO()), record() as recording:
        namespace = bytescope.VM().exec(program)
        assert sys.stdout is None
        sys.stdout = sys.__stdout__
    assert recording.output() == ""
    assert namespace is None or namespace["kind"] == "StringIO"


def test_a_window_has_the_output_of_its_steps() -> None:
    with contextlib.redirect_stdout(io.StringIO()), record(steps=500) as recording:
        bytescope.VM().exec("for i in range(3000):\n    print(i)\n")
    lines = recording.output().split()
    assert lines[-1] == "2999" and 50 < len(lines) < 2000
