"""`profile`: instructions executed by function and line. Repeatable to the instruction, as time is not."""

from __future__ import annotations

from typing import Any

from bytescope.analyses.base import table
from bytescope.analyses.calltree import CallTree
from bytescope.analysis import Site

_MOST_SITES = 4096
"""Sites that are counted separately, at most."""


class Profile(CallTree):
    """Counts the instructions of each function and line."""

    def __init__(self) -> None:
        super().__init__()
        self._sites: dict[Site, int] = {}
        self._lines: dict[tuple[str, int], int] = {}
        self._kinds: dict[str, int] = {}

    def instruction(self, site: Site) -> None:
        """An instruction is executed."""
        super().instruction(site)
        sites = self._sites
        count = sites.get(site, 0)
        if not count and len(sites) >= _MOST_SITES:
            self._sum_up()
            sites = self._sites
        sites[site] = count + 1

    def _sum_up(self) -> None:
        """Add up what was counted, and let the sites go: a program may execute any number of code objects."""
        sites, self._sites = self._sites, {}
        for site, count in list(sites.items()):
            self._kinds[site.op] = self._kinds.get(site.op, 0) + count
            if site.line:
                line = site.file, site.line
                self._lines[line] = self._lines.get(line, 0) + count

    def result(self) -> dict[str, Any]:
        """Totals, functions and lines."""
        self._sum_up()
        lines, kinds = self._lines, self._kinds
        return {
            "instructions": self.total(),
            "functions": dict(sorted(self.functions().items())),
            "lines": [[file, line, count] for (file, line), count in sorted(lines.items())],
            "kinds": dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))),
        }

    def report(self) -> str:
        """The functions and lines that execute most."""
        result = self.result()
        total = max(result["instructions"], 1)
        functions = sorted(result["functions"].items(), key=lambda item: (-item[1]["own"], item[0]))[:25]
        rows = [
            [e["own"], f"{100 * e['own'] / total:.1f} %", e["inclusive"], e["calls"], name] for name, e in functions
        ]
        lines = sorted(result["lines"], key=lambda item: (-item[2], item[0], item[1]))[:15]
        places = [[count, f"{100 * count / total:.1f} %", f"{file}:{line}"] for file, line, count in lines]
        return (
            f"{result['instructions']:,} instructions\n\n"
            + table(["own", "share", "inclusive", "calls", "function"], rows)
            + "\n"
            + table(["own", "share", "line"], places)
        )


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the changes between two results of `profile`.

    Args:
        before: a result.
        after: another.

    Returns:
        The totals, and the functions whose calls or own instructions differ, the largest change first.
    """
    changed = []
    for name in sorted(before["functions"].keys() | after["functions"].keys()):
        nothing = {"calls": 0, "own": 0, "inclusive": 0}
        old, new = before["functions"].get(name, nothing), after["functions"].get(name, nothing)
        if old != new:
            changed.append({"function": name, "before": old, "after": new, "change": new["own"] - old["own"]})
    changed.sort(key=lambda entry: (-abs(entry["change"]), entry["function"]))
    return {"before": before["instructions"], "after": after["instructions"], "functions": changed}


def difference_report(found: dict[str, Any]) -> str:
    """The same for reading."""
    change = found["after"] - found["before"]
    head = f"{found['before']:,} -> {found['after']:,} instructions ({change:+,})\n"
    rows = [
        [f"{entry['change']:+,}", entry["before"]["own"], entry["after"]["own"],
         f"{entry['before']['calls']} -> {entry['after']['calls']}", entry["function"]]
        for entry in found["functions"]
    ]  # fmt: skip
    return head + (
        "\n" + table(["change", "before", "after", "calls", "function"], rows) if rows else "no function differs\n"
    )
