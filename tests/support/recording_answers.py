"""Recordings as files, with the answers of bytescope's reader: the page's reader is compared with them.

python -m tests.support.recording_answers FOLDER
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bytescope.code.instruction import Handler, Lowered
from bytescope.code.instruction import Instruction as LoweredInstruction
from bytescope.flow.control_flow import ControlFlow
from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.recording import Cursor, Frame, NotRecorded, Object, Origin, Recording, Stepper
from bytescope.recording.tape import ENTRY, FrameOwner
from tests.differential import corpus
from tests.unit.recording.programs import PROGRAMS, recorded

STEPS, QUESTIONS, MOVES = 20, 20, 60
TOPICS = ("closures", "unpacking")
EXPRESSIONS = (
    "{a}", "len({a})", "{a}[0]", "{a}[-1]", "{a} is None", "{a} is not {b}", "not {a}", "{a} + 1", "{a} * 2 - 1",
    "-{a}", "~{a}", "{a} == {b}", "{a} != {b}", "{a} < {b} <= 10", "{a} in {b}", "{a} not in ({b})", "{a} // 3",
    "{a} / 7", "{a} and {b} or 'x'", "1.5 if {a} else b'\\xff'", "{a}()", "{a}.x", "0x1f + {a}",
    "{a} % 2.5", "{a} // 0.3", "{a} % -4",
    "1e16 * {a}", "{a} / 3e7", "{a} +", "'a\\n\\u1234' 'b'", "nothing", "{a} | 6", "{a} ^ True", "not {a} == {b}",
)  # fmt: skip
VALUES = """
x = [1 << 70, -(1 << 70), -0.0, float('nan'), 1e300, 1e-7, 1j, b'\\xff\\n"', '\\udc80', "it's", 'é\\u200b😀', ..., True]
d = {True: 1, 0.0: 2, None: 3, ('t', 1): 4, b'k': 5}
d[1] = 'one'; d[0] = 'zero'; del d[None]; d[2] = d.pop(b'k')
long, cut = 'ab\\n' * 3000, b'x' * 9999
big = list(range(500)); big.append(1); big[0] = -1
small, text, number, real = (1, 2), "text", 12, 2.5
s = {1, 2}; s.add(1.5); s.discard(True)
"""
SIGNALS = """
import signal
def handler(number, frame):
    seen = number
    return seen
before = signal.signal(signal.SIGINT, handler)
signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, before)
"""
UNOBSERVED = """
import functools
class Box: pass
box, items = Box(), [1]
box.n = 1
later = functools.partial(setattr, box, "n", 2)
later()
box.m = 3
later()
items.append(4)
"""
MADE = """\
def make(k):
    def add(x):
        return x + k
    return add
one, two = make(1), make(2)
print(one(10), two(10))
class Numbers:
    count = 0
for each in range(3):
    if each > 5:
        print("never")
"""
WINDOW = "x = 0\ndef f(n):\n    return n\nfor i in range(600):\n    x += f(i)\n"
OPTIONS: dict[str, dict[str, Any]] = {"window": {"steps": 400}, "ends": {"steps": 400, "keep": "both"}}
RAISED = """
def inner(n):
    return 10 // n

def outer(n):
    try:
        return inner(n)
    finally:
        print("leaving")

