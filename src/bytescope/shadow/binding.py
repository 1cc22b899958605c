"""Calls: bind argument shadows to parameters, and derive the result's shadow for functions without shadows."""

from __future__ import annotations

import builtins
import re
import types
from collections.abc import Callable
from typing import Any

from bytescope.code.flags import CO_VARARGS, CO_VARKEYWORDS
from bytescope.isa.purity import defines, lookup
from bytescope.isa.typesets import ATOMIC
from bytescope.shadow.algebra import AS_USUAL
from bytescope.shadow.channel import InFlight, Shadowed
from bytescope.shadow.heap import Heap, is_a
from bytescope.shadow.models.after_call import FILLED, filled
from bytescope.shadow.models.model_table import model_after
from bytescope.shadow.native_call import NativeCall
from bytescope.shadow.native_changes import spread
from bytescope.shadow.reachability import reaching

_IMMUTABLE = ATOMIC | {tuple, frozenset, range, slice, type, types.ModuleType}

GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)


def join_everything(in_flight: InFlight, heap: Heap) -> Any:
    """Return the join of all that reaches a primitive."""
    if not in_flight.join_cache:
        shadows = [in_flight.function_shadow, in_flight.inexact_shadow]
        positional = zip(in_flight.args, in_flight.shadows, strict=False)
        by_name = in_flight.keyword_shadows
        shadows += [reaching(heap, value, shadow) for value, shadow in positional]
        shadows += [reaching(heap, value, by_name.get(name)) for name, value in in_flight.kwargs.items()]
        receiver = _receiver(in_flight.function)
        if receiver is not None:
            shadows.append(reaching(heap, receiver))
        in_flight.join_cache.append(heap.algebra.joined(shadows))
    return in_flight.join_cache[0]


def _receiver(function: Any) -> Any:
    receiver = getattr(function, "__self__", None) if type(function) in _BUILTIN else None
    return None if is_a(receiver, types.ModuleType) else receiver


_C_METHOD = type(re.compile("").sub)
"""The type of methods of C that know the class that defines them."""
_BUILTIN = frozenset({types.BuiltinFunctionType, _C_METHOD, types.MethodWrapperType, types.MethodType})
_DESCRIPTORS = frozenset({types.MethodDescriptorType, types.WrapperDescriptorType})


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
        if code.co_flags & CO_VARARGS:
            self.star = here
            here += 1
        if code.co_flags & CO_VARKEYWORDS:
            self.star_star = here
            here += 1
        self.total = here
        self.argcount = positional

    @property
    def sequence(self) -> list[Any]:
        """The values passed by position, or possibly so."""
        return self.positional + (list(self.values[self.star]) if self.star >= 0 else [])


def bind(in_flight: InFlight, heap: Heap, code: types.CodeType, values: list[Any]) -> list[Any]:
    """Return the shadows of the arguments of a frame that begins below a primitive.

    If the frame takes the primitive's very operands, behind what a bound object may put before them, each parameter has
    its argument's shadow. Otherwise native code has made the call, and every parameter has the join of all.

    Args:
        in_flight: the primitive.
        heap: the heap.
        code: of the frame.
        values: its arguments, in the order of `co_varnames`.
    """
    parameters = Parameters(code, values)
    offset = _offset(in_flight, code, parameters)
    if offset is None or in_flight.inexact:
        in_flight.matched = offset is not None
        joined = join_everything(in_flight, heap)
        if joined is not None:
            if parameters.star >= 0 and values[parameters.star]:
                heap.set_sequence(values[parameters.star], [joined] * len(values[parameters.star]))
            for name, value in values[parameters.star_star].items() if parameters.star_star >= 0 else ():
                heap.set_item(values[parameters.star_star], name, value, joined)
        passed = [_passed(in_flight, heap, value, joined) for value in values[: parameters.count]]
        return passed + [None] * (parameters.total - parameters.count)
    if is_a(in_flight.function, type):
        in_flight.matched = code.co_name in ("__init__", "__new__")
    else:
        in_flight.matched = type(in_flight.function) is types.FunctionType or code.co_name == "__call__"
    shadows: list[Any] = [None] * parameters.total
    flat = [in_flight.function_shadow] * offset + list(in_flight.shadows)
    given = min(len(flat), parameters.argcount)
    shadows[:given] = flat[:given]
    if parameters.star >= 0 and len(flat) > given:
        heap.set_sequence(values[parameters.star], flat[given:])
    names = parameters.names[parameters.only_positional :]
    by_name: set[str] = set()
    for name, shadow in in_flight.keyword_shadows.items():
        if name in names:
            by_name.add(name)
            shadows[parameters.names.index(name)] = shadow
        elif parameters.star_star >= 0:
            heap.set_item(values[parameters.star_star], name, in_flight.kwargs[name], shadow)
    if heap.tables:
        _defaults(in_flight, heap, parameters, shadows, given, by_name | set(in_flight.kwargs))
    return shadows


def _passed(in_flight: InFlight, heap: Heap, value: Any, joined: Any) -> Any:
    """Return the shadow of an argument with which native code has called back."""
    found = heap.algebra.passed(value, in_flight.args, in_flight.shadows)
    return joined if found is AS_USUAL else found


