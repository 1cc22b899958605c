"""A run that is recorded: `bytescope run --record FILE`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack

from bytescope.recording import Recording, record


class RecordedRun:
    """Records a run and writes the recording into a file when the run ends.

    Args:
        path: the file; relative to the folder that the run starts in.

    Raises:
        OSError: if no file can be written there.
    """

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        if os.path.isdir(self.path):
            raise IsADirectoryError(21, "it is a folder", path)
        folder = os.path.dirname(self.path)
        if not os.access(folder, os.W_OK):
            reason = "its folder cannot be written to" if os.path.isdir(folder) else "there is no such folder"
            raise FileNotFoundError(2, reason, path)
        self._stack = ExitStack()
        self._recording: Recording | None = None

    def start(self) -> None:
        """Record from here on."""
        self._recording = self._stack.enter_context(record())

    def finish(self) -> int:
        """Stop recording and write the file, which replaces another one of its name once it is complete.

        Returns:
            The exit status that this alone would have: 1 if the file cannot be written.
        """
        self._stack.close()
        if self._recording is None:
            return 0
        partial = f"{self.path}.{os.getpid()}.part"
        try:
            self._recording.save(partial)
            os.replace(partial, self.path)
        except OSError as error:
            print(f"bytescope run: cannot write {self.path}: {error.strerror}", file=sys.stderr)
            return 1
        finally:
            if os.path.exists(partial):
                os.unlink(partial)
        kept = " (the last ones)" if self._recording.forgotten else ""
        print(f"recorded {self._recording.steps} steps{kept} in {self.path}", file=sys.stderr)
        return 0
