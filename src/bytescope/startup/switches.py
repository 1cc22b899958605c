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


class Choices(Switch):
    """An environment variable that names any of some things, with commas.

    Attributes:
        name, meaning: as those of a switch.
        values: what each thing is.
    """

    __slots__ = ()

    def chosen(self) -> frozenset[str]:
        """Return the things that are named.

        Raises:
            ValueError: if there is none of a name.
        """
        chosen, problem = self._read()
        if problem:
            raise ValueError(f"{self.name}: {problem}")
        return chosen

    def effect(self) -> str | None:
        """Return what is chosen, None if it is not set; or why the value is refused."""
        if self.get() is None:
            return None
        chosen, problem = self._read()
        if problem:
            return f"refused: {problem}"
        return ", ".join(f"no {name}" for name in self.values if name in chosen) or "nothing is off"

    def _read(self) -> tuple[frozenset[str], str]:
        """Return what is named, and what is wrong with it."""
        chosen = frozenset(filter(None, [name.strip() for name in (self.get() or "").split(",")]))
        unknown = sorted(chosen.difference(self.values))
        return chosen, f"there is no {unknown[0]!r}; there are {', '.join(self.values)}" if unknown else ""


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
DISABLE = Choices(
    "BYTESCOPE_DISABLE",
    "mechanisms that are off",
    {
        "traces": "hot code of the interpreter is compiled to traces",
        "entries": "traces call hot functions without a frame",
        "speculative_tier": "woven code with shadows has a version specialised on inferred types",
        "inline_methods": "pure methods of analyses are inlined into woven code",
        "probes": "hooks that have to be called once only are probes",
        "cache": "woven code is kept on disk",
    },
)
TRACES = Switch(
    "BYTESCOPE_TRACES",
    "when the interpreter compiles traces",
    {"": "traces of hot code", "always": "traces of all code", "never": "no traces"},
)

SWITCHES = (CACHE, DEBUG, DISABLE, TRACES)
"""All of them."""
