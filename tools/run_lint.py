"""Hold the sources against the project's rules: style, layout, types, direction of imports.

Runs in an environment that has requirements/lint.txt. The exit status is the number of checks that failed.
"""

import sys
from pathlib import Path

from tools.console import run, say

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WORKFLOWS = map(str, sorted(ROOT.glob(".github/workflows/*.yml")))

CHECKS = {
    "ruff check": ["ruff", "check", "--quiet", "--output-format", "concise", "."],
    "ruff format --check": ["ruff", "format", "--check", "--quiet", "."],
    "mypy --strict": ["mypy", "--no-error-summary"],
    "lint-imports": ["lint-imports", "--no-logo"],
    "check-jsonschema": ["check-jsonschema", "--quiet", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
}


def main() -> int:
    failures = 0
    for name, (program, *arguments) in CHECKS.items():
        failed = run([BIN / program, *arguments], cwd=ROOT, quiet=True) != 0
        say(f"{name}: {'FAILED' if failed else 'ok'}", "bad" if failed else "good")
        failures += failed
    return failures


if __name__ == "__main__":
    raise SystemExit(main())
