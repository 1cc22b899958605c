"""Source files, as the client and the recording know them."""

from __future__ import annotations

import os
import tokenize
from functools import cache
from typing import Any

from bytescope.dap.connection import RequestError
from bytescope.recording import Recording
from bytescope.recording.lines import line_for
from bytescope.recording.tape import Tape

__all__ = ["Sources"]


class Sources:
    """The source files of a recording.

    Args:
        recording: the recording.
        cwd: the folder that relative names start from.
    """

    def __init__(self, recording: Recording | None, cwd: str) -> None:
        self.recording, self.cwd = recording, cwd
        self._numbers: dict[str, int] = {}
        self._shown: dict[str, dict[str, Any]] = {}
        self._split: dict[str, list[str]] = {}

    @property
    def files(self) -> list[str]:
        """Return the names of the files of all recorded code objects."""
        codes = [] if self.recording is None else self.recording.codes
        return list(dict.fromkeys(code.file for code in codes))

    def path(self, file: str) -> str:
        """Return the path of a file that a code object names."""
        return file if file.startswith("<") else os.path.normpath(os.path.join(self.cwd, file))

    def same(self, path: str, file: str) -> bool:
        """Return True if a path of the client's is that of a file that a code object names."""
        return _key(path) == _key(self.path(file))

    def text(self, file: str) -> str | None:
        """Return the text of a file: as it was when it was recorded, else as it is; None if there is none."""
        recorded = None if self.recording is None else self.recording.tape.sources.get(file)
        return read_source(self.path(file)) if recorded is None else recorded

    def shown(self, file: str) -> dict[str, Any]:
        """Return a file as the protocol has it: by its path, or by a number if its text is not what is there now."""
        known = self._shown.get(file)
        if known is not None:
            return known
        path = self.path(file)
        found: dict[str, Any] = {"name": os.path.basename(path) or file, "path": path}
        recorded = None if self.recording is None else self.recording.tape.sources.get(file)
        now = read_source(path)
        if now is None or (recorded is not None and recorded != now):
            found["sourceReference"] = self._numbers.setdefault(file, len(self._numbers) + 1)
            found["origin"] = "not there any more" if now is None else "as it was when it was recorded"
            if recorded is None:
                found["presentationHint"] = "deemphasize"
        self._shown[file] = found
        return found

    def content(self, reference: int, path: str | None) -> str:
        """Return the text of a file.

        Raises:
            RequestError: if there is none.
        """
        file = next((file for file, number in self._numbers.items() if number == reference), path)
        text = None if file is None else self.text(file)
        if text is None:
            raise RequestError(f"the source of {file or f'number {reference}'} is not recorded")
        return text

    # --- lines

    def recorded(self, path: str) -> str:
        """Return the name under which code objects know a file of the client's."""
        return next((file for file in self.files if self.same(path, file)), path)

    def problem(self, path: str) -> str:
        """Return why the lines of a file of the client's cannot be told, "" if they can."""
        text = self.text(self.recorded(path))
        if text is None:
            return f"{path} cannot be read"
        try:
            compile(text, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"the file cannot be compiled: {error}"
        return ""

    def line_with_code(self, path: str, line: int) -> int | None:
        """Return the next line of a file from a line on that holds code, None if there is none."""
        file = self.recorded(path)
        if file in self.files and self.recording is not None:
            return line_for(self.recording.tape, line, file)
        tape = Tape()
        tape.sources = {path: self.text(path) or ""}
        return line_for(tape, line, path)

    def column(self, file: str, line: int, column: int) -> int:
        """Return a column, counted in bytes from 0, as the protocol counts: in UTF-16 units."""
        lines = self._lines(file)
        if not 0 < line <= len(lines):
            return column
        before = lines[line - 1].encode()[:column].decode(errors="ignore")
        return len(before.encode("utf-16-le")) // 2

    def _lines(self, file: str) -> list[str]:
        found = self._split.get(file)
        if found is None:
            found = self._split[file] = (self.text(file) or "").split("\n")
        return found


def read_source(path: str) -> str | None:
    """Return the text of a source file, None if it cannot be read."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError, ValueError):
        return None


@cache
def _key(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))
