"""``python -m tests.differential [TOPIC | TOPIC::SNIPPET]...``: where does the machine differ from CPython?

``--engine cpython`` runs CPython against itself under another hash seed: what differs then is not deterministic.
"""

from __future__ import annotations

import argparse
import sys

from tests.support import harness
from tests.support.engines import PROCESS

from . import corpus


def main(arguments: list[str] | None = None) -> int:
    """Compare, print the differences, and return the exit status: 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--engine", choices=sorted(PROCESS), default="machine")
    parser.add_argument("--brief", action="store_true", help="one line a snippet: its first difference")
    parser.add_argument("--seconds", type=float, default=harness.SECONDS)
    parser.add_argument("selection", nargs="*")
    options = parser.parse_args(arguments)
    snippets = corpus.load(*options.selection)
    expected = harness.run(snippets, "cpython", 1, options.seconds)
    actual = harness.run(snippets, options.engine, 2, options.seconds)
    different = 0
    for snippet in snippets:
        found = harness.differences(expected[snippet.id], actual[snippet.id])
        if "died" in expected[snippet.id]:
            found.append(f"died on CPython: {expected[snippet.id]['died']}")
        if found:
            different += 1
            print(f"{snippet.id}: {_first(found)}" if options.brief else f"=== {snippet.id}\n" + "\n".join(found))
    print(f"{len(snippets)} snippets, {different} differ")
    return 1 if different else 0


def _first(found: list[str]) -> str:
    """The first line that CPython has and the machine has not, and what the machine has instead."""
    lines = found[0].splitlines()
    expected = next((line for line in lines[3:] if line.startswith("-")), "")
    actual = next((line for line in lines[3:] if line.startswith("+")), "")
    return f"{expected[:150]} | {actual[:150]}" if expected or actual else " ".join(lines)[:300]


if __name__ == "__main__":
    sys.exit(main())
