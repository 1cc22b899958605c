"""The package as a whole."""

import keyword
import os
import py_compile
import re
import sys
import types
import zipfile
from importlib import resources
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import bytescope
from bytescope.startup import isolation
from bytescope.startup.isolation import Loader
from tests.support.processes import run_python

pytestmark = pytest.mark.any_host


def test_version_has_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", bytescope.__version__)


def test_package_is_marked_as_typed() -> None:
    assert resources.files("bytescope").joinpath("py.typed").is_file()


@pytest.mark.process
def test_analyses_without_shadows_load_nothing_that_propagates_them() -> None:
    code = """if True:
        import sys, bytescope
        class Calls(bytescope.Analysis):
            def call(self, site, function, args, kwargs, result): pass
        for engine in ("woven", "interpreter"):
            with bytescope.attach(Calls(), engine=engine):
                exec("print(len('ab'))")
        print([name for name in sys.modules if name.startswith(("bytescope.shadow", "bytescope.weave.shadow"))])
    """
    done = run_python("-c", code)
    assert done.stdout == "2\n2\n[]\n", done.stderr


MODULES_WITHOUT_THE_COPY = """
import importlib, pkgutil, sys, bytescope
from bytescope.startup.isolation import PRIVATE_BUILTINS
first = {"bytescope", "bytescope._version"}
first |= {"bytescope.startup" + each for each in ("", ".import_system", ".isolation", ".working_directory")}
names = {each.name for each in pkgutil.walk_packages(bytescope.__path__, "bytescope.")}
names = {name for name in names - first if name.split(".")[1] not in ("cli", "playground", "__main__")}
public = [name for name in sorted(names)
          if vars(importlib.import_module(name))["__builtins__"] is not PRIVATE_BUILTINS]
print(len(names) > 100, public)
"""


@pytest.mark.process
def test_core_modules_have_builtins_of_their_own() -> None:
    done = run_python("-c", MODULES_WITHOUT_THE_COPY)
    assert done.stdout == "True []\n", done.stderr


@pytest.mark.process
def test_they_have_them_where_pytest_rewrites_the_modules_of_the_package(tmp_path: Path) -> None:
    # as it does with all of an installed package that has a plugin, but for one that is installed to be edited
    body = MODULES_WITHOUT_THE_COPY.replace("\n", "\n    ")
    (tmp_path / "test_it.py").write_text(
        f"import pytest\npytest.register_assert_rewrite('bytescope')\ndef test_it():{body}"
    )
    done = run_python("-m", "pytest", "-sq", "-c", os.devnull, f"--rootdir={tmp_path}", str(tmp_path / "test_it.py"))
    assert "True []\n" in done.stdout, done.stdout


@pytest.mark.process
@pytest.mark.parametrize("analysis", ["calls", "labels"])
@pytest.mark.parametrize("engine", ["interpreter", "woven"])
def test_builtins_that_a_program_rebinds_are_its_own(tmp_path: Path, engine: str, analysis: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """import builtins
class Broken(type):
    def __instancecheck__(self, other): return False
    def __call__(self, *args, **kwargs): raise SystemError("the program's " + self.__name__)
for name in "enumerate getattr isinstance len list map max range reversed sorted type zip".split():
    setattr(builtins, name, Broken(name, (), {}))
def called(a, *rest, key=None, **more):
    return [a, key, {"rest": rest}]
class C:
    def method(self, x): return called(x, *[1, 2], key=x, **{"b": 1})
def numbers():
    for i in (1, 2, 3): yield i
total = 0
for each in numbers(): total += C().method(each)[0]
print(total, [x for x in numbers()], "a" + str(total))
"""
    )
    run = run_python("-m", "bytescope", analysis, "--engine", engine, "--output", str(tmp_path / "out"), str(program))
    assert run.stdout == "6 [1, 2, 3] a6\n", run.stderr


HEAVY = (
    "argparse ast bisect collections contextlib copy dataclasses dis enum functools heapq inspect keyword linecache"
    " logging operator re reprlib signal string tempfile threading token tokenize traceback typing weakref"
).split()
"""Modules that take longer to import than they are worth to a program that does not use them itself."""


@pytest.mark.process
def test_a_program_is_run_without_heavy_modules() -> None:
    code = "import runpy, sys; print(*sys.modules)"  # runpy is what -m takes
    plain, run = (run_python(*words, "-c", code) for words in ([], ["-m", "bytescope", "run"]))
    assert plain.stdout and run.stdout, run.stderr
    assert set(HEAVY) & set(run.stdout.split()) - set(plain.stdout.split()) == set()


@pytest.mark.process
def test_nothing_is_imported_while_a_program_runs() -> None:
    code = """if True:
        import sys
        before = set(sys.modules)
        def count(n):
            found = 0
            for i in range(n):
                if i % 3: found += len(str(i))
            return found
        assert len({count(300) for _ in range(300)}) == 1
        later = [name for name, module in sys.modules.items() if type(module).__name__ == "_Later"]
        print(sorted(set(sys.modules) - before), "bytescope.machine.jit.inlined_calls" in later)
    """
    run = run_python("-m", "bytescope", "run", "-c", code)
    assert run.stdout == "[] False\n", run.stderr


