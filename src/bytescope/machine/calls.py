"""What the machine does about calls that would make the host run guest code: they get the resident code instead."""

from __future__ import annotations
import __future__

import builtins
import functools
import operator
import types
from collections.abc import Callable

from bytescope.code.instruction import FUNCTION_ATTRIBUTES
from bytescope.code.light import Any

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


def source_code(function: Any, source: Any, flags: int) -> types.CodeType | None:
    """The code that exec or eval is given, compiled as they would; None where they are to complain themselves."""
    if isinstance(source, types.CodeType):
        return source
    if not isinstance(source, (str, bytes, bytearray, memoryview)):
        return None
    mode = "exec" if function is exec else "eval"
    if mode == "eval":
        source = source.lstrip(" \t") if isinstance(source, str) else bytes(source).lstrip(b" \t")
    code: types.CodeType = compile(source, "<string>", mode, flags, True)
    return code


def hooked_call(R: list[Any], function: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A call of a hooked function as it is to be made.

    Args:
        R: registers of the calling frame.
        function: the function.
        args: its arguments.

    Returns:
        Function and arguments, of which there are as many as before.
    """
    return _HOOKS[id(function)](R, function, args)


def _run_code(R: list[Any], function: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Exec and eval get resident code, and see the variables of an inlined comprehension around them."""
    if not args:
        return (function,)
    hidden = hidden_variables(R)
    code = source_code(function, args[0], R[4].code.co_flags & FUTURE_FLAGS)
    if code is None:
        return (function, *args)
    if hidden and len(args) == 1:
        return functools.partial(_in_namespace, function, R[0], {**R[2], **hidden}), _resident(code)
    return (function, _resident(code), *args[1:])


def _in_namespace(function: Any, namespace: dict[str, Any], mapping: dict[str, Any], code: types.CodeType) -> Any:
    return function(code, namespace, mapping)


def _make_function(R: list[Any], function: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`types.FunctionType` gets resident code."""
    if args and type(args[0]) is types.CodeType:
        args = (_resident(args[0]), *args[1:])
    return (function, *args)


def hidden_variables(R: list[Any]) -> dict[str, Any]:
    """The variables, in class or module code, of an inlined comprehension that is running: `locals()` shows them."""
    program = R[4]
    found = {}
    for variable in program.lowered.variables[: program.own]:
        cell = R[program.first_variable + variable.index]
        if type(cell) is types.CellType:
            try:
                found[variable.name] = cell.cell_contents
            except ValueError:
                continue
    return found


def _locals(R: list[Any], function: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    hidden = hidden_variables(R)
    if args or not hidden:
        return (function, *args)
    namespace = {**R[2], **hidden}
    return (functools.partial(sorted, namespace) if function is dir else functools.partial(dict, namespace),)


ROOM = 4
"""Frames that the machine needs above a guest's."""

room = [ROOM]
"""By how much the host's recursion limit is higher than the guest's: `ROOM` and what there is below the guest."""


_HOOKS: dict[int, Callable[[list[Any], Any, tuple[Any, ...]], tuple[Any, ...]]] = {
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
    _HOOKS[id(function)] = lambda R, called, args: (by, *args)
    HOOKED.add(id(function))


def prepare_call(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """A call with keywords as a request of a process: (callable, positional, keywords)."""
    if id(function) in HOOKED and not ("closure" in kwargs and type(args[0]) is not types.CodeType):
        function, *rest = hooked_call(R, function, args)
        args = tuple(rest)
        if function is types.FunctionType and type(kwargs.get("code")) is types.CodeType:
            kwargs = {**kwargs, "code": _resident(kwargs["code"])}
    return function, args, kwargs


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
    inner = R[4].inner
    resident = inner.get(id(code))
    if resident is None:
        resident = inner[id(code)] = _resident(code)
    function = types.FunctionType(resident, R[0], code.co_name, values.get(1), values.get(8))
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
