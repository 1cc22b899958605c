"""Decoding, of what is well-formed and of what is not."""

import dis
from types import SimpleNamespace

import pytest

from bytescope.code import Code
from bytescope.code.errors import InvalidBytecode
from bytescope.code.format.exception_table import encode_exceptions
from bytescope.code.host.facts import CACHES, OPMAP
from bytescope.code.object.raw import RawInstruction


def broken(code=None, **parts):
    """The attributes of a code object, some of them replaced.

    Not a real code object: the host itself cannot bear some of these.
    """
    template = (lambda: 1).__code__
    attributes = {name: getattr(template, name) for name in dir(template) if name[:3] == "co_" and name != "co_lnotab"}
    attributes["co_stacksize"] = 9
    if code is not None:
        attributes["co_code"] = bytes(OPMAP.get(part, part) for part in code)
    return SimpleNamespace(**attributes | parts)


def test_decoding_agrees_with_dis():
    source = "try:\n  for x in y:\n    with z as a: b(c, *d, **e)\nexcept f: g[h:i] = {j: lambda: k}\n" * 30
    code = compile(source, "<test>", "exec")
    decoded = Code.from_host(code).instructions
    shown = [i for i in dis.get_instructions(code) if i.opname != "EXTENDED_ARG"]
    assert len(decoded) == len(shown) > 1000
    at = {one.offset: one for one in decoded}
    for one, other in zip(decoded, shown, strict=True):
        assert (one.name, one.offset) == (other.opname, other.offset)
        assert (one.positions or (None,) * 4) == tuple(other.positions)
        if one.target is None:
            assert one.arg == (other.arg or 0)
        else:
            # dis names the first EXTENDED_ARG, we the instruction that it belongs to
            assert other.argval <= one.target.offset <= other.argval + 6
            assert at[one.target.offset] is one.target


def test_regions_agree_with_dis():
    code = compile("try:\n  with a: b\nexcept c: d\nfinally: e\n", "<test>", "exec")
    shown = dis._parse_exception_table(code)
    regions = Code.from_host(code).regions
    assert [(r.start.offset, r.target.offset, r.depth, r.lasti) for r in regions] == [
        (entry.start, entry.target, entry.depth, entry.lasti) for entry in shown
    ]
    ends = [len(code.co_code) if region.end is None else region.end.offset for region in regions]
    assert ends == [entry.end for entry in shown]


@pytest.mark.parametrize(
    ("code", "offset", "reason"),
    [
        ([], 0, "no instructions"),
        (["NOP"], 0, "odd number"),
        (["NOP", 0, "NOP"], 2, "odd number"),
        (["NOP", 0, "EXTENDED_ARG", 1], 2, "EXTENDED_ARG at the end"),
        (["EXTENDED_ARG", 1, "EXTENDED_ARG", 1], 0, "EXTENDED_ARG at the end"),
        (["NOP", 0, "CACHE", 0], 2, "is no instruction"),
        (["NOP", 0, 255, 0], 2, "is no instruction"),
        (["EXTENDED_ARG", 128, "EXTENDED_ARG", 0, "EXTENDED_ARG", 0, "LOAD_CONST", 0], 6, "out of range"),
        (["NOP", 0, "LOAD_GLOBAL", 0], 2, "cut off"),
        (["LOAD_GLOBAL", 0, *[0, 0] * (CACHES[OPMAP["LOAD_GLOBAL"]] - 1)], 0, "cut off"),
        (["NOP", 0, "JUMP_FORWARD", 0], 2, "where no instruction starts"),
        (["NOP", 0, "JUMP_FORWARD", 7, "NOP", 0], 2, "goes to offset 18"),
        (["JUMP_FORWARD", 1, "LOAD_GLOBAL", 0, *[0, 0] * CACHES[OPMAP["LOAD_GLOBAL"]]], 0, "goes to offset 4"),
        (["JUMP_FORWARD", 1, "EXTENDED_ARG", 1, "LOAD_CONST", 0], 0, "goes to offset 4"),
        (["JUMP_BACKWARD", 9, *[0, 0] * CACHES[OPMAP["JUMP_BACKWARD"]]], 0, "where no instruction starts"),
    ],
)
def test_malformed_code(code, offset, reason):
    with pytest.raises(InvalidBytecode, match=reason) as caught:
        Code.from_host(broken(code, co_qualname="f.g"))
    assert (caught.value.code, caught.value.offset) == ("f.g", offset)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ((0, 9, 1, 0, False), "end is not the start"),
        ((0, 2, 1, 0, False), "end is not the start"),
        ((9, 10, 1, 0, False), "start is not the start"),
        ((2, 4, 1, 0, False), "start is not the start"),
        ((0, 1, 5, 0, False), "handler is not the start"),
        ((0, 1, 2, 0, False), "handler is not the start"),
        ((0, 1, 1, 99, False), "99 deep"),
    ],
)
def test_malformed_regions(entry, reason):
    code = broken(["NOP", 0, "EXTENDED_ARG", 1, "LOAD_CONST", 0, "NOP", 0, "RETURN_VALUE", 0])
    code.co_exceptiontable = encode_exceptions([(0, 1, 1, 0, False), (1, 5, 4, 1, True)])
    assert len(Code.from_host(code).regions) == 2
    code.co_exceptiontable = encode_exceptions([entry])
    with pytest.raises(InvalidBytecode, match=reason):
        Code.from_host(code)


def test_broken_tables():
    with pytest.raises(InvalidBytecode, match="exception table ends"):
        Code.from_host(broken(co_exceptiontable=b"\x80\x01"))
    with pytest.raises(InvalidBytecode, match="line table ends"):
        Code.from_host(broken(co_linetable=b"\xf0"))


def test_a_line_table_may_be_shorter_or_longer_than_the_code():
    short = Code.from_host(broken(co_linetable=b""))
    assert [one.positions for one in short.instructions] == [None] * len(short.instructions)
    line = short.first_line
    long = Code.from_host(broken(co_linetable=b"\xef\x00" * 9))
    assert [one.positions for one in long.instructions] == [(line, line, None, None)] * len(long.instructions)


def test_instructions_have_names_and_copies():
    target = RawInstruction("NOP")
    one = RawInstruction("JUMP_FORWARD", positions=(1, 2, 3, 4), target=target)
    assert one.opcode == OPMAP["JUMP_FORWARD"]
    other = one.copy()
    assert other != one
    assert (other.name, other.target, other.positions) == ("JUMP_FORWARD", target, (1, 2, 3, 4))
    other.name = "JUMP_BACKWARD"
    assert other.opcode == OPMAP["JUMP_BACKWARD"]
    assert "JUMP_FORWARD to NOP" in repr(one)
    assert repr(RawInstruction("LOAD_CONST", 7)) == "<LOAD_CONST 7 at -1>"
