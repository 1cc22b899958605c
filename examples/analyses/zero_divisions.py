"""Count the divisions by zero that a program just avoids: a divisor that was compared with zero, and was not zero.

usage: bytescope run --analysis zero_divisions:ZeroDivisions script.py      (from this folder)
"""

import bytescope


class ZeroDivisions(bytescope.Analysis):
    """A test `x == 0`, `x != 0` or `if x` that came out as "zero" in a function that divides."""

    def __init__(self):
        self.divides = set()
        self.avoided = {}

    def binary(self, site, op, left, right, result):
        if op in ("/", "//", "%"):
            self.divides.add(site.function)

    def compare(self, site, op, left, right, result):
        if op in ("==", "!=") and left == right == 0:
            self.avoided[site.function, site.line] = self.avoided.get((site.function, site.line), 0) + 1

    def end(self):
        for (function, line), count in sorted(self.avoided.items()):
            if function in self.divides:
                print(f"{function}:{line}: {count} divisions by zero avoided")
