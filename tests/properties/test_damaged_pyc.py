"""Damaged `.pyc` files: each is read, or refused in one line."""

import importlib.util
import marshal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bytescope.cli.listing import listing
from bytescope.code.errors import InvalidPyc
from bytescope.code.format.pyc import read_pyc
from bytescope.code.format.unmarshal import unmarshal
from bytescope.code.host.facts import HOST
from bytescope.code.stored import StoredCode, stored_codes
from bytescope.code.versions.pyc_forms import FORMS

SOURCE = """\
def f(a, *b, c=(1, 2.5, "x", None), **d):
    try:
        return [lambda: a + i for i in b if i in {1, "two", 3j}]
    except (KeyError, ValueError) as error:
        raise error from None
class A:
    x: int = 10 ** 20
    def m(self): yield self.x[1:2]
"""


@cache
def sample() -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(SOURCE, "<sample>", "exec"))


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["set", "cut", "drop", "insert", "repeat"])):
            case "set":
                data[at] = draw(st.integers(0, 255) | st.sampled_from(list(b"()[]{}<>:cCrRsuzZaAilfgxyN0\xe3\xa9\xdb")))
            case "cut":
                del data[max(at, 1) :]
            case "drop":
                del data[at : at + draw(st.integers(1, 8))]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
            case _:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
        if not data:
            break
    return bytes(data)


def check(data: bytes) -> None:
    try:
        pyc = read_pyc(data)
    except InvalidPyc as error:
        assert error.reason and "\n" not in str(error)
        assert error.offset is None or 0 <= error.offset <= len(data)
    else:
        for code in stored_codes(pyc.code):
            shown = ["".join(piece.text for piece in line) for line in listing(code, 80)]
            assert shown[0].startswith(code.co_qualname)


@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    check(data.draw(damaged(sample())))


@given(st.data(), st.sampled_from([*FORMS]))
def test_files_of_one_version_in_the_clothes_of_another_are_read_or_refused(data: st.DataObject, version: str) -> None:
    magic = FORMS[version].magic.to_bytes(2, "little") + b"\r\n"
    check(magic + data.draw(st.just(sample()) | damaged(sample()))[4:])


@given(st.binary(max_size=200), st.sampled_from([*FORMS]))
def test_any_bytes_are_read_or_refused(data: bytes, version: str) -> None:
    check(FORMS[version].magic.to_bytes(2, "little") + b"\r\n" + bytes(12) + data)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN, st.integers(0, 4))
def test_plain_values_come_back(value: object, form: int) -> None:
    data = marshal.dumps(value, form)
    assert repr(unmarshal(data, HOST)) == repr(marshal.loads(data)) == repr(value)


@given(st.data(), PLAIN)
def test_damaged_values_that_are_read_are_what_marshal_reads(data: st.DataObject, value: object) -> None:
    changed = data.draw(damaged(marshal.dumps(value)))
    try:
        found = unmarshal(changed, HOST)
    except InvalidPyc:
        return  # marshal may accept it: sizes that announce gigabytes are not tried there
    if not isinstance(found, StoredCode):
        assert repr(found) == repr(marshal.loads(changed))


@pytest.mark.slow
def test_every_changed_byte_is_read_or_refused() -> None:
    whole = sample()
    for at in range(len(whole)):
        for value in b"c()[{<:rRsulZ\0\x7f\xff":
            check(whole[:at] + bytes((value,)) + whole[at + 1 :])
