"""The tape: what a run did, one row for each instruction and one entry for each change.

A row is written before its instruction is executed. The state before step `n` is what the entries before the row's
place in the log say; so a reader goes forward by new values and back by old ones, see `state`.
"""

from __future__ import annotations

from _thread import allocate_lock
from array import array
from itertools import accumulate, count, islice
from operator import gt
from typing import Any, NamedTuple

__all__ = [
    "ABSENT", "CONTENTS", "EDITED", "ENTRY", "NAMES", "PARENT", "RAISED", "REDACTED", "RETURNED", "ROW", "SIGNAL",
    "SITE", "SIZE", "STATUS", "TASK", "THREAD", "CodeInfo", "FrameOwner", "HostInstruction", "InnerCode", "Instruction",
    "Note", "Object", "Tape", "Text", "Variable", "Written",
]  # fmt: skip

ROW = 3
"""Numbers in a row: owner number of the frame, index of the instruction, length of the log before it."""

ENTRY = 4
"""Values in an entry: owner number, slot, old value, new value."""

PARENT, SITE, STATUS, NAMES = "parent", "site", "status", "names"
"""Slots of a frame besides its variables and operands, whose slots are numbers. PARENT: the number of who called or
resumed it; SITE: index of what it waits at; STATUS: "suspended", "delegates", "done"; NAMES: its namespace."""

SIGNAL = "signal"
"""Slot of a frame that a signal handler has: the name of the signal that came in at the step at which it begins."""

TASK, THREAD = "task", "thread"
"""Slots of a frame that name what executes it: of a coroutine's the asyncio task, of one that nobody has called the
thread, unless that is the main one."""

RAISED, RETURNED = "raised", "returned"
"""Slots of what happened in a frame: the exception that came up at an instruction, the value that a frame returned."""


EDITED = "edited"
"""Slot of what the user has done to the program while it waited: the text, and, as the old value, how many entries
before this one it has made."""


class _Mark:
    """The type of marks, which are no values of a program."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<{self._name}>"


ABSENT = _Mark("absent")
"""Marker of a missing value: a deleted attribute, an item before it was appended."""

SIZE = _Mark("size")
"""Slot of the number of items of a container of which not all are recorded."""

REDACTED = _Mark("redacted")
"""Marker of a value that is kept out of a recording."""

CONTENTS = 0
"""Slot of the contents of a cell."""

_OUTPUT = 100_000
"""Characters that are kept of what was written in steps that are left out."""


class Instruction(NamedTuple):
    """An instruction of a recorded code object.

    op: its operation; text: with its operand; position: line, end line, column, end column, or None; offset: of the raw
    instruction, in bytes; target: index of the one it jumps to, or None; depth: operands on the stack before it, -1 if
    it is never reached; operands: how many of them it takes.
    """

    op: str
    text: str
    position: tuple[int | None, int | None, int | None, int | None] | None
    offset: int
    target: int | None
    depth: int
    operands: int

    @property
    def line(self) -> int | None:
        """The line of its source, None where it has none."""
        return self.position[0] if self.position else None


class Variable(NamedTuple):
    """A variable of a code object: its slot in a frame, its name, and "local", "cell" or "free"."""

    slot: int
    name: str
    scope: str


class HostInstruction(NamedTuple):
    """An instruction of CPython's: its offset in bytes, itself with its argument, and the offset that it jumps to."""

    offset: int
    text: str
    target: int | None


class InnerCode(NamedTuple):
    """A code object inside another one, which may never run: its qualified name, first line, and lines with code."""

    name: str
    first_line: int
    lines: tuple[int, ...]


class CodeInfo(NamedTuple):
    """A recorded code object.

    name, file, first_line: as in the code object, the name qualified; module: name of its module; instructions: its
    lowered instructions; starts: the instructions at which lines start, with these lines; variables: its variables;
    first_operand: slot of the lowest operand; handlers: regions (start, end, target, depth) in the order in which they
    are looked through; suspends: whether it is a generator's or coroutine's; inner: the code objects in it;
    source: what its text is called among those of the tape if that is not the file; raw: CPython's instructions.
    """

    name: str
    file: str
    first_line: int
    module: str
    instructions: tuple[Instruction, ...]
    starts: dict[int, int]
    variables: tuple[Variable, ...]
    first_operand: int
    handlers: tuple[tuple[int, int, int, int], ...]
    suspends: bool
    inner: tuple[InnerCode, ...] = ()
    source: str = ""
    raw: tuple[HostInstruction, ...] = ()

    @property
    def text_name(self) -> str:
        """The name of its text among the sources: that of its file, unless the text has one of its own."""
        return self.source or self.file


