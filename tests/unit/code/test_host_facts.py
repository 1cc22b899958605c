"""The facts of the host."""

import dis
import itertools
import pickle
import sysconfig
from importlib import import_module

import pytest

import bytescope
import bytescope.code
from bytescope.code.errors import InvalidBytecode, UnsupportedHost
from bytescope.code.host import facts
from bytescope.code.versions.rules import COMMON
from tests.support.processes import run_python


def test_an_unknown_host_gives_one_clear_line():
    with pytest.raises(UnsupportedHost) as caught:
        facts.check_host("pypy", "3.10")
    assert str(caught.value) == "bytescope needs CPython 3.11 to 3.15, and this is pypy 3.10"


@pytest.mark.parametrize("version", ["3.10", "3.16"])
def test_an_unknown_version_is_unsupported(version):
    with pytest.raises(UnsupportedHost, match=version):
        facts.check_host("cpython", version)


def test_every_supported_version_is_accepted():
    for version in facts.SUPPORTED:
        facts.check_host("cpython", version)
    assert facts.HOST in facts.SUPPORTED


WITHOUT_GIL = "import sys; sys.version = sys.version.replace(' (', ' free-threading build (', 1); "
"""What makes this Python look like a free-threaded build, which says so there: none is at hand."""


def test_free_threaded_builds_are_those_that_the_host_declares():
    assert facts.FREE_THREADED == bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


@pytest.mark.parametrize("version", ["3.13", "3.14", "3.15"])
def test_a_free_threaded_build_is_refused_with_the_reason_and_the_fix(version):
    with pytest.raises(UnsupportedHost) as caught:
        facts.check_host("cpython", version, free_threaded=True)
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"bytescope needs the GIL, and this is a free-threaded build of CPython {version}: ")
    assert line.endswith(f"use the default build, python{version}")


@pytest.mark.process
def test_the_command_refuses_a_free_threaded_build_before_the_program_begins():
    start = "from bytescope.cli import main; main(['run', '-c', 'print(1)'])"
    ran = run_python("-c", WITHOUT_GIL + start)
    assert (ran.returncode, ran.stdout) == (1, "")
    [line] = ran.stderr.splitlines()
    assert line.startswith("bytescope needs the GIL, ")


@pytest.mark.process
def test_the_package_refuses_a_free_threaded_build_when_it_is_used():
    ran = run_python("-c", WITHOUT_GIL + "import bytescope; print(bytescope.__version__); bytescope.VM")
    assert ran.stdout == f"{bytescope.__version__}\n"
    assert ran.stderr.splitlines()[-1].startswith("bytescope.code.errors.UnsupportedHost: bytescope needs the GIL, ")


def test_opcodes_that_code_objects_never_hold_are_left_out():
    assert all(0 <= opcode < 256 for opcode in facts.OPMAP.values())
    assert not [name for name in facts.OPMAP if name.startswith(("INSTRUMENTED_", "SETUP_FINALLY", "LOAD_CLOSURE_"))]
    assert {"RESUME", "LOAD_CONST", "RETURN_VALUE", "EXTENDED_ARG"} <= facts.OPMAP.keys()


def test_names_and_numbers_agree():
    for name, opcode in facts.OPMAP.items():
        assert facts.OPNAME[opcode] == name
    assert sum(not name.startswith("<") for name in facts.OPNAME) == len(facts.OPMAP)


def test_cache_sizes_are_the_distances_that_dis_shows():
    code = compile("a.b + c[d] < e(f); g.h = i", "<test>", "exec")
    shown = list(dis.get_instructions(code))
    for one, following in itertools.pairwise(shown):
        assert facts.CACHES[facts.OPMAP[one.opname]] == (following.offset - one.offset) // 2 - 1, one.opname
    assert any(facts.CACHES[facts.OPMAP[one.opname]] > 1 for one in shown)