outer(0)
"""


NOTHING = compile("", "nothing", "exec")


def shown(value: Any) -> str:
    """Return what stands for a value in answers."""
    return "NULL" if value is NULL else "<unbound>" if value is UNBOUND else repr(value)


def answers(recording: Recording, chance: random.Random) -> dict[str, Any]:
    """Return what a recording says: states in any order, moves, expressions, writes, origins."""
    cursor = Cursor(recording.tape)
    steps = [chance.randrange(recording.steps + 1) for _ in range(STEPS)]
    states = [_state(cursor, step) for step in steps]
    questions = [_question(recording, chance) for _ in range(QUESTIONS)]
    raises = [[each.step, shown(each.exception)] for each in recording.index.raises]
    moves = _moves(recording, chance)
    output = [recording.output(step) for step in steps]
    return {
        "states": states, "moves": moves, "questions": questions, "raises": raises, "output": output,
        "codes": [_code(recording, number) for number in range(len(recording.codes))],
        "calls": _calls(recording), "comparisons": _comparisons(recording), "lines": _lines(recording),
        "branches": _branches(recording),
    }  # fmt: skip


def _code(recording: Recording, number: int) -> dict[str, Any]:
    """Return the control flow of a code object, its raw instructions, and how often each instruction was executed."""
    code, tape = recording.codes[number], recording.tape
    instructions = [LoweredInstruction(each.op, None, each.position, each.offset) for each in code.instructions]
    for each, known in zip(instructions, code.instructions, strict=True):
        each.target = known.target
    handlers = [Handler(*each, lasti=False) for each in code.handlers]
    flow = ControlFlow(Lowered(NOTHING, instructions, handlers, []))
    passes = [0] * len(instructions)
    for step in range(recording.steps):
        if tape.frame(step).code == number:
            passes[tape.index(step)] += 1
    blocks = [[each.start, each.end, each.leaves, [list(edge) for edge in each.successors]] for each in flow.blocks]
    return {"blocks": blocks, "raw": [list(each) for each in code.raw], "passes": passes}


def _calls(recording: Recording) -> list[list[Any]]:
    """Return of each frame: code, first step, end, caller, the frame that has made its cells."""
    tape, index = recording.tape, recording.index
    makers: dict[Object, int] = {}
    for number, slot, new in zip(tape.log[0::ENTRY], tape.log[1::ENTRY], tape.log[3::ENTRY], strict=True):
        owner = tape.owners[number]
        if type(owner) is FrameOwner and type(new) is Object and new.kind == "cell":
            if any(each.slot == slot and each.scope == "cell" for each in tape.codes[owner.code].variables):
                makers.setdefault(new, number)
    found: list[list[Any]] = []
    for number, steps in index.of_frame.items():
        frame = recording.at(steps[0]).frames[0]
        free = [each for each in frame.code.variables if each.scope == "free" and each.name != "__class__"]
        maker = makers.get(frame.slots[free[0].slot]) if free else None
        known = maker != number and maker in index.of_frame
        caller = index.parent(number, steps[0])
        found.append([frame.code.name, steps[0], steps[-1] + 1, caller, maker if known else None])
    return sorted(found, key=lambda each: int(each[1]))


def _lines(recording: Recording) -> list[list[Any]]:
    """Return how many steps were made in each line."""
    tape = recording.tape
    lines = Counter((tape.code(step).text_name, tape.instruction(step).line) for step in range(recording.steps))
    return [[*place, count] for place, count in lines.items() if place[1] is not None]


def _comparisons(recording: Recording) -> list[list[int]]:
    """Return how often each comparison was true and false: what is on top where its frame goes on."""
    tape, index = recording.tape, recording.index
    found: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for step in range(recording.steps):
        each = tape.instruction(step)
        if each.op in ("COMPARE", "IS", "CONTAINS") and each.line is not None:
            following = index.next_of(tape.frame(step).number, step)
            operands = [] if following is None else recording.at(following).frames[0].operands
            result = operands[each.depth - 2] if len(operands) > each.depth - 2 else None
            found[tape.frame(step).code, tape.index(step)][str(result)] += 1
    return [[code, at, counts["True"], counts["False"]] for (code, at), counts in found.items()]


def _branches(recording: Recording) -> list[list[int]]:
    """Return how often each conditional jump went to which instruction: code, index, next index, count."""
    tape, index = recording.tape, recording.index
    ways: Counter[tuple[int, int, int]] = Counter()
    for step in range(recording.steps):
        each, at = tape.instruction(step), tape.index(step)
        following = index.next_of(tape.frame(step).number, step)
        if each.target is not None and each.op != "JUMP" and following is not None:
            ways[tape.frame(step).code, at, tape.index(following)] += 1
    return [[*way, count] for way, count in ways.items()]


def _state(cursor: Cursor, step: int) -> dict[str, Any]:
    cursor.go(step)
    frames = cursor.frames
    objects = [frame.owner.globals for frame in frames]
    for frame in frames:
        objects += [*frame.variables.values(), *frame.operands]
    found: dict[int, list[list[str]]] = {}
    stale: list[int] = []
    while objects:
        each = objects.pop()
        if type(each) is Object and each.number not in found:
            contents = cursor.contents(each)
            found[each.number] = [[shown(slot), shown(value)] for slot, value in contents.items()]
            objects += contents.values()
            if cursor.may_be_stale(each):
                stale.append(each.number)
    return {
        "step": step,
        "frames": [_frame(frame) for frame in frames],
        "suspended": [frame.number for frame in cursor.suspended],
        "objects": found,
        "stale": sorted(stale),
    }


def _frame(frame: Frame) -> dict[str, Any]:
    variables = {name: shown(value) for name, value in frame.variables.items()}
    operands = [shown(value) for value in frame.operands]
    return {
        "name": frame.code.name, "index": frame.index, "line": frame.line, "class": frame.class_name,
        "signal": frame.signal, "task": frame.task, "thread": frame.thread, "variables": variables,
        "operands": operands,
    }  # fmt: skip


def _moves(recording: Recording, chance: random.Random) -> list[list[Any]]:
    stepper = Stepper(recording, chance.randrange(recording.steps))
    found: list[list[Any]] = [["go", False, stepper.step]]
    for _ in range(MOVES):
        name, back = chance.choice(("instruction", "into", "over", "out", "over", "into")), chance.random() < 0.5
        getattr(stepper, name)(back=back)
        found.append([name, back, stepper.step])
        if stepper.step in (0, recording.steps):
            stepper.go(chance.randrange(recording.steps))
            found.append(["go", False, stepper.step])
    return found


def _question(recording: Recording, chance: random.Random) -> dict[str, Any]:
    step = chance.randrange(recording.steps)
    frame = recording.at(step).frames[0]
    names = sorted(
        {str(name) for name in (*frame.variables, *frame.names) if str(name).isidentifier()} - {"__builtins__"}
    )
    a, b = chance.choices(names or ["nothing"], k=2)
    text = chance.choice(EXPRESSIONS).format(a=a, b=b)
    place = chance.choice((a, f"{a}[0]", f"{a}.x"))
    return {
        "step": step, "text": text, "place": place,
        "value": _answer(lambda: shown(recording.evaluate(text, step))),
        "next": _answer(lambda: recording.find(text, step)),
        "previous": _answer(lambda: recording.find(text, step, back=True)),
        "writes": _answer(
            lambda: [[each.step, shown(each.old), shown(each.new)] for each in recording.writes(place, step)]
        ),
        "why": _answer(lambda: _origin(recording.why(place, step))),
    }  # fmt: skip


def _origin(origin: Origin) -> list[Any]:
    sources = [_origin(each) for each in origin.sources]
    return [origin.step, shown(origin.value), origin.how, origin.function, origin.line, origin.instruction, sources]


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (NotRecorded, ValueError) as error:
        return {"refused": type(error).__name__}


def _compared(one: Recording, other: Recording) -> list[Any] | None:
    found = one.compare(other)
    if found is None:
        return None
    return [found.step, found.what, found.name, [shown(each) for each in found.values]]


def main(folder: Path) -> None:
    """Write recordings and answers into a folder."""
    again = {"gcd again": PROGRAMS["gcd"].replace("18", "24"), "gcd more": PROGRAMS["gcd"] + "print()\n"}
    programs = {**PROGRAMS, **again, "made": MADE, "values": VALUES, "signals": SIGNALS}
    programs |= {"unobserved": UNOBSERVED, "raised": RAISED, "window": WINDOW, "ends": WINDOW}
    for topic in TOPICS:
        programs |= {each.id: each.source for each in corpus.load(topic) if not each.own_process}
    made = 0
    before = folder / "gcd.bscope"
    for name, source in programs.items():
        recording = recorded(source, **OPTIONS.get(name, {}))
        if not 0 < recording.steps <= 3_000:
            continue
        path = folder / f"{name.replace('::', '-')}.bscope"
        recording.save(path)
        found = answers(Recording.load(path), random.Random(name))
        others = {each for each in (folder / "gcd.bscope", before, path) if each.exists()}
        found["compared"] = [[each.stem, _compared(recording, Recording.load(each))] for each in sorted(others)]
        before = path
        path.with_suffix(".json").write_text(json.dumps(found), encoding="utf-8")
        made += 1
    print(f"{made} recordings")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
