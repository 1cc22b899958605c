"""Calls: which argument goes to which parameter, and what comes back from functions that know nothing of shadows."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable
from typing import Any

from bytescope.isa.purity import lookup
from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.channel import Pending, Shadowed
from bytescope.shadow.heap import Heap, is_a
from bytescope.shadow.models import FILLED, filled, model
from bytescope.shadow.reachability import reaching

_VARARGS, _VARKEYWORDS = 4, 8
_IMMUTABLE = ATOMIC | {tuple, frozenset, range, slice, type, types.ModuleType}

GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def everything(pending: Pending, heap: Heap) -> Any:
    """The join of all that reaches a primitive."""
    if not pending.everything:
        shadows = [pending.function_shadow, pending.rest]
        shadows += [reaching(heap, value, shadow) for value, shadow in zip(pending.args, pending.shadows, strict=False)]
        shadows += [reaching(heap, value, pending.keyword_shadows.get(name)) for name, value in pending.kwargs.items()]
        receiver = _receiver(pending.function)
        if receiver is not None:
            shadows.append(reaching(heap, receiver))
        pending.everything.append(heap.algebra.joined(shadows))
    return pending.everything[0]


def _receiver(function: Any) -> Any:
    receiver = getattr(function, "__self__", None) if type(function) in _BUILTIN else None
    return None if is_a(receiver, types.ModuleType) else receiver


_BUILTIN = frozenset({types.BuiltinFunctionType, types.MethodWrapperType, types.MethodType})


class Parameters:
    """The parameters of a code object, and the arguments that a frame of it starts with."""

    def __init__(self, code: types.CodeType, values: list[Any]) -> None:
        positional = code.co_argcount
        self.count = positional + code.co_kwonlyargcount
        self.names = code.co_varnames[: self.count]
        self.values = values
        self.positional = list(values[:positional])
        self.only_positional = code.co_posonlyargcount
        here = self.count
        self.star = self.star_star = -1
        if code.co_flags & _VARARGS:
            self.star = here
            here += 1
        if code.co_flags & _VARKEYWORDS:
            self.star_star = here
            here += 1
        self.total = here
        self.argcount = positional

    @property
    def sequence(self) -> list[Any]:
        """The values that came by position, or may have."""
        return self.positional + (list(self.values[self.star]) if self.star >= 0 else [])


def bind(pending: Pending, heap: Heap, code: types.CodeType, values: list[Any]) -> list[Any]:
    """The shadows of the arguments of a frame that begins below a primitive.

    If the frame takes the primitive's very operands, behind what a bound object may put before them, each parameter has
    its argument's shadow. Otherwise native code has made the call, and every parameter has the join of all.

    Args:
        pending: the primitive.
        heap: the heap.
        code: of the frame.
        values: its arguments, in the order of `co_varnames`.
    """
    parameters = Parameters(code, values)
    offset = _offset(pending, code, parameters)
    if offset is None or pending.loose:
        pending.direct = offset is not None
        joined = everything(pending, heap)
        if joined is not None:
            if parameters.star >= 0 and values[parameters.star]:
                heap.set_sequence(values[parameters.star], [joined] * len(values[parameters.star]))
            for name, value in values[parameters.star_star].items() if parameters.star_star >= 0 else ():
                heap.set_item(values[parameters.star_star], name, value, joined)
        return [joined] * parameters.count + [None] * (parameters.total - parameters.count)
    if is_a(pending.function, type):
        pending.direct = code.co_name in ("__init__", "__new__")
    else:
        pending.direct = type(pending.function) is types.FunctionType or code.co_name == "__call__"
    shadows: list[Any] = [None] * parameters.total
    flat = [pending.function_shadow] * offset + list(pending.shadows)
    given = min(len(flat), parameters.argcount)
    shadows[:given] = flat[:given]
    if parameters.star >= 0 and len(flat) > given:
        heap.set_sequence(values[parameters.star], flat[given:])
    names = parameters.names[parameters.only_positional :]
    by_name: set[str] = set()
    for name, shadow in pending.keyword_shadows.items():
        if name in names:
            by_name.add(name)
            shadows[parameters.names.index(name)] = shadow
        elif parameters.star_star >= 0:
            heap.set_item(values[parameters.star_star], name, pending.kwargs[name], shadow)
    if heap.tables:
        _defaults(pending, heap, parameters, shadows, given, by_name | set(pending.kwargs))
    return shadows


def _offset(pending: Pending, code: types.CodeType, parameters: Parameters) -> int | None:
    """How many parameters come before the first operand; None if the operands are not the arguments."""
    sequence = parameters.sequence
    args = pending.args
    function = pending.function
    if type(function) is types.FunctionType:
        return 0 if function.__code__ is code else None
    for offset in (0,) if function is None else (1, 0):
        taken = sequence[offset : offset + len(args)]
        if len(taken) == len(args) and all(one is other for one, other in zip(taken, args, strict=True)):
            for name, value in pending.kwargs.items():
                if name in parameters.names and parameters.values[parameters.names.index(name)] is not value:
                    return None
            if args or function is None or is_a(function, type) or len(sequence) <= offset:
                return offset
    return None


def _defaults(
    pending: Pending, heap: Heap, parameters: Parameters, shadows: list[Any], given: int, by_name: set[str]
) -> None:
    function = target(pending.function)
    if function is None:
        return
    defaults = function.__defaults__ or ()
    first = parameters.argcount - len(defaults)
    for index in range(max(given, first, 0), parameters.argcount):
        if parameters.names[index] not in by_name:
            shadows[index] = heap.item(defaults, index - first)
    only = function.__kwdefaults__ or {}
    for index in range(parameters.argcount, parameters.count):
        if parameters.names[index] not in by_name:
            shadows[index] = heap.item(only, parameters.names[index])


def target(function: Any) -> types.FunctionType | None:
    """The Python function behind a callable, if it is plain to see."""
    if type(function) is types.FunctionType:
        return function
    if is_a(function, type):
        found = lookup(function, "__init__")
        return found if type(found) is types.FunctionType else None
    return None


def outcome(
    pending: Pending,
    heap: Heap,
    result: Any,
    answers: list[tuple[Any, Any]],
    body: Callable[[], Any],
    shadowed: Shadowed,
) -> Any:
    """The shadow of what a call has given.

    Args:
        pending: the call.
        heap: the heap.
        result: what it has given.
        answers: what frames that know of shadows have handed out meanwhile.
        body: gives the namespace of the class body that was executed last.
        shadowed: whether a code object's frames know of shadows.
    """
    function = pending.function
    if type(function) is types.FunctionType and shadowed(function.__code__, function.__globals__):
        pending.direct = True
    if pending.direct:
        return answers[-1][1] if answers and answers[-1][0] is result else None
    joined = heap.algebra.joined
    handed = joined(shadow for _, shadow in answers)
    if function is builtins.__build_class__:
        class_made(heap, result, body())
    receiver = _receiver(function)
    args, shadows = list(pending.args), list(pending.shadows)
    plain = not pending.kwargs and not pending.loose
    known = model(function, receiver) if plain else None
    if known is None and type(function) is types.MethodDescriptorType and args and plain:
        known = model(function, args[0])
        receiver = args[0]
    elif receiver is not None:
        args.insert(0, receiver)
        shadows.insert(0, pending.function_shadow)
    if known is not None:
        found = known(heap, args, shadows, result)
        if found is FILLED:
            filled(heap, result if result is not None else args[0], pending.length, answers)
            return None if result is None else shadows[0]
        if found is not NotImplemented:
            return joined((found, handed))
    whole = everything(pending, heap)
    if receiver is not None and type(receiver) not in _IMMUTABLE:
        heap.smear(receiver, joined((*_argument_shadows(pending, heap), handed)))
    if heap.tables:
        for each in (*args, *pending.kwargs.values()):
            heap.settle(each)
    return joined((whole, handed))


def _argument_shadows(pending: Pending, heap: Heap) -> list[Any]:
    skip = 1 if type(pending.function) is types.MethodDescriptorType else 0
    found = [
        reaching(heap, value, shadow)
        for value, shadow in zip(pending.args[skip:], pending.shadows[skip:], strict=False)
    ]
    found += [reaching(heap, value, pending.keyword_shadows.get(name)) for name, value in pending.kwargs.items()]
    return [*found, pending.rest]


def class_made(heap: Heap, cls: Any, namespace: Any) -> None:
    """What a class body has stored are the attributes of its class."""
    table = heap.known(namespace) if namespace is not None else None
    if table is not None and is_a(cls, type):
        for name, (shadow, _) in table.items.items():
            if name in type.__dict__["__dict__"].__get__(cls):
                heap.set_attribute(cls, name, None, shadow)