def test_every_jump_goes_one_way():
    assert facts.FORWARD | facts.BACKWARD == facts.TARGETED
    assert not facts.FORWARD & facts.BACKWARD
    assert facts.TARGETED >= facts.JUMPS
    for one, other in facts.OPPOSITE.items():
        assert facts.OPPOSITE[other] == one
        assert (one in facts.FORWARD) != (other in facts.FORWARD)
    assert facts.OPMAP["JUMP_FORWARD"] in facts.OPPOSITE


def test_the_stack_effect_ignores_arguments_that_are_not_used():
    pop = facts.OPMAP["POP_TOP"]
    assert facts.stack_effect(pop, 7, False) == facts.stack_effect(pop, 0, False) == -1
    assert facts.stack_effect(facts.OPMAP["BUILD_TUPLE"], 3, False) == -2


def test_names_are_found_behind_the_flags():
    code = compile("print(a.b)", "<test>", "eval")
    found = []
    for instruction in dis.get_instructions(code):
        opcode = facts.OPMAP[instruction.opname]
        if opcode in facts.HAS_NAME:
            found.append(code.co_names[instruction.arg >> facts.NAME_SHIFT[opcode]])
    assert found == ["print", "a", "b"]


def test_comparison_operators_are_found_behind_the_flags():
    for number, operator in enumerate(["<", "<=", "==", "!=", ">", ">="]):
        code = compile(f"if a {operator} b: c", "<test>", "exec")
        [compare] = [i for i in dis.get_instructions(code) if i.opname == "COMPARE_OP"]
        assert facts.COMPARE_OPS[compare.arg >> facts.COMPARE_SHIFT] == operator
        assert compare.arg >> facts.COMPARE_SHIFT == number
        assert bool(compare.arg & facts.BEHAVIOUR.compare_to_bool) == bool(facts.BEHAVIOUR.compare_to_bool)


def test_binary_operators_are_symbols():
    code = compile("a += b ** c", "<test>", "exec")
    operators = [facts.BINARY_OPS[i.arg] for i in dis.get_instructions(code) if i.opname == "BINARY_OP"]
    assert operators == ["**", "+="]


def test_invalid_bytecode_says_where_and_why():
    error = InvalidBytecode("outer.inner", 12, "a reason")
    assert str(error) == "invalid bytecode in outer.inner, offset 12: a reason"
    assert (error.code, error.offset, error.reason) == ("outer.inner", 12, "a reason")
    assert "offset" not in str(InvalidBytecode("f", None, "a reason"))


def test_invalid_bytecode_survives_pickling():
    error = pickle.loads(pickle.dumps(InvalidBytecode("f", 4, "a reason")))
    assert (error.code, error.offset, error.reason) == ("f", 4, "a reason")


@pytest.mark.process
def test_only_the_running_version_and_those_before_it_are_loaded():
    code = "import bytescope.code.host.facts, sys; print(*sorted(m for m in sys.modules if '.versions.v3' in m))"
    chain = facts.SUPPORTED[: facts.SUPPORTED.index(facts.HOST) + 1]
    wanted = [f"bytescope.code.versions.v{version.replace('.', '_')}" for version in chain]
    assert run_python("-c", code).stdout.split() == wanted


@pytest.mark.parametrize("version", facts.SUPPORTED)
def test_every_version_can_be_read_on_every_host(version):
    module = import_module(f"bytescope.code.versions.v{version.replace('.', '_')}")
    assert COMMON.keys() < module.RULES.keys()
    assert module.BEHAVIOUR.followers["YIELD_VALUE"] == "RESUME"


@pytest.mark.process
def test_code_is_loaded_when_it_is_asked_for():
    code = "import sys, bytescope.code; print('bytescope.code.object' in sys.modules, bytescope.code.Code)"
    assert run_python("-c", code).stdout == "False <class 'bytescope.code.object.code.Code'>\n"
    with pytest.raises(AttributeError, match=r"module 'bytescope\.code' has no attribute 'Cod'"):
        bytescope.code.Cod
