"""Woven code from the cache is what would have been woven: same code, same events, same behaviour."""

from __future__ import annotations

import gc
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bytescope import ENOUGH, Analysis, AnalysisError, Replace, attach
from bytescope.analysis.engines.woven import WOVEN, NotWoven
from bytescope.analysis.planning import cache_keys
from bytescope.analysis.site import Site
from bytescope.weave.cache.store import SUFFIX, Store
from bytescope.weave.marker import is_woven, original
from bytescope.weave.weaver import Weaver
from tests.support.every_event import every_event
from tests.support.processes import environment

SOURCE = """
def total(values):
    result = 0
    for value in values:
        if value > 2:
            result += value * 2
        else:
            result -= value
    return result

class Thing:
    def __init__(self, value):
        self.value = value
    def __add__(self, other):
        return Thing([each + other for each in self.value])

def generate(n):
    try:
        yield from range(n)
    finally:
        print("done")

try:
    print(total([1, 2, 3, 4]), (Thing([1]) + 2).value, list(generate(2)), total("x"))
except TypeError as error:
    print("caught", error)
namespace = {}
exec("a = 1 + 2", namespace)
print(namespace["a"], [x for x in (1, 2, 3)], "{:{}}".format(1, 3), int("12", base=3))
with open(__file__) as file:
    print(len(file.read()) > 3)
"""


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weave functions when they are first called, as in a program that is run."""
    monkeypatch.setattr(WOVEN, "_programs", ["a program"])


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Counting]:
    before, WOVEN.store = WOVEN.store, Counting(str(tmp_path / "woven"))
    yield WOVEN.store
    WOVEN.store = before


class Counting(Store):
    """A store that counts."""

    hits = misses = kept = 0

    def read(self, key: str) -> bytes | None:
        found = super().read(key)
        self.hits += found is not None
        self.misses += found is None
        return found

    def write(self, key: str, payload: bytes) -> None:
        self.kept += 1
        super().write(key, payload)


def compiled(source: str = SOURCE, name: str = __file__) -> types.CodeType:
    return compile(source, name, "exec", dont_inherit=True)


def events(source: str = SOURCE, name: str = __file__, **filters: Any) -> list[str]:
    """What is told while a program runs, as text that is the same for the same events."""
    told: list[str] = []

    def tell(event: str, given: tuple[Any, ...]) -> None:
        site = given[0] if isinstance(given[0], Site) else None
        where = "" if site is None else f"{site.function}:{site.line}:{site.column} {site.instruction} {site.loops}"
        told.append(f"{event} {where} " + " ".join(type(each).__name__ for each in given[1:]))

    with attach(every_event(tell), include="program", **filters):
        exec(WOVEN.load(compiled(source, name), "program"), {"__name__": "program", "__file__": __file__})
    gc.collect()
    return told


def same(one: types.CodeType, other: types.CodeType) -> bool:
    """Whether two woven code objects differ in nothing but the objects that they refer to."""
    parts = "co_code co_linetable co_exceptiontable co_names co_stacksize co_varnames co_flags co_qualname".split()
    assert [getattr(one, part) for part in parts] == [getattr(other, part) for part in parts]
    assert len(one.co_consts) == len(other.co_consts)
    for left, right in zip(one.co_consts, other.co_consts, strict=True):
        assert type(left) is type(right)
        if isinstance(left, types.CodeType):
            same(left, right)
        elif isinstance(left, Site):
            assert isinstance(right, Site)
            assert left.index == right.index and right.table is not None and right.table.site(right.index) is right
    return True


def test_events_and_output_are_the_same(store: Counting, capsys: pytest.CaptureFixture[str]) -> None:
    WOVEN.store = None
    plain, output = events(), capsys.readouterr()
    WOVEN.store = store
    assert (events(), capsys.readouterr()) == (plain, output)
    assert (store.hits, store.kept) == (0, store.misses)
    kept = store.kept
    assert kept
    assert (events(), capsys.readouterr()) == (plain, output)
    assert (store.hits, store.kept) == (kept, kept)


def test_code_is_the_same(store: Counting) -> None:
    with attach(every_event(lambda name, given: None), include="program"):
        cold = WOVEN.load(compiled(), "program")
    assert store.kept == 1
    code = compiled()
    with attach(every_event(lambda name, given: None), include="program"):
        warm = WOVEN.load(code, "program")
        assert store.hits == 1
        assert is_woven(warm)
        assert original(warm) is code
        nested = next(each for each in code.co_consts if isinstance(each, types.CodeType))
        assert original(WOVEN.load(nested, "program")) is nested
        assert store.kept + store.hits == 3, "what is nested has an entry of its own"
    assert same(cold, warm)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"source": SOURCE.replace("value * 2", "value * 3")}, id="a constant"),
        pytest.param({"source": "\n" + SOURCE}, id="a line"),
        pytest.param({"source": SOURCE.replace("    result = 0", "    result  = 0")}, id="a column"),
        pytest.param({"name": "elsewhere.py"}, id="the file's name"),
        pytest.param({"events": "binary"}, id="the events"),
        pytest.param({"functions": "total"}, id="the functions"),
        pytest.param({"lines": (1, 5)}, id="the lines"),
        pytest.param({"exclude": "other"}, id="the modules"),
    ],
)
def test_whatever_the_code_depends_on_is_in_the_key(store: Counting, changed: dict[str, Any]) -> None:
    events()
    store.hits = store.misses = 0
    events(**changed)
    if "source" in changed:
        assert store.misses >= 2, "the module and the function that was changed"
    else:
        assert store.hits <= 1, "the text that the program executes may be the same"
    hits = store.hits
    events(**changed)
    assert store.hits > hits


def test_the_module_is_in_the_key(store: Counting) -> None:
    for module in ("one", "two", "one"):
        with attach(every_event(lambda name, given: None), include=["one", "two"]):
            WOVEN.load(compiled(), module)
    assert (store.misses, store.hits) == (2, 1)


def test_bytescope_itself_is_in_the_key(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    events()
    hits = store.hits
    monkeypatch.setattr("bytescope.analysis.planning.cache_keys.__version__", "0.0.0")
    events()
    assert store.hits == hits


def test_a_program_of_another_python_is_not_found(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    events()
    hits = store.hits
    monkeypatch.setattr("bytescope.analysis.planning.cache_keys.BUILD", ("another",))
    events()
    assert store.hits == hits


def test_what_was_damaged_is_woven_anew(store: Counting) -> None:
    expected = events()
    for path in Path(store.folder).glob(f"*{SUFFIX}"):
        path.write_bytes(path.read_bytes()[:-9])
    hits, kept = store.hits, store.kept
    assert events() == expected
    assert (store.hits, store.kept) == (hits, 2 * kept)
    assert events() == expected
    assert store.hits == hits + kept


class Binary(Analysis):
    """Changes what `+` makes."""

    def __init__(self, change: int) -> None:
        self.change = change
        self.seen: list[Any] = []

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> Any:
        self.seen.append((site.line, op, result))
        return Replace(result + self.change) if op == "+" and isinstance(result, int) else None


class Counts(Analysis):
    """Has methods that are woven in."""

    def __init__(self) -> None:
        self.calls = 0
        self.names: dict[int, int] = {}

    def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        self.calls += 1

    def binary(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
        self.names[id(site)] = len(op)


class Once(Analysis):
    """Is told by probes, where there are any."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def line(self, site: Any) -> Any:
        self.lines.append(site.line)
        return ENOUGH

    def branch(self, site: Any, value: Any, condition: Any) -> Any:
        self.lines.append((site.line, condition))
        return ENOUGH


