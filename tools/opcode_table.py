"""Write the table of opcodes of the CPython that runs this, any from 3.8 on.

    python3.15 tools/opcode_table.py

writes `src/bytescope/code/versions/opcode_tables/v3_15.py`, or with `--print` to standard output. The table holds what
that version's `opcode` and `dis` say. Where only `dis` has the answer, it is shown an instruction.
"""

import dis
import opcode
import sys
from pathlib import Path

VERSION = "{}.{}".format(*sys.version_info[:2])
TABLES = Path(__file__).resolve().parents[1] / "src" / "bytescope" / "code" / "versions" / "opcode_tables"
WIDTH = 120

NAMES = tuple(f"n{number}" for number in range(64))
PADDING = bytes((dis.opmap["NOP"], 0)) * 20


def shown(number, arg):
    """What `dis` says of an instruction at offset 40, without an argument of its own for anything else."""
    code = compile("", "<sample>", "exec").replace(co_code=PADDING + bytes((number, arg)) + PADDING, co_names=NAMES)
    return next(each for each in dis.get_instructions(code) if each.offset == 40)


def kind_of(number):
    """What the argument of an opcode is."""
    if number in opcode.hasconst:
        return "const"
    if number in opcode.hasname:
        return "name"
    if number in opcode.haslocal:
        return "local"
    if number in opcode.hasfree:
        return "free"
    if number in opcode.hascompare:
        return "compare"
    if number in opcode.hasjabs:
        return "absolute"
    if number in opcode.hasjrel:
        return "forward" if shown(number, 3).argval > shown(number, 2).argval else "backward"
    uses = number in opcode.hasarg if hasattr(opcode, "hasarg") else number >= opcode.HAVE_ARGUMENT
    return "number" if uses else ""


def caches_of(name, number):
    """The number of code units behind an instruction that hold its cache."""
    entries = getattr(opcode, "_inline_cache_entries", {})
    return entries[number] if isinstance(entries, list) else entries.get(name, 0)


def shift_of(number, kind):
    """The number of bits in the argument below an index into names or operators."""
    if kind == "name":
        return next(shift for shift in range(6) if shown(number, 32).argval == NAMES[32 >> shift])
    if kind != "compare":
        return 0
    for shift in (5, 4):
        try:
            if shown(number, 2 << shift).argval == "==" and shown(number, 3 << shift).argval == "!=":
                return shift
        except IndexError:
            pass
    return 0


def rows():
    """A row of the table for each opcode, by number."""
    for name, number in sorted(opcode.opmap.items(), key=lambda item: item[1]):
        if number < 256 and not name.startswith("INSTRUMENTED_"):
            kind = kind_of(number)
            caches, shift = caches_of(name, number), shift_of(number, kind)
            yield f"    {quoted(name)}: ({number}, {quoted(kind)}, {caches}, {shift}),\n"


def quoted(value):
    """A constant as the sources have it."""
    if isinstance(value, str):
        return f'"{value}"'
    return getattr(value, "__name__", repr(value))


def assigned(name, values):
    """An assignment of a tuple, one constant a line where they do not fit into one."""
    texts = [quoted(value) for value in values]
    inside = ", ".join(texts) + ("," if len(texts) == 1 else "")
    line = f"{name} = ({inside})\n"
    if len(line) <= WIDTH + 1:
        return line
    return "{} = (\n{})\n".format(name, "".join(f"    {text},\n" for text in texts))


def table():
    """The text of the module."""
    unit = (shown(dis.opmap["JUMP_FORWARD"], 4).argval - 42) // 4
    return "".join(
        [
            f'"""Opcodes of CPython {VERSION}. Written by `tools/opcode_table.py`, not to be edited."""\n\n',
            "OPCODES = {\n",
            *rows(),
            "}\n",
            '"""Name to number, kind of argument, code units of cache, bits of the argument below an index."""\n\n',
            f"JUMP_UNIT = {unit}\n",
            '"""Bytes that a jump counts as one."""\n\n',
            assigned("COMPARE_OPS", opcode.cmp_op),
            assigned("BINARY_OPS", [symbol for _, symbol in getattr(opcode, "_nb_ops", ())]),
            assigned("INTRINSICS_1", getattr(opcode, "_intrinsic_1_descs", ())),
            assigned("INTRINSICS_2", getattr(opcode, "_intrinsic_2_descs", ())),
            assigned("COMMON_CONSTANTS", getattr(opcode, "_common_constants", ())),
            assigned("SPECIAL_METHODS", getattr(opcode, "_special_method_names", ())),
        ]
    )


if __name__ == "__main__":
    path = TABLES / "v{}.py".format(VERSION.replace(".", "_"))
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(table())
    else:
        path.write_text(table(), encoding="utf-8")
        print(f"wrote {path.relative_to(TABLES.parents[4])}")
