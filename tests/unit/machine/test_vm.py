"""The driver: compile modes, shared state, calls, code objects, nonsense."""

import functools
import io
import sys
import traceback
import types
from contextlib import redirect_stdout

import pytest

import bytescope


@pytest.fixture
def vm() -> bytescope.VM:
    return bytescope.VM()


def shown(run) -> str:
    """What *run* prints."""
    output = io.StringIO()
    with redirect_stdout(output):
        run()
    return output.getvalue()


# --- compile modes


def test_statements_and_expressions_share_state(vm: bytescope.VM) -> None:
    vm.exec("def x(a, b):\n    return a + b\ny = 3")
    vm.single("z = x(y, 1)")
    assert vm.eval("x(1, 2) + z") == 7
    assert vm.globals["z"] == 4


def test_vms_do_not_share_state(vm: bytescope.VM) -> None:
    vm.exec("only_here = 1")
    with pytest.raises(NameError, match="only_here"):
        bytescope.VM().eval("only_here")


def test_single_echoes_and_the_others_do_not(vm: bytescope.VM) -> None:
    assert shown(lambda: vm.single("1 + 1")) == "2\n"
    assert shown(lambda: vm.single("None")) == ""
    assert shown(lambda: vm.single("for i in range(2): i")) == "0\n1\n"
    assert shown(lambda: vm.exec("1 + 1")) == ""
    assert shown(lambda: vm.eval("1 + 1")) == ""


def test_eval_takes_expressions_only_and_single_one_statement_only(vm: bytescope.VM) -> None:
    with pytest.raises(SyntaxError):
        vm.eval("x = 1")
    with pytest.raises(SyntaxError, match="multiple statements"):
        vm.single("x = 1\ny = 2")
    assert vm.exec("x = 1\ny = 2") is None
    assert vm.eval(" \t x + y") == 3


@pytest.mark.parametrize("source", ["1 + 1", b"1 + 1", compile("1 + 1", "<x>", "eval"), bytearray(b"1 + 1")], ids=type)
def test_sources_of_every_kind(vm: bytescope.VM, source: object) -> None:
    assert vm.eval(source) == 2
    assert vm.instructions > 0


def test_encoding_of_bytes_is_declared(vm: bytescope.VM) -> None:
    vm.exec(b"# coding: latin-1\nx = '\xe9'")
    assert vm.globals["x"] == "é"


def test_a_namespace_of_the_callers_own(vm: bytescope.VM) -> None:
    mine = {"a": 2}
    vm.exec("b = a * 3", mine)
    assert mine["b"] == 6
    assert vm.eval("a + b", mine) == 8
    assert "b" not in vm.globals
    assert mine["__builtins__"] is sys.modules["builtins"]


def test_future_statements_hold_for_what_follows(vm: bytescope.VM) -> None:
    vm.exec("def f(x: nowhere): pass", {"nowhere": 1})
    vm.exec("from __future__ import annotations")
    vm.exec("def f(x: nowhere): pass")
    assert vm.globals["f"].__annotations__ == {"x": "nowhere"}
    vm.exec("def f(x: 1): pass", mine := {})
    assert mine["f"].__annotations__ == {"x": 1}


def test_the_state_is_that_of_a_main_module(vm: bytescope.VM) -> None:
    assert vm.eval("__name__") == "__main__"
    assert vm.eval("__builtins__") is sys.modules["builtins"]


def test_imports_and_classes_stay(vm: bytescope.VM) -> None:
    vm.exec("import math\nclass A:\n    def area(self, r): return math.floor(math.pi * r)")
    assert vm.eval("A().area(2)") == 6


# --- what is a guest


def test_functions_are_guests_whoever_calls_them(vm: bytescope.VM) -> None:
    vm.exec("def key(x):\n    return -x")
    key = vm.globals["key"]
    assert bytescope.is_guest(key)
    assert isinstance(key, types.FunctionType)
    before = vm.instructions
    assert sorted([1, 3, 2], key=key) == [3, 2, 1]
    assert vm.instructions >= before + 3 * 3


def test_counters_count(vm: bytescope.VM) -> None:
    assert (vm.instructions, vm.functions) == (0, 0)
    vm.exec("def f(): return 1\nf()\nf()")
    assert vm.functions == 2
    once = vm.instructions
    vm.exec("f()")
    assert vm.functions == 3
    assert vm.instructions > once