class FrameOwner(NamedTuple):
    """A frame: its owner number, the number of its code object, the identifier of its thread, and its globals."""

    number: int
    code: int
    thread: int
    globals: Any


class Written(NamedTuple):
    """Output to a standard stream: the number of steps by then, the stream's name, and the text."""

    at: int
    stream: str
    text: str


class Note(NamedTuple):
    """Remark of an analysis on a line: its subject, and a text in (part, mark) pieces."""

    file: str
    line: int
    what: str
    pieces: list[tuple[str, str]]


class Text:
    """A string or bytes object that is too long to be kept: its beginning, its length, and its type."""

    __slots__ = ("kind", "length", "start")

    def __init__(self, kind: str, start: str | bytes, length: int) -> None:
        self.kind, self.start, self.length = kind, start, length

    def __repr__(self) -> str:
        return f"<{self.kind} of length {self.length}, {self.start[:20]!r}...>"


class Object:
    """An object of the program, as the recording knows it: it does not keep the object alive.

    number: its owner number; kind: the name of its class; label: the name of a function, class or module; birth: the
    step at which it was first seen; initial: its contents then, None if they are not known; size: its number of items
    then, of which some may be left out.
    Only for the recorder: folded: whether its contents are recorded when it is met again; kind_id: identity of its
    class; now: its contents as the log has them, without items beyond those that are recorded; length: its number of
    items as the log has it; watched: whether its end will be noticed.
    """

    __slots__ = (
        "birth", "folded", "initial", "kind", "kind_id", "label", "length", "now", "number", "size", "watched",
    )  # fmt: skip

    def __init__(self, number: int, kind: str, label: str = "", birth: int = 0) -> None:
        self.number, self.kind, self.label, self.birth = number, kind, label, birth
        self.initial: dict[Any, Any] | None = None
        self.now: dict[Any, Any] | None = None
        self.size = self.length = 0
        self.kind_id = 0
        self.watched = self.folded = False

    def __repr__(self) -> str:
        return f"<{self.kind} #{self.number}{' ' + self.label if self.label else ''}>"


