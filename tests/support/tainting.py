"""Programs whose input is labelled, and where the labels arrive, for texts at each character."""

from __future__ import annotations

import itertools
import linecache
import re
import sys
import textwrap
import types
from typing import Any

from bytescope import Analysis, attach
from bytescope.shadow import give, operands, reaching
from bytescope.taint.algebra import CHARACTERS
from bytescope.taint.models.late import register
from bytescope.taint.spans import is_text, runs_of, tags_of

MARKED = re.compile(
    "[\ue000-\uefff]"
    r"|\\?\\ue[0-9a-f]{3}"
    r"|\\xee(?:\\x[89ab][0-9a-f]){2}"
    "|%EE%[89AB][0-9A-F]%[89AB][0-9A-F]",
    re.IGNORECASE,
)
MARKED_BYTES = re.compile(rb"\xee[\x80-\xbf]{2}|\\ue[0-9a-f]{3}|\\xee(?:\\x[89ab][0-9a-f]){2}")
_numbers = itertools.count()


class Observer(Analysis):
    """Labels what `source` returns, and keeps what `show` is called with: number, value, shadow."""

    shadows = CHARACTERS

    def __init__(self) -> None:
        self.seen: dict[Any, tuple[Any, Any]] = {}

    def wants_call(self, function: object) -> bool:
        return getattr(function, "__name__", "") in ("source", "show")

    def call(self, site: Any, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        name = getattr(function, "__name__", "")
        if name == "source":
            register()
            give(CHARACTERS.of(*args))
        elif name == "show":
            shadow = operands()["args"][1]
            self.seen[args[0]] = args[1], shadow if is_text(args[1]) else tags_of(reaching(args[1], shadow))


def run(program: str, engine: str) -> dict[Any, tuple[Any, Any]]:
    """Run a module and return what it shows."""
    name = f"tainted_{next(_numbers)}"
    module = types.ModuleType(name)
    file = f"<{name}>"
    source = textwrap.dedent(program)
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    observer = Observer()
    sys.modules[name] = module
    try:
        exec(compile(PRELUDE, file, "exec"), module.__dict__)
        exec(compile("def main():\n" + textwrap.indent(source, "    "), file, "exec"), module.__dict__)
        with attach(observer, include=[name], engine=engine):  # type: ignore[arg-type]
            module.main()
    finally:
        del sys.modules[name]
    return observer.seen


PRELUDE = """
def source(*labels): return "\\ue000\\ue001\\ue002"
def show(number, value): pass
"""


def mask(value: Any, shadow: Any) -> str:
    """Return which characters of a text are labelled, as a text of dots and hashes."""
    found = ["."] * len(value)
    for start, stop, _ in runs_of(shadow, len(value)):
        found[start:stop] = "#" * (stop - start)
    return "".join(found)


def truth(value: Any) -> str:
    """Return which characters of a text come from marked ones, read off the text itself."""
    text = value if isinstance(value, str) else bytes(value)
    pattern: Any = MARKED if isinstance(value, str) else MARKED_BYTES
    found = ["."] * len(text)
    for each in pattern.finditer(text):
        found[each.start() : each.end()] = "#" * (each.end() - each.start())
    return "".join(found)
