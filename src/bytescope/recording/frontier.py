"""The frontier: the end of a recording whose program still runs, waits there, and goes on when it is told to.

The program's threads wait in front of an instruction whose row is written. Nothing is added to the tape meanwhile
except what the user does to the program, so that whoever controls it may read the tape from another thread.
"""

from __future__ import annotations

import sys
from _thread import RLock, allocate_lock, get_ident
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bytescope.machine import instrument
from bytescope.recording.evaluation import Evaluator

if TYPE_CHECKING:
    from bytescope.recording.recorder import Recorder
    from bytescope.recording.recording import Recording
    from bytescope.recording.state import Frame

__all__ = ["Frontier"]


class Frontier:
    """Control over a program while it is recorded: given to `record`, and used from another thread.

    The program waits before its first instruction::

        frontier = Frontier()

        def program():
            with bytescope.record(frontier=frontier):
                bytescope.VM().run_path("script.py")

        threading.Thread(target=program).start()
        stepper = Stepper.live(frontier)   # waits until it is there
        stepper.over()

    Args:
        entry: whether the program waits before its first instruction.

    Attributes:
        why: why the program waits: "step", "pause" or "input"; "running" or "end" if it does not.
        error: the exception that has ended a program which `launch` has started, or None.
    """

    def __init__(self, entry: bool = True) -> None:
        self.why = "running"
        self.error: BaseException | None = None
        self._lock: Any = RLock()
        self._waiting: list[Any] = []
        self._until: Callable[[int], bool] | None = None
        self._pausing = entry
        self._killed = False
        self._failure: BaseException | None = None
        self._thread = 0
        self._muted: set[int] = set()
        self._job: Callable[[], Any] | None = None
        self._results: list[tuple[Any, BaseException | None]] = []
        self._recorder: Recorder | None = None
        self._recording: Recording | None = None
        self._input, self._input_ends = "", False
        self._hook: Any = None

    # --- control, from another thread

    @property
    def runs(self) -> bool:
        """Return True unless the program has ended."""
        return self.why != "end"

    @property
    def wants_input(self) -> bool:
        """Return True if the program waits for a line of its standard input, see `stdin`."""
        return self.why == "input"

    @property
    def recording(self) -> Recording:
        """Return the recording of the program.

        Raises:
            RuntimeError: if the program has ended before it was recorded.
        """
        if self._recording is None:
            raise RuntimeError("nothing has been recorded") from self.error
        return self._recording

    def wait(self, timeout: float = -1) -> bool:
        """Wait until the program waits, or has ended.

        Args:
            timeout: how many seconds at most; -1 for as long as it takes.

        Returns:
            Whether it does.
        """
        with self._lock:
            while self.why == "running":
                if not self._sleep(timeout):
                    return self.why != "running"
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return True

    def go_on(self, until: Callable[[int], bool] | None = None) -> None:
        """Resume the program, and wait until it waits again, or has ended.

        Args:
            until: called in the program's thread with the number of the step that is about to be executed; true if the
                program is to wait before it. None: it waits only for `pause` and for input.
        """
        self.start(until)
        self.wait()

    def start(self, until: Callable[[int], bool] | None = None) -> None:
        """Resume the program without waiting for it: see `go_on` and `wait`."""
        with self._lock:
            if self.why in ("step", "pause"):
                self._until, self.why = until, "running"
                self._tell()

    def pause(self) -> None:
        """Pause the program at its next instruction."""
        self._pausing = True

    def release(self) -> None:
        """Let the program go on to its end, whatever is asked of it afterwards."""
        with self._lock:
            self._pausing, self._input_ends = False, True
            if self.why in ("step", "pause", "input"):
                self._until, self.why = None, "running"
                self._tell()

    def kill(self) -> None:
        """End the program: `SystemExit` is raised at its next instruction, and no handler of it is executed."""
        if self.runs:
            self._killed = True
            instrument.stop(SystemExit)
            self.release()

    def close(self) -> None:
        """End the program, and wait until it has ended."""
        self.kill()
        while self.runs:
            self.wait()
            self.release()

    def feed(self, text: str) -> None:
        """Give the program input, and have it go on if it waits for some; wait until it waits again, or has ended.

        Args:
            text: a line with its end, or several; "" for the end of the input.
        """
        with self._lock:
            self._input += text
            self._input_ends = self._input_ends or not text
            if self.why != "input":
                return
            self.why = "running"
            self._tell()
        self.wait()

    def evaluate(self, text: str, frame: Frame) -> Any:
        """Evaluate an expression in a frame of the program, in its thread; see `Stepper.evaluate`."""
        return self._call(lambda evaluator: evaluator.evaluate(text, frame))

    def set(self, target: str, text: str, frame: Frame) -> Any:
        """Set a variable, attribute or item of the program, in its thread; see `Stepper.set`."""
        return self._call(lambda evaluator: evaluator.set(target, text, frame))

    def _call(self, function: Callable[[Evaluator], Any]) -> Any:
        with self._lock:
            if self.why not in ("step", "pause"):
                raise RuntimeError(f"the program does not wait: {self.why}")
            recorder = self._recorder
            assert recorder is not None
            self._job = lambda: function(Evaluator(recorder))
            self._tell()
            while not self._results:
                self._sleep()
            result, error = self._results.pop()
        if error is not None:
            raise error
        return result

    # --- the program's side

    def begin(self, recorder: Recorder, recording: Recording) -> None:
        """Take control of what is recorded; `record` calls it."""
        self._recorder, self._recording = recorder, recording
        self._hook, sys.breakpointhook = sys.breakpointhook, self._break

    def end(self) -> None:
        """Give it back: the program has ended; `record` calls it."""
        if self._killed:
            instrument.go_on()
            self._killed = False
        with self._lock:
            if self._hook is not None:
                sys.breakpointhook, self._hook = self._hook, None
            self.why = "end"
            self._tell()

    def _break(self, *args: Any, **kwargs: Any) -> None:
        """Wait after `breakpoint()`."""
        self._pausing = True

    def arrive(self, record: list[Any], R: list[Any], pc: int) -> None:
        """Write the row of an instruction, and wait in front of it if that is wanted. Each handler calls it."""
        me = get_ident()
        if me in self._muted:
            return
        recorder = self._recorder
        assert recorder is not None
        with self._lock:
            while self.why not in ("running", "end"):
                self._sleep()
            tape = recorder.tape
            if recorder.bounds.is_due(tape):
                recorder.settle()
            recorder.row((record[0], pc, len(tape.log)))
            if self._pausing:
                self._pausing = False
                self._stop("pause")
            elif self._until is not None:
                try:
                    reached = self._until(len(tape) - 1)
                except BaseException as error:
                    self._failure, reached = error, True
                if reached:
                    self._stop("step")

    def _stop(self, why: str) -> None:
        """Wait until the program is to go on, and do meanwhile what is to be done in its thread."""
        self.why = why
        self._thread = get_ident()
        self._tell()
        while self.why == why:
            job, self._job = self._job, None
            if job is None:
                self._sleep()
                continue
            self._results.append(self._done(job))
            self._tell()

    def _done(self, job: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        me = get_ident()
        self._muted.add(me)
        saved = self._lock._release_save()
        try:
            return job(), None
        except BaseException as error:
            return None, error
        finally:
            self._lock._acquire_restore(saved)
            self._muted.discard(me)

    @property
    def stdin(self) -> Any:
        """Return a text file that waits for `feed`: to be put in the place of `sys.stdin`."""
        from bytescope.recording.input import Input

        return Input(self._line)

    def _line(self) -> str:
        """Return the next line of the input, "" at its end."""
        with self._lock:
            while "\n" not in self._input and not self._input_ends:
                if self.why == "running":
                    self.why = "input"
                    self._tell()
                self._sleep()
            line, end, self._input = self._input.partition("\n")
            return line + end

    # --- waiting

    def _sleep(self, timeout: float = -1) -> bool:
        """Wait, without the lock, until somebody tells something; return False if nobody has in time."""
        gate = allocate_lock()
        gate.acquire()
        self._waiting.append(gate)
        saved = self._lock._release_save()
        try:
            return gate.acquire(True, timeout)
        finally:
            self._lock._acquire_restore(saved)
            if gate in self._waiting:
                self._waiting.remove(gate)

    def _tell(self) -> None:
        for gate in self._waiting:
            gate.release()
        self._waiting.clear()
