"""Refuse phrases that the project's style replaces, in lines that are about to be committed.

usage: python3 tools/vocabulary.py

Reads what is staged, `git diff --cached`; lines that are there already are left alone. The exit status is 1 if a phrase
was found.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

INSTEAD = {
    "told of": "notified of",
    "the program's": "the guest's, the user's",
    "out of the way": "in cold code",
}
_PHRASES = re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in INSTEAD), re.IGNORECASE)
_DIFF = ["git", "diff", "--cached", "--unified=0", "--no-color", "--no-ext-diff"]
_FILES = ["--", ":(top)", ":(top,exclude)tools/vocabulary.py"]


def added(diff: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Yield file, line number and text of each line that a diff without context adds."""
    path, number = "", 0
    for line in diff:
        if line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)", line):
            number = int(hunk[1])
        elif line.startswith("+"):
            yield path, number, line[1:]
            number += 1


def complaints(diff: Iterable[str]) -> Iterator[str]:
    """Yield a line for each phrase in the added lines of a diff."""
    for path, number, text in added(diff):
        for found in _PHRASES.finditer(text):
            yield f"{path}:{number}: {found[0]!r}: say {INSTEAD[found[0].lower()]!r}"


def main() -> int:
    done = subprocess.run(_DIFF + _FILES, capture_output=True, encoding="utf-8", errors="replace", check=True)
    found = list(complaints(done.stdout.splitlines()))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
