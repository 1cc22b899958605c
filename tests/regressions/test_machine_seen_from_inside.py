"""Programs that once came across the machine, or were treated otherwise than by CPython."""

import dis
import gc
import importlib.util
import io
import pickle
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

import bytescope
from tests.support.processes import run_python


def names_after(source: str) -> dict[str, object]:
    """The namespace after a program."""
    vm = bytescope.VM()
    vm.exec(source)
    return vm.globals


def test_the_collector_knows_no_sentinel() -> None:
    """A sentinel among the objects of the collector ended the loop over them."""
    found = names_after("import gc\nx = gc.get_objects()\nn = 0\nfor e in x: n += 1\nm = len(x)")
    assert found["n"] == found["m"]


def test_special_methods_are_bound_as_descriptors() -> None:
    """`__aiter__` and `__anext__` may be descriptors of any kind."""
    source = """
class Method:
    def __get__(self, instance, owner=None): return lambda: instance
class Next:
    def __get__(self, instance, owner=None): return lambda: end()
async def end(): raise StopAsyncIteration
class Iterable:
    __aiter__ = Method()
    __anext__ = Next()
async def main():
    async for each in Iterable(): pass
    return "finished"
try: main().send(None)
except StopIteration as stop: result = stop.value
"""
    assert names_after(source)["result"] == "finished"


def test_a_recursion_limit_that_is_too_low_is_refused() -> None:
    """The machine's own room must not make room for it."""
    source = """
import sys
import types
def down(n):
    if n: return down(n - 1)
    try: sys.setrecursionlimit(20)
    except RecursionError as error: return str(error)
message = down(50)
"""
    message = names_after(source)["message"]
    assert isinstance(message, str)
    assert message.startswith("cannot set the recursion limit to 20 at the recursion depth ")


def test_the_limit_that_native_code_sees_is_the_guests() -> None:
    """Native code asks for the limit, too."""
    limit = sys.getrecursionlimit()
    assert names_after("import inspect, sys\nlimit = sys.getrecursionlimit()")["limit"] == limit


def collect() -> None:
    """Collect, and collect what is garbage after that: the collector does not look into code objects."""
    while gc.collect():
        pass


@pytest.mark.parametrize("make", [lambda vm: vm.exec("1 + x", {"x": 1}), lambda vm: vm.exec("def f(): pass\nf()", {})])
def test_code_that_nothing_can_run_any_more_is_gone(make: Callable[[bytescope.VM], None]) -> None:
    """Resident code objects were kept for ever."""
    vm = bytescope.VM()
    for _ in range(5):
        make(vm)
    collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        make(vm)
    collect()
    assert sys.getallocatedblocks() - before < 200


def test_attributes_of_a_type_in_c_that_nobody_has_used() -> None:
    """Its namespace does not exist before it is used for the first time."""
    source = "import _testbuffer; print(_testbuffer.ndarray([1], shape=[1]).contiguous)"
    if importlib.util.find_spec("_testbuffer") is None:
        pytest.skip("this CPython is built without its test modules")
    done = run_python("-m", "bytescope", "run", "-c", source)
    assert (done.stdout, done.stderr) == ("True\n", "")


def code_of(attributes: dict[str, object]) -> types.CodeType:
    return code_of.__code__.replace(**attributes)


def test_functions_can_be_pickled_with_their_code() -> None:
    """Some do that (cloudpickle): they got the whole machine."""
    names = [name for name in dir(types.CodeType) if name.startswith("co_") and name not in ("co_lnotab", "co_lines")]
    names = [name for name in names if not callable(getattr(code_of.__code__, name))]

    class Pickler(pickle.Pickler):
        def reducer_override(self, value: object) -> object:
            if isinstance(value, types.CodeType):
                return code_of, ({name: getattr(value, name) for name in names},)
            return NotImplemented

    written = io.BytesIO()
    function = names_after("def f(n):\n    try: return [2 * each for each in range(n)]\n    finally: n = 0")["f"]
    Pickler(written).dump(function.__code__)  # type: ignore[attr-defined]
    assert len(written.getvalue()) < 5000
    again = types.FunctionType(pickle.loads(written.getvalue()), {"range": range})
    assert bytescope.is_guest(again) and again(3) == [0, 2, 4]


def test_globals_are_named_in_instructions() -> None:
    """Tools look for the globals of a function there (cloudpickle)."""
    function = names_after("def f():\n    global c\n    c = len(a) + (lambda: b)()")["f"]
    loaded = {each.argval for each in dis.get_instructions(function) if each.opname == "LOAD_GLOBAL"}  # type: ignore[arg-type]
    assert loaded == {"a", "c", "len"}


def test_a_module_of_the_programs_own_that_is_called_dis(tmp_path: Path) -> None:
    (tmp_path / "dis.py").write_text("def disassemble(*, x): return x\n")
    (tmp_path / "main.py").write_text("import dis\nprint(dis.disassemble(x=1))\n")
    done = run_python("-m", "bytescope", "run", tmp_path / "main.py")
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_dis_is_as_it_was_when_no_machine_is_at_work() -> None:
    before = dict(vars(dis))
    names_after("import dis, io\ndef f(): pass\ndis.dis(f, file=io.StringIO())")
    assert dict(vars(dis)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "x = D()\n    x = None",
        "(D(), 1)[1]",
        "D() is None",
        'for _ in "ab": D().x = 1',
        "for x in iter([D()]): del x",
        "a, b = D()",
        "max(*[D(), D()])",
        "match D():\n        case int(): pass",
    ],
)
def test_finalizers_see_no_frame_of_the_machine(statement: str) -> None:
    """Other statements are in the snippet lifetime::callers_of_finalizers."""
    source = f"""
import sys
callers = []
class D:
    def __del__(self): callers.append(sys._getframe(1).f_code.co_name)
    def __iter__(self): return iter("ab")
    def __gt__(self, other): return False
def function():
    {statement}
function()
"""
    assert set(names_after(source)["callers"]) == {"function"}
