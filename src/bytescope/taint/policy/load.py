"""Reading of policy files. A mistake is told with its file, its line, and what was expected."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from bytescope.taint.policy.rows import END_OF, TABLES, AccessPath, Policy, Row
from bytescope.taint.syntax import LANGUAGES

PACKS = ("stdlib", "flask", "django", "starlette", "aiohttp", "databases", "clients", "directories")
"""The packs that come with bytescope."""

SOURCE_KINDS = ("remote", "commandargs", "environment", "stdin", "file", "database", "model")
_COLUMNS = {"type", "path", "kind", "syntax", "when", "accepts"}


class PolicyError(ValueError):
    """Error: a policy file is wrong."""


def load(path: str | Path) -> Policy:
    """Read a policy file.

    Args:
        path: the file.

    Raises:
        PolicyError: if there is none, or it is wrong.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise PolicyError(f"{path}: cannot be read: {error}") from None
    return parse(text, str(path))


def load_pack(name: str) -> Policy:
    """Read a pack that comes with bytescope."""
    file = files("bytescope.taint.policy") / f"{name}.toml"
    return parse(file.read_text(encoding="utf-8"), f"{name}.toml")


def parse(text: str, file: str) -> Policy:
    """Read a policy from text.

    Args:
        text: the text.
        file: its name, for messages.

    Raises:
        PolicyError: if it is wrong.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise PolicyError(f"{file}:{found[1] if found else 1}: expected TOML: {error}") from None
    reader = _Reader(text, file)
    policy = Policy()
    for table, rows in data.items():
        if table not in TABLES:
            raise PolicyError(f"{file}:{reader.line(table)}: expected one of {', '.join(TABLES)}, got {table!r}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise PolicyError(f"{file}:{reader.line(table)}: expected rows, each below a line [[{table}]]")
        for number, row in enumerate(rows):
            getattr(policy, table).append(reader.row(table, number, row))
    return policy


class _Reader:
    """One file, and where its rows are."""

    def __init__(self, text: str, file: str) -> None:
        self.lines, self.file = text.splitlines(), file

    def line(self, table: str, number: int = 0, column: str = "") -> int:
        """Return the line of a column of a row of a table, or of the row."""
        header = re.compile(rf"\s*\[+\s*{re.escape(table)}\s*\]+")
        starts = [index for index, line in enumerate(self.lines) if header.match(line)]
        if number >= len(starts):
            return 1
        here = starts[number]
        key = re.compile(rf"\s*{re.escape(column)}\s*=") if column else header
        for index in range(here, len(self.lines)):
            if index > here and self.lines[index].lstrip().startswith("["):
                break
            if key.match(self.lines[index]):
                return index + 1
        return here + 1

    def row(self, table: str, number: int, row: dict[str, Any]) -> Row:
        """Return a row.

        Raises:
            PolicyError: if it is wrong.
        """

        def wrong(column: str, expected: str) -> PolicyError:
            return PolicyError(f"{self.file}:{self.line(table, number, column)}: expected {expected}")

        for column, value in row.items():
            if column not in _COLUMNS:
                raise wrong(column, f"one of the columns {', '.join(sorted(_COLUMNS))}, got {column!r}")
            if type(value) is not (bool if column == "accepts" else str):
                raise wrong(
                    column, f"{column} to be {'true or false' if column == 'accepts' else 'a text'}, got {value!r}"
                )
        for column in ("type", "path", "kind"):
            if not row.get(column) and not (column == "path" and "path" in row):
                raise wrong("", f"{column} in every row of {table}")
        try:
            path = AccessPath.parse(row["path"])
        except ValueError as error:
            raise wrong("path", str(error).removeprefix("expected ")) from None
        if path.end not in END_OF[table]:
            ends = " or ".join(each or "Member[...]" for each in END_OF[table])
            raise wrong("path", f"a path of {table} that ends with {ends}, got {row['path']!r}")
        if table == "sources" and row["kind"] not in SOURCE_KINDS:
            raise wrong("kind", f"one of {', '.join(SOURCE_KINDS)}, got {row['kind']!r}")
        if row.get("syntax", "") not in ("", *LANGUAGES):
            raise wrong("syntax", f"one of {', '.join(LANGUAGES)}, got {row['syntax']!r}")
        others = {name: value for name, value in row.items() if name not in ("type", "path", "kind")}
        return Row(row["type"], path, row["kind"], **others, file=self.file, line=self.line(table, number))
