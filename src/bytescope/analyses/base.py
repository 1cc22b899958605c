"""Base of the analyses that ship: options, results as data and as text, and files that are safe."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from bytescope.analysis import Analysis


class Shipped(Analysis):
    """An analysis with a result.

    formats: name of each output format to the method that makes its text, "" for what only `save` can make; scope_note:
    what is covered by default, and why; joined: the options that may be given several times, which are put together
    with commas between them.
    """

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json"}
    scope_note: ClassVar[str] = (
        "the program and all modules that it imports, installed ones too, for they are a part of what it does; not the "
        "standard library, which --include json, say, brings in"
    )
    joined: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def configured(cls, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options of a command line with those that files of the project have for it.

        Raises:
            ValueError: if such a file is wrong.
        """
        return dict(options)

    def result(self) -> Any:
        """Return the findings, as data that JSON can express."""
        raise NotImplementedError

    def report(self) -> str:
        """Return the findings as text."""
        raise NotImplementedError

    def status(self) -> int:
        """Return the exit status that a program gets whose own is 0: 0, unless findings are to make a run fail."""
        return 0

    def json(self) -> str:
        """The result as JSON."""
        return json.dumps(self.result(), indent=1, ensure_ascii=False) + "\n"

    def text_in(self, form: str) -> str:
        """The output in one of the formats.

        Raises:
            ValueError: if there is no such format.
        """
        if not self.formats.get(form):
            raise ValueError(
                f"no format {form!r}: choose {', '.join(name for name, how in self.formats.items() if how)}"
            )
        make: Callable[[], str] = getattr(self, self.formats[form])
        return make()

    def check_output(self, path: str | os.PathLike[str], form: str) -> None:
        """Find out whether an output could be written, as far as that can be known beforehand.

        Raises:
            ValueError: if there is no such format.
            ImportError: if a package that it needs is not installed.
            OSError: if there can be no such file.
        """
        if form not in self.formats:
            raise ValueError(f"no format {form!r}: choose {', '.join(self.formats)}")
        target = _target(path)
        if target.is_dir():
            raise OSError(f"cannot write {path}: it is a folder")
        if not os.access(target if target.exists() and not target.is_file() else target.parent, os.W_OK):
            missing = "" if target.parent.is_dir() else f": there is no folder {target.parent}"
            raise OSError(f"cannot write {path}{missing or ': permission denied'}")

    def save(self, path: str | os.PathLike[str], form: str) -> None:
        """Write the output into a file, which is replaced only once everything is written.

        Raises:
            OSError: if it cannot be written; an existing file is what it was.
            ValueError: if there is no such format.
        """
        write_safely(path, self.text_in(form))


_ANYTHING = "backslashreplace"
"""Error handler for characters without an encoding, as in the names of some files; in JSON it writes their escape."""


def write_safely(path: str | os.PathLike[str], text: str) -> None:
    """Write a file so that it is either what it was or all new.

    Raises:
        OSError: if that fails.
    """
    target = _target(path)
    if target.exists() and not target.is_file():  # a device or a pipe, which nothing can take the place of
        with open(target, "w", encoding="utf-8", errors=_ANYTHING) as file:
            file.write(text)
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", errors=_ANYTHING) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the file that symbolic links lead to; a pipe or device is what it is, since /dev/stdout leads nowhere."""
    plain = Path(path)
    return plain if plain.exists() and not plain.is_file() else Path(os.path.realpath(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def shown(file: str) -> str:
    """Return a file's path for reading: relative where it is below the working directory."""
    try:
        here = os.path.join(os.getcwd(), "")
    except OSError:  # it was removed
        return file
    return file.removeprefix(here)


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Rows as aligned text; numbers to the right."""
    texts = [head, *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    right = [bool(rows) and all(isinstance(row[column], int) for row in rows) for column in range(len(head))]
    lines = []
    for row in texts:
        cells = [
            cell.rjust(width) if right[n] else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"
