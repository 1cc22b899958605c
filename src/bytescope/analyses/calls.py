"""`calls`: the dynamic call graph, with counts and instructions, through host code as well."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from bytescope.analyses.base import table
from bytescope.analyses.calltree import CallTree


class Calls(CallTree):
    """Records who calls what, how often, and how many instructions that takes."""

    formats: ClassVar[dict[str, str]] = {
        "text": "report", "json": "json", "dot": "dot", "speedscope": "speedscope", "folded": "folded",
    }  # fmt: skip

    def edges(self) -> dict[tuple[str, str, str | None], int]:
        """Return the number of calls by (caller, callee, host function between them); "" is the outside."""
        found: dict[tuple[str, str, str | None], int] = {}
        for node in self.root.nodes():
            if node.parent is not None:
                key = (node.parent.function, node.function, node.via)
                found[key] = found.get(key, 0) + node.calls
        return found

    def result(self) -> dict[str, Any]:
        """Functions and edges."""
        places = {node.function: node.place for node in self.root.nodes() if node.parent is not None}
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
        nodes = [node for node in self.root.nodes() if node.parent is not None and node.instructions]
        return "".join(f"{';'.join(node.path())} {node.instructions}\n" for node in nodes)

    def speedscope(self) -> str:
        """A file for speedscope: stacks weighted by instructions."""
        names: dict[str, int] = {}
        samples, weights = [], []
        for node in self.root.nodes():
            if node.parent is not None and node.instructions:
                samples.append([names.setdefault(name, len(names)) for name in node.path()])
                weights.append(node.instructions)
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
