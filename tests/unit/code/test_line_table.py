"""The line table."""

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.line_table import decode_locations, encode_locations


def through(*runs, first_line=10):
    """Encode the runs and have the host's own reader decode them."""
    table = encode_locations(runs, first_line)
    units = sum(count for _, count in runs)
    template = compile("", "<test>", "exec")
    code = template.replace(co_code=template.co_code[:2] * units, co_linetable=table, co_firstlineno=first_line)
    return table, list(code.co_positions())


@pytest.mark.parametrize(
    "position",
    [
        (10, 10, 0, 15),  # short
        (10, 10, 79, 79),
        (10, 10, 80, 81),  # one line
        (11, 11, 127, 3),
        (12, 12, 0, 127),
        (13, 13, 1, 2),  # long
        (10, 10, 128, 130),
        (9, 9, 1, 2),
        (2, 5000, 70, 100000),
        (10, 10, None, None),  # no columns
        (3, 3, None, None),
        (10, 11, None, None),
        (10, 10, 5, 2),
    ],
)
def test_the_host_reads_what_was_written(position):
    table, read = through((position, 3))
    assert read == [position] * 3
    assert decode_locations(table, 10) == [position] * 3


def test_no_position():
    table, read = through((None, 2), ((10, 10, 1, 2), 1))
    assert read == [(None,) * 4] * 2 + [(10, 10, 1, 2)]
    assert decode_locations(table, 10) == [None, None, (10, 10, 1, 2)]


def test_lines_are_relative_to_the_line_before_across_gaps():
    runs = [((20, 20, 1, 2), 1), (None, 1), ((21, 21, 0, 1), 1), ((5, 6, 0, 1), 1)]
    table, read = through(*runs)
    assert [line for line, *_ in read] == [20, None, 21, 5]
    assert decode_locations(table, 10) == [position for position, _ in runs]


def test_long_runs_are_divided_into_entries_of_eight():
    position = (10, 10, 1, 2)
    table, read = through((position, 19))
    assert read == [position] * 19
    assert [byte & 7 for byte in table if byte >= 128] == [7, 7, 2]
    units = decode_locations(table, 10)
    assert all(unit is units[0] for unit in units)


def test_entries_that_the_compiler_kept_apart_stay_apart():
    one, other = (10, 10, 1, 2), (10, 10, 1, 2)[:2] + (1, 2)
    table, _ = through((one, 2), (other, 1))
    units = decode_locations(table, 10)
    assert units == [one] * 3
    assert units[0] is units[1]
    assert units[1] is not units[2]


def test_an_impossible_last_line_becomes_the_first():
    assert through(((12, 3, 1, 2), 1))[1] == [(12, 12, 1, 2)]
    assert through(((12, None, 1, 2), 1))[1] == [(12, 12, 1, 2)]


def test_the_hosts_own_table_is_read_as_the_host_reads_it():
    code = compile("x = [f(a)\n  for a in b]\nclass C:\n def g(self): return 'a' * 1000\n", "<test>", "exec")
    read = [position or (None,) * 4 for position in decode_locations(code.co_linetable, code.co_firstlineno)]
    assert read == list(code.co_positions())


@pytest.mark.parametrize(
    ("table", "offset"),
    [
        (b"\x80", 0),  # short form without its second byte
        (b"\xd0\x05", 0),  # one line form without its last byte
        (b"\xf8\xe8", 1),  # no columns form without its line
        (b"\xe8\x41\x42", 0),  # a number without end
        (b"\xf0\x02\x00\x01", 0),  # long form without its last column
        (b"\x05", 0),  # no start byte
    ],
)
def test_broken_tables(table, offset):
    with pytest.raises(InvalidBytecode) as caught:
        decode_locations(table, 1, "f")
    assert (caught.value.code, caught.value.offset) == ("f", offset)
