"""Code objects that nobody edited come out as they went in."""

import pytest

from bytescope.code import Code
from bytescope.code.host.facts import EXTENDED_ARG
from tests.support import roundtrip

PIECES = {
    "constants": "x = (1, True, 1.0, 0.0, -0.0, 1j, -0j, b'a', 'a', None, ..., (1, (True, 2.0)), 1e999 - 1e999)",
    "sets": "x in {1, 'a', None}; x in {True, 2.5}; x in {0.0}; x in {-0.0}",
    "slices": "x[1:2]; x[1:]; x[:, 1:2:3]",
    "docstring": "'doc'\nclass C:\n 'doc'\n def f(self):\n  'doc'",
    "generators": "def f():\n try:\n  x = yield 1\n  yield from x\n finally: print()\n(i async for i in x)",
    "coroutines": "async def f():\n async with a as b:\n  async for c in d: await e\n  yield [g async for g in h]",
    "handlers": "try:\n try: a\n except b as c: d\n else: e\n finally: f\nexcept* g: h",
    "match": "match a:\n case {'b': [c, *d], **e}: f\n case G(h=1) | 2: i\n case _: j",
    "cells": "def f(a, /, b, *c, d=1, **e):\n def g():\n  nonlocal a, d\n  return a, b, c, d, e, __class__\n return g",
    "hidden": "x = 1\ny = [x for x in z]\nclass C:\n w = {x: lambda: x for x in z}",
    "far jumps": "while a:\n" + " b(c)\n" * 3000,
    "far columns": "x = [" + "f(1, 2), " * 300 + "]",
    "far lines": "a\n" + "\n" * 5000 + "b(c\n" + "\n" * 300 + ")\n",
    "many constants": "x = (" + ", ".join(f"a + {n}.5" for n in range(700)) + ")",
    "unicode": "ä = 'ö' + ü; déf = lambda: ñ",
}


@pytest.mark.parametrize("source", PIECES.values(), ids=PIECES.keys())
def test_pieces(source):
    code = compile(source, "<test>", "exec")
    assert list(roundtrip.differences(code, Code.from_host(code).to_host())) == []


@pytest.mark.parametrize("mode", ["eval", "single"])
def test_other_modes(mode):
    code = compile("[a for a in b]", "<test>", mode)
    assert list(roundtrip.differences(code, Code.from_host(code).to_host())) == []


def test_the_stack_size_is_the_compilers():
    """Without the floor that the compiler's own figure is."""
    for source in PIECES.values():
        code = compile(source, "<test>", "exec")
        again = Code.from_host(code)
        drop_floor(again)
        for one, other in zip(roundtrip.nested(code), roundtrip.nested(again.to_host()), strict=True):
            assert one.co_stacksize == other.co_stacksize


def drop_floor(code):
    code.stacksize = 0
    for const in code.consts:
        if isinstance(const, Code):
            drop_floor(const)


def test_extended_args_without_need_are_kept():
    code = compile("a", "<test>", "eval")
    longer = code.replace(
        co_code=bytes([EXTENDED_ARG, 0, EXTENDED_ARG, 0]) + code.co_code, co_linetable=b"\x81\x00" + code.co_linetable
    )
    again = Code.from_host(longer)
    assert again.instructions[0].width == 2
    assert again.to_host().co_code == longer.co_code
    again.instructions[0].width = 0
    assert again.to_host().co_code == code.co_code


def test_differences_are_seen():
    """The comparison that the tests here stand on."""
    code = compile("x = [a for a in b]\ndef f(c): return 1, (True, -0.0)", "<test>", "exec")
    assert list(roundtrip.differences(code, code)) == []
    changed = {
        "co_code": code.co_code[:-2] + code.co_code[:2],
        "co_stacksize": 77,
        "co_linetable": code.co_linetable[:-1] + b"\x01",
        "co_exceptiontable": b"\x80\x01\x01\x00",
        "co_names": ("q", *code.co_names[1:]),
        "co_flags": code.co_flags | 0x80000,
    }
    for name, value in changed.items():
        assert any(name in what for what in roundtrip.differences(code, code.replace(**{name: value})))
    for one, other in [(1, True), (0.0, -0.0), ((1,), (1.0,)), (frozenset({1}), frozenset({True})), ("a", b"a")]:
        assert not roundtrip.same_constant(one, other)


def sample():
    """Sixty or so files from all over the library."""
    paths = [path for path in roundtrip.library() if path.stat().st_size < 60000]
    return paths[:: max(1, len(paths) // 64)]


def check(paths):
    codes = 0
    wrong = []
    for path in paths:
        code = roundtrip.compiled(path)
        if code is not None:
            codes += sum(1 for _ in roundtrip.nested(code))
            wrong += [f"{path.name}: {what}" for what in roundtrip.differences(code, Code.from_host(code).to_host())]
    assert wrong == []
    return codes


@pytest.mark.process
def test_a_sample_of_the_standard_library():
    assert check(sample()) > 1000


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_whole_standard_library():
    assert check(roundtrip.library()) > 50000
