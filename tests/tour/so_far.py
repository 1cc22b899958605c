"""The cell of a chapter that carries over the machine that the chapters before it have built.

    python -m tests.tour.so_far

writes these cells anew from the chapters before, after one of those was changed; `ruff check --fix` and `ruff format`
then lay them out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.tour.chapters import CHAPTERS, TOUR, read_cells

MARKER = 'The machine so far tags=["hide-input"]'
"""What the marker line of such a cell says behind `# %%`."""

SHOWN = 'print(len(RULES), "rules are in the table")'
"""Its last line, so that the reader sees it run."""

CARRIED = frozenset(
    "Step RULES as_it_is read Machine watch BINARY COMPARE Null NULL and_null two_steps Function function_steps "
    "is_jump jump_step flow copy_and_jump LOOP_END HELPERS TABLE instruction format_steps UnknownInstruction".split()
)
"""The names that are carried over; what else a chapter defines is an example."""


def so_far(chapter: str) -> str:
    """Return what the chapters before one define of the machine, put together.

    Classes that are derived from themselves become one class, and of two definitions the later one counts.
    """
    parts: dict[str, str] = {}
    methods: dict[str, dict[str, str]] = {}
    imports: dict[str, str] = {}
    for each in CHAPTERS[: CHAPTERS.index(chapter)]:
        for cell in read_cells(each):
            if cell.is_prose or cell.marker == MARKER:
                continue
            for statement in ast.parse(cell.source).body:
                text = ast.get_source_segment(cell.source, statement) or ""
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    for alias in statement.names:
                        start = f"from {statement.module} " if isinstance(statement, ast.ImportFrom) else ""
                        imports[alias.asname or alias.name] = f"{start}import {alias.name}"
                elif isinstance(statement, ast.ClassDef) and statement.name in CARRIED:
                    _merge(statement, cell.source, methods.setdefault(statement.name, {}))
                    parts.setdefault(statement.name, "")
                else:
                    key = _defined(statement)
                    if key is not None:
                        decorators = getattr(statement, "decorator_list", [])
                        parts[key] = "".join(f"@{ast.unparse(each)}\n" for each in decorators) + text
    bases = {"Step": "(NamedTuple)", "UnknownInstruction": "(Exception)"}
    for name, each_method in methods.items():
        parts[name] = f"class {name}{bases.get(name, '')}:" + "".join(each_method.values())
    body = "\n\n\n".join(parts.values())
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    return "\n".join(text for name, text in imports.items() if name in used) + f"\n\n\n{body}\n\n{SHOWN}"


def _merge(statement: ast.ClassDef, source: str, members: dict[str, str]) -> None:
    for member in statement.body:
        text = " " * member.col_offset + (ast.get_source_segment(source, member) or "")
        if isinstance(member, ast.FunctionDef):
            members[member.name] = f"\n\n{text}"
        else:
            members[ast.unparse(member)] = f"\n{text}"


def _defined(statement: ast.AST) -> str | None:
    """Return the key of what a statement defines of the machine, or None."""
    if isinstance(statement, ast.FunctionDef):
        in_table = any(ast.unparse(each) == "instruction" for each in statement.decorator_list)
        return statement.name if statement.name in CARRIED or in_table else None
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
        base = target.value if isinstance(target, ast.Subscript) else target
        return ast.unparse(target) if isinstance(base, ast.Name) and base.id in CARRIED else None
    if isinstance(statement, ast.For):
        return ast.unparse(statement) if any(map(_defined, _inside(statement))) else None
    return None


def _inside(statement: ast.For) -> Iterator[ast.AST]:
    return (each for each in ast.walk(statement) if isinstance(each, ast.Assign))


def same(cell: str, generated: str) -> bool:
    """Return True if two texts are the same but for their layout and the order of their imports."""
    return _normal(cell) == _normal(generated)


def _normal(text: str) -> list[str]:
    statements = ast.parse(text).body
    imports = [ast.unparse(each) for each in statements if isinstance(each, ast.Import | ast.ImportFrom)]
    others = [ast.unparse(each) for each in statements if not isinstance(each, ast.Import | ast.ImportFrom)]
    return sorted(imports) + others


def main() -> None:
    """Write the cells anew."""
    pattern = re.compile(rf"^# %% {re.escape(MARKER)}\n.*?(?=^# %%)", re.MULTILINE | re.DOTALL)
    for chapter in CHAPTERS:
        path = TOUR / f"{chapter}.py"
        text = path.read_text(encoding="utf-8")
        if match := pattern.search(text):
            cell = f"# %% {MARKER}\n{so_far(chapter)}\n\n"
            path.write_text(text[: match.start()] + cell + text[match.end() :], encoding="utf-8")


if __name__ == "__main__":
    main()