def test_kinds_are_counted_on_demand() -> None:
    vm = bytescope.VM(count_kinds=True)
    vm.exec("total = 0\nfor i in range(100):\n    total += i")
    assert vm.kinds["FOR_ITER"] == 101
    assert vm.kinds["INPLACE"] == 100
    assert sum(vm.kinds.values()) == vm.instructions
    assert next(iter(vm.kinds)) == max(vm.kinds, key=vm.kinds.__getitem__)
    with pytest.raises(ValueError, match="count_kinds"):
        bytescope.VM().kinds


# --- calls

CALLS = []


def noted(value: object) -> object:
    CALLS.append(sys._getframe().f_code is not CODE)
    return value


CODE = noted.__code__


class Thing:
    def __init__(self, value: object = None) -> None:
        self.value = noted(value)

    def method(self, value: object) -> object:
        return self, noted(value)

    @classmethod
    def of_class(cls, value: object) -> object:
        return cls, noted(value)

    @staticmethod
    def of_nobody(value: object) -> object:
        return noted(value)

    def __call__(self, value: object) -> object:
        return noted(value)

    @property
    def prop(self) -> object:
        return noted("prop")


@functools.lru_cache
def cached(value: object) -> object:
    return noted(value)


def keyword(*, value: object) -> object:
    return noted(value)


def generator(value: object):
    yield noted(value)


thing = Thing()


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "expected"),
    [
        (noted, (1,), {}, 1),
        (lambda value: noted(value), (2,), {}, 2),
        (keyword, (), {"value": 3}, 3),
        (thing.method, (4,), {}, (thing, 4)),
        (Thing.method, (thing, 5), {}, (thing, 5)),
        (Thing.of_class, (6,), {}, (Thing, 6)),
        (Thing.of_nobody, (7,), {}, 7),
        (thing, (8,), {}, 8),
        (functools.partial(noted, 9), (), {}, 9),
        (functools.partial(functools.partial(thing.method), 10), (), {}, (thing, 10)),
        (cached, (11,), {}, 11),
        (sorted, ([3, 1, 2],), {"key": noted}, [1, 2, 3]),
        (functools.reduce, (lambda a, b: noted(a + b), [1, 2, 3]), {}, 6),
        (lambda: thing.prop, (), {}, "prop"),
        (lambda: next(generator(12)), (), {}, 12),
    ],
)
def test_every_callable_is_called_under_the_machine(vm: bytescope.VM, function, args, kwargs, expected) -> None:
    CALLS.clear()
    assert vm.call(function, *args, **kwargs) == expected
    assert CALLS
    assert all(CALLS)
    assert vm.instructions > 0
    assert noted.__code__ is CODE, "after the call everything is as before"


def test_classes_and_builtins_can_be_called(vm: bytescope.VM) -> None:
    CALLS.clear()
    assert vm.call(Thing, 1).value == 1
    assert CALLS == [True]
    assert vm.call(int, "7") == 7
    assert vm.call(len, [1, 2]) == 2


def test_exceptions_of_a_call_come_out_with_the_guests_frames_only(vm: bytescope.VM) -> None:
    def inner() -> None:
        raise LookupError("here")

    def outer() -> None:
        inner()

    with pytest.raises(LookupError) as caught:
        vm.call(outer)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.name for frame in frames][-2:] == ["outer", "inner"]
    assert not [frame for frame in frames if "bytescope/machine" in frame.filename]


def test_a_call_within_a_call(vm: bytescope.VM) -> None:
    def outer() -> object:
        return vm.call(noted, 1)

    CALLS.clear()
    assert vm.call(outer) == 1
    assert CALLS == [True]
    assert noted.__code__ is CODE


def test_a_closure_keeps_its_cells(vm: bytescope.VM) -> None:
    count = 0

    def increment() -> int:
        nonlocal count
        count += 1
        return count

    assert [vm.call(increment) for _ in range(3)] == [1, 2, 3]
    assert count == 3


# --- frames


def test_a_guest_sees_its_caller_below_it(vm: bytescope.VM) -> None:
    vm.exec("import sys")
    assert vm.eval("sys._getframe(1).f_code.co_name") == "test_a_guest_sees_its_caller_below_it"


def test_tracebacks_go_from_the_caller_straight_to_the_guest(vm: bytescope.VM) -> None:
    for run in (vm.exec, vm.eval, vm.single):
        with pytest.raises(ZeroDivisionError) as caught:
            run("1 / 0")
        names = [(frame.filename, frame.name) for frame in traceback.extract_tb(caught.value.__traceback__)]
        assert names[1:] == [("<string>", "<module>")]


