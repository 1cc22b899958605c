"""Whatever bytes a code object is made of, it is decoded or rejected with `InvalidBytecode`."""

from types import SimpleNamespace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bytescope.code import Code
from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import decode_exceptions, encode_exceptions
from bytescope.code.format.line_table import decode_locations, encode_locations

SOURCE = """
def f(a, b):
    try:
        with a as c:
            for d in c:
                yield lambda: d + b
    except (KeyError, ValueError) as error:
        return [e for e in error if e]
    finally:
        print(f"{a!r}", *b, end=a.c.d[b:])
"""
PARTS = ("co_code", "co_linetable", "co_exceptiontable")


def attributes():
    [code] = [const for const in compile(SOURCE, "<test>", "exec").co_consts if hasattr(const, "co_code")]
    return {name: getattr(code, name) for name in dir(code) if name[:3] == "co_" and name != "co_lnotab"}


ATTRIBUTES = attributes()


def mutated(data, draw):
    """The bytes with a few of them changed, cut out or put in."""
    data = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["change", "change", "flip", "delete", "insert", "cut"]))
        if kind == "insert" or not data:
            data[at:at] = draw(st.binary(min_size=1, max_size=4))
        elif kind == "change":
            data[at] = draw(st.integers(0, 255))
        elif kind == "flip":
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "delete":
            del data[at : at + draw(st.integers(1, 4))]
        else:
            del data[at:]
    return bytes(data)


@settings(max_examples=500)
@given(st.data())
def test_mutated_code_objects(data):
    changed = {name: ATTRIBUTES[name] for name in PARTS}
    for name in data.draw(st.sets(st.sampled_from(PARTS), min_size=1)):
        changed[name] = mutated(changed[name], data.draw)
    # A real code object with these bytes might bring the host down before we see it.
    code = SimpleNamespace(**ATTRIBUTES | changed)
    try:
        decoded = Code.from_host(code)
    except InvalidBytecode as error:
        assert error.code == "f"
        assert error.reason
        return
    instructions = set(decoded.instructions)
    assert all(one.target is None or one.target in instructions for one in decoded.instructions)
    for region in decoded.regions:
        assert {region.start, region.end or region.start, region.target} <= instructions


@given(st.binary(max_size=60))
def test_line_tables(table):
    try:
        units = decode_locations(table, 1)
    except InvalidBytecode:
        return
    assert len(units) == sum((byte & 7) + 1 for byte in entry_starts(table))


def entry_starts(table):
    """The first bytes of the entries; numbers may hold bytes that look like one."""
    at = 0
    while at < len(table):
        first = table[at]
        yield first
        at += 1
        form = first >> 3 & 15
        fixed = {15: 0, 13: 0, 14: 0, 10: 2, 11: 2, 12: 2}.get(form, 1)
        at += fixed
        for _ in range({13: 1, 14: 4}.get(form, 0)):
            while table[at] & 64:
                at += 1
            at += 1


lines = st.none() | st.integers(0, 10**6)
columns = st.none() | st.integers(0, 10**5)


@given(st.lists(st.tuples(st.tuples(lines, lines, columns, columns), st.integers(1, 40))), st.integers(1, 10**6))
def test_locations_are_read_as_they_were_written(runs, first_line):
    runs = [(normal(position), count) for position, count in runs]
    assert decode_locations(encode_locations(runs, first_line), first_line) == [
        position for position, count in runs for _ in range(count)
    ]


def normal(position):
    """The table has no way to say that there is a column, but no line, and so on."""
    line, last, column, last_column = position
    if line is None:
        return None
    last = line if last is None or last < line else last
    if last == line and (column is None or last_column is None):
        column = last_column = None
    return line, last, column, last_column


numbers = st.integers(0, 2**28)


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers, st.booleans())))
def test_exception_tables_are_read_as_they_were_written(entries):
    entries = [(start, start + length, target, depth, lasti) for start, length, target, depth, lasti in entries]
    assert decode_exceptions(encode_exceptions(entries)) == entries


@given(st.binary(max_size=40))
def test_exception_tables_of_any_bytes(table):
    try:
        entries = decode_exceptions(table)
    except InvalidBytecode:
        return
    assume(entries)
    assert all(entry.start <= entry.end for entry in entries)
