"""Main programs run from Python: files, compiled files, folders, zip files, modules."""

import py_compile
import sys
import zipfile
from pathlib import Path

import pytest

import bytescope
from bytescope.code.errors import InvalidPyc

SHOW = """
import sys
def f():
    return sys._getframe(1).f_code.co_name
seen = dict(name=__name__, file=globals().get("__file__"), argv=sys.argv, path=sys.path[0], package=__package__,
            spec=getattr(__spec__, "name", None), main=sys.modules["__main__"].__dict__ is globals(), caller=f())
"""


@pytest.fixture
def vm() -> bytescope.VM:
    return bytescope.VM()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with programs in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "show.py").write_text(SHOW)
    (tmp_path / "boxed").mkdir()
    (tmp_path / "boxed" / "__main__.py").write_text("import beside\n" + SHOW)
    (tmp_path / "boxed" / "beside.py").write_text("def f(): return 1\nf()\n")
    (tmp_path / "bytescope_test_package").mkdir()
    (tmp_path / "bytescope_test_package" / "__init__.py").write_text("def f(): pass\n")
    (tmp_path / "bytescope_test_package" / "__main__.py").write_text("from . import f\n" + SHOW)
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def everything_is_put_back():
    before = sys.argv, sys.path[:], sys.modules["__main__"]
    modules = set(sys.modules)
    yield
    assert (sys.argv, sys.path[:], sys.modules["__main__"]) == before
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in ("beside", "bytescope_test_package"):
            del sys.modules[name]


def test_a_script(vm: bytescope.VM, folder: Path) -> None:
    seen = vm.run_path("show.py", ["a", "b"])["seen"]
    assert seen == {
        "name": "__main__",
        "file": str(folder / "show.py"),
        "argv": ["show.py", "a", "b"],
        "path": str(folder),
        "package": None,
        "spec": None,
        "main": True,
        "caller": "<module>",
    }
    assert vm.functions == 2


def test_paths_of_every_kind(vm: bytescope.VM, folder: Path) -> None:
    assert vm.run_path(folder / "show.py")["seen"]["argv"] == [str(folder / "show.py")]


def test_compiled_files(vm: bytescope.VM, folder: Path) -> None:
    py_compile.compile("show.py", "show.pyc", doraise=True)
    py_compile.compile("show.py", "anything", doraise=True)
    assert vm.run_path("show.pyc")["seen"]["file"] == str(folder / "show.pyc")
    assert vm.run_path("anything")["seen"]["name"] == "__main__"
    assert vm.run_pyc("anything", ["x"])["seen"]["argv"] == ["anything", "x"]


@pytest.mark.parametrize("name", ["boxed", "boxed.zip"])
def test_folders_and_zip_files(vm: bytescope.VM, folder: Path, name: str) -> None:
    with zipfile.ZipFile("boxed.zip", "w") as archive:
        for path in (folder / "boxed").glob("*.py"):
            archive.write(path, path.name)
    namespace = vm.run_path(name, ["x"])
    assert namespace["seen"]["path"] == str(folder / name)
    assert namespace["seen"]["argv"] == [name, "x"]
    assert bytescope.is_guest(namespace["f"])
    assert bytescope.is_guest(namespace["beside"].f)


def test_packages_and_modules(vm: bytescope.VM, folder: Path) -> None:
    seen = vm.run_module("bytescope_test_package", ["x"])["seen"]
    main = str(folder / "bytescope_test_package" / "__main__.py")
    assert (seen["argv"], seen["package"]) == ([main, "x"], "bytescope_test_package")
    assert seen["spec"] == "bytescope_test_package.__main__"
    assert bytescope.is_guest(sys.modules["bytescope_test_package"].f)
    assert vm.run_module("show")["seen"]["spec"] == "show"


def test_modules_of_the_standard_library_are_guests_when_they_are_the_program(vm: bytescope.VM) -> None:
    before = vm.instructions
    namespace = vm.run_module("this")
    assert vm.instructions > before + 1000
    assert namespace["d"]


def test_the_exit_of_a_program_is_an_exception(vm: bytescope.VM, folder: Path) -> None:
    (folder / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    with pytest.raises(SystemExit) as left:
        vm.run_path("leaves.py")
    assert left.value.code == 3


def test_files_that_cannot_be_run(vm: bytescope.VM, folder: Path) -> None:
    (folder / "wrong.py").write_text("def f(:\n")
    (folder / "latin.py").write_bytes(b"x = '\xe9'\n")
    (folder / "bad.pyc").write_bytes(b"nonsense")
    with pytest.raises(FileNotFoundError, match=r"missing\.py"):
        vm.run_path("missing.py")
    with pytest.raises(SyntaxError) as error:
        vm.run_path("wrong.py")
    assert error.value.filename == str(folder / "wrong.py")
    with pytest.raises(SyntaxError, match=r"Non-UTF-8 code starting with '.xe9' in file .* on line 1"):
        vm.run_path("latin.py")
    with pytest.raises(InvalidPyc, match=r"not a \.pyc file: it starts with no magic number"):
        vm.run_path("bad.pyc")
    with pytest.raises(InvalidPyc, match=r"not a \.pyc file: it starts with no magic number"):
        vm.run_pyc("wrong.py")
    with pytest.raises(ImportError, match="can't find '__main__' module"):
        vm.run_path("empty")


def test_compiled_files_that_hold_no_code(vm: bytescope.VM, folder: Path) -> None:
    import importlib.util
    import marshal

    (folder / "data.pyc").write_bytes(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps("no code"))
    with pytest.raises(RuntimeError, match="Bad code object"):
        vm.run_path("data.pyc")
    (folder / "cut.pyc").write_bytes(importlib.util.MAGIC_NUMBER + bytes(12))
    with pytest.raises(RuntimeError, match="Bad code object"):
        vm.run_path("cut.pyc")
    (folder / "head.pyc").write_bytes(importlib.util.MAGIC_NUMBER + bytes(3))
    with pytest.raises(EOFError):
        vm.run_path("head.pyc")


@pytest.mark.parametrize("name", ["no_such_module", "bytescope_test_package.no_such", "sys", ".relative", "empty"])
def test_modules_that_cannot_be_run(vm: bytescope.VM, folder: Path, name: str) -> None:
    with pytest.raises(ImportError):
        vm.run_module(name)


def test_arguments_are_a_sequence(vm: bytescope.VM, folder: Path) -> None:
    with pytest.raises(TypeError, match="argv must be a sequence"):
        vm.run_path("show.py", "--flag")


def test_limits_hold_for_programs(folder: Path) -> None:
    (folder / "loops.py").write_text("try:\n    while True: pass\nexcept BaseException:\n    raise SystemExit(1)\n")
    with pytest.raises(bytescope.BudgetExceeded):
        bytescope.VM(max_instructions=100).run_path("loops.py")


def test_guests_are_chosen_by_name(folder: Path) -> None:
    (folder / "asks.py").write_text("import colorsys, bisect\n")
    sys.modules.pop("colorsys", None)
    bytescope.VM(guests=["color*"]).run_path("asks.py")
    import bisect
    import colorsys

    assert bytescope.is_guest(colorsys.rgb_to_hls)
    assert not bytescope.is_guest(bisect.insort)
    del sys.modules["colorsys"]
    bytescope.VM(guests=["color*", "!colorsys"]).run_path("asks.py")
    import colorsys

    assert not bytescope.is_guest(colorsys.rgb_to_hls)
