"""Primitives that take more than one call of foreign code.

Each is a generator that yields calls, `(callable, *arguments)` or an object with the number of another site and its operands, and is sent their results. A call that raised is
answered by `Raised`; returning that lets the exception go on to the guest. `R` are the frame's registers: globals,
builtins, locals mapping, the running process and the program.
"""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Generator, Iterator
from typing import Any

from bytescope.code.host import CLASS_PATTERN_NOUN, UNPACK_TELLS_LENGTH
from bytescope.machine.runtime import NULL, Raised, load_global, lookup, not_defined, type_name

Process = Generator[Any, Any, Any]


class CallWithKeywords:
    """A call with keyword arguments."""

    __slots__ = ("operands",)
    site = 0

    def __init__(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.operands = (kwargs, args, function)


class ImportFrom:
    """The host's own IMPORT_FROM: it raises the error that this version of CPython raises."""

    __slots__ = ("operands",)
    site = 1

    def __init__(self, module: Any) -> None:
        self.operands = (module,)


def _failed(value: Any, kind: type[BaseException]) -> bool:
    return type(value) is Raised and isinstance(value[0], kind)


def _iterable(value: Any) -> bool:
    """Whether the type supports iteration at all (tp_iter, or the sequence protocol)."""
    kind = type(value)
    found = lookup(kind, "__iter__")
    return found is not NULL if found is not NULL else lookup(kind, "__getitem__") is not NULL


# --- names


def load_name(R: list[Any], name: str) -> Process:
    """A name in class or module code whose namespace is no plain dict."""
    value = yield operator.getitem, R[2], name
    return load_global(R, name) if _failed(value, KeyError) else value


def delete_name(R: list[Any], name: str) -> Process:
    """`del name` where the namespace is no plain dict."""
    value = yield operator.delitem, R[2], name
    if _failed(value, KeyError):
        raise not_defined(name)
    return value


def load_from_dict_or_globals(R: list[Any], name: str, mapping: Any) -> Process:
    """A name in an annotation scope of a class."""
    value = yield operator.getitem, mapping, name
    return load_global(R, name) if _failed(value, KeyError) else value


def load_from_dict_or_cell(R: list[Any], variable: Any, cell: types.CellType, mapping: Any) -> Process:
    """A captured name in a class body: the class namespace goes first."""
    from bytescope.machine.runtime import unbound

    value = yield operator.getitem, mapping, variable.name
    if not _failed(value, KeyError):
        return value
    try:
        return cell.cell_contents
    except ValueError:
        pass
    raise unbound(variable.name, variable.scope)


def setup_annotations(R: list[Any], immediate: Any) -> Process:
    """Give the namespace an `__annotations__` if it has none."""
    value = yield operator.getitem, R[2], "__annotations__"
    if _failed(value, KeyError):
        value = yield operator.setitem, R[2], "__annotations__", {}
    return value


# --- attributes


def super_attr(R: list[Any], immediate: tuple[str, bool], supertype: Any, cls: Any, receiver: Any) -> Process:
    """`super().name`; with a rebound `super` it is an ordinary call followed by an attribute."""
    name, two_arguments = immediate
    if supertype is super or two_arguments:
        proxy = yield supertype, cls, receiver
    else:
        proxy = yield (supertype,)
    if type(proxy) is Raised:
        return proxy
    return (yield getattr, proxy, name)


def bind_special(value: Any, name: str) -> Process:
    """The special method of this name, looked up on the type and bound; `NULL` if there is none."""
    kind = type(value)
    found = lookup(kind, name)
    if found is NULL:
        return NULL
    if type(found) is types.FunctionType:
        return types.MethodType(found, value)
    getter = lookup(type(found), "__get__")
    if getter is NULL:
        return found
    return (yield getter, found, value, kind)


_PROTOCOL = {
    "__enter__": ("context manager protocol", ""),
    "__exit__": ("context manager protocol", " (missed __exit__ method)"),
    "__aenter__": ("asynchronous context manager protocol", ""),
    "__aexit__": ("asynchronous context manager protocol", " (missed __aexit__ method)"),
}


def _special_error(name: str, value: Any) -> TypeError:
    protocol, detail = _PROTOCOL[name]
    return TypeError(f"'{type_name(type(value))}' object does not support the {protocol}{detail}")


def special(R: list[Any], name: str, value: Any) -> Process:
    """A special method of a context manager."""
    method = yield from bind_special(value, name)
    if method is NULL:
        raise _special_error(name, value)
    return method


def _enter(manager: Any, enter_name: str, exit_name: str) -> Process:
    enter = yield from bind_special(manager, enter_name)
    if enter is NULL:
        raise _special_error(enter_name, manager)
    if type(enter) is Raised:
        return enter
    leave = yield from bind_special(manager, exit_name)
    if leave is NULL:
        raise _special_error(exit_name, manager)
    if type(leave) is Raised:
        return leave
    result = yield (enter,)
    return result if type(result) is Raised else (leave, result)


def enter_with(R: list[Any], immediate: Any, manager: Any) -> Process:
    """The beginning of a `with`: the exit method and what `__enter__` returned."""
    return (yield from _enter(manager, "__enter__", "__exit__"))


def enter_async_with(R: list[Any], immediate: Any, manager: Any) -> Process:
    """The beginning of an `async with`: the exit method and what `__aenter__` returned."""
    return (yield from _enter(manager, "__aenter__", "__aexit__"))


# --- building and taking apart


def build_set(R: list[Any], immediate: Any, *items: Any) -> Process:
    """A set display."""
    result: set[Any] = set()
    for item in items:
        value = yield set.add, result, item
        if type(value) is Raised:
            return value
    return result


def build_map(R: list[Any], immediate: Any, *keys_and_values: Any) -> Process:
    """A dict display."""
    result: dict[Any, Any] = {}
    for index in range(0, len(keys_and_values), 2):
        value = yield operator.setitem, result, keys_and_values[index], keys_and_values[index + 1]
        if type(value) is Raised:
            return value
    return result


def list_extend(R: list[Any], immediate: Any, target: list[Any], iterable: Any) -> Process:
    """`*iterable` in a display or call."""
    value = yield list.extend, target, iterable
    if _failed(value, TypeError) and not _iterable(iterable):
        raise TypeError(f"Value after * must be an iterable, not {type_name(type(iterable))}")
    return value


def set_update(R: list[Any], immediate: Any, target: set[Any], iterable: Any) -> Process:
    """`*iterable` in a set display."""
    return (yield set.update, target, iterable)


def dict_update(R: list[Any], immediate: Any, target: dict[Any, Any], mapping: Any) -> Process:
    """`**mapping` in a dict display."""
    if not isinstance(mapping, dict):
        keys = yield getattr, mapping, "keys"
        if _failed(keys, AttributeError):
            raise TypeError(f"'{type_name(type(mapping))}' object is not a mapping")
        if type(keys) is Raised:
            return keys
    return (yield dict.update, target, mapping)


def _function_string(function: Any) -> Process:
    """How CPython's messages write a callable."""
    name = yield getattr, function, "__qualname__", None
    if type(name) is Raised:
        return name
    if not isinstance(name, str):
        return (yield str, function)
    module = yield getattr, function, "__module__", None
    if type(module) is Raised:
        return module
    return f"{name}()" if module in (None, "builtins") else f"{module}.{name}()"


def dict_merge(R: list[Any], immediate: Any, target: dict[Any, Any], mapping: Any, function: Any) -> Process:
    """`**mapping` in a call: a key must not come twice."""
    source = mapping
    if type(mapping) is not dict:
        keys = yield getattr, mapping, "keys"
        if _failed(keys, AttributeError):
            name = yield from _function_string(function)
            raise TypeError(f"{name} argument after ** must be a mapping, not {type_name(type(mapping))}")
        if type(keys) is Raised:
            return keys
        source = yield dict, mapping
        if type(source) is Raised:
            return source
    for key in source:
        if key in target:
            name = yield from _function_string(function)
            if not isinstance(key, str):
                raise TypeError(f"{name} keywords must be strings")
            raise TypeError(f"{name} got multiple values for keyword argument '{key}'")
    return (yield dict.update, target, source)


def _take(iterator: Iterator[Any], count: int, least: str, expected: int) -> Process:
    """The next `count` values."""
    values = []
    for _ in range(count):
        value = yield next, iterator
        if _failed(value, StopIteration):
            raise ValueError(f"not enough values to unpack (expected {least}{expected}, got {len(values)})")
        if type(value) is Raised:
            return value
        values.append(value)
    return values


def _start(iterable: Any) -> Process:
    iterator = yield iter, iterable
    if _failed(iterator, TypeError) and not _iterable(iterable):
        raise TypeError(f"cannot unpack non-iterable {type_name(type(iterable))} object")
    return iterator


def _wrong_count(count: int, iterable: Any) -> ValueError:
    """The error for a number of values that is not `count`."""
    sized = type(iterable) in (list, tuple, dict)
    if sized and len(iterable) < count:
        return ValueError(f"not enough values to unpack (expected {count}, got {len(iterable)})")
    detail = f", got {len(iterable)}" if UNPACK_TELLS_LENGTH and sized else ""
    return ValueError(f"too many values to unpack (expected {count}{detail})")


def unpack(R: list[Any], count: int, iterable: Any) -> Process:
    """Assignment to `count` targets."""
    if type(iterable) is tuple or type(iterable) is list:
        raise _wrong_count(count, iterable)
    iterator = yield from _start(iterable)
    if type(iterator) is Raised:
        return iterator
    values = yield from _take(iterator, count, "", count)
    if type(values) is Raised:
        return values
    extra = yield next, iterator
    if _failed(extra, StopIteration):
        return values
    if type(extra) is Raised:
        return extra
    raise _wrong_count(count, iterable)


def unpack_ex(R: list[Any], counts: tuple[int, int], iterable: Any) -> Process:
    """Assignment to targets one of which is starred."""
    before, after = counts
    iterator = yield from _start(iterable)
    if type(iterator) is Raised:
        return iterator
    values = yield from _take(iterator, before, "at least ", before + after)
    if type(values) is Raised:
        return values
    rest = yield list, iterator
    if type(rest) is Raised:
        return rest
    if len(rest) < after:
        got = before + len(rest)
        raise ValueError(f"not enough values to unpack (expected at least {before + after}, got {got})")
    cut = len(rest) - after
    return [*values, rest[:cut], *rest[cut:]]


# --- calls and imports


def call_ex(R: list[Any], immediate: Any, first: Any, second: Any, args: Any, kwargs: Any) -> Process:
    """A call with `*args` or `**kwargs`, which the compiler has gathered unless they stand alone."""
    function = second if first is NULL else first
    if kwargs is NULL:
        kwargs = {}
    elif type(kwargs) is not dict:
        keys = yield getattr, kwargs, "keys"
        if _failed(keys, AttributeError):
            name = yield from _function_string(function)
            raise TypeError(f"{name} argument after ** must be a mapping, not {type_name(type(kwargs))}")
        if type(keys) is Raised:
            return keys
        kwargs = yield dict, kwargs
        if type(kwargs) is Raised:
            return kwargs
    if type(args) is not tuple:
        if not _iterable(args):
            name = yield from _function_string(function)
            raise TypeError(f"{name} argument after * must be an iterable, not {type_name(type(args))}")
        args = yield tuple, args
        if type(args) is Raised:
            return args
    return (yield CallWithKeywords(*R[4].prepare_call(R, function, args, kwargs)))


def import_name(R: list[Any], name: str, level: int, fromlist: Any) -> Process:
    """The import statement: `builtins.__import__` of the frame is asked."""
    try:
        function = R[1]["__import__"]
    except KeyError:
        function = None
    if function is None:
        raise ImportError("__import__ not found")
    return (yield function, name, R[0], R[2], fromlist, level)


def import_from(R: list[Any], name: str, module: Any) -> Process:
    """`from module import name`: an attribute, or a submodule that is being imported."""
    value = yield getattr, module, name
    if not _failed(value, AttributeError):
        return value
    package = yield getattr, module, "__name__", None
    if type(package) is Raised:
        return package
    if isinstance(package, str):
        found = sys.modules.get(f"{package}.{name}")
        if found is not None:
            return found
    return (yield ImportFrom(module))


def import_star(R: list[Any], immediate: Any, module: Any) -> Process:
    """`from module import *`."""
    namespace = R[2] if R[2] is not None else R[0]
    names = yield getattr, module, "__all__"
    skip = False
    if _failed(names, AttributeError):
        names = yield getattr, module, "__dict__"
        if _failed(names, AttributeError):
            raise ImportError("from-import-* object has no __dict__ and no __all__")
        if type(names) is Raised:
            return names
        names = yield list, names
        skip = True
    if type(names) is Raised:
        return names
    position = 0
    while True:
        name = yield operator.getitem, names, position
        if _failed(name, IndexError):
            return None
        if type(name) is Raised:
            return name
        position += 1
        if not isinstance(name, str):
            where = "Key in" if skip else "Item in"
            what = "__dict__" if skip else "__all__"
            package = module.__name__
            raise TypeError(f"{where} {package}.{what} must be str, not {type_name(type(name))}")
        if skip and name.startswith("_"):
            continue
        value = yield getattr, module, name
        if type(value) is Raised:
            return value
        value = yield operator.setitem, namespace, name, value
        if type(value) is Raised:
            return value


def display(R: list[Any], immediate: Any, value: Any) -> Process:
    """The echo of an expression statement at the prompt."""
    hook = getattr(sys, "displayhook", None)
    if hook is None:
        raise RuntimeError("lost sys.displayhook")
    return (yield hook, value)


# --- pattern matching


def match_keys(R: list[Any], immediate: Any, subject: Any, keys: tuple[Any, ...]) -> Process:
    """The values of a mapping pattern's keys, or None."""
    if not keys:
        return ()
    get = yield getattr, subject, "get"
    if type(get) is Raised:
        return get
    seen: set[Any] = set()
    values = []
    dummy = object()
    for key in keys:
        known = yield operator.contains, seen, key
        if type(known) is Raised:
            return known
        if known:
            raise ValueError(f"mapping pattern checks duplicate key ({key!r})")
        seen.add(key)
        value = yield get, key, dummy
        if type(value) is Raised:
            return value
        if value is dummy:
            return None
        values.append(value)
    return tuple(values)


_SELF_MATCH = 1 << 22


def match_class(R: list[Any], count: int, subject: Any, cls: Any, names: tuple[str, ...]) -> Process:
    """The attributes of a class pattern, or None."""
    if not isinstance(cls, type):
        raise TypeError(f"called match pattern must be a {CLASS_PATTERN_NOUN}")
    matches = yield isinstance, subject, cls
    if matches is not True:
        return matches if type(matches) is Raised else None
    seen: set[Any] = set()
    values: list[Any] = []
    positional = count
    if positional:
        allowed = yield getattr, cls, "__match_args__"
        match_self = False
        if _failed(allowed, AttributeError):
            match_self = bool(cls.__flags__ & _SELF_MATCH)
            allowed = ()
        elif type(allowed) is Raised:
            return allowed
        elif type(allowed) is not tuple:
            raise TypeError(f"{cls.__name__}.__match_args__ must be a tuple (got {type_name(type(allowed))})")
        limit = 1 if match_self else len(allowed)
        if limit < positional:
            plural = "" if limit == 1 else "s"
            raise TypeError(f"{cls.__name__}() accepts {limit} positional sub-pattern{plural} ({positional} given)")
        if match_self:
            values.append(subject)
        else:
            for name in allowed[:positional]:
                if type(name) is not str:
                    raise TypeError(f"__match_args__ elements must be strings (got {type_name(type(name))})")
                value = yield from _match_attribute(subject, cls, name, seen)
                if value is NULL or type(value) is Raised:
                    return None if value is NULL else value
                values.append(value)
    for name in names:
        value = yield from _match_attribute(subject, cls, name, seen)
        if value is NULL or type(value) is Raised:
            return None if value is NULL else value
        values.append(value)
    return tuple(values)


def _match_attribute(subject: Any, cls: type, name: str, seen: set[Any]) -> Process:
    if name in seen:
        raise TypeError(f"{cls.__name__}() got multiple sub-patterns for attribute {name!r}")
    seen.add(name)
    value = yield getattr, subject, name
    return NULL if _failed(value, AttributeError) else value


# --- generators and coroutines

_CO_COROUTINE = 0x80
_CO_ITERABLE_COROUTINE = 0x100


def yield_from_iter(R: list[Any], immediate: Any, iterable: Any) -> Process:
    """What `yield from` runs through."""
    kind = type(iterable)
    if kind is types.CoroutineType:
        if not R[4].code.co_flags & (_CO_COROUTINE | _CO_ITERABLE_COROUTINE):
            raise TypeError("cannot 'yield from' a coroutine object in a non-coroutine generator")
        return iterable
    if kind is types.GeneratorType:
        return iterable
    return (yield iter, iterable)


def _awaitable_iterator(value: Any) -> Process:
    """The iterator of an awaitable: `_PyCoro_GetAwaitableIter`."""
    kind = type(value)
    if kind is types.CoroutineType:
        return value
    if kind is types.GeneratorType and value.gi_code.co_flags & _CO_ITERABLE_COROUTINE:
        return value
    method = lookup(kind, "__await__")
    if method is NULL or method is None:
        raise TypeError(f"object {type_name(kind)} can't be used in 'await' expression")
    iterator = yield method, value
    if type(iterator) is Raised:
        return iterator
    result = type(iterator)
    if result is types.CoroutineType or (
        result is types.GeneratorType and iterator.gi_code.co_flags & _CO_ITERABLE_COROUTINE
    ):
        raise TypeError("__await__() returned a coroutine")
    if lookup(result, "__next__") is NULL:
        raise TypeError(f"__await__() returned non-iterator of type '{type_name(result)}'")
    return iterator


_AWAIT_CONTEXT = {1: "__aenter__", 2: "__aexit__"}


def awaitable(R: list[Any], context: int, value: Any) -> Process:
    """What `await` runs through."""
    try:
        iterator = yield from _awaitable_iterator(value)
    except TypeError as error:
        failure = error
    else:
        if type(iterator) is types.CoroutineType and iterator.cr_await is not None:
            raise RuntimeError("coroutine is being awaited already")
        return iterator
    if context in _AWAIT_CONTEXT and lookup(type(value), "__await__") is NULL:
        what = f"'async with' received an object from {_AWAIT_CONTEXT[context]} that does not implement __await__"
        raise TypeError(f"{what}: {type_name(type(value))}")
    raise failure.with_traceback(None)


def aiter(R: list[Any], immediate: Any, iterable: Any) -> Process:
    """What `async for` runs through."""
    kind = type(iterable)
    method = lookup(kind, "__aiter__")
    if method is NULL or method is None:
        raise TypeError(f"'async for' requires an object with __aiter__ method, got {type_name(kind)}")
    iterator = yield method, iterable
    if type(iterator) is not Raised and lookup(type(iterator), "__anext__") is NULL:
        raise TypeError(
            f"'async for' received an object from __aiter__ that does not implement __anext__: {type_name(type(iterator))}"
        )
    return iterator


def anext(R: list[Any], immediate: Any, iterator: Any) -> Process:
    """What `async for` awaits."""
    kind = type(iterator)
    method = lookup(kind, "__anext__")
    if method is NULL or method is None:
        raise TypeError(f"'async for' requires an iterator with __anext__ method, got {type_name(kind)}")
    value = yield method, iterator
    if type(value) is Raised or kind is types.AsyncGeneratorType:
        return value
    try:
        result = yield from _awaitable_iterator(value)
    except TypeError as error:
        failure: BaseException = error.with_traceback(None)
    else:
        if type(result) is not Raised:
            return result
        failure = result[0]
    message = f"'async for' received an invalid object from __anext__: {type_name(type(value))}"
    wrapped = TypeError(message)
    wrapped.__cause__ = failure
    wrapped.__context__ = failure
    raise wrapped