_IMPORTED = """if True:
    import json, sys, _thread
    if {by_importlib}:
        _thread._count = lambda: 1
    import bytescope.cli.run, bytescope.machine.vm, bytescope.analysis
    found = {{}}
    for name, module in sys.modules.items():
        if name.startswith("bytescope"):
            values = vars(module)
            spec = values["__spec__"]
            own = ["__name__", "__package__", "__file__", "__cached__", "__path__"]
            found[name] = [repr(values.get(each)) for each in own]
            own = ["name", "origin", "cached", "parent", "has_location", "submodule_search_locations", "_initializing"]
            found[name] += [repr(getattr(spec, each, None)) for each in own]
            found[name] += [type(spec.loader).__name__, spec.loader is values["__loader__"]]
            found[name] += sorted(each for each in values if name + "." + each in sys.modules)
    print(json.dumps(found, sort_keys=True))
"""


@pytest.mark.process
def test_modules_are_imported_with_and_without_importlib_alike() -> None:
    without, by_importlib = (run_python("-c", _IMPORTED.format(by_importlib=each)) for each in (False, True))
    assert without.stdout.count("bytescope.machine") > 50, without.stderr
    assert without.stdout == by_importlib.stdout, by_importlib.stderr


@pytest.mark.process
def test_a_module_that_fails_is_imported_again(tmp_path: Path) -> None:
    code = """if True:
        import builtins, sys, bytescope
        from bytescope.startup import isolation
        execute, isolation.exec = exec, lambda *given: 1 / 0
        for _ in range(2):
            try:
                isolation.load("bytescope.code"), isolation.load("bytescope.isa")
            except ZeroDivisionError:
                print("bytescope.isa" in sys.modules, hasattr(bytescope, "isa"))
        del isolation.exec
        print(isolation.load("bytescope.isa") is sys.modules["bytescope.isa"] is bytescope.isa)
    """
    run = run_python("-c", code)
    assert run.stdout == "False False\nFalse False\nTrue\n", run.stderr


@pytest.mark.process
def test_modules_that_are_put_off_are_executed_once_whoever_asks() -> None:
    code = """if True:
        import sys, threading
        import bytescope.isa
        events = sys.modules["bytescope.isa.events"]
        assert "EVENTS" not in vars(events) and not hasattr(events, "__wrapped__") and "EVENTS" not in vars(events)
        found = []
        threads = [threading.Thread(target=lambda: found.append(events.EVENTS)) for _ in range(20)]
        for each in threads: each.start()
        for each in threads: each.join()
        from bytescope.isa.events import EVENTS
        print(len(EVENTS) > 50, all(each is EVENTS for each in found), hasattr(events, "nothing"))
    """
    run = run_python("-c", code)
    assert run.stdout == "True True False\n", run.stderr


@pytest.mark.process
def test_modules_that_are_put_off_are_tried_again() -> None:
    code = """if True:
        import sys
        import bytescope.isa
        events = sys.modules["bytescope.isa.events"]
        def nested(n):
            return nested(n - 1) if n else events.EVENTS
        limit = sys.getrecursionlimit()
        failed = 0
        for depth in range(limit - 1, 0, -1):
            try:
                nested(depth)
            except RecursionError:
                failed += 1
            else:
                break
        from bytescope.isa.events import EVENTS
        print(failed > 0, len(EVENTS) > 50)
    """
    run = run_python("-c", code)
    assert run.stdout == "True True\n", run.stderr


def test_keywords_are_those_of_the_language() -> None:
    from bytescope.startup.stdlib_lite import iskeyword

    names = {*keyword.kwlist, *keyword.softkwlist, *dir(keyword)}
    assert [name for name in names if iskeyword(name) != keyword.iskeyword(name)] == []


def test_code_names_the_file_that_it_was_loaded_from(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("def f(): pass\n")
    py_compile.compile(str(source), dfile="elsewhere.py", doraise=True)
    code = Loader("module", str(source)).get_code("module")
    assert code is not None and code.co_filename == str(source)
    assert [each.co_filename for each in code.co_consts if isinstance(each, types.CodeType)] == [str(source)]


def test_module_that_another_thread_is_importing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("half_imported")
    module.__spec__ = ModuleSpec("half_imported", None)
    monkeypatch.setitem(sys.modules, "half_imported", module)
    asked: list[str] = []
    monkeypatch.setattr(isolation, "_import", lambda name, *given: asked.append(name))
    assert isolation.import_loaded("half_imported", fromlist=("name",)) is module and asked == []
    module.__spec__._initializing = True  # type: ignore[attr-defined]
    isolation.import_loaded("half_imported", fromlist=("name",))
    assert asked == ["half_imported"]


@pytest.mark.process
def test_what_is_imported_from_an_archive_is_found_there(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in Path(bytescope.__file__).parent.rglob("*.py"):
            archive.write(path, "bytescope/" + path.relative_to(Path(bytescope.__file__).parent).as_posix())
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'all.zip')!r})\n"
    code += "import bytescope.code.errors as errors; print(errors.__file__)"
    done = run_python("-c", code)
    assert "all.zip" in done.stdout, done.stderr
