"""What the terminal debugger shows at 80x24, as text: python -m tests.golden.screens --update"""

from __future__ import annotations

import argparse
from pathlib import Path

from bytescope.recording import Stepper
from bytescope.tui.session import Recorded
from tests.support.screens import Terminal, on_terminal
from tests.unit.recording.programs import RATES, recorded

FOLDER = Path(__file__).parent / "screens"


def shown() -> dict[str, str]:
    """Return the screens by name."""
    recording = recorded(RATES, "rates.py")
    recording.tape.sources["rates.py"] = RATES
    found: dict[str, str] = {}

    async def do(terminal: Terminal) -> None:
        found["begin"] = await terminal.drawn()
        await terminal.press("B")
        await terminal.type("10 if name == 'b'")
        await terminal.press("r")
        found["breakpoint"] = await terminal.drawn()
        await terminal.press("i", "/")
        found["prompt"] = await terminal.drawn()
        await terminal.press("escape", "?")
        found["help"] = await terminal.drawn()

    on_terminal(Recorded(Stepper(recording)), do)
    return found


def main() -> None:
    """Write the screens into their folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", required=True, help="write the screens anew")
    parser.parse_args()
    for name, text in shown().items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