ADDING = "def add(a, b):\n" + "    c = a + b\n    d = c < 5\n" * 12 + "    return c if d else -c\nresult = add(1, 2)\n"


def result(*analyses: Analysis, source: str = ADDING) -> Any:
    namespace = {"__name__": "program"}
    with attach(*analyses, include="program"):
        exec(WOVEN.load(compiled(source), "program"), namespace)
    return namespace["result"]


def test_each_process_has_its_own_analyses(store: Counting) -> None:
    first, second = Binary(10), Binary(20)
    assert (result(first), result(second)) == (-13, -23)
    assert store.hits == 2, "the module and the function that it calls"
    assert [line for line, *_ in first.seen] == [line for line, *_ in second.seen]


@pytest.mark.parametrize("make", [Counts, Once])
def test_methods_that_are_called_directly(store: Counting, make: type[Any]) -> None:
    first, second = make(), make()
    assert result(first) == result(second)
    assert store.hits == 2
    if make is Counts:
        assert first.calls == second.calls == 12
        assert len(first.names) == len(second.names) == 12
    else:
        assert first.lines == second.lines
        assert len(first.lines) > 12


def test_what_a_woven_in_method_does_is_in_the_key(store: Counting) -> None:
    class Other(Counts):
        def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
            self.calls += 2

    result(Counts())
    other = Other()
    result(other)
    assert store.hits == 0
    assert other.calls == 24


def test_a_method_that_is_not_quiet_is_in_the_key(store: Counting) -> None:
    class Noisy(Counts):
        def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
            repr(left)

    result(Counts())
    result(Noisy())
    result(Counts(), Noisy())
    assert store.hits == 0
    result(Counts(), Noisy())
    assert store.hits == 2


