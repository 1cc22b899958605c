"""Sets of builtin types, and the look-ups in classes that run no user code."""

from __future__ import annotations

import enum
import subprocess
import sys
import warnings
from typing import Any

import pytest

from bytescope.isa import purity, typesets


class Key:
    """A name of a class that is no string, and equal to one."""

    def __hash__(self) -> int:
        return hash("x")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("a key of a class was compared")


@pytest.fixture
def odd() -> type:
    """A class one of whose names is no string."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "non-string key", RuntimeWarning)  # CPython warns of it from 3.13 on
        return type("Odd", (), {Key(): 0, "one": 1})  # type: ignore[dict-item]


def test_keys_that_are_no_strings_are_not_compared(odd: type) -> None:
    derived = type("Derived", (odd,), {})
    for kind in (odd, derived):
        assert not purity.has_string_keys(kind)
        assert purity.find(kind, "one") == (1, odd)
        assert purity.find(kind, "x") == (purity.MISSING, None)
        assert not purity.defines(kind, "x")
        assert not purity.loads_purely(kind, "x")
        assert not purity.stores_purely(kind, "x")
        assert not purity.class_loads_purely(kind, "one")


def test_a_value_whose_class_has_such_keys_is_not_inert(odd: type) -> None:
    assert not purity.is_inert(odd())
    assert not purity.is_stored_plainly(odd())


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(("found", "inert", "stored"), [
    (1, True, True), (len, True, True), (property(len), False, False), (staticmethod(len), True, True),
    (Colour.RED, True, True), (enum.Enum.__dict__["name"], False, False), (object.__dict__["__class__"], True, False),
])  # fmt: skip
def test_what_a_class_has_under_a_name(found: Any, inert: bool, stored: bool) -> None:
    assert purity.is_inert(found) is inert
    assert purity.is_stored_plainly(found) is stored


def test_every_iterator_of_a_builtin_container_is_known() -> None:
    samples: list[Any] = [(), [], "", "\u20ac", b"", bytearray(), range(1), range(1 << 70), set(), frozenset(), {}]
    samples += [{}.keys(), {}.values(), {}.items()]
    assert {type(iter(each)) for each in samples} | {type(reversed([]))} == typesets.ITERATORS
    assert {type(iter(each)) for each in samples if type(each) in typesets.TEXTS} <= typesets.ATOMIC_ITERATORS


@pytest.mark.process
@pytest.mark.parametrize(("options", "atomic"), [([], True), (["-b"], False)])
def test_bytes_are_atomic_unless_the_host_warns_of_them(options: list[str], atomic: bool) -> None:
    text = "from bytescope.isa.typesets import ATOMIC; print(bytes in ATOMIC)"
    found = subprocess.run([sys.executable, *options, "-c", text], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str(atomic)
