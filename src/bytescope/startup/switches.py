"""The environment variables that bytescope reads, each declared once: here."""

from __future__ import annotations

from os import environ

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from collections.abc import Mapping


class Switch:
    """An environment variable that changes what bytescope does.

    Attributes:
        name: its name.
        meaning: what it is about, in a few words.
        values: what each value does; the name of a value in capitals stands for any other text.
    """

    __slots__ = ("meaning", "name", "values")

    def __init__(self, name: str, meaning: str, values: Mapping[str, str]) -> None:
        self.name = name
        self.meaning = meaning
        self.values = values

    def get(self) -> str | None:
        """Return its value as it is now, None if it is not set."""
        return environ.get(self.name)

    def effect(self) -> str | None:
        """Return what its present value does, None if it is not set."""
        value = self.get()
        if value is None:
            return None
        if value in self.values:
            return self.values[value]
        return next((effect for name, effect in self.values.items() if name.isupper()), "ignored: no such value")


CACHE = Switch(
    "BYTESCOPE_CACHE",
    "where woven code is kept on disk",
    {"": "no cache", "0": "no cache", "FOLDER": "the cache is in this folder"},
)
DEBUG = Switch(
    "BYTESCOPE_DEBUG",
    "checks of woven code",
    {"": "no checks", "0": "no checks", "ANYTHING": "woven code is checked, and the cache is not used"},
)
TRACES = Switch(
    "BYTESCOPE_TRACES",
    "when the interpreter compiles traces",
    {"": "traces of hot code", "always": "traces of all code", "never": "no traces"},
)

SWITCHES = (CACHE, DEBUG, TRACES)
"""All of them."""
