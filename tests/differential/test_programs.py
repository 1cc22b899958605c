"""Whole programs under `coverage`: what they do, and the lines and branches that coverage.py's C tracer finds.

The programs are in `programs/`, with what coverage.py says of them in `programs/expected.json`.
"""

from __future__ import annotations

import compileall
import importlib.util
import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from bytescope.analyses.coverage_config import configured
from bytescope.analyses.coverage_scope import Scope
from bytescope.analyses.file_globs import matcher
from tests.support.processes import run_python

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage.py is not installed"),
]

PROGRAMS = Path(__file__).with_name("programs")
EXPECTED: dict[str, dict[str, dict[str, Any]]] = json.loads((PROGRAMS / "expected.json").read_text("utf-8"))
KINDS = ("executed_lines", "missing_lines", "executed_branches", "missing_branches")


def copy(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(PROGRAMS / name, folder / name))


def measure(folder: Path, *words: str, engine: str = "woven") -> subprocess.CompletedProcess[str]:
    options = ("--engine", engine, "--branch", "--output", f"data:{folder / '.data'}")
    return run_python("-m", "bytescope", "coverage", *options, *words, cwd=folder, BYTESCOPE_CACHE="0")


def report(folder: Path, data: str = ".data") -> dict[str, dict[str, Any]]:
    """Return what coverage.py's JSON report says of the files in a folder."""
    import coverage

    measured = coverage.Coverage(data_file=str(folder / data), config_file=False)
    measured.load()
    out = folder / "report.json"
    measured.json_report(outfile=str(out), ignore_errors=True)
    files = json.loads(out.read_text("utf-8"))["files"]
    return {Path(name).resolve().relative_to(folder.resolve()).as_posix(): said for name, said in files.items()}


def assert_as_expected(found: dict[str, dict[str, Any]], case: str) -> None:
    assert found.keys() == EXPECTED[case].keys()
    for name, said in EXPECTED[case].items():
        for kind in KINDS:
            assert sorted(found[name][kind]) == said.get(kind, []), (name, kind)


@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_code_that_the_standard_library_executes_is_measured(tmp_path: Path, engine: str) -> None:
    folder = copy("runpy_files", tmp_path)
    done = measure(folder, "main.py", engine=engine)
    assert (done.stdout, done.stderr, done.returncode) == (
        run_python("main.py", cwd=folder).stdout,
        "",
        0,
    )
    assert_as_expected(report(folder), "runpy_files")


@pytest.mark.any_host
@pytest.mark.parametrize("change", ["limit", "path"])
def test_a_program_that_leaves_python_changed(tmp_path: Path, change: str) -> None:
    folder = copy("left_changed", tmp_path)
    done = measure(folder, "main.py", change)
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)
    assert_as_expected(report(folder), f"left_changed {change}")


@pytest.mark.any_host
def test_a_program_with_a_module_named_coverage(tmp_path: Path) -> None:
    copy("own_coverage", tmp_path)
    done = measure(tmp_path, "own_coverage/main.py")
    assert (done.stdout, done.stderr, done.returncode) == ("own coverage module\n3\n", "", 0)
    assert sorted(report(tmp_path)) == ["own_coverage/coverage.py", "own_coverage/main.py"]


def test_modules_without_source(tmp_path: Path) -> None:
    folder = copy("sourceless", tmp_path)
    shipped = folder / "ship"
    shutil.copytree(folder / "app", shipped / "app")
    assert compileall.compile_dir(shipped, quiet=1, legacy=True, stripdir=str(folder))
    for source in shipped.rglob("*.py"):
        source.unlink()
    options = ("--branch", "--output", "data:../.coverage.1", "-m", "app", "7")
    done = run_python("-m", "bytescope", "coverage", *options, cwd=shipped, BYTESCOPE_CACHE="0")
    assert (done.stdout, done.stderr, done.returncode) == ("high\n", "", 3)
    done = run_python("-m", "coverage", "combine", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found = report(folder, ".coverage")
    assert found["app/rules.py"]["missing_lines"] == [11]
    assert found["app/rules.py"]["summary"]["num_statements"] == 7
    assert found["app/__main__.py"]["missing_lines"] == []


PACKAGE = """
import runpy, types
def by_exec(path):
    namespace = {"__name__": "given"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), namespace)
    return namespace
"""


@pytest.mark.any_host
def test_installed_packages_are_left_out_but_not_what_they_execute(tmp_path: Path) -> None:
    installed = Path(sysconfig.get_path("purelib"), f"bytescope_test_{os.getpid()}.py")
    name = installed.stem
    installed.write_text(PACKAGE, encoding="utf-8")
    own = tmp_path / "site-packages"
    own.mkdir()
    (own / "near.py").write_text("value = 1\n")
    (tmp_path / "plugin.py").write_text("if __name__ == 'given':\n    value = 2\nelse:\n    value = 3\n")
    (tmp_path / "main.py").write_text(
        "import json, sys\n"
        "sys.path.append('site-packages')\n"
        f"import near, {name}\n"
        f"print(near.value + {name}.by_exec('plugin.py')['value'])\n"
    )
    try:
        done = measure(tmp_path, "main.py")
        assert (done.stdout, done.stderr, done.returncode) == ("3\n", "", 0)
        found = report(tmp_path)
        assert sorted(found) == ["main.py", "plugin.py", "site-packages/near.py"]
        assert found["plugin.py"]["missing_lines"] == [4]
        done = run_python(
            *("-m", "bytescope", "coverage", "--source", name, "main.py"),
            cwd=tmp_path,
            BYTESCOPE_CACHE="0",
        )
        assert f"{name}.py" in done.stderr
        assert "main.py" not in done.stderr
    finally:
        installed.unlink()


@pytest.mark.any_host
@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (".coveragerc", "[run]\nomit = sub/*\n", {"omit": "sub/*"}),
        (
            "pyproject.toml",
            "[tool.coverage.run]\nsource = ['src', 'lib']\nsource_pkgs = ['pack']\n",
            {"source": "src,lib,pack"},
        ),
        ("setup.cfg", "[coverage:run]\ninclude = a.py\n", {"include": "a.py"}),
        ("pyproject.toml", "[tool.other]\nomit = ['a']\n", {}),
    ],
)
def test_the_projects_configuration_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, found: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    assert configured({"branch": ""}) == {"branch": "", **found}
    assert configured({"omit": "b"}) == {"omit": "b"}


@pytest.mark.any_host
@pytest.mark.parametrize("content", [b"run]\n", b"\xff\xfe"])
def test_a_wrong_configuration_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".coveragerc").write_bytes(content)
    with pytest.raises(ValueError, match=r"\.coveragerc: "):
        configured({})


@pytest.mark.any_host
def test_globs_over_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    inside = str(tmp_path / "src" / "a" / "b.py")
    assert all(matcher([glob])(inside) for glob in ("src", "src/*", "src/**/*.py", "*/b.py", "*/a/*"))
    assert not any(matcher([glob])(inside) for glob in ("src/*.py", "b.py", "*.py"))
    assert matcher(["src/?.py", "src/[!b].py"])(str(tmp_path / "src" / "c.py"))
    with pytest.raises(ValueError, match="whole folders"):
        matcher(["src/a**"])


@pytest.mark.any_host
def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="a folder or the name of a module, and no/such is neither"):
        Scope("no/such", None, None)
