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
from bytescope.dap.relay import Relay
from bytescope.dap.sources import Sources
from bytescope.dap.stops import FILTERS, Stops
from bytescope.recording import Frontier, Recording

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

LIVE = dict.fromkeys(("supportsSetVariable", "supportsSetExpression"), True)
"""Capabilities that exist only while the program runs."""

_OWN = frozenset({"initialize", "launch", "attach", "disconnect", "terminate", "restart"})
"""Requests that are answered by the adapter, not by the program's process."""


class Session:
    """Answers the requests of a client.

    Args:
        connection: the connection to it.
        frontier: the program that runs in this process, if it is that which is debugged.
    """

    def __init__(self, connection: Connection, frontier: Frontier | None = None) -> None:
        self._connection = connection
        self._frontier = frontier
        self._relay: Relay | None = None
        self._history: list[dict[str, Any]] = []
        self._launch: Launch | None = None
        self._launched_with: dict[str, Any] = {}
        self._configured = False
        self._debuggee: Debuggee | None = None
        self._status: int | None = None
        self._past: Past | None = None
        self._over = False
        self._columns = 1
        self._sources = Sources(None, os.getcwd())
        self._stops = Stops(self._sources)
        self._folder: str | None = None
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
            while not (self._over and self._frontier) and (item := self._connection.next()) is not None:
                if isinstance(item, Request):
                    self._answer(item)
                    if item.command == "disconnect":
                        break
                else:
                    item()
        finally:
            self._end_debuggee()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
        return 0 if self._connection.broken is None else 1

    def interrupt(self) -> None:
        """Pause this process's program, if it runs, for a request that has come."""
        if self._past is not None:
            self._past.interrupt()

    def _answer(self, request: Request) -> None:
        if request.command.startswith("set") or request.command in ("initialize", "configurationDone"):
            self._history.append(request.message)
        if self._relay is not None and request.command not in _OWN:
            self._relay.send(request)
            return
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
            then, self._then = self._then, None
            if then is not None:
                then()

    def _body(self, request: Request) -> dict[str, Any]:
        command, past = request.command, self._past
        found = None if past is None else past.asked(request)
        if found is not None:
            body, self._then = found
            return body
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
        self._launched_with = request.arguments
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
        if self._frontier is not None:
            self._follow(self._frontier)
            return
        if launch.live and launch.debug:
            self._relay = Relay(self._connection, self._replayed(launch))
            self._connection.event("capabilities", capabilities=LIVE)
            self._start(launch.command("run", "--debug", self._relay.address), "")
            return
        self._folder = self._folder or tempfile.mkdtemp(prefix="bytescope-dap-")
        file = os.path.join(self._folder, "run.bscope")
        if os.path.exists(file):
            os.unlink(file)
        self._start(launch.command("record", "--no-page", "--output", file), file)

    def _replayed(self, launch: Launch) -> list[dict[str, Any]]:
        """Return the requests so far as the program's process is to have them, whose folder is another one."""
        given = {**self._launched_with, "cwd": launch.cwd}
        return [*self._history, {"seq": 0, "type": "request", "command": "launch", "arguments": given}]

    def _start(self, words: list[str], file: str) -> None:
        """Start the program's process; a file is where its recording will be."""
        launch = self._launch
        assert launch is not None
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

    def _follow(self, frontier: Frontier) -> None:
        """Debug the program of this process, from its first instruction on."""
        assert self._launch is not None
        frontier.wait()
        try:
            recording = frontier.recording
        except RuntimeError:
            self._over = True
            return
        if not recording.steps:
            self._over = True
            return
        self._look_into(recording, frontier)

    def _look_into(self, recording: Recording, frontier: Frontier | None = None) -> None:
        assert self._launch is not None
        self._sources = Sources(recording, self._launch.cwd)
        self._stops.loaded(self._sources, self._connection.event)
        self._past = Past(
            self._connection, recording, self._sources, self._stops, self._at_end, self._answer, self._columns, frontier
        )  # fmt: skip
        self._past.begin(self._launch.stop_on_entry)

    def _recorded(self, debuggee: Debuggee, status: int, file: str) -> None:
        """Go on when the program has ended."""
        if debuggee is not self._debuggee:  # that of before a restart
            return
        self._status = status
        assert self._launch is not None
        if self._relay is not None:
            self._relay.close()
            self._relay = None
            self._finish()
            return
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
        self._look_into(recording)

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
        if self._relay is not None:
            self._relay.close()
            self._relay = None
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
        self._launched_with = given or self._launched_with
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
