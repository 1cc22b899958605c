"""The recording: a run that is over, or as much of it as is kept, and questions about it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from typing import Any

from bytescope.machine.handler_namespace import UNBOUND
from bytescope.recording.answers import Divergence, Write
from bytescope.recording.breakpoints import LENGTH, Place
from bytescope.recording.codes import add_sources
from bytescope.recording.expressions import NotRecorded, evaluate, holds, parse
from bytescope.recording.index import Index
from bytescope.recording.origins import Origin, origin_of_place
from bytescope.recording.places import place_of
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import ABSENT, ENTRY, RAISED, CodeInfo, Object, Tape, Text

__all__ = ["Recording"]


class Recording:
    """A run, instruction by instruction. It can be read once the run is over.

    Args:
        tape: what the recorder has written, or what a file says.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._index: tuple[Index, int] | None = None

    def __repr__(self) -> str:
        return f"<Recording of {self.steps} steps>"

    # --- what there is

    @property
    def steps(self) -> int:
        """Return the number of steps, which is that of the instructions executed, as far as they are kept."""
        return len(self.tape)

    @property
    def forgotten(self) -> int:
        """Return the number of steps before the first one that are not kept."""
        return self.tape.forgotten

    @property
    def codes(self) -> list[CodeInfo]:
        """Return the code objects that were executed."""
        return self.tape.codes

    @property
    def index(self) -> Index:
        """Return the steps of each frame, where lines begin, and where exceptions come up."""
        if self._index is None or self._index[1] != self.tape.forgotten:
            self._index = Index(self.tape), self.tape.forgotten
        return self._index[0]

    def read_sources(self) -> None:
        """Read the texts of the source files that are not known yet, as far as they are there."""
        add_sources(self.tape)

    def at(self, step: int) -> Cursor:
        """Return the state before a step: frames, variables, operands, contents of objects.

        Args:
            step: its number; that of the end is the number of steps.

        Raises:
            IndexError: if there is no such step.
        """
        cursor = Cursor(self.tape)
        cursor.go(step)
        return cursor

    def output(self, step: int | None = None) -> str:
        """Return what the program has written to its standard streams before a step; all of it if none is given."""
        return "".join(each.text for each in self.tape.output if step is None or each.at <= step)

    # --- questions

    def raised(self, step: int) -> list[Object]:
        """Return the exceptions that came up at a step: in the frame that executes it, not where they then arrive."""
        log, number = self.tape.log, self.tape.frame(step).number
        places = range(self.tape.place(step), self.tape.place(step + 1), ENTRY)
        return [log[place + 3] for place in places if log[place] == number and log[place + 1] == RAISED]

    def evaluate(self, text: str, step: int, frame: int = 0) -> Any:
        """Evaluate an expression in the past, without running code of the program.

        Args:
            text: the expression: names, attributes, items, comparisons and arithmetic of atoms, `len`.
            step: the step.
            frame: which frame of the stack, the innermost is 0.

        Returns:
            An atom, a string, an `Object` or a `Text`.

        Raises:
            ValueError: if it is no expression.
            NotRecorded: if it cannot be evaluated on what is recorded.
            IndexError: if there is no such step or frame.
        """
        return evaluate(text, self.at(step).frames[frame])

    def holds(self, condition: str, cursor: Cursor) -> bool:
        """Return whether an expression is true at a position; where it cannot be evaluated, it is not.

        Raises:
            ValueError: if it is no expression.
        """
        parsed = parse(condition)
        try:
            return holds(parsed, cursor.frames[0])
        except NotRecorded:
            return False

    def find(self, condition: str, start: int = 0, back: bool = False) -> int | None:
        """Return the next step at which a line begins and an expression is true.

        Args:
            condition: the expression, see `evaluate`; where it cannot be evaluated, it is not true.
            start: the step to begin with.
            back: whether to search backwards.

        Returns:
            The step, None if there is none.

        Raises:
            ValueError: if it is no expression.
        """
        parse(condition)
        cursor = self.at(start)
        for step in range(start, -1, -1) if back else range(start, self.steps):
            if step < self.steps and self.index.begins_line(step):
                cursor.go(step)
                if self.holds(condition, cursor):
                    return step
        return None

    def log(self, line: int, expression: str, file: str = "") -> list[tuple[int, Any]]:
        """Return what an expression was each time that control came to a line: a print statement afterwards.

        Args:
            line: the line.
            expression: the expression, see `evaluate`.
            file: what the name of the line's file ends with.

        Returns:
            Pairs of the step and the value, an instance of `NotRecorded` where it cannot be evaluated.

        Raises:
            ValueError: if it is no expression.
        """
        parsed = parse(expression)
        cursor = self.at(0)
        found: list[tuple[int, Any]] = []
        for step in range(self.steps):
            code = self.tape.code(step)
            if code.starts.get(self.tape.index(step)) != line or not code.file.endswith(file):
                continue
            if not self.index.begins_line(step):
                continue
            cursor.go(step)
            try:
                value = evaluate(parsed, cursor.frames[0])
            except NotRecorded as error:
                value = error
            found.append((step, value))
        return found

    def writes(self, name: str, step: int, frame: int = 0) -> Iterator[Write]:
        """Yield the writes to what a name means in a frame: a variable, a name of a class or module, or a global.

        Args:
            name: the name; "total" or, for an attribute or item, an expression such as "self.total" or "seen[0]", whose
                object is that at `step`.
            step: the step at which the name is looked up.
            frame: which frame of the stack, the innermost is 0.

        Yields:
            All writes of the recording to that place, in order.

        Raises:
            ValueError: if it is no such name.
            NotRecorded: if it means nothing there.
            IndexError: if there is no such step or frame.
        """
        owner, slot = place_of(name, self.at(step).frames[frame])
        log = self.tape.log
        for position, number in enumerate(log[0::ENTRY]):
            place = position * ENTRY
            if number == owner and log[place + 1] == slot:
                old, new = (ABSENT if each is UNBOUND else each for each in log[place + 2 : place + ENTRY])
                yield Write(self.tape.step_of(place), old, new, self.index.edited(place))

    def place(self, text: str, step: int, frame: int = 0) -> Place:
        """Return what a name, an attribute or an item means at a step: for `Breakpoint.write`.

        Args:
            text: "total", "self.total" or "seen[0]"; "seen[:]" is all that an object contains, "len(seen)" the number
                of its items.
            step: the step at which it is looked up; the object is that at this step.
            frame: which frame of the stack, the innermost is 0.

        Raises:
            ValueError: if it is no such name.
            NotRecorded: if it means nothing there.
            IndexError: if there is no such step or frame.
        """
        here = self.at(step).frames[frame]
        node = parse(text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
            return Place(self._object(node.args[0], here), LENGTH, text)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return Place(self._object(node.value, here), None, text)
        return Place(*place_of(text, here), text)

    def _object(self, node: ast.expr, frame: Frame) -> int:
        found = evaluate(node, frame)
        if type(found) is not Object:
            raise NotRecorded(f"{ast.unparse(node)} is no object whose changes are recorded")
        return found.number

    def born(self, text: str, step: int, frame: int = 0) -> int:
        """Return the step at which an object was made, or first seen.

        Args:
            text: an expression for the object.
            step: the step at which that is evaluated.
            frame: which frame of the stack, the innermost is 0.

        Raises:
            ValueError: if it is no expression.
            NotRecorded: if it is no object, or older than what is kept of the recording.
            IndexError: if there is no such step or frame.
        """
        found = evaluate(text, self.at(step).frames[frame])
        if type(found) is not Object:
            raise NotRecorded(f"{text} is no object: it has no birth")
        if found.birth < self.forgotten:
            raise NotRecorded(f"{text} was made before the first step that is kept")
        return found.birth - self.forgotten

    def last_write(self, name: str, step: int, frame: int = 0) -> Write | None:
        """Return the last write before a step to what a name means there, None if there is none that is kept."""
        found = None
        for write in self.writes(name, step, frame):
            if write.step >= step:
                break
            found = write
        return found

    def why(self, name: str, step: int, frame: int = 0, depth: int = 12) -> Origin:
        """Return where the value of a name comes from: the last write, what that has used, and so on.

        Args:
            name: the name, attribute or item, see `writes`.
            step: the step before which it has the value.
            frame: which frame of the stack, the innermost is 0.
            depth: how far the history is followed.

        Raises:
            ValueError: if it is no such name.
            NotRecorded: if it means nothing there.
            IndexError: if there is no such step or frame.
        """
        owner, slot = place_of(name, self.at(step).frames[frame])
        return origin_of_place(self.index, owner, slot, step, depth)

    def compare(self, other: Recording) -> Divergence | None:
        """Return the first step at which another recording differs, None if none does.

        Objects are compared by type and contents that are atoms, not by identity.
        """
        ours, theirs = Cursor(self.tape), Cursor(other.tape)
        for step in range(min(self.steps, other.steps)):
            ours.go(step)
            theirs.go(step)
            (mine, *_), (its, *_) = ours.frames, theirs.frames
            if (mine.code.name, mine.instruction.op) != (its.code.name, its.instruction.op):
                return Divergence(step, "control", "", (mine.instruction.text, its.instruction.text))
            pairs = _values(mine), _values(its)
            for name in pairs[0] | pairs[1]:
                values = pairs[0].get(name, ABSENT), pairs[1].get(name, ABSENT)
                if _differ(*values):
                    return Divergence(step, "value", name, values)
        return None if self.steps == other.steps else Divergence(min(self.steps, other.steps), "length")

    # --- files

    def redact(self, names: Iterable[str]) -> None:
        """Remove the values that variables, attributes and keys of some names ever had, and all that they contain.

        What is equal to such a value, or is a string that contains it, goes as well, wherever it stands: operands,
        items, output, constants in instructions and source texts. Values of fewer than three characters or digits go
        from their places only, and what else was computed from a value stays.

        Args:
            names: the names.
        """
        from bytescope.recording.redaction import redact

        redact(self.tape, names)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the recording to a file, which holds data only; see `load`.

        Raises:
            OSError: if it cannot be written.
        """
        from bytescope.recording.file import encode

        data = encode(self.tape)
        with open(path, "wb") as file:
            file.write(data)

    def to_html(self, path: str | os.PathLike[str], title: str = "", step: int = 0, *, playground: str = "") -> None:
        """Write a page that shows the recording in a browser, offline and without Python.

        Args:
            path: the file.
            title: what the page is called, by default the file's name.
            step: the step that it opens at.
            playground: where the notebook's page is served: then a link leads there, with the program's text.

        Raises:
            NoViewer: if this installation has no viewer.
            ValueError: if `playground` is no address of the web.
            OSError: if it cannot be written.
        """
        from bytescope.recording.file import encode
        from bytescope.recording.html import page_of

        name = title or os.path.basename(os.fspath(path)).removesuffix(".html")
        page = page_of(encode(self.tape), name, step, playground)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Recording:
        """Read a recording from a file.

        Raises:
            OSError: if it cannot be read.
            ValueError: if it is no recording, is damaged, or was written by a later version.
        """
        from bytescope.recording.file import decode

        with open(path, "rb") as file:
            data = file.read()
        try:
            return cls(decode(data))
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)}: {error}") from None


def _values(frame: Frame) -> dict[str, Any]:
    return frame.variables | {f"operand {place}": value for place, value in enumerate(frame.operands)}


def _differ(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return True
    if type(one) is Object:
        return bool(one.kind != other.kind)
    if type(one) is Text:
        return (one.length, one.start) != (other.length, other.start)
    return one is not other and bool(one != other) and not (one != one and other != other)
