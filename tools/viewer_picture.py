"""Take docs/figures/viewer.png, the viewer that docs/recording.md shows: python -m tools.viewer_picture

It shows the first program of that page, at its end, with the question why `last` is None. The viewer is built first.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import page
from tools.bootstrap import ROOT
from tools.console import say

PICTURE = ROOT / "docs" / "figures" / "viewer.png"
KEYS = ("End", "p", "w", "last", "Enter", "Escape")


def main() -> None:
    """Record the program and take the picture."""
    lacking = page.missing() or page.without_browser()
    if lacking:
        sys.exit(f"there can be no picture: {lacking}")
    page.build_viewer()
    text = (ROOT / "docs" / "recording.md").read_text(encoding="utf-8")
    found = re.search(r'PROGRAM = """\n(.*?)"""', text, re.DOTALL)
    assert found
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rates.py").write_text(found[1], encoding="utf-8")
        subprocess.run([sys.executable, "-m", "bytescope", "record", "rates.py"], cwd=folder, check=True)
        command = ["node", "picture.mjs", str(folder / "rates.html"), str(PICTURE), *KEYS]
        subprocess.run(command, cwd=page.WEB, env=page.with_browser(), check=True)
    say(f"took {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
