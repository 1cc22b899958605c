"""Draw docs/figures/readme.svg, the terminal that the README shows: python tools/readme_picture.py

The commands are run as they stand there. `--check` compares with the file instead of writing it.
"""

import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "figures" / "readme.svg"
FOLDER = ROOT / "examples" / "labels"
COMMANDS = (
    "labels --sources os.getenv --sinks subprocess.* main.py",
    "trace --functions command main.py",
)


def run(command: str) -> str:
    """Return what a command of bytescope writes in the folder of the example."""
    done = subprocess.run(
        [sys.executable, "-m", "bytescope", *command.split()], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def draw() -> str:
    """Return the picture as SVG text."""
    source = (FOLDER / "main.py").read_text(encoding="utf-8")
    with open("/dev/null", "w") as nowhere:
        console = Console(record=True, width=88, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(Text("$ cat main.py", style="bold"))
        console.print(Syntax(source, "python", theme="ansi_dark", background_color="default"))
        for command in COMMANDS:
            console.print(Text(f"$ bytescope {command}", style="bold"))
            console.print(Text(run(command)))
        picture = console.export_svg(title="bytescope", unique_id="readme")
    return re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # fonts from the network


if __name__ == "__main__":
    picture = draw()
    if "--check" in sys.argv:
        sys.exit(PICTURE.read_text(encoding="utf-8") != picture and f"{PICTURE.name} is out of date: run {__file__}")
    PICTURE.write_text(picture, encoding="utf-8")
