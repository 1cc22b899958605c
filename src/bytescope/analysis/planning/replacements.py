"""Types of replacements: what a method may put in the place of a value that the instructions around it rely on.

CPython's instructions do not test operands that its compiler lets come from certain instructions only: the list that a
comprehension appends to, the iterator of a loop, the names of keyword arguments. A replacement of another type would
crash the process, so it is refused where it is made, in both engines.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bytescope.code.instruction import Instruction
from bytescope.isa.events import Event, observed_primitive
from bytescope.isa.lift import lift

if TYPE_CHECKING:
    from bytescope.analysis.site import Site

Expected = tuple[str, Callable[[Any], bool]]
"""Requirement on a replacement, in words, and its test."""


def _of(text: str, *classes: type) -> Expected:
    return text, lambda value: isinstance(value, classes)


def _type_has(value: Any, method: str) -> bool:
    return any(method in vars(base) for base in type(value).__mro__)


def _named(text: str, module: str, name: str) -> Expected:
    return text, lambda value: (type(value).__module__, type(value).__qualname__) == (module, name)


def _is_awaited(value: Any) -> bool:
    return _type_has(value, "__next__") or isinstance(value, types.CoroutineType)


_EXCEPTION_OR_NONE = _of("an exception or None", BaseException, type(None))
_TUPLE_OR_NONE = _of("a tuple or None", tuple, type(None))
_BOOL = _of("a bool", bool)
_ITERATOR: Expected = ("an iterator", lambda value: _type_has(value, "__next__"))
_AWAITED: Expected = ("an iterator or a coroutine", _is_awaited)
_BUILT: dict[str, Expected] = {
    "tuple": _of("a tuple", tuple),
    "list": _of("a list", list),
    "string": _of("a string", str),
    "slice": _of("a slice", slice),
}

_RESULTS: dict[str, Expected] = {
    **dict.fromkeys(
        ("truth", "negation", "identity", "is_none", "contains", "exception_match", "match_mapping", "match_sequence"),
        _BOOL,
    ),
    **dict.fromkeys(("convert", "format", "format_with_spec"), _of("a string", str)),
    **dict.fromkeys(("build_map", "build_const_key_map"), _of("a dict", dict)),
    **dict.fromkeys(("match_keys", "match_class"), _TUPLE_OR_NONE),
    **dict.fromkeys(("yield_from_iter", "awaitable", "anext"), _AWAITED),
    "build_set": _of("a set", set),
    "list_to_tuple": _of("a tuple", tuple),
    "length": _of("an integer", int),
    "make_function": _of("a function", types.FunctionType),
    "iter": _ITERATOR,
    "aiter": ("an asynchronous iterator", lambda value: _type_has(value, "__anext__")),
    "stopiteration_error": _of("an exception", BaseException),
    "build_interpolation": _named("an interpolation", "string.templatelib", "Interpolation"),
    "async_gen_wrap": _named("what the instruction makes", "builtins", "async_generator_wrapped_value"),
    "prepare_reraise_star": _EXCEPTION_OR_NONE,
}
"""By primitive, what its result must be."""

_SEVERAL = {
    **dict.fromkeys(("unpack", "unpack_ex", "enter_with", "enter_async_with"), _of("any value", object)),
    "group_match": _EXCEPTION_OR_NONE,
}
"""By primitive with several results, what each of them must be."""

_STRUCTURAL = frozenset(
    "MAKE_FUNCTION CALL_KW BUILD_CONST_KEY_MAP MATCH_KEYS MATCH_CLASS BUILD_TEMPLATE TYPE_INTRINSIC_1 "
    "TYPE_INTRINSIC_2".split()
)
"""Instructions that take constants and tuples from the compiler and look no closer at them."""

CHECKED = frozenset({*_RESULTS, *_SEVERAL, "build", "const", "load_local", "list_append"})
"""Primitives with values that not everything may replace."""


def refusal(event: Event, site: Site, last: Any, value: Any) -> str | None:
    """Return what a replacement must be, if it is something else, None if it will do.

    Args:
        event: the event.
        site: where.
        last: the last of what the analysis was told.
        value: the replacement.
    """
    if event.primitive not in CHECKED or site.table is None:
        return None
    instructions = site.table.lowered.instructions
    expected = _expected(event, instructions, site.index, last)
    return None if expected is None or expected[1](value) else expected[0]


def _expected(event: Event, instructions: list[Instruction], index: int, last: Any) -> Expected | None:
    name, instruction = event.primitive, instructions[index]
    call = observed_primitive(instruction)
    if name in _SEVERAL and call is not None:
        return _tuple_of(len(call.results), _SEVERAL[name])
    if name == "load_local":
        return _ITERATOR if instruction.arg.name == ".0" else None
    if name == "list_append":  # `except*` collects what its clauses have raised
        collects = isinstance(last, BaseException | None) and any(
            each.op == "PREP_RERAISE_STAR" for each in instructions
        )
        return _EXCEPTION_OR_NONE if collects else None
    if name in ("const", "build") and _consumer(instructions, index) in _STRUCTURAL:
        return _like(instruction.arg if name == "const" else tuple(last) if event.kind == "before" else last)
    if name == "build" and call is not None:
        return _BUILT.get(call.immediate)
    return _RESULTS.get(name)


def _tuple_of(count: int, each: Expected) -> Expected:
    def fits(value: Any) -> bool:
        return isinstance(value, tuple | list) and len(value) == count and all(map(each[1], value))

    return f"a tuple of {count}, each {each[0]}", fits


def _like(original: Any) -> Expected:
    """Return that a replacement must be of the shape of the original."""
    if isinstance(original, types.CodeType):
        free = len(original.co_freevars)
        text = f"a code object with {free} free variables"
        return text, lambda value: isinstance(value, types.CodeType) and len(value.co_freevars) == free
    kind: Any = type(original)
    if kind is tuple:
        kinds = [type(each) for each in original]
        names = ", ".join(each.__name__ for each in kinds)
        return f"a tuple of ({names})", lambda value: type(value) is tuple and [type(each) for each in value] == kinds
    return f"of type {kind.__name__}", lambda value: type(value) is kind


def _consumer(instructions: list[Instruction], index: int) -> str:
    """Return the next instruction that takes what an instruction pushes, "" where control goes other ways first."""
    above = 0
    for after in range(index + 1, len(instructions)):
        lifted = lift(instructions[after])
        if above < lifted.need:
            return instructions[after].op
        if lifted.effect is None or lifted.jump is not None:
            return ""
        above += lifted.effect
    return ""
