"""Resolve the requirements anew, for every supported version at once, into requirements/*.txt.

`dev` is resolved first; the others are parts of it and take its versions.
"""

import sys
from pathlib import Path

from console import run, say

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"

_COMPILE = [
    Path(sys.executable).parent / "uv", "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", "--no-header",
    "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
]  # fmt: skip
_UNIVERSAL = ["--universal", "--python-version", "3.11", "--no-emit-package", "bytescope"]


def main() -> int:
    dev = FOLDER / "dev.txt"
    commands = {
        "dev": [*_UNIVERSAL, "--extra", "dev", "pyproject.toml"],
        "test": [*_UNIVERSAL, "--extra", "test", "--constraints", dev, "pyproject.toml"],
        "lint": [*_UNIVERSAL, "--extra", "lint", "--constraints", dev, "pyproject.toml"],
        "docs": [*_UNIVERSAL, "--extra", "docs", "--constraints", dev, "pyproject.toml"],
        "pyodide": ["--python-version", "3.14", "--constraints", dev, FOLDER / "pyodide.in"],
    }
    for name, arguments in commands.items():
        lock = FOLDER / f"{name}.txt"
        if run([*_COMPILE, *arguments, "-o", lock], cwd=ROOT):
            return 1
        say(f"resolved {lock.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
