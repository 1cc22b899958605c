"""What the demo looks like: with rich where it is installed, as plain text elsewhere."""

import contextlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Column:
    """A column of a table: numbers are set flush right, the wide one takes the room that is left."""

    heading: str
    number: bool = False
    wide: bool = False


class Screen(Protocol):
    def title(self, text: str) -> None: ...
    def note(self, text: str) -> None: ...
    def working(self, text: str) -> contextlib.AbstractContextManager[object]: ...
    def panel(self, heading: str, text: str) -> None: ...
    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None: ...
    def verdict(self, good: bool, text: str) -> None: ...


class PlainScreen:
    def title(self, text: str) -> None:
        print(f"\n{text}\n{'=' * len(text)}")

    def note(self, text: str) -> None:
        print(text + "\n", flush=True)

    def working(self, text: str) -> contextlib.AbstractContextManager[object]:
        print(text, flush=True)
        return contextlib.nullcontext()

    def panel(self, heading: str, text: str) -> None:
        print(f"\n{heading}")
        for line in text.splitlines():
            print("  | " + line)
        print(flush=True)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        lines = [[column.heading for column in columns], *rows]
        widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
        print()
        for number, line in enumerate(lines):
            cells = (
                cell.rjust(width) if column.number else cell.ljust(width)
                for cell, width, column in zip(line, widths, columns, strict=True)
            )
            print("  ".join(cells).rstrip())
            if number == 0:
                print("  ".join("-" * width for width in widths))

    def verdict(self, good: bool, text: str) -> None:
        print(f"\n{'ok' if good else 'FAILED'}: {text}")


class RichScreen:
    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(width=None if sys.stdout.isatty() else 118, highlight=False)

    def title(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/bold]")

    def note(self, text: str) -> None:
        self._console.print(text + "\n", style="dim")

    def working(self, text: str) -> contextlib.AbstractContextManager[object]:
        if not self._console.is_terminal:
            self._console.print(text, style="dim")
            return contextlib.nullcontext()
        return self._console.status(text)

    def panel(self, heading: str, text: str) -> None:
        from rich.panel import Panel
        from rich.text import Text

        title = Text(heading, style="bold cyan")
        self._console.print(Panel(Text(text.rstrip()), title=title, title_align="left", expand=False, padding=(1, 2)))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, header_style="bold")
        for column in columns:
            justify = "right" if column.number else "left"
            table.add_column(column.heading, justify=justify, no_wrap=not column.wide)  # type: ignore[arg-type]
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def verdict(self, good: bool, text: str) -> None:
        self._console.print(f"{'✓' if good else '✗'} {text}\n", style="bold green" if good else "bold red")


@contextlib.contextmanager
def screen() -> Iterator[Screen]:
    """The screen that fits: rich when it is installed and stdout can carry its characters."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    has_rich = importlib.util.find_spec("rich") is not None and encoding == "utf8"
    yield RichScreen() if has_rich else PlainScreen()
