"""Recording what the interpreter executes."""

from __future__ import annotations

import os
from contextlib import ExitStack
from fnmatch import fnmatchcase

from bytescope.analysis.engines.interpreter import INTERPRETER
from bytescope.analysis.existing import existing_functions
from bytescope.analysis.filters import Filters, Globs
from bytescope.code.host.invisible_frames import hidden
from bytescope.loading.imports import Guests
from bytescope.machine import instrument
from bytescope.machine.program import TRANSFORMS, Program
from bytescope.recording.bounds import MEMORY, STEPS, Bounds
from bytescope.recording.codes import add_sources
from bytescope.recording.frontier import Frontier
from bytescope.recording.handlers import Recording as Transform
from bytescope.recording.output import noting_output
from bytescope.recording.recorder import Recorder
from bytescope.recording.recording import Recording
from bytescope.recording.tape import Tape
from bytescope.recording.texts import keeping_texts

__all__ = ["STEPS", "record"]


class record:
    """Record what is executed: a context manager that gives the `Recording`.

    While it is open, the interpreter writes down each instruction that it executes, with what that changes. What a `VM`
    runs is recorded, and the functions of modules that `include` names (`__main__` unless told otherwise), whether they
    are imported already or meanwhile, from their next call on. The recording can be read once the context is closed::

        with bytescope.record() as recording:
            bytescope.VM().exec("x = 6 * 7")
        print(recording.steps)

    A program that is recorded behaves as it does otherwise, except that it takes about ten times as long as when the
    interpreter executes it, that the operands of a call live until it returns, and that weak references to its objects
    are made. None of its code is run to show a value.

    Args:
        include, exclude: globs over dotted module names.
        files: globs over file names.
        functions: globs over qualified names: the others are executed as usual, and not recorded.
        steps: how many steps are kept at most, approximately.
        memory: how many bytes they may take, approximately.
        keep: "last" to keep the last ones of a longer run, "first" to keep the first ones and go on unrecorded, "both"
            to keep half of each, with one step that stands for all in the middle.
        when: globs over qualified names: only these functions are recorded and what they call while they run.
        children: whether a process that the program forks goes on recording; otherwise it runs unrecorded.
        frontier: controls the program while it is recorded, from another thread; see `Frontier`.

    Raises:
        TypeError: if a filter is of the wrong type.
        ValueError: if a glob is malformed, or fewer than one step is to be kept.
        RuntimeError: if another recording is going on.
    """

    def __init__(
        self,
        *,
        include: Globs = None,
        exclude: Globs = (),
        files: Globs = None,
        functions: Globs = None,
        steps: int = STEPS,
        memory: int = MEMORY,
        keep: str = "last",
        when: Globs = None,
        children: bool = False,
        frontier: Frontier | None = None,
    ) -> None:
        for name, number in (("steps", steps), ("memory", memory)):
            if type(number) is not int:
                raise TypeError(f"{name} must be an int, not {type(number).__name__}")
            if number < 1:
                raise ValueError(f"{name} must be at least 1, not {number}")
        if keep not in ("first", "last", "both"):
            raise ValueError(f"keep must be 'first', 'last' or 'both', not {keep!r}")
        if keep == "both" and frontier is not None:
            raise ValueError("keep must be 'first' or 'last' with a frontier, not 'both'")
        self._filters = Filters(include, exclude, files, functions)
        self._bounds = Bounds(steps, memory, keep)
        self._when = Filters(functions=when).functions
        self._children = children
        self._frontier = frontier
        self._stack: ExitStack | None = None

    def __enter__(self) -> Recording:
        if TRANSFORMS["recording"] is not None:
            raise RuntimeError("a recording is going on: end it before another one begins")
        tape = Tape()
        patterns = [*(self._filters.include or ()), *(f"!{pattern}" for pattern in self._filters.exclude)]
        guests = Guests(patterns, default=self._filters.include is None)
        with ExitStack() as stack:
            recording = Recording(tape)
            arrive = None if self._frontier is None else self._frontier.arrive
            opening = None if self._when is None else self._opens
            recorder = Recorder(tape, self._bounds, opening, arrive)
            if self._frontier is not None:
                stack.callback(self._frontier.end)
            stack.enter_context(keeping_texts())
            stack.callback(add_sources, tape)
            stack.callback(self._finish, tape)
            stack.enter_context(noting_output(tape))
            stack.enter_context(INTERPRETER.attached(guests, lambda: existing_functions(self._filters)))
            stack.callback(instrument.set_recording, None)
            room = instrument.RECORDING_ROOM if self._frontier is None else instrument.STEPPING_ROOM
            instrument.set_recording(Transform(recorder, self._wants), room)
            if self._frontier is not None:
                self._frontier.begin(recorder, recording)
            self._stack = stack.pop_all()
        _going_on[:] = [self]
        return recording

    def __exit__(self, *error: object) -> None:
        _going_on.clear()
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.close()

    @hidden
    def forked(self) -> None:
        """Stop recording in a child process, unless it was asked for."""
        if not self._children:
            instrument.set_recording(None)

    def _finish(self, tape: Tape) -> None:
        tape.settle()
        if self._bounds.keep == "first":
            tape.cut(self._bounds.steps)
        elif self._bounds.keep == "both":
            self._bounds.hold(tape)

    def _opens(self, program: Program) -> bool:
        return any(fnmatchcase(program.code.co_qualname, pattern) for pattern in self._when or ())

    def _wants(self, program: Program) -> bool:
        return self._filters.wants_code(program.module, program.code.co_filename, program.code.co_qualname)


_going_on: list[record] = []
"""The recording that is going on, if one is."""


@hidden
def _in_child() -> None:
    for each in _going_on:
        each.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
