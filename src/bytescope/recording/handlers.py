"""Handlers that record: the transform that wraps those of each instruction.

One text serves all instructions that change the same places. A wrapper writes the row, calls the handler that it wraps,
and logs what the instruction has changed, unless the handler has made a request: then its answer's handler does.
Rows and entries are written by one call each, so that code which runs in between - a finalizer, a signal handler -
finds whole ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from bytescope.isa.lift import lift
from bytescope.machine.handler_namespace import UNBOUND
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.program import Program
from bytescope.machine.registers import GLOBALS, HEADER, LOCALS, RECORD, RETURN
from bytescope.machine.support.own_frames import HANDLER_FILE
from bytescope.recording.changes import Changes, Target, changes_of
from bytescope.recording.evaluation import EVALUATED
from bytescope.recording.frame_record import HELD, NUMBER, RECENT, RECORDER, WAITING
from bytescope.recording.inspection import ATOMS, LONG
from bytescope.recording.tape import ABSENT
from bytescope.startup.isolation import PRIVATE_BUILTINS

if TYPE_CHECKING:
    from bytescope.recording.recorder import Recorder

_NAMESPACES = {"LOCALS": LOCALS, "GLOBALS": GLOBALS}


class Kind(NamedTuple):
    """Variant of the wrappers.

    live: the program may be told to wait before an instruction; windowed: not everything is recorded: only what a
    function calls that opens a window, and it; threaded: an instruction and what is written of it are one for other
    threads.
    """

    live: bool
    windowed: bool
    threaded: bool


_factories: dict[tuple[Changes, Kind], Callable[..., tuple[Op, Resume]]] = {}


def _register(position: int) -> str:
    return f"R[first + {position}]" if position else "R[first]"


def _capture(target: Target | None) -> str:
    """Return the expression for what an instruction may change, before it is executed: it may take its operands."""
    if target is None or target.how == "name":
        return ""
    if target.how == "call":
        return f"given(R, first, {target.operands})"
    if target.how == "item":
        value = "ABSENT" if target.value < 0 else _register(target.value)
        return f"({_register(target.operand)}, {_register(target.key)}, {value})"
    return _register(target.operand)


def _log(target: Target | None) -> str:
    """Return the statement that logs the change of an object."""
    if target is None:
        return ""
    if target.how == "name":
        return f"name_written(R[{_NAMESPACES[target.namespace]}], name)"
    return _LOGS[target.how]


_LOGS = {
    "call": "if held is not None: taken(held)",
    "attribute": "attribute(held, name)",
    "item": "item(*held)",
    "contents": "contents(held)",
    "received": "received(held)",
}


def _changed(changes: Changes, answered: bool) -> list[str]:
    """Return the statements that log what an instruction has changed, by itself or after the answer to its request."""
    log = _log(changes.target) if answered or (changes.target and changes.target.how != "received") else ""
    lines = [log] if log else []  # first: an object that has changed is known by what the log says of it
    if changes.variable == "local":
        lines += ["try: x = R[var].cell_contents", "except ValueError: x = UNBOUND", *_noted("var", "token")]
    elif changes.variable and changes.variable != "loaded":
        lines += [f"{changes.variable}_of_cell(V, R, var)"]
    for position in changes.operands:
        slot = f"first + {position}" if position else "first"
        if changes.variable == "loaded":
            lines += ["x = V[var]", f"log((V[{NUMBER}], {slot}, V[{slot}], x))", f"V[{slot}] = x"]
        else:
            result = "result" if position in changes.results else "token"
            lines += [f"x = R[{slot}]", *_noted(slot, "made" if position == changes.made else result)]
    if changes.all_operands:
        lines += ["operands(V, R)"]
    return lines or ["pass"]


def _noted(slot: str, give: str) -> list[str]:
    test = "if (t := type(x)) not in ATOMS and (t is not str or len(x) > LONG):"
    return [f"{test} x = {give}(x)", f"log((V[{NUMBER}], {slot}, V[{slot}], x))", f"V[{slot}] = x"]


def text_of(changes: Changes, kind: Kind) -> str:
    """Return the text of a factory of wrappers.

    Args:
        changes: what the instruction changes.
        kind: what else it does.
    """
    capture = _capture(changes.target)
    changed, answered = (["    " + line for line in _changed(changes, after)] for after in (False, True))
    waits = [f"V[{WAITING}] = pc"]
    waits += [f"V[{HELD}] = held"] if capture else []
    waits += {"suspend": ["suspended(V)"], "delegate": ["delegates(V)"]}.get(changes.ends, [])
    op = [
        f"V = R[{RECORD}]",
        f"if V is None or V[{RECORDER}] is not recorder:",
        *(["    if not (opens or window): return op(R)"] if kind.windowed else []),
        "    V = enter(R)",
        *(["arrive(V, R, pc)"] if kind.live else [f"row((V[{NUMBER}], pc, len(entries)))"]),
        *([f"if len(recent) > {RECENT}: settle()"] if changes.ends == "loop" else []),
        *([f"held = {capture}"] if capture else []),
        "n = op(R)",
        "if n >= 0:",
        *changed,
        *(["elif n == RETURN: left(V, R)"] if changes.ends == "return" else []),
        "else:",
        *("    " + line for line in waits),
        "return n",
    ]
    resume = [
        f"V = R[{RECORD}]",
        f"if V is None or V[{RECORDER}] is not recorder: return resume(R, v)",
        *(["resumed(V)"] if changes.ends in ("suspend", "delegate") else []),
        "n = resume(R, v)",
        "if n >= 0:",
        *([f"    held = V[{HELD}]"] if capture else []),
        *answered,
        *([f"    V[{HELD}] = held = None"] if capture else []),
        *(["elif n == RETURN: left(V, R)"] if changes.ends == "return" else []),
        "return n",
    ]
    if kind.threaded:
        op, resume = (["with lock:", *("    " + line for line in each)] for each in (op, resume))
    lines = [*_BOUND, "def recorded(R):", *("    " + line for line in op)]
    lines += ["def recorded_answer(R, v):", *("    " + line for line in resume)]
    lines += ["return recorded, None if resume is None else recorded_answer"]
    head = "def make(op, resume, pc, first, var, name, recorder, enter, opens):"
    return "\n".join([head, *("    " + line for line in lines)])


_BOUND = (
    "row, entries, log = recorder.row, recorder.tape.log, recorder.log",
    "recent, settle, window = recorder.tape.recent, recorder.settle, recorder.open",
    "token, made, result = recorder.token, recorder.objects.made, recorder.objects.result",
    "given, taken = recorder.calls.given, recorder.calls.taken",
    "attribute, item = recorder.objects.attribute, recorder.objects.item",
    "contents, name_written = recorder.objects.contents, recorder.objects.name",
    "received = recorder.objects.received",
    "contents_of_cell, read_of_cell = recorder.contents_of_cell, recorder.read_of_cell",
    "cell_of_cell = recorder.cell_of_cell",
    "operands, left, suspended, resumed = recorder.operands, recorder.left, recorder.suspended, recorder.resumed",
    "delegates, arrive, lock = recorder.delegates, recorder.arrive, recorder.lock",
)


def _factory(changes: Changes, kind: Kind) -> Callable[..., tuple[Op, Resume]]:
    found = _factories.get((changes, kind))
    if found is None:
        made: dict[str, Any] = {}
        exec(compile(text_of(changes, kind), HANDLER_FILE, "exec"), _namespace, made)
        found = _factories[changes, kind] = made["make"]
    return found


_namespace: dict[str, Any] = {
    "ABSENT": ABSENT,
    "ATOMS": ATOMS,
    "LONG": LONG,
    "RETURN": RETURN,
    "UNBOUND": UNBOUND,
    "__builtins__": PRIVATE_BUILTINS,
}


class Recording:
    """The transform of handlers while a recorder records.

    Args:
        recorder: the recorder.
        wanted: whether a program is recorded.
    """

    traces = False

    def __init__(self, recorder: Recorder, wanted: Callable[[Program], bool]) -> None:
        self.recorder = recorder
        self.wanted = wanted

    def wants(self, program: Program) -> bool:
        """Record a program, and the exceptions in its frames."""
        if not self.wanted(program) and program.code.co_filename != EVALUATED:
            return False
        self.recorder.prepare(program)
        return True

    def stops(self, program: Program) -> Iterable[int]:
        """Pass over no instruction."""
        return range(len(program.instructions))

    def transform(self, program: Program, index: int, op: Op, resume: Resume | None) -> tuple[Op, Resume | None]:
        """Wrap the handlers of an instruction."""
        instruction = program.instructions[index]
        lifted = lift(instruction)
        changes = changes_of(instruction, index)
        first = program.first_operand + program.verified.depths[index] - lifted.need
        variable = HEADER + instruction.arg.index if changes.variable else 0
        recorder = self.recorder
        opens = recorder.opening is not None and index == program.entry and recorder.opening(program)
        make = _factory(changes, Kind(recorder.arrive is not None, recorder.opening is not None, recorder.is_threaded))
        return make(
            op, resume, index, first, variable, instruction.arg, recorder, recorder.entering(program, index), opens
        )
