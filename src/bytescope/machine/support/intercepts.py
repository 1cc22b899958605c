"""Intercepted calls: host functions that would run or show guest code get resident code, or are replaced."""

from __future__ import annotations

import builtins
import itertools
import types

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.instruction import FUNCTION_ATTRIBUTES
from bytescope.loading.source import FUTURE_FLAGS, source_code
from bytescope.machine.registers import GLOBALS, LOCALS, PROGRAM, UNBOUND
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, Iterator, operator, partial

call = operator.call  # type: ignore[attr-defined, unused-ignore]

_resident: Callable[[types.CodeType], types.CodeType]


def set_converter(converter: Callable[[types.CodeType], types.CodeType]) -> None:
    """Set the function that makes a guest code object resident (`resident.resident`)."""
    global _resident
    _resident = converter


def convert(code: types.CodeType) -> types.CodeType:
    """Return the resident code object of a guest code object."""
    return _resident(code)


def builtins_of(value: Any) -> Any:
    """Return the builtins namespace that a frame's `__builtins__` denotes."""
    if type(value) is types.ModuleType:
        return value.__dict__
    return vars(builtins) if value is None else value


Hook = Callable[[list[Any], Any, tuple[Any, ...], dict[str, Any]], tuple[Any, Iterable[Any], tuple[Any, ...]]]
"""Called with the registers of the calling frame, a function, its arguments and keywords, which it may change; returns
the function to call instead, an iterable over its first argument (empty if there is none), its other arguments."""


def hooked_call(R: list[Any], function: Any, args: tuple[Any, ...]) -> Iterator[Any]:
    """Return the operands of an intercepted call.

    Args:
        R: registers of the calling frame.
        function: the function.
        args: its arguments.

    Returns:
        The operands of the request, as many as before: the last argument first, the function last. The request
        site's own instruction iterates over them, in the guest's frame.
    """
    function, first, others = _HOOKS[id(function)](R, function, args, {})
    return itertools.chain(reversed(others), first, (function,))


def _run_code(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """Give exec and eval resident code, and the variables of an inlined comprehension around them."""
    given, others = args[:1], args[1:]
    codes: Iterable[types.CodeType] | None = None
    if args and type(args[0]) is types.CodeType:
        codes = (_resident(args[0]),)
    elif args and "closure" not in kwargs:
        codes = source_code(function, args[0], R[PROGRAM].code.co_flags & FUTURE_FLAGS, _resident)
    if codes is None:
        return function, given, others  # it raises the error itself
    namespace = {} if others or kwargs else comprehension_namespace(R)
    if namespace:
        namespaces = [R[GLOBALS]], [namespace]
        return next, [itertools.starmap(function, zip(codes, *namespaces, strict=True))], ()
    return function, codes, others


def _make_function(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """Give `types.FunctionType` resident code."""
    first, others = args[:1], args[1:]
    if args and type(args[0]) is types.CodeType:
        first = (_resident(args[0]),)
    elif type(kwargs.get("code")) is types.CodeType:
        kwargs["code"] = _resident(kwargs["code"])
    return function, first, others


def comprehension_namespace(R: list[Any]) -> dict[str, Any]:
    """Return what `locals()` gives in a comprehension that is inlined in class or module code; elsewhere nothing."""
    program = R[PROGRAM]
    variables, hidden = {}, {}
    for variable in program.lowered.variables if program.private else ():
        value = R[program.first_variable + variable.index]
        if type(value) is types.CellType:
            try:
                value = value.cell_contents
            except ValueError:
                continue
        if value is UNBOUND:
            continue
        variables[variable.name] = value
        if variable in program.hidden:
            hidden[variable.name] = value
    if not hidden:
        return {}
    return {**R[LOCALS], **hidden} if BEHAVIOUR.copies_f_locals else variables


def _locals(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], tuple[Any, ...]]:
    """Give `locals`, `vars` and `dir` the variables of an inlined comprehension around them."""
    namespace = {} if args or kwargs else comprehension_namespace(R)
    if not namespace:
        return function, args, ()
    return partial(sorted if function is dir else dict, namespace), (), ()


_HOOKS: dict[int, Hook] = {
    id(exec): _run_code,
    id(eval): _run_code,
    id(locals): _locals,
    id(vars): _locals,
    id(dir): _locals,
    id(types.FunctionType): _make_function,
}

HOOKED = set(_HOOKS)
"""Ids of the functions whose calls are intercepted."""


def replace_calls(function: Any, by: Any) -> None:
    """Intercept guest calls of a function and call another one instead."""
    _HOOKS[id(function)] = lambda R, called, args, kwargs: (by, args, ())
    HOOKED.add(id(function))


def change_first_argument(function: Any, change: Callable[[Any], Any]) -> None:
    """Intercept guest calls of a function and pass `change(argument)` as the first argument."""
    _HOOKS[id(function)] = lambda R, called, args, kwargs: (called, map(change, args[:1]), args[1:])
    HOOKED.add(id(function))


def prepare_call(
    R: list[Any], function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Iterable[Any], dict[str, Any]]:
    """Return callable, positional arguments and keywords of a call that may be intercepted.

    The request site's own instruction iterates over the positional arguments, in the guest's frame.
    """
    if id(function) not in HOOKED:
        return function, args, kwargs
    kwargs = dict(kwargs)
    function, first, others = _HOOKS[id(function)](R, function, args, kwargs)
    return function, itertools.chain(first, others), kwargs


def make_function(R: list[Any], flags: int, code: types.CodeType, *attributes: Any) -> types.FunctionType:
    """Make a function of the guest.

    Args:
        R: registers of the frame that defines it.
        flags: the attributes given: 1 defaults, 2 keyword defaults, 4 annotations, 8 closure, 16 annotate.
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
