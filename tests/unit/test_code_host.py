"""The facts of the host."""

import dis
import itertools
import pickle

import pytest

from bytescope.code import host
from bytescope.code.errors import InvalidBytecode, UnsupportedHost


def test_an_unknown_host_gives_one_clear_line():
    with pytest.raises(UnsupportedHost) as caught:
        host.check_host("pypy", "3.10")
    assert str(caught.value) == "bytescope needs CPython 3.11 to 3.14, and this is pypy 3.10"


@pytest.mark.parametrize("version", ["3.10", "3.15"])
def test_an_unknown_version_is_unsupported(version):
    with pytest.raises(UnsupportedHost, match=version):
        host.check_host("cpython", version)


def test_every_supported_version_is_accepted():
    for version in host.SUPPORTED:
        host.check_host("cpython", version)
    assert host.HOST in host.SUPPORTED


def test_opcodes_that_code_objects_never_hold_are_left_out():
    assert all(0 <= opcode < 256 for opcode in host.OPMAP.values())
    assert not [name for name in host.OPMAP if name.startswith(("INSTRUMENTED_", "SETUP_FINALLY", "LOAD_CLOSURE_"))]
    assert {"RESUME", "LOAD_CONST", "RETURN_VALUE", "EXTENDED_ARG"} <= host.OPMAP.keys()


def test_names_and_numbers_agree():
    for name, opcode in host.OPMAP.items():
        assert host.OPNAME[opcode] == name
    assert sum(not name.startswith("<") for name in host.OPNAME) == len(host.OPMAP)


def test_cache_sizes_are_the_distances_that_dis_shows():
    code = compile("a.b + c[d] < e(f); g.h = i", "<test>", "exec")
    shown = list(dis.get_instructions(code))
    for one, following in itertools.pairwise(shown):
        assert host.CACHES[host.OPMAP[one.opname]] == (following.offset - one.offset) // 2 - 1, one.opname
    assert any(host.CACHES[host.OPMAP[one.opname]] > 1 for one in shown)


def test_every_jump_goes_one_way():
    assert host.FORWARD | host.BACKWARD == host.TARGETED
    assert not host.FORWARD & host.BACKWARD
    assert host.TARGETED >= host.JUMPS
    for one, other in host.OPPOSITE.items():
        assert host.OPPOSITE[other] == one
        assert (one in host.FORWARD) != (other in host.FORWARD)
    assert host.OPMAP["JUMP_FORWARD"] in host.OPPOSITE


def test_the_stack_effect_ignores_arguments_that_are_not_used():
    pop = host.OPMAP["POP_TOP"]
    assert host.stack_effect(pop, 7, False) == host.stack_effect(pop, 0, False) == -1
    assert host.stack_effect(host.OPMAP["BUILD_TUPLE"], 3, False) == -2


def test_specialised_opcodes_stand_for_known_ones():
    assert host.DEOPT
    for special, base in host.DEOPT.items():
        assert not host.OPNAME[base].startswith("<")
        assert special not in host.OPMAP.values()


def test_names_are_found_behind_the_flags():
    code = compile("print(a.b)", "<test>", "eval")
    found = []
    for instruction in dis.get_instructions(code):
        opcode = host.OPMAP[instruction.opname]
        if opcode in host.HAS_NAME:
            found.append(code.co_names[instruction.arg >> host.NAME_SHIFT[opcode]])
    assert found == ["print", "a", "b"]


def test_comparison_operators_are_found_behind_the_flags():
    for number, operator in enumerate(["<", "<=", "==", "!=", ">", ">="]):
        code = compile(f"if a {operator} b: c", "<test>", "exec")
        [compare] = [i for i in dis.get_instructions(code) if i.opname == "COMPARE_OP"]
        assert host.COMPARE_OPS[compare.arg >> host.COMPARE_SHIFT] == operator
        assert compare.arg >> host.COMPARE_SHIFT == number
        assert bool(compare.arg & host.COMPARE_TO_BOOL) == bool(host.COMPARE_TO_BOOL)


def test_binary_operators_are_symbols():
    code = compile("a += b ** c", "<test>", "exec")
    operators = [host.BINARY_OPS[i.arg] for i in dis.get_instructions(code) if i.opname == "BINARY_OP"]
    assert operators == ["**", "+="]


def test_invalid_bytecode_says_where_and_why():
    error = InvalidBytecode("outer.inner", 12, "a reason")
    assert str(error) == "invalid bytecode in outer.inner, offset 12: a reason"
    assert (error.code, error.offset, error.reason) == ("outer.inner", 12, "a reason")
    assert "offset" not in str(InvalidBytecode("f", None, "a reason"))


def test_invalid_bytecode_survives_pickling():
    error = pickle.loads(pickle.dumps(InvalidBytecode("f", 4, "a reason")))
    assert (error.code, error.offset, error.reason) == ("f", 4, "a reason")
