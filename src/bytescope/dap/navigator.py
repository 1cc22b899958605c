"""The position in the recording, and its moves: forwards and backwards, up to breakpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bytescope.dap.breakpoints import Wanted
from bytescope.recording import Frontier, Message, Object, Recording, Returned, Stepper, Stop

__all__ = ["Arrival", "Navigator"]


@dataclass(frozen=True)
class Arrival:
    """Result of a move.

    reason: as in a `stopped` event, or "end" if the program has ended; breakpoints: those that it has stopped at;
    text: what the user should know besides.
    """

    reason: str
    breakpoints: tuple[Wanted, ...] = ()
    text: str = ""


class _Messages(list[Message]):
    """Passes on what breakpoints have to say as soon as they say it."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write, self._failures = write, set[tuple[object, str]]()

    def append(self, message: Message) -> None:
        if not message.failed:
            self._write(message.text)
        elif (message.breakpoint, message.text) not in self._failures:
            self._failures.add((message.breakpoint, message.text))
            self._write(f"breakpoint at {message.file}:{message.line}: {message.text}")


class Navigator:
    """A position in a recording of at least one step.

    Args:
        recording: the recording.
        frontier: the program that is being recorded, if it still runs.
        write: called with what breakpoints have to say.
    """

    def __init__(self, recording: Recording, frontier: Frontier | None, write: Callable[[str], None]) -> None:
        self.recording = recording
        self.stepper = Stepper(recording) if frontier is None else Stepper.live(frontier)
        self.stepper.messages = _Messages(write)
        self.returned: tuple[Returned, ...] = ()
        """The calls on the line that the last move has executed, and what they returned."""
        self._wanted: list[Wanted] = []

    @property
    def step(self) -> int:
        """Return the step whose instruction is executed next."""
        return self.stepper.step

    @property
    def last(self) -> int:
        """Return the last step."""
        return self.recording.steps - 1

    @property
    def runs(self) -> bool:
        """Return True if the program has not ended yet."""
        return self.stepper.frontier is not None and self.stepper.frontier.runs

    def break_mode(self, error: Object) -> str:
        """Return what a client calls an exception: by whether nothing, no recorded code, or something catches it."""
        index = self.recording.index
        groups = {"unhandled": index.uncaught, "userUnhandled": index.unhandled}
        return next(
            (mode for mode, found in groups.items() if any(each.exception is error for each in found)), "always"
        )

    def set_breakpoints(self, wanted: list[Wanted]) -> None:
        """Replace the breakpoints."""
        self._wanted = wanted
        self.stepper.breakpoints = [breakpoint for each in wanted for breakpoint in each.breakpoints]

    # --- moves

    def begin(self) -> Arrival:
        """Go to where the first line begins; from there, to the first step."""
        first = self._first_line()
        if first is None and self.runs:
            kept, self.stepper.breakpoints = self.stepper.breakpoints, []
            self.stepper.into()
            self.stepper.breakpoints = kept
            return Arrival("entry", (), "the beginning of the program")
        first = first or 0
        return self._go(0 if self.step == first else first, "entry", "the beginning of the recording")

    def _first_line(self) -> int | None:
        index = self.recording.index
        return next((step for step in range(self.recording.steps) if index.begins_line(step)), None)

    def run(self, back: bool = False) -> Arrival:
        """Go to the next breakpoint, or to the previous one."""
        arrival = self._arrival(self.stepper.run(back))
        self.returned = ()
        return arrival

    def end(self) -> Arrival:
        """Go to the last step, as the program has ended."""
        return self._go(self.last, "end", "the end of the recording")

    def move(self, name: str, back: bool = False) -> Arrival:
        """Make a move of the stepper, which stops at breakpoints on the way.

        Args:
            name: "line_in_thread", "over", "out" or "instruction".
            back: whether to go backwards.
        """
        if self.step == self.last and not back and not self.runs:
            return self.end()
        return self._arrival(getattr(self.stepper, name)(back=back))

    def go(self, step: int) -> Arrival:
        """Go to a step."""
        return self._go(step, "goto")

    def feed(self, text: str) -> Arrival:
        """Give the program input, for which it waits, and have the move go on that has led there."""
        arrival = self._arrival(self.stepper.feed(text))
        self.returned = ()
        return arrival

    def resume(self) -> Arrival:
        """Go on with the move that a pause has ended."""
        return self._arrival(self.stepper.resume())

    # --- how

    def _go(self, step: int, reason: str, text: str = "") -> Arrival:
        self.returned = ()
        self.stepper.go(step)
        return Arrival(reason, (), text)

    def _arrival(self, stop: Stop) -> Arrival:
        self.returned = stop.returned
        if stop.reason == "end":
            return self.end()
        if stop.reason == "begin":
            return self.begin()
        if stop.reason == "input":
            return Arrival("pause", (), "a read of standard input: type the line into the debug console")
        if stop.breakpoint is not None:
            found = tuple(each for each in self._wanted if stop.breakpoint in each.breakpoints)
            return Arrival(found[0].reason if found else "breakpoint", found)
        return Arrival("pause" if stop.reason == "pause" else "step")
