"""The same work measured twice: by coverage.py on CPython and by bytescope's `coverage`, each in a fresh process.

`python -m tests.differential.coverage_pair coverage.py|woven|interpreter SUBJECT DATA` writes coverage.py's data file
about a subject: the modules of the standard library's `json`, driven over documents that are right and wrong, the
constructs of `coverage_constructs`, or the statements of `coverage_forms`. `report` reads such a file.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

MODULES = ("decoder", "encoder", "scanner")
DOCUMENTS = [
    '{"a": [1, 2.5e3, -0, true, false, null, "x\\u00e9\\ud834\\udd1e\\n"], "b": {}}',
    "[]",
    "[ 1 , 2 ]",
    '"\\t"',
]
WRONG = [
    "",
    "[1,",
    '{"a" 1}',
    '{"a":1,}',
    "{1: 2}",
    '"\\x"',
    '"\\ud8"',
    '"open',
    "[1] 2",
    "nul",
    '{"a":1 2}',
    "[1 2]",
    "NaN",
    "-Infinity",
]


def work() -> None:
    """Use the pure-Python parts of `json`: scanner, decoder, encoder."""
    from json import decoder, encoder, scanner

    for text in DOCUMENTS + WRONG:
        for hook in (None, dict):
            one = decoder.JSONDecoder(object_pairs_hook=hook)
            one.parse_string = decoder.py_scanstring  # type: ignore[method-assign]
            one.scan_once = scanner.py_make_scanner(one)
            try:
                one.decode(text)
            except ValueError:
                pass
    encoder.c_make_encoder = None  # type: ignore[assignment]
    circular: list[Any] = []
    circular.append(circular)
    values = [
        {"a": [1, 2.5, None, True, {}], 3: (), None: [], 1.5: "é\n"},
        [float("nan")],
        "x",
        {(): 1},
        object(),
        circular,
    ]
    for value in values:
        for options in (
            {},
            {"indent": 2},
            {"sort_keys": True},
            {"skipkeys": True, "ensure_ascii": False},
            {"allow_nan": False},
        ):
            try:
                "".join(encoder.JSONEncoder(**options).iterencode(value))  # type: ignore[arg-type]
                encoder.JSONEncoder(**options).encode(value)  # type: ignore[arg-type]
            except (ValueError, TypeError):
                pass


def report(data: str, files: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """What coverage.py reports of a data file.

    Args:
        data: the file.
        files: of which source files; all by default.

    Returns:
        For each source file its lines and branches, executed and missing.
    """
    from coverage import Coverage as Theirs

    reader = Theirs(data_file=data, config_file=False, messages=False)
    reader.load()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        reader.json_report(morfs=files, outfile=path)
        with open(path, encoding="utf-8") as file:
            found = json.load(file)["files"]
    kinds = ("executed_lines", "missing_lines", "executed_branches", "missing_branches")
    return {os.path.abspath(name): {kind: entry[kind] for kind in kinds} for name, entry in found.items()}


def constructs() -> None:
    """Use `coverage_constructs`."""
    from . import coverage_constructs

    coverage_constructs.work()


def forms() -> None:
    """Use `coverage_forms`."""
    from . import coverage_forms

    coverage_forms.work()


def _here(name: str) -> str:
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


SUBJECTS: dict[str, tuple[Callable[[], None], list[str], str]] = {
    "json": (work, [os.path.join(os.path.dirname(json.__file__), f"{name}.py") for name in MODULES], "json.*"),
    "constructs": (constructs, [_here("coverage_constructs.py")], "*.coverage_constructs"),
    "forms": (forms, [_here("coverage_forms.py")], "*.coverage_forms"),
}
"""What is done, the files that are measured, and the modules that they are."""


def main() -> None:
    """Measure, and write the data file."""
    _, how, subject, data = sys.argv
    use, files, modules = SUBJECTS[subject]
    for name in [name for name in sys.modules if name == "json" or name.startswith("json.")]:
        del sys.modules[name]
    if how == "coverage.py":
        from coverage import Coverage as Theirs

        theirs = Theirs(branch=True, include=files, data_file=data, messages=False, config_file=False)
        theirs.start()
        use()
        theirs.stop()
        theirs.save()
    else:
        from bytescope.analyses.coverage import Coverage
        from bytescope.analysis import attach

        ours = Coverage(branch=True)
        with attach(ours, include=[modules], engine="woven" if how == "woven" else "interpreter"):
            use()
        ours.save(data, "data")


if __name__ == "__main__":
    main()
