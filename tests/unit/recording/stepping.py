"""The programs of `cases`, each one situation in which other tools went wrong, and how they are stepped through."""

from __future__ import annotations

import contextlib
import functools
import io
import warnings
from pathlib import Path
from typing import Any

import bytescope
from bytescope.recording import Breakpoint, Frame, Object, Recording, Stepper, record

CASES = Path(__file__).parent / "cases"


@functools.cache
def case(number: str) -> tuple[Recording, str]:
    """Return the recording of a program, made once, and what it has printed."""
    (path,) = CASES.glob(f"{number}_*.py")
    output = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(output), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")  # of a `return` in `finally`
        with record() as recording:
            bytescope.VM().run_path(path)
    return recording, output.getvalue()


def stepper(number: str, *breakpoints: Breakpoint, at: int | None = None) -> Stepper:
    """Return a stepper through a case, at the first step of a line if that is asked for."""
    found = Stepper(case(number)[0])
    if at is not None:
        to(found, at)
    found.breakpoints += breakpoints
    return found


def to(stepper: Stepper, line: int, condition: str | None = None, back: bool = False) -> None:
    """Have a stepper run to a line, past all breakpoints."""
    kept, stepper.breakpoints = stepper.breakpoints, [Breakpoint(line=line, condition=condition)]
    assert stepper.run(back).reason == "breakpoint"
    stepper.breakpoints = kept


def place(stepper: Stepper) -> tuple[str, int | None]:
    """Return the name of the function and the line that a stepper stands at."""
    frames = stepper.frames
    return (frames[0].code.name, frames[0].line) if frames else ("end", None)


def lines(stepper: Stepper, move: str, times: int, back: bool = False) -> list[int | None]:
    """Return the lines that some moves lead to."""
    found = []
    for _ in range(times):
        getattr(stepper, move)(back=back)
        found.append(stepper.line)
    return found


def stops(stepper: Stepper, back: bool = False) -> list[tuple[str, int | None]]:
    """Return where a stepper stops until the end."""
    found = []
    while stepper.run(back).reason == "breakpoint":
        found.append(place(stepper))
    return found


def variables(stepper: Stepper, frame: int = 0) -> dict[str, Any]:
    """Return the variables of a frame, with the contents of containers."""
    here = stepper.frames[frame]
    return {name: shown(value, here) for name, value in (here.variables or here.names).items()}


def shown(value: Any, frame: Frame, depth: int = 3) -> Any:
    """Return a recorded value as a real one."""
    if type(value) is not Object or not depth:
        return value
    contents = frame.cursor.contents(value)
    inner = {key: shown(each, frame, depth - 1) for key, each in contents.items()}
    if value.kind in ("list", "tuple"):
        found = [inner[index] for index in sorted(inner)]
        return found if value.kind == "list" else tuple(found)
    return inner if value.kind in ("dict", "collections.defaultdict", "object") else value


def evaluated(stepper: Stepper, text: str, frame: int = 0) -> Any:
    """Return the value of an expression where a stepper stands, as a real one."""
    return shown(stepper.evaluate(text, frame), stepper.frames[frame])
