"""The verifier: what CPython trusts the compiler for, and does not check."""

from __future__ import annotations

import types
from typing import Any

import pytest

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import BEHAVIOUR, CACHES, INTRINSICS_1, OPMAP
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import verify
from bytescope.isa import kinds
from bytescope.isa.primitives import PRIMITIVES
from tests.support.handmade import Unit, handmade
from tests.support.mutate import corpus
from tests.support.scale import IN_PYODIDE

NONE, SEVEN, CODE = ("LOAD_CONST", 0), ("LOAD_CONST", 1), ("LOAD_CONST", 2)
CALLED = [("PRECALL", 0), ("CALL", 0)] if "PRECALL" in OPMAP else [("CALL", 0)]
CLOSED = [("MAKE_FUNCTION", 8)] if BEHAVIOUR.null_first else ["MAKE_FUNCTION", ("SET_FUNCTION_ATTRIBUTE", 8)]
GENERATOR = ["RETURN_GENERATOR", "POP_TOP", "RESUME"]
TO_START = ("JUMP_BACKWARD", 3 + CACHES[OPMAP["JUMP_BACKWARD"]] + CACHES[OPMAP["RESUME"]])
RAISES = "UNARY_NEGATIVE"
ENDED = ["END_FOR", "POP_ITER"] if "POP_ITER" in OPMAP else ["NOP", "NOP"]
ABOVE = ["PUSH_NULL"] if BEHAVIOUR.null_above_iterator else []
LOAD_CELL = ("LOAD_CLOSURE" if "LOAD_CLOSURE" in OPMAP else "LOAD_FAST", 0)


def outer() -> Any:
    """A function with a captured variable."""
    captured = 1

    def inner() -> int:
        return captured

    return inner


INNER = next(each for each in outer.__code__.co_consts if isinstance(each, types.CodeType) and each.co_freevars)


def function(*units: Unit, **attributes: Any) -> Any:
    return handmade("RESUME", *units, "RETURN_VALUE", **{"co_consts": (None, 7, INNER), **attributes})


