"""The recorder: what a frame's handlers report while they are recorded.

Who called a frame is read from the host's stack, so that threads, generators, callbacks of native functions, finalizers
and signal handlers all have the caller that they have.
"""

from __future__ import annotations

import signal
import sys
import types
from _thread import RLock, get_ident
from collections.abc import Callable
from typing import Any
from weakref import ref

from bytescope.code.flags import CO_ASYNC_GENERATOR, CO_COROUTINE
from bytescope.machine import engine, instrument
from bytescope.machine.guests.signals import arrived
from bytescope.machine.handler_namespace import UNBOUND
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.machine.registers import GLOBALS, HEADER, LOCALS, PROGRAM, RECORD, REQUEST
from bytescope.recording.bounds import Bounds
from bytescope.recording.codes import code_info
from bytescope.recording.frame_record import DELEGATES, HELD, NUMBER, RECENT, RECORDER, WAITING
from bytescope.recording.naming import task_name, thread_name
from bytescope.recording.native_calls import NativeCalls
from bytescope.recording.objects import Objects
from bytescope.recording.tape import (
    ABSENT,
    CONTENTS,
    NAMES,
    PARENT,
    RAISED,
    RETURNED,
    ROW,
    SIGNAL,
    SITE,
    STATUS,
    TASK,
    THREAD,
    FrameOwner,
    Object,
    Tape,
)

__all__ = ["Recorder"]

_ASYNCHRONOUS = CO_COROUTINE | CO_ASYNC_GENERATOR

_PARENT, _SITE, _FRAME, _CODE, _PROGRAM, _OPENS = range(4, HEADER)
"""Further places in the record of a frame: the record of its caller; the instruction that the log says it waits at; the
ids of its resident frame and of that frame's code; its program; whether what is recorded begins with it."""


