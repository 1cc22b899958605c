"""The panels of the terminal: source, bytecode, operands, frames, variables, breakpoints and output as text."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.widgets import Static

__all__ = ["Bytecode", "Chosen", "Panel", "Source", "breakpoints", "frames", "operands", "output", "variables"]

HERE, TAKEN, CHANGED, QUIET, MARK = "bold reverse", "bold", "bold yellow", "dim", "bold red"


class Chosen(Message):
    """A click on a line of the source; toggled: on its number, where its breakpoint is."""

    def __init__(self, line: int, toggled: bool) -> None:
        super().__init__()
        self.line, self.toggled = line, toggled


class Panel(Static):
    """A panel with a title; its lines are cut at its edge."""

    title: ClassVar[str] = ""

    def __init__(self, title: str, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self.border_title = title

    def lines(self, found: list[Text], last: bool = False) -> None:
        """Show lines, the first ones of them or the last ones; without any, the panel is empty."""
        room = self.size.height
        shown = found[-room:] if last and room else found
        self.update(Text("\n", no_wrap=True, overflow="ellipsis").join(shown))


class Source(Panel):
    """The source text around a line, with what the instruction stands for lit, and a chosen line."""

    def __init__(self) -> None:
        super().__init__("source", "source")
        self._lines: list[str] = []
        self._view: dict[str, Any] = {}
        self.chosen = 1

    def show(self, view: dict[str, Any], text: str) -> None:
        """Show the place of a view, which is chosen."""
        self._lines, self._view = text.split("\n") if text else [], view
        self.border_title = f"source: {view['text']}"
        self.choose((view["line"] or 1) - self.chosen)

    def choose(self, by: int) -> None:
        """Choose another line."""
        self.chosen = max(1, min(self.chosen + by, max(len(self._lines), 1)))
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Draw again: another number of lines has room."""
        self._draw()

    @property
    def _top(self) -> int:
        return max(1, min(self.chosen - self.size.height // 2, len(self._lines) - self.size.height + 1))

    def _draw(self) -> None:
        if not self._view:
            return
        if not self._lines:
            self.lines([Text("the text of this code is not known", QUIET)])
            return
        width = len(str(len(self._lines)))
        top = self._top
        rows = []
        for number, line in enumerate(self._lines[top - 1 : top - 1 + max(self.size.height, 1)], top):
            here = number == self._view["line"]
            row = Text("●" if number in self._view["marks"] else " ", MARK)
            row.append(f"{number:>{width}}{'▶' if here else ' '}", "underline" if number == self.chosen else QUIET)
            rows.append(row.append_text(self._lit(number, line.expandtabs(4) if "\t" not in line else line)))
        self.lines(rows)

    def _lit(self, number: int, line: str) -> Text:
        text = Text(line)
        if (span := self._view["span"]) is not None and span[0] <= number <= span[1]:
            begin = span[2] if number == span[0] else len(line) - len(line.lstrip())
            text.stylize(HERE, begin, span[3] if number == span[1] else len(line))
        return text

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Choose a line further down."""
        self.choose(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Choose a line further up."""
        self.choose(-3)

    def on_click(self, event: Click) -> None:
        """Choose a line, or toggle its breakpoint."""
        offset = event.get_content_offset(self)
        if offset is not None and self._lines:
            line = min(self._top + offset.y, len(self._lines))
            self.post_message(Chosen(line, offset.x <= len(str(len(self._lines)))))


class Bytecode(Panel):
    """The instructions around the one at hand."""

    def __init__(self) -> None:
        super().__init__("bytecode", "bytecode")
        self._view: dict[str, Any] = {}

    def show(self, view: dict[str, Any]) -> None:
        """Show the instructions of a view."""
        self._view = view
        self.border_title = f"bytecode: {view['function']}"
        self._draw()

    def on_resize(self, event: Resize) -> None:
        """Draw again: another number of lines has room."""
        self._draw()

    def _draw(self) -> None:
        if not self._view:
            return
        first, at, room = self._view["first"], self._view["at"] - self._view["first"], max(self.size.height, 1)
        instructions = self._view["instructions"]
        top = max(0, min(at - room // 2, len(instructions) - room))
        rows, before = [], None
        for place, (text, line) in enumerate(instructions[top : top + room], top):
            row = Text(f"{line if line not in (before, None) else '':>4} {first + place:>4} ", QUIET)
            rows.append(row.append(f"▶{text}" if place == at else f" {text}", HERE if place == at else ""))
            before = line
        self.lines(rows)


def operands(view: dict[str, Any]) -> list[Text]:
    """Return the operand stack, the topmost first; what the instruction takes is marked."""
    return [Text(f"{'◀' if taken else ' '} {text}", TAKEN if taken else "") for text, taken in view["operands"]]


def frames(view: dict[str, Any]) -> list[Text]:
    """Return the frames, the innermost first; the one that is looked at is marked."""
    found = []
    for place, (name, line, note) in enumerate(view["frames"]):
        shown = place == view["frame"]
        more = f" {note}" if note and note != "here" else ""
        found.append(Text(f"{'▶' if shown else ' '} {name}:{line or '?'}{more}", TAKEN if shown else ""))
    return found


def variables(view: dict[str, Any], before: dict[str, Any] | None) -> list[Text]:
    """Return the variables; marked are those that are others than in a view before, and what may be stale."""
    same = before is not None and before["number"] == view["number"]
    known = {name: value for name, value, _ in before["variables"]} if before is not None and same else None
    found = []
    for name, value, stale in view["variables"]:
        changed = known is not None and known.get(name) != value
        found.append(Text(f"{'*' if changed else '~' if stale else ' '} {name} = {value}", CHANGED if changed else ""))
    return found


def breakpoints(view: dict[str, Any]) -> list[Text]:
    """Return the breakpoints."""
    return [Text(f"● {name}") for name in view["breakpoints"]]


def output(text: str) -> list[Text]:
    """Return what the program has written, in lines, without what would move the cursor."""
    shown = "".join(each if each.isprintable() or each == "\n" else "·" for each in text.expandtabs())
    return [Text(line) for line in shown.removesuffix("\n").split("\n")]
