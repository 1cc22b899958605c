"""Calls with `*args` and `**kwargs`, imports, and the display hook."""

from __future__ import annotations

import sys

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.isa.purity import MISSING, lookup
from bytescope.machine.handler_namespace import NULL, LazyImportType, Raised, type_name
from bytescope.machine.protocols.common import (
    Calls,
    CallWithKeywords,
    ImportFrom,
    failed,
    function_string,
    iterable_type,
)
from bytescope.machine.registers import BUILTINS, GLOBALS, LOCALS, PROGRAM
from bytescope.startup.stdlib_lite import Any, operator


def call_ex(R: list[Any], immediate: Any, first: Any, second: Any, args: Any, kwargs: Any) -> Calls:
    """Call with `*args` or `**kwargs`, which the compiler has gathered unless they stand alone."""
    function = second if first is NULL else first
    if kwargs is NULL:
        kwargs = {}
    elif type(kwargs) is not dict:
        keys = yield getattr, kwargs, "keys"
        if failed(keys, AttributeError):
            name = yield from function_string(function)
            raise TypeError(f"{name} argument after ** must be a mapping, not {type_name(type(kwargs))}")
        if type(keys) is Raised:
            return keys
        kwargs = yield dict, kwargs
        if type(kwargs) is Raised:
            return kwargs
    if type(args) is not tuple:
        if not iterable_type(args):
            what = "Value"
            if BEHAVIOUR.unpacked_calls_name_function:
                what = f"{(yield from function_string(function))} argument"
            raise TypeError(f"{what} after * must be an iterable, not {type_name(type(args))}")
        args = yield tuple, args
        if type(args) is Raised:
            return args
    return (yield CallWithKeywords(*R[PROGRAM].prepare_call(R, function, args, kwargs)))


def import_name(R: list[Any], name: str, level: int, fromlist: Any) -> Calls:
    """Import a module by `__import__` of the frame's builtins."""
    try:
        function = R[BUILTINS]["__import__"]
    except KeyError:
        function = None
    if function is None:
        raise ImportError("__import__ not found")
    return (yield function, name, R[GLOBALS], R[LOCALS], fromlist, level)


def import_from(R: list[Any], name: str, module: Any) -> Calls:
    """Return the `name` of `from module import name`: an attribute, or a submodule that is being imported."""
    if type(module) is LazyImportType:
        return (yield ImportFrom(module))
    value = yield getattr, module, name
    if not failed(value, AttributeError):
        return value
    package = yield getattr, module, "__name__", None
    if type(package) is Raised:
        return package
    if isinstance(package, str):
        found = sys.modules.get(f"{package}.{name}")
        if found is not None:
            return found
    return (yield ImportFrom(module))


def import_star(R: list[Any], immediate: Any, module: Any) -> Calls:
    """Execute `from module import *`."""
    namespace = R[LOCALS] if R[LOCALS] is not None else R[GLOBALS]
    names = yield getattr, module, "__all__"
    skip = False
    if failed(names, AttributeError):
        names = yield getattr, module, "__dict__"
        if failed(names, AttributeError):
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
        if failed(name, IndexError):
            return None
        if failed(name, TypeError) and lookup(type(names), "__getitem__") is MISSING:
            raise TypeError(f"'{type_name(type(names))}' object does not support indexing")
        if failed(name, TypeError) and lookup(type(names), "__getitem__") is MISSING:
            raise TypeError(f"'{type_name(type(names))}' object does not support indexing")
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


def display(R: list[Any], immediate: Any, value: Any) -> Calls:
    """Display the value of an expression statement at the prompt."""
    hook = getattr(sys, "displayhook", None)
    if hook is None:
        raise RuntimeError("lost sys.displayhook")
    return (yield hook, value)
