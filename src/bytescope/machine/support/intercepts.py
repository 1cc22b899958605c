"""What the machine does about calls that would make the host run guest code: they get the resident code instead."""

from __future__ import annotations
import __future__

import builtins
import itertools
import types

from bytescope.code.instruction import FUNCTION_ATTRIBUTES
from bytescope.machine.registers import GLOBALS, LOCALS, PROGRAM
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, Iterator, operator, partial

call = operator.call  # type: ignore[attr-defined, unused-ignore]

FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag

_resident: Callable[[types.CodeType], types.CodeType]


def set_converter(converter: Callable[[types.CodeType], types.CodeType]) -> None:
    """Tell this module how a guest code object gets its resident one (`resident.resident`)."""
    global _resident
    _resident = converter


def builtins_of(value: Any) -> Any:
    """The builtins namespace that a frame's `__builtins__` stands for."""
    if type(value) is types.ModuleType:
        return value.__dict__
    return vars(builtins) if value is None else value


def source_code(
    function: Any, source: Any, flags: int, converter: Callable[[types.CodeType], types.CodeType]
) -> Iterator[types.CodeType] | None:
    """The code that exec or eval is given in source text, compiled as they would.

    Args:
        function: exec or eval.
        source: what it is given.
        flags: of the future features of the caller.
        converter: makes of the code what is to be executed.

    Returns:
        An iterator over what is to be executed, or None where exec and eval are to do, or complain, themselves. The
        text is compiled only when the iterator is asked, by no code but the host's: warnings are about the line that
        asks.
    """
    if not isinstance(source, (str, bytes, bytearray, memoryview)):
        return None
    mode = "exec" if function is exec else "eval"
    if mode == "eval":
        source = source.lstrip(" \t") if isinstance(source, str) else bytes(source).lstrip(b" \t")
    return map(converter, map(compile, [source], ["<string>"], [mode], [flags], [True]))


Hook = Callable[[list[Any], Any, tuple[Any, ...], dict[str, Any]], tuple[Any, Iterable[Any], tuple[Any, ...]]]
"""Called with the registers of the calling frame, a function, its arguments and keywords, which it may change; returns
the function to call in its place, an iterable over its first argument or over none, and its other arguments."""


def hooked_call(R: list[Any], function: Any, args: tuple[Any, ...]) -> Iterator[Any]:
    """A call of a hooked function as it is to be made.

    Args:
        R: registers of the calling frame.
        function: the function.
        args: its arguments.

    Returns:
        The operands of the site that makes the call, as many as it has: the last argument first, the function last.
        The site's own instruction goes through them, in the guest's frame.
    """
    function, first, others = _HOOKS[id(function)](R, function, args, {})
    return itertools.chain(reversed(others), first, (function,))


def _run_code(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """Exec and eval get resident code, and see the variables of an inlined comprehension around them."""
    given, others = args[:1], args[1:]
    codes: Iterable[types.CodeType] | None = None
    if args and type(args[0]) is types.CodeType:
        codes = (_resident(args[0]),)
    elif args and "closure" not in kwargs:
        codes = source_code(function, args[0], R[PROGRAM].code.co_flags & FUTURE_FLAGS, _resident)
    if codes is None:
        return function, given, others  # which is to complain itself
    hidden = {} if others or kwargs else hidden_variables(R)
    if hidden:
        namespaces = [R[GLOBALS]], [{**R[LOCALS], **hidden}]
        return next, [itertools.starmap(function, zip(codes, *namespaces, strict=True))], ()
    return function, codes, others


def _make_function(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """`types.FunctionType` gets resident code."""
    first, others = args[:1], args[1:]
    if args and type(args[0]) is types.CodeType:
        first = (_resident(args[0]),)
    elif type(kwargs.get("code")) is types.CodeType:
        kwargs["code"] = _resident(kwargs["code"])
    return function, first, others


def hidden_variables(R: list[Any]) -> dict[str, Any]:
    """The variables, in class or module code, of an inlined comprehension that is running: `locals()` shows them."""
    program = R[PROGRAM]
    found = {}
    for variable in program.lowered.variables[: program.own]:
        cell = R[program.first_variable + variable.index]
        if variable in program.hidden and type(cell) is types.CellType:  # others are the compiler's: __classdict__
            try:
                found[variable.name] = cell.cell_contents
            except ValueError:
                continue
    return found


def _locals(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """`locals`, `vars` and `dir` show the variables of an inlined comprehension around them."""
    hidden = {} if args or kwargs else hidden_variables(R)
    if not hidden:
        return function, args, ()
    namespace = {**R[LOCALS], **hidden}
    return partial(sorted if function is dir else dict, namespace), (), ()


ROOM = 4
"""Frames that the machine needs above a guest's."""

room = [ROOM]
"""By how much the host's recursion limit is higher than the guest's: `ROOM` and what there is below the guest."""


_HOOKS: dict[int, Hook] = {
    id(exec): _run_code,
    id(eval): _run_code,
    id(locals): _locals,
    id(vars): _locals,
    id(dir): _locals,
    id(types.FunctionType): _make_function,
}

HOOKED = set(_HOOKS)
"""Ids of the functions whose calls are changed before they are made."""


def replace_calls(function: Any, by: Any) -> None:
    """Have guests call another function wherever they call this one."""
    _HOOKS[id(function)] = lambda R, called, args, kwargs: (by, args, ())
    HOOKED.add(id(function))


def change_first_argument(function: Any, change: Callable[[Any], Any]) -> None:
    """Have guests call a function, wherever they call it, with another first argument."""
    _HOOKS[id(function)] = lambda R, called, args, kwargs: (called, map(change, args[:1]), args[1:])
    HOOKED.add(id(function))


def prepare_call(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], dict[str, Any]]:
    """A call with keywords as it is to be made: callable, positional arguments, keywords.

    The site's own instruction goes through the positional arguments, in the guest's frame.
    """
    if id(function) not in HOOKED:
        return function, args, kwargs
    kwargs = dict(kwargs)
    function, first, others = _HOOKS[id(function)](R, function, args, kwargs)
    return function, itertools.chain(first, others), kwargs


def make_function(R: list[Any], flags: int, code: types.CodeType, *attributes: Any) -> types.FunctionType:
    """A function of the guest.

    Args:
        R: registers of the frame that defines it.
        flags: which attributes there are: 1 defaults, 2 keyword defaults, 4 annotations, 8 closure, 16 annotate.
        code: its code object.
        attributes: in the order of `FUNCTION_ATTRIBUTES`.
    """
    given = list(attributes)
    values = {flag: given.pop(0) for flag in FUNCTION_ATTRIBUTES if flags & flag}
    inner = R[PROGRAM].inner
    resident = inner.get(id(code))
    if resident is None:
        resident = inner[id(code)] = _resident(code)
    function = types.FunctionType(resident, R[GLOBALS], code.co_name, values.get(1), values.get(8))
    function.__qualname__ = code.co_qualname
    if 2 in values:
        function.__kwdefaults__ = values[2]
    if 4 in values:
        annotations = values[4]
        if type(annotations) is tuple:
            annotations = dict(zip(annotations[::2], annotations[1::2], strict=True))
        function.__annotations__ = annotations
    if 16 in values:
        function.__annotate__ = values[16]  # type: ignore[attr-defined]
    return function