# --- code objects


def test_run_code_returns_the_value_of_an_expression(vm: bytescope.VM) -> None:
    assert vm.run_code(compile("6 * 7", "<x>", "eval")) == 42
    assert vm.run_code(compile("x = 6 * 7", "<x>", "exec")) is None
    assert vm.globals["x"] == 42


def test_malformed_code_is_refused(vm: bytescope.VM) -> None:
    code = compile("x = 1", "<x>", "exec")
    with pytest.raises(bytescope.InvalidBytecode, match="<module>"):
        vm.run_code(code.replace(co_code=code.co_code[:-2]))


def test_code_with_free_variables_is_refused(vm: bytescope.VM) -> None:
    value = 1
    with pytest.raises(TypeError, match="free variables"):
        vm.run_code((lambda: value).__code__)


# --- nonsense


@pytest.mark.parametrize("source", [None, 3, ["x = 1"], object])
@pytest.mark.parametrize("mode", ["eval", "exec", "single"])
def test_a_source_must_be_one(vm: bytescope.VM, mode: str, source: object) -> None:
    with pytest.raises(TypeError, match="source must be a string"):
        getattr(vm, mode)(source)


def test_nonsense_gives_clear_errors(vm: bytescope.VM) -> None:
    with pytest.raises(TypeError, match="code must be a code object, not str"):
        vm.run_code("x = 1")
    with pytest.raises(TypeError, match="globals must be a dict, not list"):
        vm.exec("x = 1", [])
    with pytest.raises(TypeError, match="not callable"):
        vm.call(3)
    with pytest.raises(TypeError, match="argument"):
        vm.call(noted)
    with pytest.raises(SyntaxError):
        vm.exec("def f(:")
    with pytest.raises((SyntaxError, ValueError), match="null bytes"):
        vm.exec("x = 1\0")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_instructions": -1}, ValueError, "max_instructions must not be negative"),
        ({"max_instructions": 1.5}, TypeError, "max_instructions must be an integer"),
        ({"max_instructions": "9"}, TypeError, "max_instructions must be an integer or None, not str"),
        ({"max_depth": True}, TypeError, "max_depth must be an integer or None, not bool"),
        ({"timeout": "1s"}, TypeError, "timeout must be a number of seconds"),
        ({"timeout": -0.5}, ValueError, "timeout must not be negative"),
        ({"timeout": float("nan")}, ValueError, "timeout must not be negative"),
        ({"guests": "json*"}, TypeError, "guests must be an iterable of patterns, not a string"),
        ({"guests": [3]}, TypeError, "pattern for guests must be a string, not int"),
    ],
)
def test_options_are_checked(options: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        bytescope.VM(**options)


def test_programs_go_with_their_code() -> None:
    """Without the garbage collector, as code objects do."""
    import gc

    from bytescope.machine.program import Program

    vm = bytescope.VM()
    source = "for _ in range(20): exec('def f(x): return [x for x in (1, x)]\\nassert f(1)\\ndel f', {})"

    def programs() -> int:
        return sum(type(each) is Program for each in gc.get_objects())

    vm.exec(source)
    gc.collect()
    before = programs()
    gc.disable()
    try:
        vm.exec(source)
        assert programs() - before < 5
    finally:
        gc.enable()


def test_functions_are_translated_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call makes guests of all functions of a module: also more of them than are kept of those that are gone."""
    from bytescope.machine import resident

    translated = []
    assemble = resident._assemble
    monkeypatch.setattr(resident, "_assemble", lambda code: translated.append(code) or assemble(code))
    module = {"__name__": "many"}
    exec("".join(f"def f{number}(): return {number}\n" for number in range(1100)), module)
    vm = bytescope.VM()
    assert vm.call(module["f7"]) == 7
    assert len(translated) == 1100
    translated.clear()
    assert [vm.call(module["f8"]), vm.call(module["f9"])] == [8, 9]
    assert not translated


def test_what_is_kept_of_functions_goes_with_them() -> None:
    from bytescope.machine import resident

    vm = bytescope.VM()
    for _ in range(3):
        module = {"__name__": "fleeting"}
        exec("def f(n): return n and f(n - 1)", module)
        assert vm.call(module["f"], 3) == 0
    before = len(resident._kept)
    module.clear()
    assert len(resident._kept) < before