REFUSED = {
    "NULL returned": (function("PUSH_NULL"), "RETURN: operand is NULL, not an object"),
    "NULL copied": (function("PUSH_NULL", ("COPY", 1), "POP_TOP"), "COPY: NULL is copied"),
    "NULL dropped": (function("PUSH_NULL", "POP_TOP", NONE), "POP: NULL is dropped"),
    "NULL in a tuple": (function("PUSH_NULL", ("BUILD_TUPLE", 1)), "BUILD_TUPLE: operand is NULL"),
    "NULL in a variable": (
        function("PUSH_NULL", ("STORE_FAST", 0), NONE, co_varnames=("x",)), "STORE_LOCAL: operand is NULL"
    ),
    "no NULL beside what is called": (function("PUSH_NULL", "PUSH_NULL", *CALLED), "CALL: operand is NULL"),
    "append to an int": (function(SEVEN, SEVEN, ("LIST_APPEND", 1)), "LIST_APPEND: operand is an object, not a list"),
    "update of an int": (function(SEVEN, SEVEN, ("SET_UPDATE", 1)), "SET_UPDATE: operand is an object, not a set"),
    "mapping in an int": (function(SEVEN, SEVEN, ("DICT_UPDATE", 1)), "DICT_UPDATE: operand is an object"),
    "item of an int": (function(SEVEN, SEVEN, SEVEN, ("MAP_ADD", 1)), "MAP_ADD: operand is an object, not a dict"),
    "loop over an int": (
        function(SEVEN, *ABOVE, ("FOR_ITER", 0), *ENDED, NONE),
        "FOR_ITER: operand is an object, not an iterator",
    ),
    "function of an int": (function(SEVEN, ("MAKE_FUNCTION", 0)), "MAKE_FUNCTION: operand is an object, not a code"),
    "function without its cells": (function(CODE, ("MAKE_FUNCTION", 0)), "with 0 cells, and the code has 1"),
    "function with other cells": (
        function(SEVEN, ("BUILD_TUPLE", 1), CODE, *CLOSED), "MAKE_FUNCTION: operand is a tuple, not a tuple of cells"
    ),
    "names that are none": (
        function(SEVEN, SEVEN, SEVEN, ("MATCH_CLASS", 0)), "MATCH_CLASS: operand is an object, not a tuple of names"
    ),
    "handling an int": (
        function(SEVEN, "PUSH_EXC_INFO", "POP_TOP", "POP_EXCEPT", NONE), "PUSH_EXC_INFO: operand is an object"
    ),
    "raising an int again": (function(SEVEN, ("RERAISE", 0)), "RERAISE: operand is an object, not an exception"),
    "offset that is none": (
        function(
            SEVEN, NONE, RAISES, "RETURN_VALUE", "POP_TOP", SEVEN, ("RERAISE", 1), regions=[(3, 4, 5, 1, False)]
        ),
        "RERAISE: operand is an object, not an exception",
    ),
    "handled exception that is none": (
        function(
            NONE, RAISES, "RETURN_VALUE", "PUSH_EXC_INFO", "POP_TOP", "POP_TOP", NONE, "POP_EXCEPT", NONE,
            regions=[(2, 3, 4, 0, False)],
        ),
        "POP_EXCEPT: operand is an object, not the exception that was handled before",
    ),
    "deeper than the stack": (function(NONE, NONE, co_stacksize=1), "2 operands, and the stack holds 1"),
    "before the frame begins": (handmade(NONE, RAISES, "RESUME", "RETURN_VALUE"), "UNARY before the RESUME"),
    "namespace of a function": (
        function(("LOAD_NAME", 0), co_names=("x",)), "LOAD_NAME in code with flags 0x3"
    ),
    "cell that is not made": (
        function(LOAD_CELL, co_cellvars=("x",)), "no MAKE_CELL for the captured variable 'x'"
    ),
    "cell that is not copied": (
        function(("LOAD_DEREF", 0), co_freevars=("x",)), "no COPY_FREE_VARS for the captured variable 'x'"
    ),
    "resumed as if it delegated": (
        handmade(*GENERATOR, NONE, "YIELD_VALUE", ("RESUME", 2), "RETURN_VALUE", co_flags=0x23),
        "RESUME 2 not in a loop that delegates",
    ),
    "cell made twice": (
        handmade(("MAKE_CELL", 0), ("MAKE_CELL", 0), "RESUME", NONE, "RETURN_VALUE", co_cellvars=("x",)),
        "MAKE_CELL for 'x' out of place",
    ),
    "jump to the prologue": (
        handmade(("MAKE_CELL", 0), "RESUME", TO_START, co_cellvars=("x",)), "before the frame begins"
    ),
    "handler in the prologue": (
        handmade(
            *GENERATOR, NONE, "RETURN_VALUE", co_flags=0x23, regions=[(3, 4, 0, 0, False)]
        ),
        "goes to where the frame has not begun",
    ),
    "overlapping regions": (
        function(NONE, NONE, "POP_TOP", regions=[(1, 3, 3, 0, False), (2, 3, 3, 0, False)]), "before the end of the one"
    ),
    "unsorted regions": (
        function(NONE, NONE, "POP_TOP", regions=[(2, 3, 3, 0, False), (1, 2, 3, 0, False)]), "before the end of the one"
    ),
    "generator and coroutine": (
        handmade(*GENERATOR, NONE, "RETURN_VALUE", co_flags=0xA3), "more than one of gen"
    ),
    "parameters without fast locals": (function(NONE, co_flags=0, co_argcount=1), "and there are parameters"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cpython_does_not_check_is_refused(name: str) -> None:
    code, reason = REFUSED[name]
    with pytest.raises(InvalidBytecode) as caught:
        verify(lower(code))
    assert reason in caught.value.reason


@pytest.mark.skipif("BUILD_CONST_KEY_MAP" not in OPMAP, reason="this version builds dicts by keys and values alone")
def test_keys_that_are_no_tuple_of_as_many_are_refused() -> None:
    def built(keys: object) -> Any:
        return lower(function(NONE, NONE, ("LOAD_CONST", 1), ("BUILD_CONST_KEY_MAP", 2), co_consts=(None, keys)))

    for keys, reason in ((("a",), "BUILD_CONST_KEY_MAP 2 has 1 keys"), (7, "is an object, not a tuple of names")):
        with pytest.raises(InvalidBytecode, match=reason):
            verify(built(keys))
    verify(built((1, "a")))


@pytest.mark.skipif("FORMAT_WITH_SPEC" not in OPMAP, reason="this version has one instruction for both")
def test_a_format_that_is_no_string_is_refused() -> None:
    with pytest.raises(InvalidBytecode, match="operand is an object, not a string"):
        verify(lower(function(SEVEN, SEVEN, "FORMAT_WITH_SPEC")))


@pytest.mark.skipif(BEHAVIOUR.load_fast_may_fail, reason="this version checks whether a variable is bound")
def test_an_unbound_variable_that_is_not_checked_is_refused() -> None:
    code = function(("LOAD_FAST", 0), co_varnames=("x",))
    with pytest.raises(InvalidBytecode, match="'x' may be unbound"):
        verify(lower(code))
    verify(lower(function(("LOAD_FAST", 0), co_varnames=("x",), co_argcount=1)))
    verify(lower(function(("LOAD_FAST_CHECK", 0), "POP_TOP", ("LOAD_FAST", 0), co_varnames=("x",))))


@pytest.mark.skipif(not BEHAVIOUR.branches_on_bool, reason="this version finds out whether an object is true")
def test_a_branch_on_no_bool_is_refused() -> None:
    for code in (function(SEVEN, "UNARY_NOT"), function(SEVEN, ("POP_JUMP_IF_TRUE", 1), NONE)):
        with pytest.raises(InvalidBytecode, match="operand is an object, not a bool"):
            verify(lower(code))
    verify(lower(function(SEVEN, "TO_BOOL", "UNARY_NOT")))


@pytest.mark.skipif(IN_PYODIDE, reason="there are no sources of the standard library")
def test_what_compilers_make_is_taken() -> None:
    for code in corpus(6000):
        verify(lower(code))


COMPREHENSIONS = {
    "one with a captured variable, one without": """
try:
    a = [v for v in R]
except E: pass
b = [lambda: v for v in R]
""",
    "a captured variable behind a variable that is restored": """
def f():
    try:
        for n in R:
            a = [[lambda: v for v in R] for v, w in E]
            b = {v: w for v, w in E}
    except E: pass
    for v in R: g = lambda: v
""",
    "a variable that a comprehension of 3.12 takes for its own": """
try:
    a = {v: (lambda: w) for v, w in E}
except E: pass
b = [v for v in R if (lambda: v) and w or v]
""",
    "defaults of keyword-only parameters alone": "def f[T](*, a=1): pass" if INTRINSICS_1 else "",
}


@pytest.mark.parametrize("what", COMPREHENSIONS)
def test_what_the_compiler_makes_is_taken(what: str) -> None:
    pending = [compile(COMPREHENSIONS[what], what, "exec")]
    while pending:
        code = pending.pop()
        verify(lower(code))
        pending += [each for each in code.co_consts if isinstance(each, types.CodeType)]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("o", "o", "o"),
        ("x", "y", "y"),
        ("L", "D", "o"),
        (kinds.numbered(kinds.NAMES, 1), kinds.numbered(kinds.NAMES, 2), kinds.TUPLE),
        (kinds.numbered(kinds.CELLS, 2), kinds.numbered(kinds.CELLS, 2), kinds.numbered(kinds.CELLS, 2)),
        ("o", "n", None),
        ("v", "w", "v"),
        ("l", "o", None),
    ],
)
def test_kinds_are_joined(one: str, other: str, both: str | None) -> None:
    assert kinds.joined(one, other) == kinds.joined(other, one) == both


def test_the_table_names_primitives() -> None:
    for name, wanted in kinds.TAKES.items():
        assert len(wanted) == len(PRIMITIVES[name].operands)
    for name, given in kinds.GIVES.items():
        assert len(given) == len(PRIMITIVES[name].results)
