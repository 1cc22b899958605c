"""Take docs/figures/step.svg, the terminal debugger that docs/terminal.md shows: python -m tools.step_picture"""

from __future__ import annotations

import re

from tools.bootstrap import ROOT
from tools.console import say

PICTURE = ROOT / "docs" / "figures" / "step.svg"


def main() -> None:
    """Step through a program and take the picture."""
    from bytescope.recording import Stepper
    from bytescope.tui.session import Recorded
    from tests.golden.screens import PROGRAM
    from tests.support.screens import Terminal, on_terminal
    from tests.unit.recording.programs import recorded

    recording = recorded(PROGRAM, "rates.py")
    recording.tape.sources["rates.py"] = PROGRAM

    async def do(terminal: Terminal) -> None:
        await terminal.press("B")
        await terminal.type("10 if name == 'b'")
        await terminal.press("r")
        picture = terminal.app.export_screenshot(title="bytescope step rates.py")
        picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # no fonts from elsewhere
        PICTURE.write_text(picture, encoding="utf-8")

    on_terminal(Recorded(Stepper(recording)), do)
    say(f"took {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
