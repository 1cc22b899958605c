"""Golden event streams: what an analysis is told of a program, event by event.

`python -m tests.golden.streams [--update] [--engine ENGINE] [NAME...]` compares, or writes anew, the streams in
`streams/`. A stream that differs between versions of Python has files of its own, `NAME.3.11.txt`, beside the common
one; which is needed is found out by `--update`, run on all versions, the newest first.
"""

from __future__ import annotations

import argparse
import builtins
import difflib
import gc
import re
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bytescope
from bytescope.analysis import Site, attach
from bytescope.analysis.engines.woven import WOVEN
from tests.support.every_event import every_event

HERE = Path(__file__).parent
EVENTS = HERE.parent / "spec" / "events"
PROGRAMS = sorted(path.stem for path in EVENTS.glob("*.py"))
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

QUIET = {"const", "before_const", "instruction", "load_global", "load_name", "load_local", "load_cell"}
"""Left out, with the events before them: they would be most of the text and say little."""

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def shown(value: Any) -> str:
    """A value as the streams have it: the same on every machine and in every version."""
    if isinstance(value, Site):
        return f"{value.function}:{value.line}"
    if isinstance(value, types.CodeType):
        return f"<code {value.co_name}>"
    if isinstance(value, types.ModuleType):
        return f"<module {value.__name__}>"
    if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType, type)):
        return f"<{value.__qualname__}>"
    if isinstance(value, dict) and "__builtins__" in value:
        return "<namespace>"
    if type(value) in (tuple, list):
        inside = ", ".join(map(shown, value))
        return f"[{inside}]" if type(value) is list else f"({inside})"
    if type(value) is dict:
        return "{" + ", ".join(f"{shown(key)}: {shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (int, float, str, bytes, set, range, type(None), BaseException, slice)):
        return repr(value)
    if type(value).__name__ in ("Task", "_asyncio.Task") and hasattr(value, "get_name"):
        return f"<task {value.get_name()}>"
    return f"<{type(value).__name__}>"


def _woven(code: types.CodeType) -> None:
    exec(WOVEN.load(code, "__main__"), {"__name__": "__main__", "__builtins__": builtins})


ENGINES: dict[str, Callable[[types.CodeType], object]] = {
    "interpreter": lambda code: bytescope.VM().run_code(code),
    "woven": _woven,
}


def stream(name: str, engine: str = "interpreter") -> list[str]:
    """The events of a program: thread by thread, so that it does not matter how they take turns.

    Args:
        name: of the program.
        engine: what executes it: "interpreter" or "woven".
    """
    path = EVENTS / f"{name}.py"
    code = compile(path.read_text(encoding="utf-8"), path.name, "exec", dont_inherit=True)
    return recorded(lambda: ENGINES[engine](code), [path.name, "<string>"])


def recorded(run: Callable[[], object], files: list[str]) -> list[str]:
    """The events in some files while something runs."""
    gc.collect()  # what other programs have left behind tells of its end
    threads: dict[str, list[str]] = {}

    def told(event: str, given: tuple[Any, ...]) -> None:
        lines = threads.setdefault(threading.current_thread().name, [])
        if event in QUIET or event.removeprefix("before_") in QUIET:
            return
        if event in ("thread_start", "thread_stop"):
            lines.append(f"{event} {given[0].name}")
            return
        site, *rest = given
        lines.append(f"{site.function}:{site.line} {event} " + ", ".join(map(shown, rest)))

    try:
        with attach(every_event(told), files=files):
            run()
    except Exception as error:
        threads["MainThread"].append(f"ended by {error!r}")
    lines = [line for name, own in threads.items() for line in ([f"in {name}"] if name != "MainThread" else []) + own]
    return [_ADDRESS.sub("", line).rstrip() for line in lines]


def expected_path(name: str) -> Path:
    """The file that has the stream of a program for this Python."""
    own = HERE / "streams" / f"{name}.{VERSION}.txt"
    return own if own.exists() else HERE / "streams" / f"{name}.txt"


def difference(name: str, engine: str = "interpreter") -> str:
    """How the stream of a program in an engine differs from what is expected; "" if it does not."""
    path = expected_path(name)
    expected = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return "\n".join(difflib.unified_diff(expected, stream(name, engine), path.name, engine, lineterm="", n=2))


def update(name: str) -> Path | None:
    """Write what a program's stream is now; returns the file, None if nothing changed."""
    if not difference(name):
        return None
    common = HERE / "streams" / f"{name}.txt"
    path = expected_path(name)
    if path == common and common.exists() and VERSION != NEWEST:
        path = HERE / "streams" / f"{name}.{VERSION}.txt"
    path.write_text("\n".join(stream(name)) + "\n", encoding="utf-8")
    return path


NEWEST = "3.15"
"""The version whose streams are the common ones."""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="write the streams as they are now")
    parser.add_argument("--engine", choices=sorted(ENGINES), default="interpreter")
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs, all by default")
    options = parser.parse_args()
    status = 0
    for name in options.names or PROGRAMS:
        if options.update:
            path = update(name)
            if path is not None:
                print(f"wrote {path.name}")
        elif found := difference(name, options.engine):
            print(found)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
