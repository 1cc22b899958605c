"""``python -m tests.differential [--engine machine|cpython] [TOPIC | TOPIC::SNIPPET]...``: where do the engines differ?

``--engine cpython`` runs CPython against itself under another hash seed, which shows snippets that are not deterministic.
"""

from __future__ import annotations

import argparse
import sys

from . import corpus, harness
from .engines import PROCESS


def main(arguments: list[str] | None = None) -> int:
    """Compare, print the differences, and return the exit status: 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--engine", choices=sorted(PROCESS), default="machine")
    parser.add_argument("--quiet", action="store_true", help="names only")
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
            print(f"=== {snippet.id}")
            if not options.quiet:
                print("\n".join(found))
    print(f"{len(snippets)} snippets, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