class Tape:
    """Rows, entries, and what they are about.

    rows: `ROW` numbers for each step; recent: those of the latest steps, until `settle` moves them; log: `ENTRY`
    values for each change; owners: frames and objects by number; codes: code objects by number; sources: texts by file
    name; output: what was written to the standard streams, in order; unobserved: the places in the log at which code
    has run that may have changed any object; forgotten: how many steps came before the first one; base: the slots of
    frames there; left_out: a step and how many it stands for, if any; notes: what an attached analysis has to say.
    """

    def __init__(self) -> None:
        self.rows = array("I")
        self.recent: list[int] = []
        self.log: list[Any] = []
        self.owners: list[FrameOwner | Object | None] = []
        self._numbers = count()
        self._settling = allocate_lock()
        self.codes: list[CodeInfo] = []
        self.sources: dict[str, str] = {}
        self.output: list[Written] = []
        self.unobserved: list[int] = []
        self.forgotten = 0
        self.left_out: tuple[int, int] | None = None
        self.base: dict[int, dict[Any, Any]] = {}
        self.notes: list[Note] = []

    def settle(self) -> None:
        """Move the latest rows to where they take little room: a list is faster to write to."""
        if not self._settling.acquire(False):
            return  # another thread does, or this one does below a finalizer
        try:
            rows = self.recent[:]
            places = rows[2::ROW]
            if any(map(gt, places, islice(places, 1, None))):  # a thread wrote between the parts of another's row
                rows[2::ROW] = accumulate(places, max)
            self.rows.extend(array("I", rows))
            del self.recent[: len(rows)]
        finally:
            self._settling.release()

    def number(self) -> int:
        """Return the number of a new owner. Finalizers and other threads may take numbers at any time."""
        number = next(self._numbers)
        while len(self.owners) <= number:
            self.owners.append(None)
        return number

    def cut(self, steps: int) -> None:
        """Drop all but the first steps."""
        self.settle()
        if steps < len(self):
            del self.log[self.place(steps) :]
            del self.rows[steps * ROW :]

    def __len__(self) -> int:
        """Return the number of steps."""
        return (len(self.rows) + len(self.recent)) // ROW

    def forget(self, steps: int) -> None:
        """Forget the first steps: what they have changed becomes the state at the beginning.

        Frames that have ended by then are forgotten as well.

        Args:
            steps: how many of them.
        """
        self.settle()
        cut = self.place(steps)
        log, owners, base = self.log, self.owners, self.base
        for number, slot, new in zip(log[0:cut:ENTRY], log[1:cut:ENTRY], log[3:cut:ENTRY], strict=True):
            owner = owners[number]
            if type(owner) is Object:
                if owner.initial is None:
                    continue
                if slot is SIZE:
                    owner.size = new
                elif new is ABSENT:
                    owner.initial.pop(slot, None)
                else:
                    owner.initial[slot] = new
            elif slot is RETURNED or (slot is STATUS and new == "done"):
                owners[number] = None
                base.pop(number, None)
            elif owner is not None:
                base.setdefault(number, {})[slot] = new
        del log[:cut]
        del self.rows[: steps * ROW]
        places = self.rows[2::ROW]
        self.rows[2::ROW] = array("I", [place - cut for place in places])
        self.unobserved = [place - cut for place in self.unobserved if place >= cut]
        self.output[:] = [each._replace(at=each.at - steps) for each in self.output if each.at > steps]
        self.forgotten += steps

    def leave_out(self, begin: int, steps: int) -> None:
        """Leave out steps in the middle: the step before them stands for them, too, and has changed what they have.

        Frames that have begun and ended meanwhile are left out as well, and where exceptions came up.

        Args:
            begin: the step that stands for them, always the same of one tape.
            steps: how many of those after it.
        """
        self.settle()
        first, last = self.place(begin), self.place(begin + 1 + steps)
        changes = self._net_changes(begin, first, last)
        self.log[first:last] = changes
        end = first + len(changes)
        shift = last - end
        del self.rows[(begin + 1) * ROW : (begin + 1 + steps) * ROW]
        later = slice((begin + 1) * ROW + 2, None, ROW)
        self.rows[later] = array("I", [place - shift for place in self.rows[later]])
        unobserved = [place if place < first else max(place - shift, end) for place in self.unobserved]
        self.unobserved = sorted(set(unobserved))
        output = [
            each if each.at <= begin else each._replace(at=max(each.at - steps, begin + 1)) for each in self.output
        ]
        self.output[:] = _shortened(output, begin + 1)
        for owner in self.owners:
            if type(owner) is Object and owner.birth > begin:
                owner.birth = max(owner.birth - steps, begin)
        self.left_out = begin, (self.left_out[1] if self.left_out else 1) + steps

    def _net_changes(self, begin: int, first: int, last: int) -> list[Any]:
        """Return the entries that do at once what those between two places do."""
        log, owners = self.log, self.owners
        known = {*log[:first:ENTRY], *self.rows[: (begin + 1) * ROW : ROW]}
        entries = list(zip(*(log[first + column : last : ENTRY] for column in range(ENTRY)), strict=True))
        for number, slot, _, new in entries:
            ends = slot == RETURNED or (slot == STATUS and new == "done")
            if ends and type(owners[number]) is FrameOwner and number not in known:
                owners[number] = None
        found: dict[tuple[int, Any], list[Any]] = {}
        for number, slot, old, new in entries:
            if owners[number] is None or (slot == RAISED and type(owners[number]) is FrameOwner):
                continue
            found.setdefault((number, slot), [number, slot, old, new])[3] = new
        return [value for change in found.values() if change[2] is not change[3] for value in change]

    def frame(self, step: int) -> FrameOwner:
        """Return the frame that executed a step."""
        owner = self.owners[self.rows[step * ROW]]
        assert type(owner) is FrameOwner
        return owner

    def code(self, step: int) -> CodeInfo:
        """Return the code object of a step."""
        return self.codes[self.frame(step).code]

    def index(self, step: int) -> int:
        """Return the index of a step's instruction."""
        return self.rows[step * ROW + 1]

    def instruction(self, step: int) -> Instruction:
        """Return the instruction of a step."""
        return self.code(step).instructions[self.index(step)]

    def place(self, step: int) -> int:
        """Return the number of values in the log before a step; all of them for the end."""
        return len(self.log) if step >= len(self) else self.rows[step * ROW + 2]

    def lines_of(self, code: CodeInfo) -> list[str]:
        """Return the lines of the text that a code object was compiled of, none if it is not known."""
        text = self.sources.get(code.text_name)
        return [] if text is None else text.split("\n")

    def step_of(self, place: int) -> int:
        """Return the step that made an entry of the log: the last one whose row is at or before it."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.rows[middle * ROW + 2] <= place:
                low = middle + 1
            else:
                high = middle
        return max(low - 1, 0)


def _shortened(output: list[Written], at: int) -> list[Written]:
    """Return an output of which the steps that are left out, before a step, have written no more than is looked at."""
    kept, room = [], _OUTPUT
    for each in reversed(output):
        if each.at == at:
            room -= len(each.text)
            if room < 0:
                continue
        kept.append(each)
    return kept[::-1]
