"""Cheap replacements for parts of typing, dataclasses, collections, contextlib, functools, keyword and weakref.

Importing those takes longer than all the rest of the core, and a program that is run finds them imported already. To a
type checker these are the real ones, with `record` for `dataclasses.dataclass`; at run time they do what the core needs
of them. What has to be made from text is made when it is first called.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import operator
    from collections import deque
    from collections.abc import (
        Callable,
        Collection,
        Generator,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
        Set,
    )
    from contextlib import AbstractContextManager, contextmanager, suppress
    from dataclasses import dataclass as record
    from dataclasses import field, fields, replace
    from functools import cache, cached_property, partial
    from keyword import iskeyword
    from typing import Any, ClassVar, Final, NamedTuple, NoReturn, Protocol
    from weakref import ref
else:
    import _operator as operator
    from _collections import _tuplegetter, deque
    from _collections_abc import (
        Callable,
        Collection,
        Generator,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
        Set,
    )
    from _functools import _lru_cache_wrapper, partial
    from _weakref import ref

    AbstractContextManager = Any = ClassVar = Final = NoReturn = Protocol = object

    iskeyword = frozenset(
        "False None True and as assert async await break class continue def del elif else except finally for from"
        " global if import in is lambda nonlocal not or pass raise return try while with yield".split()
    ).__contains__

    # --- functools

    def cache(function):
        """Remember what a function has returned, most of it at least."""
        return _lru_cache_wrapper(function, 1 << 16, False, tuple)

    class cached_property:
        """An attribute that is computed when it is first asked for."""

        def __init__(self, compute):
            self.compute = compute
            self.name = compute.__name__
            self.__doc__ = compute.__doc__

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.compute(instance)
            return value

    # --- contextlib

    class suppress:
        """Context manager that suppresses certain exceptions."""

        def __init__(self, *kinds):
            self.kinds = kinds

        def __enter__(self):
            pass

        def __exit__(self, kind, error, traceback):
            return kind is not None and issubclass(kind, self.kinds)

    class _Context:
        __slots__ = ("steps",)

        def __init__(self, steps):
            self.steps = steps

        def __enter__(self):
            return next(self.steps)

        def __exit__(self, kind, error, traceback):
            if kind is None:
                next(self.steps, None)
                return False
            try:
                self.steps.throw(error)
            except BaseException as raised:
                if raised is not error and raised.__cause__ is not error:
                    raise
                error.__traceback__ = traceback
                return False
            return True

    def contextmanager(function):
        """Make a function whose generator opens a context, yields once and closes it."""
        return lambda *args, **kwargs: _Context(function(*args, **kwargs))

    # --- dataclasses

    class _Factory:
        def __init__(self, default_factory):
            self.make = default_factory

    def field(*, default_factory):
        """A default that is made anew for each instance."""
        return _Factory(default_factory)

    class _Field:
        def __init__(self, name):
            self.name = name

    def fields(cls):
        """The fields of a record, of which the names are known."""
        return tuple(_Field(name) for name in cls.__slots__)

    def replace(instance, **changes):
        """Return a copy of a record in which some fields have other values."""
        return type(instance)(**{name: getattr(instance, name) for name in instance.__slots__} | changes)

    def _parameters(names, defaults):
        return "".join(f", {name}=_defaults[{name!r}]" if name in defaults else f", {name}" for name in names)

    def _execute(source, scope):
        # As code: an interrupt of `exec` of a text, even one that is caught, has the process end by SIGINT at last.
        exec(compile(source, __file__, "exec"), scope)

    def record(*, frozen=False, slots=True, eq=True):
        """Give a class of annotated fields its slots, `__init__`, `__repr__` and, unless told otherwise, `__eq__`.

        Args:
            frozen: instances are not to be changed (which is not enforced) and are hashable.
            slots: accepted for the likeness.
            eq: compare by value.
        """

        def decorate(cls):
            names = tuple(cls.__annotations__)
            namespace = {key: value for key, value in vars(cls).items() if key not in ("__dict__", "__weakref__")}
            defaults = {name: namespace.pop(name) for name in names if name in namespace}

            def first_init(self, *args, **kwargs):
                lines = [f"def __init__(self{_parameters(names, defaults)}):"]
                for name in names:
                    made = isinstance(defaults.get(name), _Factory)
                    value = f"{name}.make() if {name}.__class__ is _Factory else {name}" if made else name
                    lines.append(f" self.{name} = {value}")
                scope = {"_defaults": defaults, "_Factory": _Factory}
                _execute("\n".join(lines), scope)
                made_class.__init__ = scope["__init__"]
                self.__init__(*args, **kwargs)

            values = lambda self: tuple([getattr(self, name) for name in names])  # noqa: E731
            namespace.setdefault("__init__", first_init)
            namespace.setdefault(
                "__repr__",
                lambda self: f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})",
            )
            if eq:
                namespace["__eq__"] = lambda self, other: (
                    values(self) == values(other) if type(other) is type(self) else NotImplemented
                )
                namespace["__hash__"] = (lambda self: hash(values(self))) if frozen else None
            namespace["__slots__"] = names
            made_class = type(cls)(cls.__name__, cls.__bases__, namespace)
            return made_class

        return decorate

    # --- typing

    class _Named(type):
        def __new__(meta, name, bases, namespace):
            if not bases:
                return super().__new__(meta, name, bases, namespace)
            names = tuple(type(name, (), dict(namespace)).__annotations__)

            def first_new(cls, *args, **kwargs):
                scope = {"new": tuple.__new__}
                _execute(f"def __new__(cls{_parameters(names, {})}): return new(cls, ({', '.join(names)},))", scope)
                made_class.__new__ = staticmethod(scope["__new__"])
                return scope["__new__"](cls, *args, **kwargs)

            made = {key: value for key, value in namespace.items() if key != "__classcell__"}
            made.update((name, _tuplegetter(index, None)) for index, name in enumerate(names))
            made.update(__slots__=(), __new__=first_new, _fields=names, __match_args__=names)
            made_class = type(name, (_Tuple,), made)
            return made_class

    class _Tuple(tuple):
        __slots__ = ()

        def __repr__(self):
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self):
            return tuple(self)

        def _replace(self, **changed):
            return type(self)(*[changed.pop(name, value) for name, value in zip(self._fields, self, strict=True)])

    class NamedTuple(metaclass=_Named):
        """A tuple with named fields, declared by annotations."""


__all__ = [
    "TYPE_CHECKING",
    "AbstractContextManager",
    "Any",
    "Callable",
    "ClassVar",
    "Collection",
    "Final",
    "Generator",
    "Hashable",
    "Iterable",
    "Iterator",
    "Mapping",
    "NamedTuple",
    "NoReturn",
    "Protocol",
    "Sequence",
    "Set",
    "cache",
    "cached_property",
    "contextmanager",
    "deque",
    "field",
    "fields",
    "iskeyword",
    "operator",
    "partial",
    "record",
    "ref",
    "replace",
    "suppress",
]