def _offset(in_flight: InFlight, code: types.CodeType, parameters: Parameters) -> int | None:
    """Return the number of parameters before the first operand; None if the operands are not the arguments."""
    sequence = parameters.sequence
    args = in_flight.args
    function = in_flight.function
    if type(function) is types.FunctionType:
        return 0 if function.__code__ is code else None
    for offset in (0,) if function is None else (1, 0):
        taken = sequence[offset : offset + len(args)]
        if len(taken) == len(args) and all(one is other for one, other in zip(taken, args, strict=True)):
            for name, value in in_flight.kwargs.items():
                if name in parameters.names and parameters.values[parameters.names.index(name)] is not value:
                    return None
            if args or function is None or is_a(function, type) or len(sequence) <= offset:
                return offset
    return None


def _defaults(
    in_flight: InFlight, heap: Heap, parameters: Parameters, shadows: list[Any], given: int, by_name: set[str]
) -> None:
    function = target(in_flight.function)
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
    """Return the Python function that a callable calls, None if it is not certain."""
    if type(function) is types.FunctionType:
        return function
    if is_a(function, type):
        found = lookup(function, "__init__")
        return found if type(found) is types.FunctionType else None
    return None


def outcome(
    in_flight: InFlight,
    heap: Heap,
    result: Any,
    returned: list[tuple[Any, Any]],
    body: Callable[[], Any],
    shadowed: Shadowed,
) -> Any:
    """Return the shadow of a call's result.

    Args:
        in_flight: the call.
        heap: the heap.
        result: its result.
        returned: values that frames with shadows have returned meanwhile, with their shadows.
        body: returns the namespace of the class body that was executed last.
        shadowed: predicate: whether a code object's frames propagate shadows.
    """
    function = in_flight.function
    if type(function) is types.FunctionType and shadowed(function.__code__, function.__globals__):
        in_flight.matched = True
    if in_flight.matched:
        return returned[-1][1] if returned and returned[-1][0] is result else None
    joined = heap.algebra.joined
    handed = joined(shadow for _, shadow in returned)
    if function is builtins.__build_class__:
        class_made(heap, result, body())
    receiver = _receiver(function)
    modelled = heap.algebra.model(function, receiver)
    if modelled is not None and not in_flight.inexact:
        found = modelled(_native_call(in_flight, heap, receiver, result, returned))
        if found is not AS_USUAL:
            return found
    args, shadows = list(in_flight.args), list(in_flight.shadows)
    plain = not in_flight.kwargs and not in_flight.inexact
    known = model_after(function, receiver) if plain else None
    if known is None and type(function) is types.MethodDescriptorType and args and plain:
        known = model_after(function, args[0])
        receiver = args[0]
    elif receiver is not None:
        args.insert(0, receiver)
        shadows.insert(0, in_flight.function_shadow)
    if known is not None:
        found = known(heap, args, shadows, result)
        if found is FILLED:
            filled(heap, result if result is not None else args[0], in_flight.length_before, returned)
            return None if result is None else shadows[0]
        if found is not NotImplemented:
            return joined((found, handed))
    whole = join_everything(in_flight, heap)
    if in_flight.bound and args and not is_a(args[0], type):
        receiver = args[0]
    if receiver is not None and type(receiver) not in _IMMUTABLE:
        heap.label_contents(receiver, joined((*_argument_shadows(in_flight, heap), handed)))
    if heap.tables:
        for each in (*args, *in_flight.kwargs.values()):
            heap.reconcile(each)
    whole = joined((whole, handed))
    spread(in_flight, heap, whole)
    return heap.algebra.derive(whole)


def _native_call(
    in_flight: InFlight, heap: Heap, receiver: Any, result: Any, returned: list[tuple[Any, Any]]
) -> NativeCall:
    """Return a call as the models of the algebra see it."""
    function, own = in_flight.function, in_flight.function_shadow
    args, shadows = in_flight.args, in_flight.shadows
    if type(function) in _DESCRIPTORS and args:
        receiver, own, args, shadows = args[0], shadows[0], args[1:], shadows[1:]
    by_name = in_flight.kwargs, in_flight.keyword_shadows
    return NativeCall(heap, function, receiver, own, args, shadows, *by_name, result, returned)


def _argument_shadows(in_flight: InFlight, heap: Heap) -> list[Any]:
    skip = 1 if in_flight.bound or type(in_flight.function) is types.MethodDescriptorType else 0
    found = [
        reaching(heap, value, shadow)
        for value, shadow in zip(in_flight.args[skip:], in_flight.shadows[skip:], strict=False)
    ]
    found += [reaching(heap, value, in_flight.keyword_shadows.get(name)) for name, value in in_flight.kwargs.items()]
    return [*found, in_flight.inexact_shadow]


def class_made(heap: Heap, cls: Any, namespace: Any) -> None:
    """Move the shadows of a class body's namespace to the attributes of its class."""
    table = heap.known(namespace) if namespace is not None else None
    if table is not None and is_a(cls, type):
        for name, (shadow, _) in table.items.items():
            if defines(cls, name):
                heap.set_attribute(cls, name, None, shadow)
