"""Marshalled objects: every type, and hostile bytes."""

import marshal
import struct
import tracemalloc

import pytest

from bytescope.code.errors import InvalidPyc
from bytescope.code.format.unmarshal import unmarshal
from bytescope.code.stored import FrozenMapping
from bytescope.code.versions.pyc_forms import FORMS

pytestmark = pytest.mark.any_host

NEWEST = [*FORMS][-1]


def number(value: int) -> bytes:
    return struct.pack("<i", value)


VALUES = [
    *(None, True, False, ..., StopIteration, 0, -1, 2**31 - 1, -(2**31), 2**31, -(2**100), 10**400, 1.5, -0.0),
    *(
        float("inf"),
        1 - 2j,
        "",
        "a",
        "ab cd",
        "\u00e9",
        "\u20ac",
        "\ud800",
        "x" * 300,
        b"",
        b"ab" * 200,
        (),
        (1, (2, [3])),
    ),
    *([], [1], {}, {1: 2, "a": (3,)}, set(), {1}, frozenset(), frozenset({1, (2, 3)}), tuple(range(300))),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:30])
@pytest.mark.parametrize("form", [0, 1, 2, 3, 4])
def test_what_marshal_writes_is_read(value, form):
    for version in FORMS:
        found = unmarshal(marshal.dumps(value, form), version)
        assert repr(found) == repr(value) and type(found) is type(value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"I" + bytes([255] * 8), -1),
        (b"I" + struct.pack("<q", 2**40), 2**40),
        (b"f\x031.5", 1.5),
        (b"x\x011\x03-2.", 1 - 2j),
        (b"t" + number(2) + b"\xc3\xa9", "\u00e9"),
        (b"A" + number(1) + b"a", "a"),
        (b"(" + number(2) + b"\xfa\x01ar" + number(0), ("a", "a")),
        (b"\xa9\x02\xda\x01ar" + number(1), ("a", "a")),
        (b"i" + number(1) + b"rubbish", 1),
    ],
)
def test_rare_forms_are_read(data, value):
    assert unmarshal(data, "3.8") == value


def test_references_give_the_same_object():
    one, other = unmarshal(b")\x02\xe6".replace(b"\xe6", b"\xf3") + number(1) + b"a" + b"r" + number(0), "3.12")
    assert one is other == b"a"


def test_slices_and_frozen_dicts_are_those_of_newer_versions():
    assert unmarshal(b":i" + number(1) + b"NN", "3.14") == slice(1, None, None)
    mapping = unmarshal(b"}i" + number(1) + b"N0", "3.15")
    assert mapping == FrozenMapping(((1, None),)) and repr(mapping) == "frozendict({1: None})" and {mapping}
    for data, version in [(b":NNN", "3.13"), (b"}0", "3.14")]:
        with pytest.raises(InvalidPyc, match=f"CPython {version} has no objects of type '{chr(data[0])}'"):
            unmarshal(data, version)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged at offset 0: an object takes 1 byte, and none are left"),
        (b"?", "damaged at offset 0: CPython 3.15 has no objects of type '?'"),
        (b"i\0\0\0", "damaged at offset 1: an integer takes 4 bytes, and 3 are left"),
        (b"0", "damaged at offset 0: a NULL instead of an object"),
        (b")\x010", "damaged at offset 2: a NULL instead of an object"),
        (b"{N0", "damaged at offset 2: a NULL instead of an object"),
        (b"{[" + number(0) + b"N0", "damaged at offset 0: a set or mapping cannot hold what it should: "),
        (b"<" + number(1) + b"{0", "damaged at offset 0: a set or mapping cannot hold what it should: "),
        (b"(" + number(-1), "damaged at offset 1: a tuple has the size -1"),
        (b"s" + number(5) + b"abc", "damaged at offset 5: a bytes object takes 5 bytes, and 3 are left"),
        (b"u" + number(3) + b"ab\xff", "damaged at offset 7: a string is not UTF-8"),
        (b"l" + number(1) + b"\0\x80", "damaged at offset 1: the digits of an integer are not such as CPython writes"),
        (b"l" + number(1) + b"\0\0", "damaged at offset 1: the digits of an integer are not such as CPython writes"),
        (b"f\x01?", "damaged at offset 1: the text of a number is none"),
        (b"r" + number(0), "damaged at offset 0: a reference to object 0, and there are 0 so far"),
        (b"r" + number(-1), "damaged at offset 0: a reference to object -1, and there are 0 so far"),
        (b"\xa9\x01r" + number(0), "damaged at offset 2: object 0 contains a reference to itself"),
        (b"\xdb" + number(1) + b"r" + number(0), "damaged at offset 5: object 0 contains a reference to itself"),
        (b")\x01" * 3000 + b"N", "damaged at offset 4000: objects are nested more than 2000 deep"),
    ],
)
def test_what_is_damaged_gets_the_place_and_the_reason(data, message):
    with pytest.raises(InvalidPyc) as caught:
        unmarshal(data, NEWEST)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("code", "(<>[sutaAl")
def test_announced_sizes_are_checked_before_anything_is_made(code):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidPyc, match="left"):
            unmarshal(code.encode() + number(2**31 - 1) + b"N" * 100, NEWEST)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def doubled(levels: int, kind: bytes) -> bytes:
    """A pair of a pair of a pair and so on, both halves the same object: 2**levels objects in a few bytes."""
    begin = b"".join(kind for _ in range(levels))
    return begin + b"N" + b"N" + b"".join(b"r" + number(level) for level in range(levels - 1, 0, -1))


def test_references_that_multiply_are_limited():
    assert unmarshal(doubled(10, b"\xa9\x02"), NEWEST)
    with pytest.raises(InvalidPyc, match="references to more than 16777216 objects"):
        unmarshal(doubled(100, b"\xa9\x02"), NEWEST)


def test_containers_nested_as_deep_as_allowed_are_read():
    value = unmarshal(b")\x01" * 2000 + b"N", NEWEST)
    for _ in range(2000):
        [value] = value
    assert value is None
