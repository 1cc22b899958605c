"""A run that `bytescope record` records."""

from __future__ import annotations

import os
import sys
import types
from _thread import start_new_thread
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from time import sleep
from typing import Any

from bytescope.cli.host_state import HostState
from bytescope.machine.guests import signals
from bytescope.recording import NoViewer, Recording, bounds, record, tape
from bytescope.recording.file import MAGIC
from bytescope.recording.html import MARK

BUILD = "make playground"


@dataclass(frozen=True)
class Recorded:
    """Options of a recorded run.

    command: what messages begin with; path: the file; page: the file of the page, "" for none; filters: what else
    `record` takes; redacted: names whose values are kept out of the files; playground: where the page links to, or "".
    """

    command: str
    path: str
    page: str = ""
    filters: dict[str, Any] = field(default_factory=dict)
    redacted: Sequence[str] = ()
    playground: str = ""


class RecordedRun:
    """Records a run and writes the files when the run ends, also if it ends by `os._exit`, SIGTERM or SIGHUP.

    A process that the program forks is not recorded unless the filters say so; then it has files of its own.

    Args:
        wanted: the files, relative to the folder that the run starts in, and how to record.
        state: the state of the process, to write with if the program ends at once.

    Raises:
        OSError: if a file cannot be written, or there is one that is no recording.
        ValueError: if a filter is malformed.
    """

    def __init__(self, wanted: Recorded, state: HostState) -> None:
        self.wanted = wanted
        self._state = state
        self._path = _checked(wanted.path, MAGIC)
        self._page = _checked(wanted.page, MARK.encode()) if wanted.page else ""
        self._record = record(**wanted.filters)
        self._stack = ExitStack()
        self._recording: Recording | None = None
        self._process = os.getpid()

    def start(self) -> None:
        """Record from here on."""
        self._recording = self._stack.enter_context(self._record)
        leave = os._exit

        def _exit(status: int) -> None:
            """Exit to the system with specified status, without normal exit processing."""
            with self._state.restored():
                self.finish()
            leave(status)

        os._exit = _exit  # type: ignore[assignment]
        self._stack.callback(setattr, os, "_exit", leave)
        signals.before_end(self._end)

    def _end(self, number: int, frame: types.FrameType | None) -> None:
        """Write the files, and end by a signal that has come; later, if the recording is just being changed."""
        while frame is not None and frame.f_code.co_filename not in _IN_THE_MIDST:
            frame = frame.f_back
        if frame is None:
            with self._state.restored():
                self.finish()
            signals.before_end(None)
            _kill(os.getpid(), number)
        else:
            start_new_thread(_send_again, (number,))

    def finish(self) -> int:
        """Stop recording and write the files; each replaces another one of its name once it is complete.

        Returns:
            The exit status that this alone would have: 1 if a file cannot be written.
        """
        if os.getpid() != self._process:
            if not self.wanted.filters.get("children"):
                return 0
            path, page = _of_child(self.wanted.path), _of_child(self.wanted.page)
            self.wanted = replace(self.wanted, path=path, page=page)
            self._path, self._page, self._process = _of_child(self._path), _of_child(self._page), os.getpid()
        self._stack.close()
        recording, self._recording = self._recording, None
        if recording is None:
            return 0
        try:
            return self._write(recording)
        finally:
            signals.before_end(None)

    def _write(self, recording: Recording) -> int:
        if not recording.steps:
            print("nothing was recorded: no file is written", file=sys.stderr)
            return 0
        if self.wanted.redacted:
            recording.redact(self.wanted.redacted)
        try:
            _write(self._path, recording.save)
            files = self.wanted.path
            if self._page:
                title = os.path.basename(self._page).removesuffix(".html")
                try:
                    link = self.wanted.playground
                    _write(self._page, lambda path: recording.to_html(path, title, playground=link))
                    files += f" and {self.wanted.page}"
                except NoViewer:
                    files += f"; {self.wanted.page} needs the viewer, which `{BUILD}` builds"
        except OSError as error:
            print(f"{self.wanted.command}: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
            return 1
        both = " (the first and the last ones)" if recording.tape.left_out else ""
        kept = " (the last ones)" if recording.forgotten else both
        print(f"recorded {recording.steps} steps{kept} in {files}", file=sys.stderr)
        return 0


_kill = os.kill
_IN_THE_MIDST = frozenset({__file__, bounds.__file__, tape.__file__})


def _send_again(number: int) -> None:
    sleep(0.01)
    _kill(os.getpid(), number)


def _checked(path: str, begins: bytes) -> str:
    """Return the absolute form of the path of a file that can be written, and is no other's."""
    found = os.path.abspath(path)
    if os.path.isdir(found):
        raise IsADirectoryError(21, "it is a folder", path)
    folder = os.path.dirname(found)
    if not os.access(folder, os.W_OK):
        reason = "its folder cannot be written to" if os.path.isdir(folder) else "there is no such folder"
        raise FileNotFoundError(2, reason, path)
    if os.path.isfile(found) and os.path.getsize(found):
        with open(found, "rb") as file:
            if begins not in file.read(1 << 20):
                raise FileExistsError(17, "it is there and is no recording", path)
    return found


def _of_child(path: str) -> str:
    root, suffix = os.path.splitext(path)
    return f"{root}.{os.getpid()}{suffix}" if path else ""


def _write(path: str, write: Any) -> None:
    partial = f"{path}.{os.getpid()}.part"
    try:
        write(partial)
        os.replace(partial, path)
    except OSError as error:
        error.filename = path
        raise
    finally:
        if os.path.exists(partial):
            os.unlink(partial)
