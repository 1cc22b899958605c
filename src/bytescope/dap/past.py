"""Requests about a recording: the position in it, what is there, and moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from bytescope.dap.connection import Cancelled, Connection, Request, RequestError, argument
from bytescope.dap.console import Console
from bytescope.dap.instructions import disassembled
from bytescope.dap.navigator import Arrival, Navigator
from bytescope.dap.sources import Sources
from bytescope.dap.stacks import Stacks
from bytescope.dap.stops import Stops
from bytescope.dap.variables import Scopes
from bytescope.recording import NotRecorded, Recording
from bytescope.recording.places import place_of
from bytescope.recording.showing import text_of
from bytescope.recording.state import Frame
from bytescope.recording.tape import Object

__all__ = ["Past"]

Body = dict[str, Any]
Then = Callable[[], None]


class Past:
    """A recording that is debugged.

    Args:
        connection: where events are sent.
        recording: the recording, of at least one step.
        sources: its source files.
        stops: the breakpoints.
        ended: called when the position reaches the end.
        columns: the number of the first column, 0 or 1, as the client counts.
    """

    commands: ClassVar[frozenset[str]] = frozenset(
        "continue reverseContinue next stepBack stepOut stepIn goto restartFrame stackTrace scopes variables evaluate "
        "completions gotoTargets stepInTargets disassemble modules exceptionInfo dataBreakpointInfo".split()
    )
    """The requests that need a recording."""

    def __init__(
        self,
        connection: Connection,
        recording: Recording,
        sources: Sources,
        stops: Stops,
        ended: Callable[[], bool],
        columns: int,
    ) -> None:
        self._connection, self._recording, self._sources, self._stops = connection, recording, sources, stops
        self._ended, self._columns = ended, columns
        self._navigator = Navigator(recording, connection.check, self._say, self._say)
        self._stacks = Stacks(recording, sources)
        self._scopes = Scopes()
        self._console = Console(recording, connection.check)
        self._targets: list[int] = []
        self.requests: dict[str, Callable[[Request], tuple[Body, Then | None]]] = {
            **{name: self._moving(*move) for name, move in _MOVES.items()},
            "stepIn": self._step_in,
            "goto": self._goto,
            "restartFrame": self._restart_frame,
            "pause": lambda request: ({}, lambda: self._stopped(Arrival("pause"))),
        }
        self.questions: dict[str, Callable[[Request], Body]] = {
            "threads": lambda request: {"threads": self._stacks.threads(self._navigator.step)},
            "stackTrace": self._stack_trace,
            "scopes": self._scopes_of,
            "variables": self._variables,
            "evaluate": self._evaluate,
            "completions": self._completions,
            "gotoTargets": self._goto_targets,
            "stepInTargets": self._step_in_targets,
            "disassemble": self._disassemble,
            "modules": self._modules,
            "exceptionInfo": self._exception_info,
            "dataBreakpointInfo": self._data_breakpoint_info,
        }

    def _say(self, text: str) -> None:
        self._connection.event("output", category="console", output=text if text.endswith("\n") else text + "\n")

    # --- moves

    def begin(self, stop: bool) -> None:
        """Begin: stop at the first line, or run to the first breakpoint."""
        self.breakpoints_changed()
        self._move(self._navigator.begin if stop else lambda: self._navigator.run(first=True))

    def breakpoints_changed(self) -> None:
        """Take the breakpoints as they are now."""
        self._navigator.set_breakpoints(self._stops.all)

    def _moving(self, name: str, back: bool) -> Callable[[Request], tuple[Body, Then]]:
        def move(request: Request) -> tuple[Body, Then]:
            instruction = request.get("granularity", str, "statement") == "instruction"
            if name == "run":
                return {"allThreadsContinued": True}, lambda: self._move(lambda: self._navigator.run(back))
            chosen = "instruction" if instruction and name != "out" else name
            self._turn_to(request.get("threadId", int))
            return {}, lambda: self._move(lambda: self._navigator.move(chosen, back))

        return move

    def _turn_to(self, thread: int | None) -> None:
        """Refuse a step in a thread that is not at the position: it is in the midst of an instruction."""
        here = self._stacks.thread(self._navigator.step)
        if thread is not None and thread != here and thread in self._threads():
            raise RequestError(f"thread {thread} waits here: it is thread {here} that executes this step")

    def _threads(self) -> list[int]:
        return [thread["id"] for thread in self._stacks.threads(self._navigator.step)]

    def _move(self, move: Callable[[], Arrival]) -> None:
        try:
            arrival = move()
        except Cancelled:
            arrival = Arrival("pause")
        if arrival.reason == "end" and self._ended():
            return
        self._stopped(arrival)

    def _stopped(self, arrival: Arrival) -> None:
        self._scopes.clear()
        self._targets.clear()
        body: Body = {
            "reason": "pause" if arrival.reason == "end" else arrival.reason,
            "threadId": self._stacks.thread(self._navigator.step),
            "allThreadsStopped": True,
        }
        if arrival.text:
            body["description"] = f"Paused at {arrival.text}"
        if arrival.breakpoints:
            body["hitBreakpointIds"] = [each.number for each in arrival.breakpoints]
        if arrival.reason == "exception" and (error := self._exception()) is not None:
            body["text"] = text_of(error, self._cursor)
        self._connection.event("stopped", **body)

    def _step_in(self, request: Request) -> tuple[Body, Then]:
        target = request.get("targetId", int)
        if target is None:
            return self._moving("into", False)(request)
        return {}, lambda: self._move(lambda: self._navigator.go(target))

    def _step_in_targets(self, request: Request) -> Body:
        """Return the functions that are called before this frame's next line."""
        frame = self._frame(request.need("frameId", int))
        index, tape, start = self._recording.index, self._recording.tape, self._navigator.step
        end = index.next_of(frame.number, start)
        while end is not None and not index.begins_line(end):
            end = index.next_of(frame.number, end)
        found = []
        for step in range(start + 1, self._recording.steps if end is None else end):
            number = tape.frame(step).number
            if index.previous_of(number, step) is None and index.parent(number, step) == frame.number:
                first = next((each for each in index.of_frame[number] if index.begins_line(each)), step)
                found.append({"id": first, "label": tape.code(step).name, "line": tape.instruction(first).line or 1})
                if len(found) == _TARGETS:
                    break
        return {"targets": found}

    def _goto_targets(self, request: Request) -> Body:
        """Return the passes of this recording through a line that are nearest to the position."""
        source, line = request.need("source", dict), request.need("line", int)
        path = argument(source, "path", str) or argument(source, "name", str) or ""
        tape, index, here = self._recording.tape, self._recording.index, self._navigator.step
        wanted = [line in code.starts.values() and self._sources.same(path, code.file) for code in tape.codes]
        passes = [
            step
            for number, steps in index.of_frame.items()
            if wanted[tape.codes.index(tape.code(steps[0]))]
            for step in steps
            if index.begins_line(step) and tape.instruction(step).line == line
        ]
        passes.sort()
        places = {step: f"pass {at} of {len(passes)}, step {step}" for at, step in enumerate(passes, 1)}
        chosen: dict[int, str] = {}
        for label, step in (
            ("next", next((step for step in passes if step > here), None)),
            ("previous", next((step for step in reversed(passes) if step < here), None)),
            ("first", passes[0] if passes else None),
            ("last", passes[-1] if passes else None),
        ):
            if step is not None and step not in chosen:
                chosen[step] = f"{label}: {places[step]}"
        return {"targets": [{"id": step, "label": label, "line": line} for step, label in chosen.items()]}

    def _goto(self, request: Request) -> tuple[Body, Then]:
        target = request.need("targetId", int)
        if not 0 <= target < self._recording.steps:
            raise RequestError(f"there is no step {target}")
        return {}, lambda: self._move(lambda: self._navigator.go(target))

    def _restart_frame(self, request: Request) -> tuple[Body, Then]:
        frame = self._frame(request.need("frameId", int))
        steps = self._recording.index.of_frame[frame.number]
        first = next((step for step in steps if self._recording.index.begins_line(step)), steps[0])
        return {}, lambda: self._move(lambda: self._navigator.go(first))

    # --- what is there

    @property
    def _cursor(self) -> Any:
        return self._navigator.stepper.cursor

    def _frame(self, number: int | None) -> Frame:
        return self._stacks.frame(self._cursor, number)

    def _stack_trace(self, request: Request) -> Body:
        frames = self._stacks.frames(self._cursor, request.need("threadId", int))
        start, levels = request.get("startFrame", int, 0), request.get("levels", int, 0)
        page = frames[start : start + levels] if levels else frames[start:]
        shown = [self._stacks.shown(frame) for frame in page]
        for each in shown:
            each["column"] += self._columns - 1
        return {"stackFrames": shown, "totalFrames": len(frames)}

    def _scopes_of(self, request: Request) -> Body:
        frame = self._frame(request.need("frameId", int))
        here = frame.number == self._cursor.frames[0].number
        returned = self._stacks.returned(self._navigator.origin, self._cursor) if here else []
        return {"scopes": self._scopes.of(frame, returned)}

    def _variables(self, request: Request) -> Body:
        found = self._scopes.variables(
            request.need("variablesReference", int),
            request.get("filter", str),
            request.get("start", int, 0),
            request.get("count", int, 0),
        )
        return {"variables": found}

    def _evaluate(self, request: Request) -> Body:
        text, frame = request.need("expression", str), self._frame(request.get("frameId", int))
        if request.get("context", str) == "repl":
            answer = self._console.answer(text, frame)
            if answer is not None:
                return {"result": answer, "variablesReference": 0}
        return self._scopes.value(self._console.evaluate(text, frame), frame, text)

    def _completions(self, request: Request) -> Body:
        frame = self._frame(request.get("frameId", int))
        column = request.need("column", int) - self._columns
        found = self._console.completions(request.need("text", str), column, frame)
        for each in found:
            each["start"] += self._columns
        return {"targets": found}

    def _disassemble(self, request: Request) -> Body:
        rows = disassembled(
            self._recording,
            self._sources,
            request.need("memoryReference", str),
            request.get("offset", int, 0),
            request.get("instructionOffset", int, 0),
            min(request.need("instructionCount", int), _INSTRUCTIONS),
        )
        return {"instructions": rows}

    def _modules(self, request: Request) -> Body:
        files = {code.module: code.file for code in reversed(self._recording.codes)}
        found = [{"id": name, "name": name, "path": self._sources.path(file)} for name, file in sorted(files.items())]
        start, count = request.get("startModule", int, 0), request.get("moduleCount", int, 0)
        return {"modules": found[start : start + count] if count else found[start:], "totalModules": len(found)}

    def _exception(self) -> Object | None:
        raised = self._recording.raised(self._navigator.step)
        return raised[0] if raised else None

    def _exception_info(self, request: Request) -> Body:
        error = self._exception()
        if error is None:
            raise RequestError("no exception is raised at this step")
        # The instruction at hand is the one that raises: what the exception contains is there after it.
        after = self._recording.at(self._navigator.step + 1)
        arguments = [value for slot, value in after.contents(error).items() if type(slot) is int]
        frames = [f"{frame.code.file}:{frame.line} in {frame.code.name}" for frame in self._cursor.frames]
        shown = ", ".join(each if type(each) is str else text_of(each, after) for each in arguments)
        return {
            "exceptionId": error.kind,
            "description": shown,
            "breakMode": "unhandled" if self._navigator.is_uncaught(error) else "always",
            "details": {
                "typeName": error.kind.rpartition(".")[2],
                "fullTypeName": error.kind,
                "message": shown,
                "stackTrace": "\n".join(frames),
            },
        }

    def _data_breakpoint_info(self, request: Request) -> Body:
        name = request.need("name", str)
        reference = request.get("variablesReference", int, 0)
        try:
            if reference:
                place = self._scopes.row(reference, name).place
            else:
                place = place_of(name, self._frame(request.get("frameId", int)))
        except (NotRecorded, ValueError) as error:
            return {"dataId": None, "description": str(error)}
        if place is None:
            return {"dataId": None, "description": f"writes to {name} are not recorded"}
        return {"dataId": self._stops.data_id(place), "description": name, "accessTypes": ["write"]}


_MOVES = {
    "continue": ("run", False),
    "reverseContinue": ("run", True),
    "next": ("over", False),
    "stepBack": ("over", True),
    "stepOut": ("out", False),
}
"""By request: the move, and whether it goes backwards."""

_TARGETS = 50
_INSTRUCTIONS = 10_000
"""How many targets, and how many instructions, are given at most."""
