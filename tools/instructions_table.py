"""Write docs/internals/instructions.md, the tables of instructions and primitives, from those in `bytescope.isa`."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "internals" / "instructions.md"

HEAD = """\
# Instructions and primitives

This page is made by `python tools/instructions_table.py` from the tables in `bytescope.isa`; a test compares them.

The bytecode of every supported CPython is lowered to one set of *instructions*. They move operands between the operand
stack, variables, names and constants, and transfer control. What happens to values is done by *primitives*, which are
all that an analysis can watch or replace. `bytescope dis` shows both sides of the lowering.

## Instructions

Operands and results are named, the top of the stack last. `name?` may be missing, `name...` stands for any number, and
behind a bar is what is left where the instruction jumps to, if that is something else. Where a NULL is on the stack, no
program sees it: it is CPython's way to tell calls of methods from others.

| instruction | operands -- results | primitives | |
|---|---|---|---|
"""

PRIMITIVES_HEAD = """
## Primitives

`*name` stands for any number of values. The immediate is what the instruction itself gives: an operator, a name, a
count. The special methods are those that Python's data model lets the operands' types answer with. *Shadow* is what
happens by default to what an analysis keeps beside values: it is joined from the operands, moved, stored into or loaded
from a place, or clean.

| primitive | operands -- results | immediate | special methods | shadow | instructions |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    from bytescope.isa import INSTRUCTIONS, PRIMITIVES

    text = HEAD
    used: dict[str, list[str]] = {name: [] for name in PRIMITIVES}
    for row in INSTRUCTIONS.values():
        names = dict.fromkeys(re.findall(r"\bm\.(\w+)\(", inspect.getsource(row.semantics)))
        primitives = [name for name in names if name in PRIMITIVES]
        for name in primitives:
            used[name].append(row.name)
        notes = [
            note
            for note, holds in (
                ("may jump" if row.falls_through else "jumps", row.jumps),
                ("ends the frame or raises", not row.falls_through and not row.jumps),
                ("never raises", not row.raises),
            )
            if holds
        ]
        text += f"| `{row.name}` | {_effect(row.effect)} | {_list(primitives)} | {', '.join(notes)} |\n"
    text += PRIMITIVES_HEAD
    for primitive in PRIMITIVES.values():
        effect = f"{' '.join(primitive.operands)} -- {' '.join(primitive.results)}"
        methods = " ".join(f"`{each}`" if each.startswith("__") else each for each in primitive.dunders)
        cells = (primitive.immediate or "", methods, primitive.shadow, _list(used[primitive.name]))
        text += f"| `{primitive.name}` | {_effect(effect)} | {' | '.join(cells)} |\n"
    return text


def _effect(effect: str) -> str:
    return f"`{effect.strip()}`".replace("|", "\\|")


def _list(names: list[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
