"""What a CPython says of the code objects that it compiles. It runs on 3.8 to 3.15, as a program.

    python version_oracle.py FOLDER fields instructions < NAMES_OF_SOURCE_FILES

writes the compiled files into the folder, and a line of JSON for each on standard output.
"""

import dis
import importlib.util
import json
import marshal
import sys
import warnings
from pathlib import Path

NUMBERS = "argcount posonlyargcount kwonlyargcount nlocals stacksize flags firstlineno".split()
NAMES = "names varnames cellvars freevars".split()
STRINGS = "filename name".split()


def nested(code):
    yield code
    for const in code.co_consts:
        if type(const).__name__ in ("code", "StoredCode"):
            yield from nested(const)


def constant(value):
    """A constant as text that is the same in all versions."""
    kind = type(value).__name__
    if kind in ("code", "StoredCode"):
        return "code " + value.co_name
    if kind == "tuple":
        return "(" + ", ".join(map(constant, value)) + ")"
    if kind == "frozenset":
        return "{" + ", ".join(sorted(map(constant, value))) + "}"
    if kind == "complex":
        return "complex(" + repr(value.real) + ", " + repr(value.imag) + ")"
    if kind == "slice":
        return "slice(" + ", ".join(map(constant, (value.start, value.stop, value.step))) + ")"
    if kind == "int":
        return hex(value)
    return kind + " " + ascii(value)


def fields(code):
    """The fields of a code object, which may be of another version, as JSON has them."""
    facts = {name: getattr(code, "co_" + name) for name in NUMBERS + STRINGS}
    for name in STRINGS:
        facts[name] = ascii(facts[name])
    for name in NAMES:
        facts[name] = [ascii(each) for each in getattr(code, "co_" + name)]
    facts["consts"] = [constant(each) for each in code.co_consts]
    facts["code"] = code.co_code.hex()
    return facts


def newer_fields(code):
    facts = fields(code)
    if hasattr(code, "co_qualname"):
        facts["qualname"] = ascii(code.co_qualname)
        facts["exceptiontable"] = code.co_exceptiontable.hex()
    facts["linetable"] = getattr(code, "co_linetable" if hasattr(code, "co_linetable") else "co_lnotab").hex()
    return facts


def instructions(code):
    """Offset, name, argument, and target or None of each instruction, and where it comes from."""
    jumps = set(dis.hasjrel) | set(dis.hasjabs)
    line = None
    starts = dict(dis.findlinestarts(code))
    rows = []
    lines = {}
    if hasattr(code, "co_lines"):
        for start, end, number in code.co_lines():
            lines.update(dict.fromkeys(range(start, end, 2), number))
    positions = list(code.co_positions()) if hasattr(code, "co_positions") else None
    for each in dis.get_instructions(code):
        line = starts.get(each.offset, line)
        if each.opname in ("EXTENDED_ARG", "CACHE"):
            continue
        target = each.argval if each.opcode in jumps else None
        at = lines.get(each.offset) if lines else line
        rows.append(
            [each.offset, each.opname, each.arg, target, list(positions[each.offset // 2]) if positions else at]
        )
    return rows


def exceptions(code):
    if not hasattr(dis, "_parse_exception_table"):
        return []
    return [[e.start, e.end, e.target, e.depth, e.lasti] for e in dis._parse_exception_table(code)]


def main():
    folder, wanted = Path(sys.argv[1]), sys.argv[2:]
    for name in sys.stdin.read().splitlines():
        path = Path(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                code = compile(path.read_bytes(), path.name, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        header = importlib.util.MAGIC_NUMBER + bytes(4) + (1234567890).to_bytes(4, "little") + bytes(4)
        (folder / (path.stem + ".pyc")).write_bytes(header + marshal.dumps(code))
        rows = []
        for each in nested(code):
            row = {}
            if "fields" in wanted:
                row["fields"] = newer_fields(each)
            if "instructions" in wanted:
                row["instructions"] = instructions(each)
                row["exceptions"] = exceptions(each)
            rows.append(row)
        print(json.dumps([path.stem, rows]))


if __name__ == "__main__":
    main()
