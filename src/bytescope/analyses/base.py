"""Base of the analyses that ship: options, results as data and as text, and files that are safe."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from reprlib import Repr
from typing import Any, ClassVar

from bytescope.analysis import Analysis
from bytescope.analysis.planning.dispatch import PASSED
from bytescope.code.host.asynchronous import is_asynchronous


class Shipped(Analysis):
    """An analysis with a result.

    formats: name of each output format to the method that makes its text, "" for what only `save` can make.
    """

    formats: ClassVar[dict[str, str]] = {"text": "report", "json": "json"}

    def result(self) -> Any:
        """Return the findings, as data that JSON can express."""
        raise NotImplementedError

    def report(self) -> str:
        """Return the findings as text."""
        raise NotImplementedError

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
        target = Path(os.path.realpath(path))
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


def write_safely(path: str | os.PathLike[str], text: str) -> None:
    """Write a file so that it is either what it was or all new.

    Raises:
        OSError: if that fails.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a device or a pipe, which nothing can take the place of
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Repr(Repr):
    """A bounded `repr` that swallows no exception of the program's signal handlers."""

    def repr_instance(self, value: object, level: int) -> str:
        """Return the text of an object with its own `__repr__`."""
        try:
            text = repr(value)
        except Exception as error:
            if is_asynchronous(error, error.__traceback__):
                raise
            return f"<{value.__class__.__name__} instance at {id(value):#x}>"
        return super().repr_instance(_Shown(text), level)


class _Shown:
    """An object with a given `repr`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class SafeRepr:
    """`repr` that is bounded in size, and never fails.

    Args:
        limit: characters.
    """

    def __init__(self, limit: int = 80) -> None:
        self.limit = limit
        bounded = self._bounded = _Repr()
        bounded.maxstring = bounded.maxother = bounded.maxlong = limit
        bounded.maxlevel = 4

    def __call__(self, value: Any) -> str:
        """The text of a value."""
        try:
            text = self._bounded.repr(value)
        except PASSED:
            raise
        except BaseException as error:  # `Repr` does without an object's own, but not if that is SystemExit, say
            if is_asynchronous(error, error.__traceback__):
                raise
            text = f"<{_name_of(type(value))}, repr raised {_name_of(type(error))}>"
        return text if len(text) <= self.limit else text[: self.limit - 3] + "..."


_type_names: Any = type.__dict__["__qualname__"]


def _name_of(kind: type) -> str:
    """The name of a type, whatever its own type says about that."""
    name: str = _type_names.__get__(kind)
    return name


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
