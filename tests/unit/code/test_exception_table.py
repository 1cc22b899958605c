"""The exception table."""

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import decode_exceptions, encode_exceptions


@pytest.mark.parametrize("number", [0, 1, 63, 64, 4095, 4096, 262143, 262144, 2**29])
def test_numbers_of_every_size(number):
    entries = [(number, number + number, number, number, True), (1, 2, 3, 4, False)]
    assert decode_exceptions(encode_exceptions(entries)) == entries


def test_a_table_of_the_hosts():
    code = compile("try:\n  with a: b\nexcept c: d\nfinally: e\n" * 20, "<test>", "exec")
    entries = decode_exceptions(code.co_exceptiontable)
    assert len(entries) > 40
    assert all(0 <= entry.start < entry.end <= len(code.co_code) // 2 for entry in entries)
    assert encode_exceptions(entries) == code.co_exceptiontable


def test_the_start_bit_marks_each_entry_once():
    table = encode_exceptions([(100, 5000, 7, 1, False)] * 3)
    assert sum(byte >> 7 for byte in table) == 3


def test_every_way_to_cut_a_table_short_is_noticed():
    table = encode_exceptions([(1, 2, 3, 0, False), (100, 5000, 6000, 3, True)])
    whole = {0, len(encode_exceptions([(1, 2, 3, 0, False)])), len(table)}
    for size in range(len(table)):
        if size in whole:
            decode_exceptions(table[:size])
        else:
            with pytest.raises(InvalidBytecode, match="ends within an entry"):
                decode_exceptions(table[:size])


def test_an_entry_needs_a_start_byte():
    with pytest.raises(InvalidBytecode) as caught:
        decode_exceptions(encode_exceptions([(1, 2, 3, 0, False)]) + b"\x01\x02\x03\x00", "f")
    assert (caught.value.code, caught.value.offset) == ("f", 4)
