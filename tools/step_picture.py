"""Take the pictures of the terminal debugger that docs/ shows: python -m tools.step_picture"""

from __future__ import annotations

import re

from tools.bootstrap import ROOT
from tools.console import say

FIGURES = ROOT / "docs" / "figures"


def main() -> None:
    """Step through a program and take the pictures."""
    from bytescope.recording import Stepper
    from bytescope.tui.session import Recorded
    from tests.golden.screens import PROGRAM
    from tests.support.screens import Terminal, on_terminal
    from tests.unit.recording.programs import recorded

    recording = recorded(PROGRAM, "rates.py")
    recording.tape.sources["rates.py"] = PROGRAM

    async def take(terminal: Terminal, name: str) -> None:
        await terminal.drawn()
        picture = terminal.app.export_screenshot(title="bytescope step rates.py")
        picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # no fonts from elsewhere
        (FIGURES / f"{name}.svg").write_text(picture, encoding="utf-8")
        say(f"took {name}.svg")

    async def do(terminal: Terminal) -> None:
        await terminal.press("end", "w")
        await terminal.type("last")
        await take(terminal, "none-why")
        await terminal.press("down", "down", "down", "down", "down", "down", "down", "down", "down", "enter")
        await take(terminal, "none-cause")
        await terminal.press("home", "B")
        await terminal.type("10 if name == 'b'")
        await terminal.press("r")
        await take(terminal, "step")

    on_terminal(Recorded(Stepper(recording)), do)


if __name__ == "__main__":
    main()
