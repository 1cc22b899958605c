"""LCOV's trace file format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bytescope.analyses.coverage_universe import possible
from bytescope.analyses.line_arcs import Arc


def tracefile(executed: Mapping[str, set[int]], arcs_of: Callable[[str], set[Arc]] | None) -> str:
    """Return the text of a trace file.

    Args:
        executed: the lines that were executed, by file.
        arcs_of: returns the arcs of a file that were taken; None if branches were not measured.
    """
    texts = ["TN:\n"]
    for file, done in executed.items():
        can = possible(file)
        lines = [f"SF:{file}"]
        if arcs_of is not None:
            arcs = arcs_of(file)
            blocks: dict[int, int] = {}
            for line, end in sorted(can.branches):
                number = blocks[line] = blocks.get(line, -1) + 1
                taken = ("1" if (line, end) in arcs else "0") if line in done else "-"
                lines.append(f"BRDA:{line},0,{number},{taken}")
            lines += [f"BRF:{len(can.branches)}", f"BRH:{len(can.branches & arcs)}"]
        lines += [f"DA:{line},{int(line in done)}" for line in sorted(can.lines)]
        lines += [f"LF:{len(can.lines)}", f"LH:{len(can.lines & done)}", "end_of_record\n"]
        texts.append("\n".join(lines))
    return "".join(texts)
