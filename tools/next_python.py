"""Compare a CPython, say a pre-release, with the newest version that bytescope knows.

    make next-python ARGS=/path/to/python3.16

prints what differs between the table of opcodes that this Python writes of itself and the newest one in the sources,
and which programs of the tests have another outcome natively than on the Python that runs this. The exit status is that
of diff: 0 where nothing differs, 1 where something does, 2 where the Python cannot be compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bytescope.code.versions.pyc_forms import FORMS
from bytescope.code.versions.version import load_version
from tests.differential import corpus
from tests.differential.corpus import Snippet
from tests.support import harness

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "src" / "bytescope" / "code" / "versions" / "opcode_tables"

SHOW = (
    "import importlib.util, sys; print(sys.implementation.name, sys.version.split()[0]); "
    "print(int.from_bytes(importlib.util.MAGIC_NUMBER[:2], 'little'))"
)
COLUMNS = ("number", "kind of argument", "code units of cache", "bits below an index")

Facts = dict[str, Any]


class Unknown(Exception):
    """What a Python did not answer, and why."""


def facts(text: str) -> Facts:
    """Return the assignments of a table of opcodes.

    Args:
        text: the module, as `tools/opcode_table.py` writes it.
    """
    found: Facts = {}
    exec(text, found)
    return {name: value for name, value in found.items() if name.isupper()}


def newest() -> str:
    """Return the newest version that has a table."""
    minors = [int(path.stem.removeprefix("v3_")) for path in TABLES.glob("v3_*.py")]
    return f"3.{max(minors)}"


def facts_of(version: str) -> Facts:
    """Return the facts of a version in the sources, with its magic number."""
    path = TABLES / f"v{version.replace('.', '_')}.py"
    return {**facts(path.read_text(encoding="utf-8")), "MAGIC": FORMS[version].magic}


def facts_from(python: str) -> tuple[str, Facts]:
    """Return the release of a Python, and the facts that it states itself.

    Raises:
        Unknown: it cannot be run, or `opcode` and `dis` have changed so much that it cannot write a table.
    """
    answer = _output(python, "-c", SHOW).split()
    if len(answer) != 3 or answer[0] != "cpython":
        raise Unknown(f"{python} is no CPython")
    table = _output(python, str(ROOT / "tools" / "opcode_table.py"), "--print")
    return answer[1], {**facts(table), "MAGIC": int(answer[2])}


def _output(python: str, *arguments: str) -> str:
    try:
        ran = subprocess.run([python, "-I", *arguments], capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unknown(f"{python} cannot be run: {error.strerror}") from error
    if ran.returncode:
        raise Unknown(f"{python} {arguments[0]} failed:\n{ran.stderr.strip()}")
    return ran.stdout


def differences(old: Facts, new: Facts) -> Iterator[str]:
    """Return a line for each difference, numbers of opcodes in one.

    Args:
        old: the facts of a known version.
        new: those of the other.
    """
    before, now = old["OPCODES"], new["OPCODES"]
    yield from _listed("opcodes added", [name for name in now if name not in before])
    yield from _listed("opcodes removed", [name for name in before if name not in now])
    both = [name for name in now if name in before]
    moved = [f"{name} {before[name][0]} -> {now[name][0]}" for name in both if before[name][0] != now[name][0]]
    yield from _listed("opcodes with another number", moved)
    for name in both:
        for column, was, becomes in zip(COLUMNS[1:], before[name][1:], now[name][1:], strict=True):
            if was != becomes:
                yield f"{name}, {column}: {was!r} -> {becomes!r}"
    for name in [name for name in {**old, **new} if name != "OPCODES"]:
        yield from _changed(name, old.get(name), new.get(name))


def _listed(title: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{title} ({len(names)}): {', '.join(names)}"


def _changed(name: str, was: Any, becomes: Any) -> Iterator[str]:
    """A line for each entry of a tuple that differs, or for a value."""
    if not (isinstance(was, tuple) and isinstance(becomes, tuple)):
        if was != becomes:
            yield f"{name}: {was!r} -> {becomes!r}"
        return
    for index in range(max(len(was), len(becomes))):
        pair = [repr(values[index]) if index < len(values) else "nothing" for values in (was, becomes)]
        if pair[0] != pair[1]:
            yield f"{name}[{index}]: {' -> '.join(pair)}"


def without_rule(version: str, opcodes: Iterable[str]) -> list[str]:
    """Return those of some opcodes that no rule of a version lowers."""
    rules = load_version(version).rules
    return [name for name in opcodes if name not in rules]


def programs_that_differ(snippets: Iterable[Snippet], old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the names of the snippets that have another outcome on another Python.

    Args:
        snippets: the programs.
        old: the command of a Python that is known.
        new: that of the other.
    """

    def differs(snippet: Snippet) -> bool:
        with tempfile.TemporaryDirectory(prefix="snippets_") as folder:
            Path(folder, "program.py").write_text(snippet.source, encoding="utf-8")
            commands = [[*python, "program.py", "first", "second"] for python in (old, new)]
            first, second = (harness.run_command(command, folder) for command in commands)
        return bool(harness.differences(first, second))

    snippets = list(snippets)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return [snippet.id for snippet, other in zip(snippets, threads.map(differs, snippets), strict=True) if other]


def main(words: Sequence[str] | None = None) -> int:
    """Print the comparison, and return the exit status."""
    parser = argparse.ArgumentParser("make next-python", description="Compare a CPython with the newest known version.")
    parser.add_argument("python", help="its interpreter")
    parser.add_argument("--programs", nargs="*", metavar="TOPIC", help="run only these programs, or none")
    options = parser.parse_args(words)
    known = newest()
    try:
        snippets = [] if options.programs == [] else corpus.load(*options.programs or ())
        release, stated = facts_from(options.python)
    except (Unknown, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    before = facts_of(known)
    lines = list(differences(before, stated))
    added = stated["OPCODES"].keys() - before["OPCODES"].keys()
    lines += _listed("added opcodes without a rule", without_rule(known, sorted(added)))
    print(f"CPython {release} against the table of {known}: {len(lines)} differences", *lines, sep="\n  ", flush=True)
    names = programs_that_differ(snippets, [sys.executable], [options.python])
    print(f"of {len(snippets)} programs, {len(names)} differ from {sys.version.split()[0]}", *names, sep="\n  ")
    return bool(lines or names)


if __name__ == "__main__":
    raise SystemExit(main())
