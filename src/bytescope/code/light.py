"""Light stand-ins for `typing` and `dataclasses`, whose import takes longer than that of all the rest of the core.

To a type checker these are the real ones, with `record` for `dataclasses.dataclass`; at run time they do what the core
needs of them.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import field, fields
    from typing import Any, ClassVar, Final, NamedTuple, NoReturn, Protocol
else:
    Any = ClassVar = Final = NoReturn = Protocol = object

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
            parameters = [f"{name}=_defaults[{name!r}]" if name in defaults else name for name in names]
            lines = [f"def __init__(self, {', '.join(parameters)}):"]
            for name in names:
                made = isinstance(defaults.get(name), _Factory)
                value = f"{name}.make() if {name}.__class__ is _Factory else {name}" if made else name
                lines.append(f" self.{name} = {value}")
            scope = {"_defaults": defaults, "_Factory": _Factory}
            exec("\n".join(lines), scope)
            values = lambda self: tuple([getattr(self, name) for name in names])  # noqa: E731
            namespace.setdefault("__init__", scope["__init__"])
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
            return type(cls)(cls.__name__, cls.__bases__, namespace)

        return decorate

    class _Named(type):
        def __new__(meta, name, bases, namespace):
            if not bases:
                return super().__new__(meta, name, bases, namespace)
            plain = type(name, (), dict(namespace))
            base = namedtuple(name, plain.__annotations__, module=namespace["__module__"])
            kept = {key: value for key, value in namespace.items() if key not in ("__classcell__",)}
            return type(name, (base,), {"__slots__": (), **kept})

    class NamedTuple(metaclass=_Named):
        """A tuple with named fields, declared by annotations."""


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "ClassVar",
    "Final",
    "NamedTuple",
    "NoReturn",
    "Protocol",
    "field",
    "fields",
    "record",
]
