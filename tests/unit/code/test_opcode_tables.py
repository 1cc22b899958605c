"""The tables of opcodes: what each version itself says, and how they are put to use."""

import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from bytescope.code.host.facts import SUPPORTED
from bytescope.code.versions import opcode_tables
from bytescope.code.versions.pyc_forms import FORMS
from bytescope.code.versions.version import load_version
from tests.support.all_pythons import found_pythons
from tests.support.processes import HANG, ROOT, environment, run_python

pytestmark = pytest.mark.any_host

FOLDER = Path(opcode_tables.__file__).parent


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_the_table_of_each_version_is_what_the_version_itself_says(version, tmp_path):
    command = [str(found_pythons()[version]), "-I", str(ROOT / "tools" / "opcode_table.py"), "--print"]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment(tmp_path), timeout=HANG)
    assert ran.stderr == ""
    assert ran.stdout == (FOLDER / f"v{version.replace('.', '_')}.py").read_text(encoding="utf-8")


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_the_magic_number_of_each_version_is_what_the_version_itself_says(version, tmp_path):
    code = "import importlib.util; print(int.from_bytes(importlib.util.MAGIC_NUMBER[:2], 'little'))"
    ran = subprocess.run(
        [str(found_pythons()[version]), "-I", "-c", code],
        capture_output=True, encoding="utf-8", env=environment(tmp_path), timeout=HANG,
    )  # fmt: skip
    assert int(ran.stdout) == FORMS[version].magic


def test_every_version_whose_files_are_read_has_a_table():
    assert {path.stem for path in FOLDER.glob("v*.py")} == {f"v{version.replace('.', '_')}" for version in FORMS}
    assert set(SUPPORTED) <= set(FORMS)


@pytest.mark.parametrize("version", FORMS)
def test_every_version_is_a_value_on_every_host(version):
    known = load_version(version)
    opcodes = known.opcodes
    assert known.name == opcodes.version == version and load_version(version) is known
    assert opcodes.opname[opcodes.extended_arg] == "EXTENDED_ARG" and opcodes.opname[opcodes.opmap["NOP"]] == "NOP"
    assert opcodes.opmap["JUMP_FORWARD"] in opcodes.forward & opcodes.jumps & opcodes.ends & opcodes.has_arg
    assert opcodes.opmap["NOP"] not in opcodes.has_arg | opcodes.ends | opcodes.targeted
    assert opcodes.opmap["LOAD_CONST"] in opcodes.has_const and opcodes.opmap["LOAD_FAST"] in opcodes.has_local
    assert {opcodes.opname[opcode] for opcode in opcodes.has_compare} == {"COMPARE_OP"}
    assert not opcodes.forward & opcodes.backward and not opcodes.absolute & opcodes.backward
    assert bool(opcodes.absolute) == (not opcodes.backward)
    assert opcodes.jumps < opcodes.targeted or "SETUP_FINALLY" not in opcodes.opmap


@pytest.mark.parametrize(
    ("version", "name", "shift"),
    [
        ("3.8", "LOAD_GLOBAL", 0),
        ("3.11", "LOAD_GLOBAL", 1),
        ("3.11", "LOAD_ATTR", 0),
        ("3.12", "LOAD_SUPER_ATTR", 2),
        ("3.12", "COMPARE_OP", 4),
        ("3.13", "COMPARE_OP", 5),
        ("3.15", "IMPORT_NAME", 2),
        ("3.14", "IMPORT_NAME", 0),
    ],
)
def test_tables_say_how_many_bits_stand_below_an_index(version, name, shift):
    opcodes = load_version(version).opcodes
    assert opcodes.shifts.get(opcodes.opmap[name], 0) == shift


@pytest.mark.parametrize("version", FORMS)
def test_every_version_can_be_lowered(version):
    assert load_version(version).rules
    if version in SUPPORTED:
        module = import_module(f"bytescope.code.versions.v{version.replace('.', '_')}")
        assert load_version(version).behaviour is module.BEHAVIOUR


@pytest.mark.process
def test_only_the_table_of_the_host_is_loaded_at_start():
    code = "import sys, bytescope.cli.run; print(*[m for m in sys.modules if 'opcode_tables.' in m])"
    from bytescope.code.host.facts import HOST

    assert run_python("-c", code).stdout.split() == [f"bytescope.code.versions.opcode_tables.v{HOST.replace('.', '_')}"]
    assert (
        "opcode"
        not in run_python("-S", "-c", "import sys, bytescope.code.host.facts; print(*sys.modules)").stdout.split()
    )
