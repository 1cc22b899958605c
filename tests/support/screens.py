"""The terminal debugger under test: keys are pressed, and what is on the screen is text."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

from rich.console import Console
from textual.pilot import Pilot
from textual.widgets import Input

from bytescope.tui.app import StepApp, Steps

KEYS = {"[": "left_square_bracket", "]": "right_square_bracket", "/": "slash", "?": "question_mark", " ": "space"}


class Terminal:
    """An application in a terminal that nobody sees.

    Args:
        app: the application.
        pilot: what presses its keys.
    """

    def __init__(self, app: StepApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        """Wait until all that was asked for is done and drawn."""
        await self._taken()
        while self.app.workers._workers:
            await self.app.workers.wait_for_complete()
            await self._taken()
        await self.pilot.pause()

    async def _taken(self) -> None:
        """Wait until the messages that are under way are taken: down to the widget with the focus, and up again."""
        for _ in range(2):
            widget = self.app.focused or self.app.screen
            for node in (self.app, self.app.screen, widget, *widget.ancestors):
                if node.is_running:
                    taken = asyncio.Event()
                    if node.call_later(taken.set):
                        await taken.wait()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, each when what the one before has asked for is done."""
        for key in keys:
            await self.pilot.press(KEYS.get(key, key))
            await self.settle()

    async def type(self, text: str) -> None:
        """Type a line."""
        prompt = self.app.query_one("#prompt", Input)
        for each in text:
            before = prompt.value
            await self.pilot.press(KEYS.get(each, each))
            while prompt.value == before:
                await self._taken()
        await self.press("enter")

    async def drawn(self) -> str:
        """Return what is on the screen, once it stays so."""
        before = ""
        while (shown := self.screen) != before:
            before = shown
            await self.settle()
        return shown

    @property
    def screen(self) -> str:
        """Return what is on the screen, without spaces at the ends of lines."""
        width, height = self.app.size
        console = Console(width=width, height=height, record=True, file=io.StringIO(), color_system="truecolor")
        console.print(self.app.screen._compositor.render_update(full=True))
        return "".join(f"{line.rstrip()}\n" for line in console.export_text().splitlines())

    @property
    def said(self) -> str:
        """Return the line that says what has happened."""
        return str(self.app.query_one("#said").render())

    @property
    def place(self) -> tuple[str, int | None, int]:
        """Return function, line and step."""
        view = self.app._view
        assert view is not None
        return view["function"], view["line"], view["step"]

    def panel(self, name: str) -> list[str]:
        """Return the lines of a panel."""
        return str(self.app.query_one(f"#{name}").render()).splitlines()


def on_terminal(
    steps: Steps, do: Callable[[Terminal], Awaitable[None]], width: int = 80, height: int = 24
) -> int | None:
    """Run the application, do something with it, and return its exit status."""

    async def run() -> int | None:
        app = StepApp(steps)
        async with app.run_test(size=(width, height)) as pilot:
            terminal = Terminal(app, pilot)
            await terminal.settle()
            await do(terminal)
        return app.return_value

    return asyncio.run(run())
