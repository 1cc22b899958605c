"""Tables, stacks and graphs, as data and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

MOST = 2_000
"""Cells of a table, values of a stack or nodes of a graph beyond which a picture is cut."""

_LONGEST = 400


class Picture:
    """Something that the page draws. As the value of a cell it is shown under it; `show` shows it at once."""

    kind = ""

    def data(self) -> dict[str, Any]:
        """What the page draws: only dicts, lists, strings, numbers and booleans."""
        raise NotImplementedError

    def text(self) -> str:
        """The same as text."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()


class Table(Picture):
    """Rows and columns.

    Args:
        rows: sequences of values, of which `str` is shown; text that is a program's own is shown as it is.
        head: the columns' names.
        caption: a sentence about the table.
        marked: numbers of rows, from 0, or pairs of row and column, to which attention is drawn.
        code: numbers of the columns that hold code.
    """

    kind = "table"

    def __init__(
        self,
        rows: Iterable[Sequence[object]],
        *,
        head: Sequence[str] = (),
        caption: str = "",
        marked: Iterable[int | tuple[int, int]] = (),
        code: Iterable[int] = (),
    ) -> None:
        self.rows = [[_short(value) for value in row] for row in rows]
        self.head = [_short(name) for name in head]
        self.caption = _short(caption)
        self.marked = [[mark] if isinstance(mark, int) else list(mark) for mark in marked]
        self.code = list(code)

    def data(self) -> dict[str, Any]:
        """What the page draws."""
        width = max([len(self.head), 1, *(len(row) for row in self.rows)])
        rows = self.rows[: max(MOST // width, 1)]
        return {
            "kind": self.kind,
            "head": self.head,
            "rows": rows,
            "caption": self.caption,
            "marked": self.marked,
            "code": self.code,
            "more": len(self.rows) - len(rows),
        }

    def text(self) -> str:
        """Columns, padded with blanks."""
        lines = [self.head, *self.rows] if self.head else self.rows
        widths: list[int] = []
        for line in lines:
            widths += [0] * (len(line) - len(widths))
            for column, value in enumerate(line):
                widths[column] = max(widths[column], len(value))
        texts = [
            "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=False)).rstrip() for line in lines
        ]
        return "\n".join(([self.caption] if self.caption else []) + texts)


class Stack(Picture):
    """A stack, as it is after each of a number of steps.

    Args:
        steps: pairs of what was done and the values that are then on the stack, the top one last; of values, `repr` is
            shown. What a step put there is marked.
        caption: a sentence about them.
    """

    kind = "stack"

    def __init__(self, steps: Iterable[tuple[str, Sequence[object]]], *, caption: str = "") -> None:
        self.caption = _short(caption)
        self.steps: list[tuple[str, list[str], int]] = []
        before: list[object] = []
        for label, values in steps:
            now = list(values)
            kept = 0
            while kept < min(len(before), len(now)) and before[kept] is now[kept]:
                kept += 1
            self.steps.append((_short(label), [_short(value, repr) for value in now], kept))
            before = now

    def data(self) -> dict[str, Any]:
        """What the page draws: of each step its label, the values, and how many of them were there before."""
        steps: list[dict[str, Any]] = []
        left = MOST
        for label, values, kept in self.steps:
            left -= 1 + len(values)
            if left < 0:
                break
            steps.append({"label": label, "values": values, "kept": kept})
        return {"kind": self.kind, "caption": self.caption, "steps": steps, "more": len(self.steps) - len(steps)}

    def text(self) -> str:
        """One line for each step, the top of the stack at the right."""
        width = max((len(label) for label, _, _ in self.steps), default=0)
        lines = [f"{label.ljust(width)}  [{', '.join(values)}]" for label, values, _ in self.steps]
        return "\n".join(([self.caption] if self.caption else []) + lines)


class Graph(Picture):
    """Nodes with arrows between them, laid out from top to bottom.

    Args:
        nodes: the lines of text in each node, by the node's name; the first is where one begins.
        edges: the arrows: from, to, and perhaps a word on it.
        caption: a sentence about the graph.
        marked: names of nodes to which attention is drawn.
    """

    kind = "graph"

    def __init__(
        self,
        nodes: Mapping[str, str | Iterable[str]],
        edges: Iterable[tuple[str, str] | tuple[str, str, str]],
        *,
        caption: str = "",
        marked: Iterable[str] = (),
    ) -> None:
        self.nodes = {
            str(name): [_short(line) for line in (lines.split("\n") if isinstance(lines, str) else lines)]
            for name, lines in nodes.items()
        }
        self.edges = [(str(edge[0]), str(edge[1]), _short(edge[2]) if len(edge) > 2 else "") for edge in edges]
        self.caption = _short(caption)
        self.marked = [str(name) for name in marked]
        for source, target, _ in self.edges:
            for name in (source, target):
                if name not in self.nodes:
                    raise ValueError(
                        f"there is an arrow at {name!r}, which is none of the nodes: {', '.join(self.nodes)}"
                    )

    def data(self) -> dict[str, Any]:
        """What the page draws."""
        shown = list(self.nodes)[: MOST // 10]
        return {
            "kind": self.kind,
            "caption": self.caption,
            "nodes": [{"name": name, "lines": self.nodes[name]} for name in shown],
            "edges": [list(edge) for edge in self.edges if edge[0] in shown and edge[1] in shown],
            "marked": self.marked,
            "more": len(self.nodes) - len(shown),
        }

    def text(self) -> str:
        """Each node with its lines and where its arrows go."""
        lines = [self.caption] if self.caption else []
        for name, texts in self.nodes.items():
            lines.append(f"{name}:")
            lines += [f"    {text}" for text in texts]
            lines += [f"    -> {to}{f' ({word})' if word else ''}" for start, to, word in self.edges if start == name]
        return "\n".join(lines)


class Walk(Picture):
    """Bytecode, and what machines do for each instruction of a run: one goes through it step by step.

    Args:
        code: the instructions, as pairs of offset and text.
        names: the names of the machines.
        steps: of each instruction of the run its place in `code`, and for each machine what it has done for it and the
            values that are then on its stack, the top one last; `str` is shown of all.
        caption: a sentence about them.
    """

    kind = "walk"

    def __init__(
        self,
        code: Iterable[tuple[int, str]],
        names: Sequence[str],
        steps: Iterable[tuple[int, Sequence[tuple[str, Sequence[object]]]]],
        *,
        caption: str = "",
    ) -> None:
        self.caption = _short(caption)
        self.code = [(offset, _short(text)) for offset, text in code]
        self.names = [_short(name) for name in names]
        self.steps = [
            (row, [(_short(done), [_short(value) for value in stack]) for done, stack in machines])
            for row, machines in steps
        ]

    def data(self) -> dict[str, Any]:
        """What the page draws."""
        steps = [
            {"row": row, "machines": [{"done": done, "stack": stack} for done, stack in machines]}
            for row, machines in self.steps[: MOST // 4]
        ]
        more = len(self.steps) - len(steps)
        code = [[str(offset), text] for offset, text in self.code]
        return {
            "kind": self.kind,
            "caption": self.caption,
            "names": self.names,
            "code": code,
            "steps": steps,
            "more": more,
        }

    def text(self) -> str:
        """One line for each instruction of the run: it, and each machine with its stack."""
        rows = [
            [
                f"{self.code[row][0]:>4} {self.code[row][1]}",
                *(f"{done or '-'}  [{', '.join(s)}]" for done, s in machines),
            ]
            for row, machines in self.steps
        ]
        return Table(rows, head=["bytecode", *self.names], caption=self.caption).text()


shower: list[Callable[[Picture], None]] = []
"""What draws a picture at once, where there is a page."""


def show(*values: object) -> None:
    """Show values now, before the cell ends: pictures as such, everything else as `print` does.

    Args:
        values: one under the other.
    """
    for value in values:
        if isinstance(value, Picture) and shower:
            shower[-1](value)
        else:
            print(value)


def _short(value: object, text: Callable[[object], str] = str) -> str:
    shown = text(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