class Recorder:
    """Writes the tape of a run.

    Args:
        tape: an empty tape.
        bounds: how much of the run is kept.
        opening: whether a frame of a program begins what is recorded, which ends with it; None if everything is.
        arrive: writes the row of an instruction in the place of the recorder, and may have the program wait; or None.
    """

    def __init__(
        self,
        tape: Tape,
        bounds: Bounds,
        opening: Callable[[Program], bool] | None = None,
        arrive: Callable[[list[Any], list[Any], int], None] | None = None,
    ) -> None:
        self.tape = tape
        self.bounds = bounds
        self.opening = opening
        self.open: list[int] = []
        self.lock = RLock()
        self.is_threaded = False
        self._thread = get_ident()
        self.row = tape.recent.extend
        self.log = tape.log.extend
        self.objects = Objects(tape)
        self.calls = NativeCalls(self.objects)
        self.token = self.objects.token
        self.arrive = arrive
        self.registers: dict[int, list[Any]] | None = None if arrive is None else {}
        self._records: dict[int, list[Any]] = {}
        self._codes: dict[int, tuple[ref[Program], int]] = {}

    # --- programs

    def prepare(self, program: Program) -> None:
        """Record the exceptions of a program's frames, too."""
        other = vars(program).get("unwind") or _unwind  # neither refers to the program: it dies with its function

        def unwind(R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
            return self._unwind(other, R, index, exception, lasti)

        vars(program)["unwind"] = unwind  # no partial: the call of one takes of the stack that C code has

    def code(self, program: Program) -> int:
        """Return the number of a program's code object."""
        known = self._codes.get(id(program))
        if known is not None and known[0]() is program:
            return known[1]
        info = code_info(program)
        codes = self.tape.codes
        codes.append(info)
        number = next(at for at in range(len(codes) - 1, -1, -1) if codes[at] is info)
        self._codes[id(program)] = ref(program), number
        return number

    def settle(self) -> None:
        """Move the latest rows, and keep to the bounds."""
        if self.bounds.is_full:
            return
        self.tape.settle()
        self.bounds.hold(self.tape)
        if self.bounds.is_full:
            instrument.set_recording(None)

    # --- frames

    def entering(self, program: Program, index: int) -> Callable[[list[Any]], list[Any]]:
        """Return the function that makes the record of a frame of a program that is about to execute an instruction."""
        midway = program.verified.depths[index] > 0

        def enter(R: list[Any]) -> list[Any]:
            return self._enter(R[PROGRAM], midway, R)

        return enter

    def _enter(self, program: Program, midway: bool, R: list[Any]) -> list[Any]:
        tape, token = self.tape, self.token
        if len(tape.recent) > RECENT:
            self.settle()
        if get_ident() != self._thread and not self.is_threaded:
            self.is_threaded = self.objects.is_shared = True
            instrument.set_recording(TRANSFORMS["recording"])  # which makes other handlers now
        code, namespace = self.code(program), token(R[GLOBALS])
        number = tape.number()
        tape.owners[number] = FrameOwner(number, code, get_ident(), namespace)
        opens = self.opening is not None and not midway and self.opening(program)
        record = R[RECORD] = [number, self, -1, None, None, -1, 0, 0, program, opens]
        if opens:
            self.open.append(number)
        entries: list[Any] = []
        for slot, variable in enumerate(program.lowered.variables, HEADER):
            value = R[slot]
            if variable.scope == "local" and type(value) is types.CellType:
                value = _contents(value)
            if value is not UNBOUND:
                value = token(value)
                entries += (number, slot, ABSENT, value)
            record.append(value)
        record += program.blank
        if R[LOCALS] is not None:
            entries += (number, NAMES, ABSENT, token(R[LOCALS]))
        self.log(entries)
        if self.registers is not None:
            self.registers[number] = R
        if arrived and arrived[-1][1] == get_ident():
            self.log((number, SIGNAL, ABSENT, _name(arrived.pop()[0])))
        self._link(record)
        self._name(record)
        if midway:
            self.operands(record, R)
        return record

    def _link(self, record: list[Any]) -> None:
        """Log who called or resumed a frame, as the host's stack says it."""
        host = sys._getframe(3)
        while (code := host.f_code) is not _DRIVE and code is not _WATCHED:
            host = host.f_back  # type: ignore[assignment]
        host = host.f_back  # type: ignore[assignment]
        if host.f_code is _DRIVE:
            host = host.f_back  # type: ignore[assignment]
        records = self._records
        record[_FRAME], record[_CODE] = id(host), id(host.f_code)
        records[id(host)] = child = record
        caller = host.f_back
        while caller is not None:
            parent = records.get(id(caller))
            if parent is not None and parent[_CODE] == id(caller.f_code):
                self._note(child, _PARENT, PARENT, parent)
                self._waits(parent)
                if parent[HELD] is not DELEGATES:
                    return
                child = parent
            caller = caller.f_back
        self._note(child, _PARENT, PARENT, None)

    def _name(self, record: list[Any]) -> None:
        """Log the names of the task and the thread that execute a new frame, of the latter once for its calls."""
        task = task_name() if record[_PROGRAM].code.co_flags & _ASYNCHRONOUS else None
        if task is not None:
            self.log((record[NUMBER], TASK, ABSENT, task))
        thread = thread_name() if record[_PARENT] is None else None
        if thread is not None:
            self.log((record[NUMBER], THREAD, ABSENT, thread))

    def _note(self, record: list[Any], place: int, slot: str, value: Any) -> None:
        old = record[place]
        if old is not value:
            names = [each[NUMBER] if type(each) is list else each for each in (old, value)]
            self.log((record[NUMBER], slot, *names))
            record[place] = value

    def _waits(self, record: list[Any]) -> None:
        """Log where a frame is that has called or resumed another."""
        rows = self.tape.recent[-ROW:] or self.tape.rows[-ROW:]  # a copy: another thread may settle them
        site = rows[1] if rows and rows[0] == record[NUMBER] else record[WAITING]
        if site != record[_SITE]:
            self.log((record[NUMBER], SITE, record[_SITE], site))
            record[_SITE] = site

    def left(self, record: list[Any], R: list[Any]) -> None:
        """Log that a frame returns: the value is the last register."""
        self.log((record[NUMBER], RETURNED, ABSENT, self.token(R[-1])))
        self._forget(record)

    def _forget(self, record: list[Any]) -> None:
        if self._records.get(record[_FRAME]) is record:
            del self._records[record[_FRAME]]
        if record[_OPENS] and record[NUMBER] in self.open:
            self.open.remove(record[NUMBER])
        if self.registers is not None:
            self.registers.pop(record[NUMBER], None)

    def suspended(self, record: list[Any]) -> None:
        """Log that a frame is suspended."""
        self._waits(record)
        if record[_OPENS] and record[NUMBER] in self.open:
            self.open.remove(record[NUMBER])
        self.log((record[NUMBER], STATUS, None, "suspended"))

    def delegates(self, record: list[Any]) -> None:
        """Log that a frame waits for what it delegates to."""
        if record[HELD] is not DELEGATES:
            self._waits(record)
            self.log((record[NUMBER], STATUS, None, DELEGATES))
            record[HELD] = DELEGATES

    def resumed(self, record: list[Any]) -> None:
        """Log that a frame goes on after a suspension."""
        self.log((record[NUMBER], STATUS, DELEGATES if record[HELD] is DELEGATES else "suspended", None))
        record[HELD] = None
        if record[_OPENS] and record[NUMBER] not in self.open:
            self.open.append(record[NUMBER])
        self._link(record)

    # --- exceptions

    def _unwind(self, other: Any, R: list[Any], index: int, exception: BaseException, lasti: Any) -> int:
        record = R[RECORD]
        recorded = record is not None and record[RECORDER] is self
        if recorded:
            with self.lock:
                self._raised(record, exception)
        target: int = other(R, index, exception, lasti)
        if recorded:
            with self.lock:
                self._unwound(record, R, target)
        return target

    def _raised(self, record: list[Any], exception: BaseException) -> None:
        self.log((record[NUMBER], RAISED, ABSENT, self.token(exception)))
        self.objects.contents(exception)
        record[HELD] = None

    def _unwound(self, record: list[Any], R: list[Any], target: int) -> None:
        if target == REQUEST:
            self.log((record[NUMBER], STATUS, None, "done"))
            self._forget(record)
        else:
            self.operands(record, R)

    # --- registers

    def variable(self, number: int, slot: int, value: Any) -> None:
        """Log that the user has set a variable of a frame."""
        record = next(each for each in self._records.values() if each[NUMBER] == number)
        new = self.token(value)
        self.log((number, slot, record[slot], new))
        record[slot] = new

    def operands(self, record: list[Any], R: list[Any]) -> None:
        """Log all operands that are not what the log says."""
        number = record[NUMBER]
        for slot in range(record[_PROGRAM].first_operand, len(record)):
            value = self.token(R[slot])
            if value is not record[slot]:
                self.log((number, slot, record[slot], value))
                record[slot] = value

    def cell_of_cell(self, record: list[Any], R: list[Any], slot: int) -> None:
        """Log that a variable has another cell, which may be new."""
        value = self.objects.made(R[slot]) if type(R[slot]) is types.CellType else self.token(R[slot])
        self.log((record[NUMBER], slot, record[slot], value))
        record[slot] = value

    def contents_of_cell(self, record: list[Any], R: list[Any], slot: int) -> None:
        """Log the contents of a variable's cell."""
        cell = record[slot]
        if type(cell) is Object:
            value = _contents(R[slot])
            self.objects.write(cell, CONTENTS, ABSENT if value is UNBOUND else self.token(value))

    def read_of_cell(self, record: list[Any], R: list[Any], slot: int) -> None:
        """Log the contents of a variable's cell if they are not what the log says: code that is not recorded wrote."""
        cell = record[slot]
        if type(cell) is Object and cell.now is not None:
            value = _contents(R[slot])
            value = ABSENT if value is UNBOUND else self.token(value)
            if value is not cell.now.get(CONTENTS, ABSENT):
                self.objects.write(cell, CONTENTS, value)


def _unwind(R: list[Any], index: int, exception: BaseException, lasti: Any = None) -> int:
    program: Program = R[PROGRAM]
    return Program.unwind(program, R, index, exception, lasti)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return UNBOUND


_DRIVE, _WATCHED = engine.drive.__code__, engine.watched.__code__
