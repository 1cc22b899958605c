"""Find strings that grow piece by piece in a loop, each time copied as a whole.

usage: bytescope run --analysis string_building:StringBuilding script.py      (from this folder)
"""

from collections import Counter

import bytescope


class StringBuilding(bytescope.Analysis):
    """Concatenations of strings inside loops, with the characters that they copy."""

    def __init__(self):
        self.copied = Counter()
        self.times = Counter()

    def inplace(self, site, op, left, right, result):
        if site.loop is not None and op in ("+", "+=") and type(result) is str:
            self.copied[site] += len(result)
            self.times[site] += 1

    binary = inplace

    def end(self):
        for site, characters in self.copied.most_common():
            print(f"{site.function}:{site.line}: {self.times[site]} concatenations copy {characters} characters")
