"""A session: from the first request to the end of the connection."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable
from typing import Any

from bytescope.dap.connection import Cancelled, Connection, Request, RequestError, argument
from bytescope.dap.debuggee import Debuggee
from bytescope.dap.launch import Launch
from bytescope.dap.past import Past
from bytescope.dap.sources import Sources
from bytescope.dap.stops import FILTERS, Stops
from bytescope.recording import Recording

__all__ = ["CAPABILITIES", "Session"]

CAPABILITIES: dict[str, Any] = {
    **dict.fromkeys(
        (
            "supportsConfigurationDoneRequest", "supportsStepBack", "supportsSteppingGranularity",
            "supportsDisassembleRequest", "supportsInstructionBreakpoints", "supportsFunctionBreakpoints",
            "supportsConditionalBreakpoints", "supportsHitConditionalBreakpoints", "supportsLogPoints",
            "supportsDataBreakpoints", "supportsExceptionInfoRequest", "supportsExceptionFilterOptions",
            "supportsEvaluateForHovers", "supportsCompletionsRequest", "supportsGotoTargetsRequest",
            "supportsStepInTargetsRequest", "supportsRestartRequest", "supportsRestartFrame",
            "supportsTerminateRequest", "supportsCancelRequest", "supportsLoadedSourcesRequest",
            "supportsModulesRequest", "supportsBreakpointLocationsRequest", "supportsDelayedStackTraceLoading",
        ),
        True,
    ),
    "completionTriggerCharacters": ["."],
    "exceptionBreakpointFilters": FILTERS,
}  # fmt: skip


class Session:
    """Answers the requests of a client.

    Args:
        connection: the connection to it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._launch: Launch | None = None
        self._configured = False
        self._debuggee: Debuggee | None = None
        self._status: int | None = None
        self._past: Past | None = None
        self._over = False
        self._columns = 1
        self._sources = Sources(None, os.getcwd())
        self._stops = Stops(self._sources)
        self._folder = tempfile.mkdtemp(prefix="bytescope-dap-")
        self._requests: dict[str, Callable[[Request], dict[str, Any]]] = {
            "initialize": self._initialize,
            "launch": self._launched,
            "attach": self._attach,
            "configurationDone": self._configuration_done,
            "restart": self._restart,
            "terminate": self._terminate,
            "disconnect": self._disconnect,
            "setBreakpoints": self._breakpoints(self._stops.set_lines),
            "setFunctionBreakpoints": self._breakpoints(self._stops.set_functions),
            "setExceptionBreakpoints": self._breakpoints(self._stops.set_exceptions),
            "setInstructionBreakpoints": self._breakpoints(self._stops.set_instructions),
            "setDataBreakpoints": self._breakpoints(self._stops.set_data),
            "breakpointLocations": lambda request: {"breakpoints": self._stops.locations(request)},
            "threads": lambda request: {"threads": [{"id": 1, "name": "MainThread"}]},
            "source": self._source,
            "loadedSources": lambda request: {"sources": [self._sources.shown(file) for file in self._sources.files]},
            "pause": self._pause,
        }
        self._then: Callable[[], None] | None = None

    def serve(self) -> int:
        """Answer requests until the client goes; returns the exit status."""
        try:
            while (item := self._connection.next()) is not None:
                if isinstance(item, Request):
                    self._answer(item)
                    if item.command == "disconnect":
                        break
                else:
                    item()
        finally:
            self._end_debuggee()
            shutil.rmtree(self._folder, ignore_errors=True)
        return 0 if self._connection.broken is None else 1

    def _answer(self, request: Request) -> None:
        self._then = None
        try:
            body = self._body(request)
        except RequestError as error:
            self._connection.refuse(request, str(error), request.command not in ("evaluate", "completions"))
        except Cancelled:
            self._connection.refuse(request, "cancelled", False)
        except Exception as error:  # an error of our own: the client goes on
            self._connection.refuse(request, f"{request.command}: {type(error).__name__}: {error}")
        else:
            self._connection.answer(request, body)
            if self._then is not None:
                self._then()

    def _body(self, request: Request) -> dict[str, Any]:
        command, past = request.command, self._past
        if past is not None and command in past.requests:
            body, self._then = past.requests[command](request)
            return body
        if past is not None and command in past.questions:
            return past.questions[command](request)
        if command in self._requests:
            return self._requests[command](request)
        if command in Past.commands:
            raise RequestError(f"{command}: the program has not been recorded to its end yet")
        raise RequestError(f"there is no request {command!r}")

    # --- the beginning

    def _initialize(self, request: Request) -> dict[str, Any]:
        if not request.get("linesStartAt1", bool, True):
            raise RequestError("lines must be counted from 1")
        self._columns = int(request.get("columnsStartAt1", bool, True))
        self._then = lambda: self._connection.event("initialized")
        return CAPABILITIES

    def _launched(self, request: Request) -> dict[str, Any]:
        if self._launch is not None:
            raise RequestError("a program is being debugged already")
        request.get("", dict)
        self._launch = Launch.of(request.arguments)
        self._then = self._begin
        return {}

    def _attach(self, request: Request) -> dict[str, Any]:
        raise RequestError("bytescope cannot attach to a running process: launch the program, or a .bscope file of it")

    def _configuration_done(self, request: Request) -> dict[str, Any]:
        self._configured = True
        self._then = self._begin
        return {}

    def _begin(self) -> None:
        """Run the program, once the client has said which, and all breakpoints."""
        launch = self._launch
        if launch is None or not self._configured:
            return
        self._sources = self._stops.sources = Sources(None, launch.cwd)
        if launch.recording is not None:
            self._open(launch.recording)
            return
        file = os.path.join(self._folder, "run.bscope")
        if os.path.exists(file):
            os.unlink(file)
        words = launch.command(file)
        own = re.compile(rf"recorded \d+ steps[^\n]* in {re.escape(file)}$")
        line: list[str] = []

        def output(category: str, text: str) -> None:
            if category == "stderr":  # without what bytescope itself says at the end
                *whole, last = ("".join(line) + text).split("\n")
                line[:] = [last] if last.startswith("recorded ") else []
                text = "\n".join([*(each for each in whole if not own.match(each)), "" if line else last])
            if text:
                self._connection.event("output", category=category, output=text)

        def ended(status: int) -> None:
            self._connection.post(lambda: self._recorded(debuggee, status, file))

        try:
            debuggee = Debuggee(words, launch.cwd, launch.environment(), output, ended)
        except (OSError, ValueError) as error:
            self._say(f"the program cannot be started: {words[0]}: {error}")
            self._status = 1
            self._finish()
            return
        self._debuggee = debuggee
        self._connection.event(
            "process", name=launch.name, systemProcessId=debuggee.pid, isLocalProcess=True, startMethod="launch"
        )

    # --- the recording

    def _recorded(self, debuggee: Debuggee, status: int, file: str) -> None:
        """Go on when the program has ended."""
        if debuggee is not self._debuggee:  # that of before a restart
            return
        self._status = status
        assert self._launch is not None
        if self._launch.debug and os.path.exists(file) and not self._over:
            self._open(file)
            return
        if self._launch.debug and not self._over:
            how = f"ended with status {status}" if status >= 0 else f"was ended by {_signal_name(-status)}"
            self._say(f"the program {how} before its recording was written: there is nothing to step in")
        self._finish()

    def _open(self, file: str) -> None:
        assert self._launch is not None
        try:
            recording = Recording.load(file)
        except (OSError, ValueError) as error:
            self._say(f"the recording cannot be read: {error}")
            self._status = self._status or 1
            self._finish()
            return
        if not recording.steps:
            self._say("nothing of the program was executed, so there is nothing to step in")
            self._finish()
            return
        self._sources = Sources(recording, self._launch.cwd)
        self._stops.loaded(self._sources, self._connection.event)
        self._past = Past(
            self._connection, recording, self._sources, self._stops, self._at_end, self._columns
        )  # fmt: skip
        self._past.begin(self._launch.stop_on_entry)

    def _at_end(self) -> bool:
        """End the session if it is to end where the program does; returns whether it is."""
        if self._launch is not None and self._launch.stop_at_end:
            return False
        self._finish()
        return True

    # --- the end

    def _finish(self) -> None:
        self._over = True
        self._connection.event("exited", exitCode=self._status or 0)
        self._connection.event("terminated")

    def _end_debuggee(self) -> None:
        debuggee, self._debuggee = self._debuggee, None
        if debuggee is not None:
            debuggee.kill()

    def _pause(self, request: Request) -> dict[str, Any]:
        """Interrupt the program, so that it ends and can be stepped in."""
        if self._debuggee is None or not self._debuggee.runs:
            raise RequestError("no program is running")
        self._debuggee.interrupt()
        self._say("the program is interrupted: what it has done until here can be stepped in when it has ended")
        return {}

    def _terminate(self, request: Request) -> dict[str, Any]:
        if not self._over:
            self._over = True
            running = self._debuggee is not None and self._debuggee.runs
            if running and self._debuggee is not None:
                self._debuggee.kill()
            else:
                self._then = self._finish
        return {}

    def _restart(self, request: Request) -> dict[str, Any]:
        if self._launch is None:
            raise RequestError("no program has been launched")
        given = request.get("arguments", dict)
        launch = Launch.of(given) if given else self._launch
        self._end_debuggee()
        self._launch, self._past, self._status, self._over = launch, None, None, False
        self._then = self._begin
        return {}

    def _disconnect(self, request: Request) -> dict[str, Any]:
        self._end_debuggee()
        return {}

    # --- what needs no recording

    def _breakpoints(self, set_them: Callable[[Request], list[dict[str, Any]]]) -> Callable[[Request], dict[str, Any]]:
        def answer(request: Request) -> dict[str, Any]:
            found = set_them(request)
            if self._past is not None:
                self._past.breakpoints_changed()
            return {"breakpoints": found}

        return answer

    def _source(self, request: Request) -> dict[str, Any]:
        source = request.get("source", dict, {})
        reference = request.get("sourceReference", int, 0) or argument(source, "sourceReference", int, 0)
        text = self._sources.content(reference, argument(source, "path", str))
        return {"content": text, "mimeType": "text/x-python"}

    def _say(self, text: str) -> None:
        self._connection.event("output", category="important", output=f"bytescope: {text}\n")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
