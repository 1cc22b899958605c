"""Requests about a recording: the position in it, what is there, and moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from bytescope.dap.connection import Connection, Request, RequestError, argument
from bytescope.dap.console import Console
from bytescope.dap.instructions import disassembled
from bytescope.dap.navigator import Arrival, Navigator
from bytescope.dap.sources import Sources
from bytescope.dap.stacks import Stacks
from bytescope.dap.stops import Stops
from bytescope.dap.targets import called_next, passes_of
from bytescope.dap.variables import Scopes
from bytescope.recording import EvaluationFailed, Frontier, NotRecorded, Place, Recording
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
        answer: answers a request, of those that come while the program runs.
        columns: the number of the first column, 0 or 1, as the client counts.
        frontier: the program that is being recorded, if it still runs.
    """

    commands: ClassVar[frozenset[str]] = frozenset(
        "continue reverseContinue next stepBack stepOut stepIn goto restartFrame stackTrace scopes variables evaluate "
        "setVariable setExpression completions gotoTargets stepInTargets disassemble modules exceptionInfo "
        "dataBreakpointInfo".split()
    )
    """The requests that need a recording."""

    def __init__(
        self,
        connection: Connection,
        recording: Recording,
        sources: Sources,
        stops: Stops,
        ended: Callable[[], bool],
        answer: Callable[[Request], None],
        columns: int,
        frontier: Frontier | None = None,
    ) -> None:
        self._connection, self._recording, self._sources, self._stops = connection, recording, sources, stops
        self._ended, self._answer, self._columns = ended, answer, columns
        self._moves = self._interrupted = False
        self._navigator = Navigator(recording, frontier, self._say)
        self._stacks = Stacks(recording, sources)
        self._scopes = Scopes()
        self._console = Console(recording, connection.check)
        self._targets: list[int] = []
        self._requests: dict[str, Callable[[Request], tuple[Body, Then | None]]] = {
            **{name: self._moving(*move) for name, move in _MOVES.items()},
            "stepIn": self._step_in,
            "goto": self._goto,
            "restartFrame": self._restart_frame,
            "evaluate": self._evaluate,
            "pause": lambda request: ({}, None),  # it stands already
        }
        self._questions: dict[str, Callable[[Request], Body]] = {
            "threads": lambda request: {"threads": self._stacks.threads(self._navigator.step)},
            "stackTrace": self._stack_trace,
            "scopes": self._scopes_of,
            "variables": self._variables,
            "setVariable": self._set_variable,
            "setExpression": self._set_expression,
            "completions": self._completions,
            "gotoTargets": self._goto_targets,
            "stepInTargets": self._step_in_targets,
            "disassemble": self._disassemble,
            "modules": self._modules,
            "exceptionInfo": self._exception_info,
            "dataBreakpointInfo": self._data_breakpoint_info,
        }

    def asked(self, request: Request) -> tuple[Body, Then | None] | None:
        """Answer a request: what is to be done after the answer comes second. None if it is not about the recording.

        Raises:
            RequestError: if it cannot be answered.
        """
        if request.command in self._questions:
            return self._questions[request.command](request), None
        found = self._requests.get(request.command)
        if found is None:
            return None
        if self._moves:
            raise RequestError(f"{request.command}: the program is running")
        return found(request)

    def _say(self, text: str) -> None:
        self._connection.event("output", category="console", output=text if text.endswith("\n") else text + "\n")

    # --- moves

    def begin(self, stop: bool) -> None:
        """Begin: stop at the first line, or run to the first breakpoint."""
        self.breakpoints_changed()
        self._move(self._navigator.begin if stop else self._navigator.run)

    def breakpoints_changed(self) -> None:
        """Apply the current breakpoints."""
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
        self._moves = True
        try:
            self._attend()
            arrival = move()
            while arrival.reason == "pause" and self._interrupted and not self._connection.wants_pause:
                self._interrupted = False
                self._attend()
                arrival = self._navigator.resume()
        finally:
            self._moves = self._interrupted = False
        if arrival.reason == "end" and self._ended():
            return
        self._stopped(arrival)

    def _attend(self) -> None:
        """Answer the requests that have come for a program that runs."""
        if self._navigator.runs:
            self._scopes.clear()
            for request in self._connection.waiting():
                self._answer(request)

    def interrupt(self) -> None:
        """Pause a running program for a request that has come; called in the thread that reads requests."""
        frontier = self._navigator.stepper.frontier
        if self._moves and frontier is not None:
            self._interrupted = True
            frontier.pause()

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
            return self._moving("line_in_thread", False)(request)
        return {}, lambda: self._move(lambda: self._navigator.go(target))

    def _step_in_targets(self, request: Request) -> Body:
        frame = self._frame(request.need("frameId", int))
        return {"targets": called_next(self._recording, frame.number, self._navigator.step)}

    def _goto_targets(self, request: Request) -> Body:
        source, line = request.need("source", dict), request.need("line", int)
        path = argument(source, "path", str) or argument(source, "name", str) or ""
        return {"targets": passes_of(self._recording, self._sources, path, line, self._navigator.step)}

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
        returned = [(each.name, each.value) for each in self._navigator.returned] if here else []
        return {"scopes": self._scopes.of(frame, returned)}

    def _variables(self, request: Request) -> Body:
        found = self._scopes.variables(
            request.need("variablesReference", int),
            request.get("filter", str),
            request.get("start", int, 0),
            request.get("count", int, 0),
        )
        return {"variables": found}

    def _evaluate(self, request: Request) -> tuple[Body, Then | None]:
        text, frame = request.need("expression", str), self._frame(request.get("frameId", int))
        stepper = self._navigator.stepper
        if request.get("context", str) != "repl":  # what is only watched runs no code of the program
            return self._scopes.value(self._console.evaluate(text, frame), frame, text), None
        if stepper.frontier is not None and stepper.frontier.wants_input:
            return {"result": "", "variablesReference": 0}, lambda: self._move(
                lambda: self._navigator.feed(text + "\n")
            )
        answer = self._console.answer(text, frame)
        if answer is not None:
            return {"result": answer, "variablesReference": 0}, None
        if stepper.is_live and (at := self._place_of(frame)) is not None:
            value = self._done(lambda: stepper.evaluate(text, at))
        else:
            value = self._console.evaluate(text, frame)
        return self._scopes.value(value, self._frame(frame.number + 1), text), None

    def _place_of(self, frame: Frame) -> int | None:
        """Return which frame of the stack that the position is in a frame is, None if it is of another thread."""
        return next((at for at, each in enumerate(self._cursor.frames) if each.number == frame.number), None)

    def _done(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except (EvaluationFailed, NotRecorded, ValueError, RuntimeError) as error:
            raise RequestError(str(error)) from None

    def _set_variable(self, request: Request) -> Body:
        reference, name = request.need("variablesReference", int), request.need("name", str)
        row, frame = self._scopes.row(reference, name), self._scopes.holder(reference).frame
        if row.expression is None or frame is None:
            raise RequestError(f"{name} cannot be set: no expression stands for it")
        return self._set(row.expression, request.need("value", str), frame)

    def _set_expression(self, request: Request) -> Body:
        frame = self._frame(request.get("frameId", int))
        return self._set(request.need("expression", str), request.need("value", str), frame)

    def _set(self, target: str, value: str, frame: Frame) -> Body:
        at = self._place_of(frame)
        if at is None:
            raise RequestError(f"{target} cannot be set here: its frame is of a thread that does not execute this step")
        found = self._done(lambda: self._navigator.stepper.set(target, value, at))
        body = self._scopes.value(found, self._frame(frame.number + 1), target)
        body["value"] = body.pop("result")
        return body

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
            "breakMode": self._navigator.break_mode(error),
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
                found = self._scopes.row(reference, name).place
                if found is None:
                    raise NotRecorded(f"writes to {name} are not recorded")
                place = Place(*found, name)
            else:
                at = self._place_of(self._frame(request.get("frameId", int)))
                place = self._navigator.stepper.place(name, at or 0)
        except (NotRecorded, ValueError) as error:
            return {"dataId": None, "description": str(error)}
        return {"dataId": self._stops.data_id(place), "description": name, "accessTypes": ["write"]}


_MOVES = {
    "continue": ("run", False),
    "reverseContinue": ("run", True),
    "next": ("over", False),
    "stepBack": ("over", True),
    "stepOut": ("out", False),
}
"""By request: the move, and whether it goes backwards."""

_INSTRUCTIONS = 10_000
"""Instructions that are given, at most."""
