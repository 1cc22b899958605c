"""The ways to run a compiled program: CPython, the machine, observed or not, woven, and CPython counting its lines."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

Run = Callable[[CodeType, dict[str, Any]], None]
Count = Callable[[], int]


def execute(code: CodeType, variables: dict[str, Any]) -> None:
    """Execute code on the host as `__main__`, whose `__builtins__` is the module: `exec` would put a dict there."""
    variables.setdefault("__builtins__", builtins)
    exec(code, variables)


def cpython() -> tuple[Run, Count]:
    """Run on the host's own interpreter; there is nothing to count."""
    return execute, lambda: 0


def deeper() -> tuple[Run, Count]:
    """Run on the host's own interpreter, some frames deeper: what differs then depends on the depth of the stack."""

    def run(code: CodeType, variables: dict[str, Any], frames: int = 3) -> None:
        if frames:
            run(code, variables, frames - 1)
        else:
            execute(code, variables)

    return run, lambda: 0


def machine() -> tuple[Run, Count]:
    """Run on bytescope's machine; counts the guest instructions interpreted."""
    import bytescope

    vm = bytescope.VM()
    return lambda code, variables: vm.run_code(code, variables), lambda: vm.instructions


def observed() -> tuple[Run, Count]:
    """Run on the machine while an analysis that does nothing is told of every event."""
    return _observed(lambda name, given: None)


def recorded() -> tuple[Run, Count]:
    """Run on the machine while an analysis takes note of every event, and does nothing else."""
    from .standard_streams import RECORDER

    return _observed(RECORDER.told)


def _observed(told: Callable[[str, tuple[Any, ...]], None]) -> tuple[Run, Count]:
    import bytescope
    from bytescope.analysis import attach

    from .every_event import every_event

    vm = bytescope.VM()

    def run(code: CodeType, variables: dict[str, Any]) -> None:
        with attach(every_event(told)):
            vm.run_code(code, variables)

    return run, lambda: vm.instructions


def taped() -> tuple[Run, Count]:
    """Run on the machine while a recording is made."""
    import bytescope
    from bytescope.recording import record

    vm = bytescope.VM()

    def run(code: CodeType, variables: dict[str, Any]) -> None:
        with record():
            vm.run_code(code, variables)

    return run, lambda: vm.instructions


def woven() -> tuple[Run, Count]:
    """Run on the host, woven, while an analysis takes note of every event and does nothing else; counts the events."""
    from .standard_streams import RECORDER

    return _woven(RECORDER.told), lambda: RECORDER.count


def woven_unrecorded() -> tuple[Run, Count]:
    """Run on the host, woven, while an analysis that does nothing is told of every event."""
    return _woven(lambda name, given: None), lambda: 0


def _woven(told: Callable[[str, tuple[Any, ...]], None]) -> Run:
    from bytescope.analysis import attach
    from bytescope.analysis.engines.woven import WOVEN

    from .every_event import every_event

    def run(code: CodeType, variables: dict[str, Any]) -> None:
        with attach(every_event(told)):
            execute(WOVEN.load(code, "__main__"), variables)

    return run


def labelled() -> tuple[Run, Count]:
    """Run on the host, woven with shadows: what builtins return is labelled from some moment on."""
    return _with_labels(sources="len,abs,repr,sorted,ord,chr", sinks="repr")


def unlabelled() -> tuple[Run, Count]:
    """Run on the host, woven with shadows that nothing ever has."""
    return _with_labels(sources="input")


def _with_labels(**options: str) -> tuple[Run, Count]:
    from bytescope.analyses.labels import Labels
    from bytescope.analysis import attach
    from bytescope.analysis.engines.woven import WOVEN

    def run(code: CodeType, variables: dict[str, Any]) -> None:
        with attach(Labels(**options)):
            execute(WOVEN.load(code, "__main__"), variables)

    return run, lambda: 0


def everything() -> tuple[Run, Count]:
    """Run on the machine with the standard library as guest, as far as it is not imported yet."""
    import bytescope

    vm = bytescope.VM(guests=["*"])
    return lambda code, variables: vm.run_code(code, variables), lambda: vm.instructions


def lines() -> tuple[Run, Count]:
    """Run on the host and count the lines executed in the program's own file."""
    total = 0

    def run(code: CodeType, variables: dict[str, Any]) -> None:
        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal total
            if frame.f_code.co_filename != code.co_filename:
                return None
            total += event == "line"
            return trace

        sys.settrace(trace)
        try:
            execute(code, variables)
        finally:
            sys.settrace(None)

    return run, lambda: total


ENGINES: dict[str, Callable[[], tuple[Run, Count]]] = {
    "cpython": cpython,
    "deeper": deeper,
    "machine": machine,
    "observed": observed,
    "recorded": recorded,
    "taped": taped,
    "woven": woven,
    "woven_unrecorded": woven_unrecorded,
    "labelled": labelled,
    "unlabelled": unlabelled,
    "everything": everything,
    "lines": lines,
}
PROCESS: dict[str, list[str]] = {
    "cpython": [],
    "machine": ["-m", "bytescope", "run"],
    "everything": ["-m", "bytescope", "run", "--guest", "*"],
}
