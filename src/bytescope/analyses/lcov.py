"""LCOV's trace file format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bytescope.analyses.coverage_universe import possible

if TYPE_CHECKING:
    from bytescope.analyses.coverage import Coverage


def tracefile(coverage: Coverage) -> str:
    """The text of a trace file: lines, and branches if they were measured."""
    texts = ["TN:\n"]
    for file in coverage.files():
        can = possible(file)
        done = coverage.lines[file]
        lines = [f"SF:{file}"]
        if coverage.with_branches:
            arcs = coverage.arcs_of(file)
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
