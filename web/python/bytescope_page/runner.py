"""Runs cells for the page: in a worker, under CPython in WebAssembly."""

from __future__ import annotations

import builtins as _builtins

__builtins__ = dict(vars(_builtins))  # what programs rebind must not reach the functions below

import asyncio
import contextvars
import json
import linecache
import signal
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import bytescope
from bytescope_page import advice, environment, pictures, streams, tracebacks
from bytescope_page.cells import Compiled, Names, compiled
from bytescope_page.recordings import Recorded

LONGEST_VALUE = 100_000

_AT_START = {name: value for name, value in vars(_builtins).items() if name != "_"}


class Stopped(BaseException):
    """The reader has pressed Stop: what CPython's cells are stopped with."""


class Runner:
    """The interpreter of one notebook.

    Args:
        bridge: functions of the page: write, read_line, show, nap, interrupted, stopping, tasks.
        run_sync: waits for an awaitable, where the browser can.
    """

    def __init__(self, bridge: Any, run_sync: Callable[[Any], Any] | None) -> None:
        self._bridge = bridge
        self._names = Names()
        self._flags = 0
        self._run_sync: Callable[[Any], Any] = run_sync or (lambda value: value)
        self._wait: Callable[[Any], Any] = (lambda value: value) if bridge.blocks else self._run_sync
        self.cannot_wait = not bridge.blocks and run_sync is None
        self._awaited: list[asyncio.Future[Any]] = []
        self._stopping = False
        self._place: tuple[str, int] | None = None
        self._running = False
        self._input_ended = False
        self._engine = ""
        self._task: asyncio.Task[Any] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._vm = bytescope.VM(stoppable=True)
        self._recorded: Recorded | None = None
        self._main = types.ModuleType("__main__")
        self._main.__dict__["__builtins__"] = _builtins
        self._vm.globals = vars(self._main)
        pictures.shower[:] = [lambda picture: bridge.show(streams.cell.get(), json.dumps(_drawn(picture)))]
        environment.prepare(self)

    # --- running a cell

    def run(self, cell: int, number: int, source: str, engine: str, record: int = 0, following: bool = False) -> Any:
        """Run a cell.

        Args:
            cell: what the page calls it.
            number: the number that the reader sees.
            source: its text.
            engine: "bytescope" or "cpython".
            record: how many steps of it are kept; 0 records nothing.
            following: whether text from outside is followed through what is recorded.

        Returns:
            What became of it, as JSON; or, if it awaits something, an awaitable of that.
        """
        sys.modules["__main__"] = self._main
        streams.install(self._bridge, self.read_line)
        signal.signal(signal.SIGINT, self._on_signal)
        self._names.show_all()
        self._stopping, self._running, self._engine, self._place = False, True, engine, None
        self._input_ended = False
        self._recorded = None
        token = streams.cell.set(cell)
        outcome = _Outcome(self._vm.instructions)
        try:
            with _OWN_BUILTINS:
                self._recorded = Recorded(record, following) if record else None
                outcome.file = self._names.take(cell, number, source)
                code = self._compiled(source, outcome.file)
                outcome.reads, outcome.binds = code.names()
            value = self._start(code, engine)
        except BaseException as error:
            return self._end(outcome, source, error=error)
        else:
            if isinstance(value, _Waiting):
                return self._finish(value, outcome, source)
            return self._end(outcome, source, value=value)
        finally:
            streams.cell.reset(token)

    def _compiled(self, source: str, file: str) -> Compiled:
        try:
            code = compiled(source, file, self._flags)
        except SyntaxError as error:
            if error.text is None and error.filename == file and error.lineno:
                error.text = linecache.getline(file, error.lineno)  # the compiler knows trees, not texts
            raise
        self._flags = code.flags
        return code

    def _start(self, code: Compiled, engine: str) -> Any:
        """Run what runs without waiting."""
        pending = [part for part in (code.statements, code.expression) if part is not None]
        awaits = any(part.co_flags & 0x80 for part in pending)  # CO_COROUTINE
        if awaits:
            return _Waiting(self._await(pending, engine), streams.cell.get(), contextvars.copy_context())
        value = None
        with self._vm.running() if engine == "bytescope" else _NOTHING:
            with self._recorded or _NOTHING:
                for part in pending:
                    value = self._evaluate(part, engine)
            return self._shown(value)

    def _evaluate(self, part: types.CodeType, engine: str) -> Any:
        namespace = vars(self._main)
        if engine != "bytescope":
            return eval(part, namespace)
        vm = self._recorded.vm if self._recorded else self._vm
        return vm.run_code(part, namespace)

    async def _await(self, pending: list[types.CodeType], engine: str) -> Any:
        value = None
        with self._vm.running() if engine == "bytescope" else _NOTHING:
            with self._recorded or _NOTHING:
                for part in pending:
                    value = self._evaluate(part, engine)
                    if part.co_flags & 0x80:
                        value = await value
            return self._shown(value)

    async def _finish(self, waiting: _Waiting, outcome: _Outcome, source: str) -> str:
        streams.cell.set(waiting.cell)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(waiting.coroutine, context=waiting.context)
        try:
            value = await self._task
        except BaseException as error:
            return self._end(outcome, source, error=error)
        else:
            return self._end(outcome, source, value=value)
        finally:
            self._task = None

    def _shown(self, value: Any) -> dict[str, Any] | None:
        """What is shown of a value; the program's own `__repr__` is called for it."""
        if value is None:
            return None
        if isinstance(value, pictures.Picture):
            return _drawn(value)
        text = repr(value)
        if len(text) > LONGEST_VALUE:
            half = LONGEST_VALUE // 2
            text = f"{text[:half]} … ({len(text):,} characters) … {text[-half:]}"
        return {"kind": "text", "text": _plain(text)}

    # --- its end

    def _end(
        self, outcome: _Outcome, source: str, value: dict[str, Any] | None = None, error: BaseException | None = None
    ) -> str:
        seconds = time.perf_counter() - outcome.began
        executed = self._vm.instructions - outcome.before
        result: dict[str, Any] = {"outcome": "ran", "value": value, "file": outcome.file}
        result |= {"reads": outcome.reads, "binds": outcome.binds}
        try:
            with _OWN_BUILTINS:
                if error is not None:
                    result |= self._failure(error, source)
                streams.flush()
                if self._recorded:
                    self._bridge.recorded(self._recorded.data())
        except BaseException as second:  # the program's own __str__, say
            result |= {"outcome": "raised", "traceback": f"{type(second).__name__} while the error was shown"}
        finally:
            self._running = False
        self._report_tasks()
        return json.dumps({**result, "seconds": seconds, "instructions": executed, "tasks": len(self._tasks)})

    def _failure(self, error: BaseException, source: str) -> dict[str, Any]:
        if self._stopping and isinstance(
            error, (Stopped, KeyboardInterrupt, bytescope.BudgetExceeded, asyncio.CancelledError)
        ):
            return {"outcome": "stopped", "place": tracebacks.place_in(error.__traceback__) or self._place}
        if self._recorded and isinstance(error, bytescope.BudgetExceeded):
            place = tracebacks.place_in(error.__traceback__)
            return {"outcome": "stopped", "place": place, "bound": self._recorded.longest}
        if isinstance(error, SystemExit):
            code = error.code
            if code is None or isinstance(code, int):
                return {"outcome": "ended", "status": int(code or 0) & 0xFF}
            sys.stderr.write(f"{code}\n")
            return {"outcome": "ended", "status": 1}
        name = getattr(error, "name", None)
        return {
            "outcome": "raised",
            "traceback": tracebacks.text_of(error),
            "error": type(error).__name__,
            "name": name if isinstance(name, str) else "",
            "hint": advice.about(error, source),
        }

    # --- stopping

    def _on_signal(self, _number: int, frame: FrameType | None) -> None:
        self._interrupt(frame)

    def _interrupt(self, frame: FrameType | None = None) -> None:
        """Stop what runs, here and now."""
        place = tracebacks.place_of(frame or sys._getframe(1))
        self._stopping, self._place = True, place
        self._bridge.stopping(json.dumps(place))
        if not self._running:
            raise asyncio.CancelledError
        self._cancel_tasks()
        if self._engine == "bytescope":
            (self._recorded.vm if self._recorded else self._vm).stop()
        raise Stopped

    def stop(self) -> None:
        """Stop what waits: nothing of the program is executed right now."""
        self._stopping = True
        place = None
        for task in [*self._awaited, *([self._task] if self._task else [])]:
            if isinstance(task, asyncio.Task) and (frames := task.get_stack()):
                place = tracebacks.place_of(frames[-1]) or place
            task.cancel()
        self._place = place
        self._bridge.stopping(json.dumps(place))
        self._cancel_tasks()

    def _cancel_tasks(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    def _report_tasks(self, _done: object = None) -> None:
        """Count the tasks that go on after their cells, and have each report when it is done."""
        own = {self._task, *self._awaited, asyncio.current_task()}
        found = {task for task in asyncio.all_tasks() if not task.done() and _cell_of(task) and task not in own}
        for task in found - self._tasks:
            task.add_done_callback(self._report_tasks)
        changed = found != self._tasks
        self._tasks = found
        if changed or _done is not None:
            streams.flush()
            self._bridge.tasks(json.dumps(sorted({_cell_of(task) for task in found})))

    # --- waiting

    def sleep(self, seconds: float, /) -> None:
        """Delay execution for a given number of seconds. The argument may be a floating-point number."""
        until = time.monotonic() + _checked(seconds)
        streams.flush()
        while (left := until - time.monotonic()) > 0:
            if self._wait(self._bridge.nap(left)):
                self._interrupt()

    def read_line(self, cell: int) -> str:
        """Wait for a line of input; once the reader has said that there is no more, there is none for this run."""
        if self._input_ended:
            return ""
        if self.cannot_wait:
            raise RuntimeError("input() cannot wait in this browser when the page is served without isolation headers")
        while (answer := self._wait(self._bridge.read_line(cell))) is None:
            self._interrupt()
        self._input_ended = answer == ""
        return str(answer)

    def run_until_complete(self, awaitable: Any) -> Any:
        """Wait for an awaitable, with the event loop running."""
        streams.flush()
        task = asyncio.ensure_future(awaitable)
        self._awaited.append(task)
        try:
            return self._run_sync(task)
        except asyncio.CancelledError:
            if self._stopping:
                self._interrupt()
            raise
        finally:
            self._awaited.remove(task)


@dataclass
class _Waiting:
    coroutine: Any
    cell: int
    context: contextvars.Context


class _Outcome:
    def __init__(self, before: int) -> None:
        self.before = before
        self.began = time.perf_counter()
        self.file = ""
        self.reads: list[str] = []
        self.binds: list[str] = []


class _OwnBuiltins:
    """While this context is open, what a program has rebound in `builtins` is as it was: the library needs it."""

    def __enter__(self) -> None:
        now = vars(_builtins)
        self._changed = {name: now.get(name, self) for name, value in _AT_START.items() if now.get(name) is not value}
        now.update((name, _AT_START[name]) for name in self._changed)

    def __exit__(self, *_: object) -> None:
        now = vars(_builtins)
        for name, value in self._changed.items():
            if value is self:
                now.pop(name, None)
            else:
                now[name] = value


_OWN_BUILTINS = _OwnBuiltins()


class _Nothing:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


_NOTHING = _Nothing()


def _drawn(picture: pictures.Picture) -> dict[str, Any]:
    return {**picture.data(), "text": _plain(picture.text())}


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _checked(seconds: Any) -> float:
    if not hasattr(type(seconds), "__float__") and not hasattr(type(seconds), "__index__"):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    return float(seconds)


def _cell_of(task: asyncio.Task[Any]) -> int:
    """The cell that made a task; 0 for the page's own."""
    return task.get_context().get(streams.cell, 0)