def test_functions_that_are_woven_at_once_have_entries_of_their_own(
    store: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WOVEN, "_programs", [])
    first, second = Binary(10), Binary(20)
    assert (result(first), result(second)) == (-13, -23)
    assert store.hits == store.kept == 2
    monkeypatch.setattr(WOVEN, "_programs", ["a program"])
    assert result(Binary(10)) == -13
    assert store.hits == 4


def test_predicates_are_asked_each_time(store: Counting) -> None:
    analysis = Binary(10)
    with attach(analysis, include="program", where=lambda site: site.line == 2):
        exec(WOVEN.load(compiled(ADDING), "program"), {"__name__": "program"})
    assert {line for line, *_ in analysis.seen} == {2}
    assert store.kept == store.misses == 0


def test_sites_of_which_somebody_has_had_enough_stay_silent(store: Counting) -> None:
    analysis = Once()
    code = compiled(ADDING)
    for _ in range(2):
        with attach(analysis, include="program"):
            exec(WOVEN.load(code, "program"), {"__name__": "program"})
        with attach(every_event(lambda name, given: None), include="program"):
            WOVEN.load(code, "program")
    assert len(set(map(str, analysis.lines))) == len(analysis.lines) or store.hits


def test_a_hook_that_fails_says_where(store: Counting) -> None:
    class Failing(Analysis):
        def compare(self, site: Any, op: str, left: Any, right: Any, result: Any) -> None:
            if site.line > 6:
                raise ValueError("wrong")

    said = []
    for _ in range(2):
        with pytest.raises(AnalysisError, match="Failing failed on compare") as caught:
            result(Failing())
        said.append((str(caught.value), caught.value.site.line))
    assert store.hits == 2
    assert said[0] == said[1]


def test_what_was_refused_is_refused_again(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Weaver._parts

    def refusing(self: Weaver, code: types.CodeType, *rest: Any) -> Any:
        if code.co_name == "add":
            self._refusals += 1
            self.refused(code, "as a test")
            return None
        return parts(self, code, *rest)

    monkeypatch.setattr(Weaver, "_parts", refusing)
    with pytest.warns(NotWoven):
        result(Counts())
    assert store.kept == 1, "the module around it"


def test_constants_without_a_marshalled_form_keep_code_out(store: Counting) -> None:
    code = compiled(ADDING)
    code = code.replace(co_consts=(*code.co_consts, object()))
    analysis = Counts()
    with attach(analysis, include="program"):
        exec(WOVEN.load(code, "program"), {"__name__": "program"})
    assert analysis.calls == 12
    assert store.kept == 1, "the function in it"


def test_functions_that_are_loaded_already(store: Counting) -> None:
    module = types.ModuleType("loaded_already")
    exec(compiled(ADDING), vars(module))
    function = module.add
    sys.modules["loaded_already"] = module
    try:
        code = function.__code__
        for count in (0, 1):
            analysis = Counts()
            with attach(analysis, include="loaded_already"):
                function(1, 2)
            assert function.__code__ is code
            assert store.hits == count
    finally:
        del sys.modules["loaded_already"]


def test_small_code_is_not_kept(store: Counting) -> None:
    with attach(Binary(1), include="program"):
        WOVEN.load(compiled("a = 1 + b"), "program")
    assert store.kept == store.misses == 0


_PROGRAM = """
import sys
from pathlib import Path
from bytescope import Analysis, attach
class Adding(Analysis):
    seen = 0
    def binary(self, site, op, left, right, result):
        self.seen += 1
        print(site.line, op, repr(result), file=sys.stderr)
sys.path.insert(0, sys.argv[1])
with attach(Adding(), include="program_of_test"):
    import program_of_test
"""


@pytest.mark.process
def test_processes_that_start_together(tmp_path: Path) -> None:
    (tmp_path / "program_of_test.py").write_text(ADDING + "print(result)\n")
    variables = environment(tmp_path, BYTESCOPE_CACHE=str(tmp_path / "cache"), BYTESCOPE_DEBUG="")
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": variables}
    said = []
    for together in (2, 1):
        children = [subprocess.Popen(command, **pipes) for _ in range(together)]
        said += [child.communicate() for child in children]
        assert not any(child.returncode for child in children), said
    assert said[0][0] == "3\n"
    assert said[0] == said[1] == said[2]
    assert len(list((tmp_path / "cache" / "woven").glob(f"*{SUFFIX}"))) == 2


def test_a_key_depends_on_the_sources_of_all_packages_that_decide_what_is_woven() -> None:
    _, root, files, *_ = cache_keys._own_key()
    folders = {Path(path).relative_to(root).parts[0] for path, *_ in files}
    assert folders == set(cache_keys.WOVEN_BY)
