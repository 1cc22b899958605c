"""`calls`: the dynamic call graph, with counts and instructions, through host code as well."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, ClassVar

from bytescope.analyses.base import table
from bytescope.analyses.calltree import CallTree


class Calls(CallTree):
    """Records who calls what, how often, and how many instructions that takes.

    Args:
        paths: whether the paths along which functions are called are kept as well, of which there may be very many; the
            formats speedscope and folded need them.
    """

    formats: ClassVar[dict[str, str]] = {
        "text": "report", "json": "json", "dot": "dot", "speedscope": "speedscope", "folded": "folded",
    }  # fmt: skip

    def check_output(self, path: str | os.PathLike[str], form: str) -> None:
        """Find out whether an output could be written; one that consists of paths has them kept."""
        super().check_output(path, form)
        self.paths = self.paths or form in ("speedscope", "folded")

    def result(self) -> dict[str, Any]:
        """Functions and edges."""
        places = {name: function.place for function, name in self.names().items()}
        return {
            "instructions": self.total(),
            "functions": [
                {"function": name, "place": places[name], **entry} for name, entry in sorted(self.functions().items())
            ],
            "edges": [
                {"caller": caller, "callee": callee, "via": via, "calls": count}
                for (caller, callee, via), count in sorted(
                    self.edges().items(), key=lambda item: tuple(map(str, item[0]))
                )
            ],
        }

    def report(self) -> str:
        """The functions by inclusive instructions, and who calls them."""
        functions = sorted(self.functions().items(), key=lambda item: (-item[1]["inclusive"], item[0]))
        callers: dict[str, list[str]] = {}
        for (caller, callee, via), count in sorted(self.edges().items(), key=lambda item: -item[1]):
            name = caller.partition(":")[2] or "(outside)"
            callers.setdefault(callee, []).append(f"{name}{f' through {via}' if via else ''} {count:,}")
        rows = [
            [entry["calls"], entry["own"], entry["inclusive"], name, ", ".join(callers.get(name, [])[:3])]
            for name, entry in functions[:40]
        ]
        head = f"{sum(entry['calls'] for _, entry in functions):,} calls of {len(functions):,} functions, "
        return (
            head
            + f"{self.total():,} instructions\n\n"
            + table(["calls", "own", "inclusive", "function", "called by"], rows)
        )

    def dot(self) -> str:
        """The graph in Graphviz's language."""
        lines = ["digraph calls {", "  rankdir=LR; node [shape=box, fontname=monospace];"]
        for name, entry in sorted(self.functions().items()):
            label = f"{name}\\n{entry['calls']} calls, {entry['inclusive']} instructions"
            lines.append(f"  {json.dumps(name)} [label={json.dumps(label).replace(chr(92) * 2 + 'n', chr(92) + 'n')}];")
        for (caller, callee, via), count in sorted(self.edges().items(), key=lambda item: tuple(map(str, item[0]))):
            if caller:
                label = f"{count} through {via}" if via else str(count)
                style = ", style=dashed" if via else ""
                lines.append(f"  {json.dumps(caller)} -> {json.dumps(callee)} [label={json.dumps(label)}{style}];")
        return "\n".join([*lines, "}"]) + "\n"

    def folded(self) -> str:
        """Stacks with their instructions, one a line, as flame graph tools read them."""
        return "".join(f"{';'.join(path)} {count}\n" for path, count in self._stacks())

    def _stacks(self) -> Iterator[tuple[list[str], int]]:
        if not self.paths:
            raise ValueError("paths were not kept: make the analysis with paths=True")
        return self.stacks()

    def speedscope(self) -> str:
        """A file for speedscope: stacks weighted by instructions."""
        names: dict[str, int] = {}
        samples, weights = [], []
        for path, count in self._stacks():
            samples.append([names.setdefault(name, len(names)) for name in path])
            weights.append(count)
        profile = {
            "type": "sampled", "name": "instructions", "unit": "none", "startValue": 0, "endValue": sum(weights),
            "samples": samples, "weights": weights,
        }  # fmt: skip
        return json.dumps(
            {
                "$schema": "https://www.speedscope.app/file-format-schema.json",
                "exporter": "bytescope",
                "name": "calls",
                "shared": {"frames": [{"name": name} for name in names]},
                "profiles": [profile],
            }
        )
