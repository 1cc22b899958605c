"""Compiled files of other versions of CPython, executed on this one with the output of their own version."""

from pathlib import Path

import pytest

import bytescope
from bytescope.code import read_pyc
from bytescope.code.errors import InvalidBytecode, InvalidPyc
from bytescope.code.host.facts import HOST
from bytescope.code.object.stand_in import stand_in
from bytescope.code.versions.version import LOWERED
from tests.support.all_pythons import found_pythons
from tests.support.processes import run, run_python

pytestmark = pytest.mark.process

PROGRAM = Path(__file__).with_name("foreign_program.py")
COMPILE = "import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2], doraise=True)"


def printed(version: str, *words: str | Path) -> str:
    """Run a version of CPython, and return what it prints."""
    ran = run(found_pythons()[version], "-W", "ignore", *words)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def compiled(version: str, source: str | Path, folder: Path) -> Path:
    """Return a file that a version of CPython has compiled."""
    if version not in found_pythons():
        pytest.skip(f"there is no CPython {version} here")
    if isinstance(source, str):
        (folder / "source.py").write_text(source, encoding="utf-8")
        source = folder / "source.py"
    path = folder / f"{source.stem}-{version}.pyc"
    printed(version, "-c", COMPILE, source, path)
    return path


@pytest.mark.parametrize("version", LOWERED)
def test_program_of_each_version(version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = compiled(version, PROGRAM, tmp_path)
    wanted = printed(version, path)
    vm = bytescope.VM()
    namespace = vm.run_pyc(path)
    assert capsys.readouterr().out == wanted
    assert len(wanted.splitlines()) > 40
    assert vm.instructions > 1000
    assert bytescope.is_guest(namespace["closures"])


def test_own_version_of_others_is_none_to_execute_without_the_machine(tmp_path: Path) -> None:
    foreign = "3.12" if HOST != "3.12" else "3.13"
    path = compiled(foreign, "def f(): pass\n", tmp_path)
    code = stand_in(read_pyc(path.read_bytes()).code)
    with pytest.raises(RuntimeError, match=f"<module> is bytecode of CPython {foreign}: run it in the interpreter"):
        exec(code)


@pytest.mark.parametrize(
    ("version", "source", "reason"),
    [
        ("3.12", "class A[T]: pass\n", "INTRINSIC_TYPEVAR of CPython 3.12 makes what CPython 3.11 has not"),
        ("3.14", "x = t'{1}'\n", f"BUILD_INTERPOLATION of CPython 3.14 makes what CPython {HOST} has not"),
    ],
)
def test_what_the_host_has_not_is_named(version: str, source: str, reason: str, tmp_path: Path) -> None:
    if HOST >= version or ("3.11" in reason and HOST != "3.11"):
        pytest.skip("this version has it")
    with pytest.raises(InvalidBytecode, match=reason):
        bytescope.VM().run_pyc(compiled(version, source, tmp_path))


def test_files_that_are_damaged_or_unknown_get_one_line(tmp_path: Path) -> None:
    foreign = "3.12" if HOST != "3.12" else "3.13"
    whole = compiled(foreign, PROGRAM, tmp_path).read_bytes()
    for name, data, line in (
        ("cut.pyc", whole[:300], "damaged at offset 42: a bytes object takes "),
        ("empty.pyc", b"", "not a .pyc file: it is empty"),
        ("text.pyc", b"print()", "not a .pyc file: it starts with no magic number"),
        ("pypy.pyc", b"\xf0\x00\r\n" + whole[4:], "compiled by PyPy"),
        ("old.pyc", (3394).to_bytes(2, "little") + whole[2:], "compiled by CPython 3.7 (magic number 3394)"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InvalidPyc) as error:
            bytescope.VM().run_pyc(tmp_path / name)
        assert str(error.value).startswith(line)
        assert "\n" not in str(error.value)


def test_the_woven_engine_refuses_and_the_interpreter_observes(tmp_path: Path) -> None:
    foreign = "3.12" if HOST != "3.12" else "3.13"
    path = compiled(foreign, "def f(x):\n    return x + 1\nprint(f(1))\n", tmp_path)
    words = ["-m", "bytescope", "run", "--analysis", "coverage"]
    refused = run_python(*words, "--engine", "woven", path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("bytescope run: --engine woven is for code of the running Python's version")
    observed = run_python(*words, path)
    assert observed.returncode == 0, observed.stderr
    assert observed.stdout.startswith("2\n")
    assert "100 %" in observed.stdout + observed.stderr
