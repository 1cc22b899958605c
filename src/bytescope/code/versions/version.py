"""A version of CPython as a value: its opcodes, its behaviour, and the rules that lower its bytecode."""

from __future__ import annotations

from bytescope.code.versions.behaviour import Behaviour
from bytescope.code.versions.lowering_state import Rule
from bytescope.code.versions.opcodes import Opcodes
from bytescope.startup.stdlib_lite import Any, Final, Mapping, cache

__all__ = ["HOSTS", "LOWERED", "Version", "load_version"]

HOSTS: Final = ("3.11", "3.12", "3.13", "3.14", "3.15")
"""The versions that bytescope runs on."""

LOWERED: Final = ("3.8", "3.9", "3.10", *HOSTS)
"""The versions whose bytecode can be lowered, and executed on any of `HOSTS`."""


class Version:
    """A version of CPython.

    Attributes:
        name: its number, such as "3.12".
        opcodes: its opcodes.
        behaviour: its behaviour.
        rules: by name of an opcode the rule that lowers it.
    """

    __slots__ = ("behaviour", "name", "opcodes", "rules")

    def __init__(self, opcodes: Opcodes, behaviour: Behaviour, rules: Mapping[str, Rule]) -> None:
        self.name = opcodes.version
        self.opcodes = opcodes
        self.behaviour = behaviour
        self.rules = rules


@cache
def load_version(name: str) -> Version:
    """Return a version by its number; its modules, and those that it builds on, are imported for that.

    Args:
        name: one of `bytescope.code.versions.pyc_forms.FORMS`.
    """
    module = f"v{name.replace('.', '_')}"
    opcodes = Opcodes(name, _module("bytescope.code.versions.opcode_tables", module))
    rules = _module("bytescope.code.versions", module)
    return Version(opcodes, rules.BEHAVIOUR, rules.RULES)


def _module(package: str, name: str) -> Any:
    """Import a module of a package."""
    return getattr(__import__(package, fromlist=[name]), name)
