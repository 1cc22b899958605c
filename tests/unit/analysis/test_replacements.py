"""A replacement of a type that the program would crash on is refused at its site, in both engines.

For each primitive a program of `tests/spec/instructions` that performs it runs with the value replaced, before and
after, by values of wrong types. What is not in the table below may be replaced by anything: the program raises.
"""

from __future__ import annotations

import contextlib
import io
import types
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import bytescope
from bytescope import Analysis, AnalysisError, Replace, attach
from bytescope.analysis.engines.woven import WOVEN
from bytescope.code.lowering.lower import lower
from bytescope.isa.events import EVENTS, Event, observed_primitive
from tests.spec.instructions.test_rows import PROGRAMS, Program, attempt
from tests.support import scale

ENGINES = ("woven", "interpreter")

EXPECTED = {
    **dict.fromkeys(
        ("truth", "negation", "identity", "is_none", "contains", "exception_match", "match_mapping", "match_sequence"),
        "a bool",
    ),
    **dict.fromkeys(("convert", "format", "format_with_spec"), "a string"),
    **dict.fromkeys(("build_map", "build_const_key_map"), "a dict"),
    **dict.fromkeys(("match_keys", "match_class"), "a tuple or None"),
    **dict.fromkeys(("yield_from_iter", "awaitable", "anext"), "an iterator or a coroutine"),
    **dict.fromkeys(("unpack", "unpack_ex", "enter_with", "enter_async_with", "group_match"), "a tuple of"),
    "build": "",
    "build_interpolation": "an interpolation",
    "build_set": "a set",
    "list_to_tuple": "a tuple",
    "length": "an integer",
    "make_function": "a function",
    "iter": "an iterator",
    "aiter": "an asynchronous iterator",
    "stopiteration_error": "an exception",
    "prepare_reraise_star": "an exception or None",
    "async_gen_wrap": "what the instruction makes",
}
"""By primitive, what its replacement must be."""


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from codes(const)


def places() -> dict[str, tuple[Program, str, int]]:
    """By primitive, a program with it, and where: the qualified name of the function, the index."""
    found: dict[str, tuple[Program, str, int]] = {}
    for program in PROGRAMS:
        if program.mode == "exec":
            for code in codes(program.compiled()):
                for index, instruction in enumerate(lower(code).instructions):
                    call = observed_primitive(instruction)
                    if call is not None:
                        found.setdefault(call.name, (program, code.co_qualname, index))
    return found


PLACES = places()
TOLD = [each for each in EVENTS.values() if each.replace and each.primitive in PLACES]


def outcome(event: Event, value: object, engine: Any) -> BaseException | str | None:
    """Run with a value replaced by another; return the exception, "not told" if the place was not reached."""
    program, function, index = PLACES[event.primitive]
    told = []

    class Replaces(Analysis):
        def wants(self, name: str, site: Any) -> bool:
            return bool(site.function == function and site.index == index)

    def method(self: object, site: Any, *given: object) -> Replace | None:
        told.append(site)
        return Replace(value) if len(told) == 1 else None  # or a loop would never end

    setattr(Replaces, event.method, method)
    module = types.ModuleType("__main__")
    vars(module)["attempt"] = attempt
    output = io.StringIO()
    error: BaseException | None = None
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = program.compiled()
        try:
            with attach(Replaces(), engine=engine, include=["__main__"]):
                if engine == "woven":
                    exec(WOVEN.load(code, "__main__"), vars(module))
                else:
                    bytescope.VM().run_code(code, vars(module))
        except BaseException as caught:
            error = caught
    return error if told else "not told"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_replacement_of_a_wrong_type_is_refused(engine: str) -> None:
    refused = set()
    for event in scale.half([each for each in TOLD if each.primitive in EXPECTED]):
        expected = EXPECTED[event.primitive]
        value = object() if event.kind == "before" or "exception" in expected else ValueError("wrong")
        error = outcome(event, value, engine)
        if error == "not told":
            continue
        assert isinstance(error, AnalysisError), (event.name, error)
        assert f"failed on {event.name} at " in str(error)
        assert f"TypeError: Replace must have {expected}" in str(error)
        assert str(error).endswith(f" for {event.name}, not {type(value).__name__}")
        refused.add(event.primitive)
    assert len(refused) >= 8


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_refused_does_not_crash(engine: str) -> None:
    values = [object(), [1], ValueError("wrong"), None]
    rest = [each for each in TOLD if each.primitive not in EXPECTED]
    for number, event in enumerate(scale.third(rest)):
        error = outcome(event, values[(number + scale.POSITION) % len(values)], engine)
        assert not isinstance(error, SystemError), (event.name, error)


SHAPES = {
    "names of keyword arguments": ("r = dict(a=1, b=2)", "const", ("a", "b"), ("a",)),
    "code of a function": ("n = 1\ndef f():\n    return n", "const", types.CodeType, 5),
    "names in a pattern": ("class C: x = 1\nmatch C():\n    case C(x=1): pass", "const", ("x",), 7),
    "defaults": ("def f(a=[], b=2): pass", "build", None, 5),
    "closure": ("def f():\n    x = 1\n    def g(): return x\n    return g()\nf()", "build", None, (1,)),
    "what except* collects": (
        "try:\n    raise ExceptionGroup('g', [ValueError(1)])\nexcept* ValueError:\n    raise KeyError(1)",
        "before_list_append", None, "x",
    ),
    "the iterator of a generator expression": ("r = list(i for i in (1, 2))", "load_local", None, [1]),
    "elements of a display": ("r = [*(1,), 2]", "build", None, 5),
    "part of a string": ("x = 1\nr = f'{x}-{x}'", "build", None, 5),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", SHAPES)
def test_what_instructions_rely_on_keeps_its_shape(what: str, engine: Any) -> None:
    source, name, original, value = SHAPES[what]
    told = []

    class Replaces(Analysis):
        pass

    def method(self: object, site: Any, *given: Any) -> Any:
        if name == "load_local" and given[0] != ".0":
            return None
        if original is None or given[-1] == original or (original is types.CodeType and type(given[-1]) is original):
            told.append(site)
            return Replace(value)
        return None

    setattr(Replaces, name, method)
    code = compile(source, "shape.py", "exec")
    try:
        with attach(Replaces(), engine=engine, include=["shapes"]):
            if engine == "woven":
                exec(WOVEN.load(code, "shapes"), {"__name__": "shapes"})
            else:
                bytescope.VM().run_code(code, {"__name__": "shapes"})
    except (AnalysisError, TypeError) as error:
        # where the names of keyword arguments are no value, there is nothing to replace
        assert "Replace must have" in str(error) or "keyword arguments cannot be replaced" in str(error)
    else:
        assert not told


def test_what_fits_is_taken() -> None:
    class Replaces(Analysis):
        def iter(self, site, iterable, result):
            return Replace(iter([7, 8]))

        def build(self, site, kind, items, result):
            return Replace([9]) if kind == "list" else None

        def contains(self, site, op, item, container, result):
            return Replace(not result)

    for engine in ENGINES:
        code = compile("a = [i for i in 'xy']\nb = 1 in (1,)\nc = list(i for i in 'z')", "fits.py", "exec")
        names: dict[str, Any] = {"__name__": "fits"}
        with attach(Replaces(), engine=engine, include=["fits"]):
            if engine == "woven":
                exec(WOVEN.load(code, "fits"), names)
            else:
                bytescope.VM().run_code(code, names)
        assert (names["a"], names["b"]) == ([9, 7, 8], False)
