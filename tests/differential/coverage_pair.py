"""The same work measured twice: by coverage.py on CPython and by bytescope's `coverage`, each in a fresh process.

`python -m tests.differential.coverage_pair coverage.py|bytescope` prints, as JSON, lines and arcs of the modules of
the standard library's `json`, driven over documents that are right and wrong.
"""

from __future__ import annotations

import io
import json
import os
import sys
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


def main() -> None:
    """Measure, and print."""
    folder = os.path.dirname(json.__file__)
    files = [os.path.join(folder, f"{name}.py") for name in MODULES]
    for name in [name for name in sys.modules if name == "json" or name.startswith("json.")]:
        del sys.modules[name]
    if sys.argv[1] == "coverage.py":
        from coverage import Coverage as Theirs

        theirs = Theirs(branch=True, include=files, data_file=None, messages=False, config_file=False)
        theirs.start()
        work()
        theirs.stop()
        data = theirs.get_data()
        found = {file: [list(arc) for arc in data.arcs(file) or ()] for file in files}
    else:
        from bytescope.analyses.coverage import Coverage
        from bytescope.analysis import attach

        ours = Coverage(branch=True)
        with attach(ours, include=["json.*"]):
            work()
        found = {file: [list(arc) for arc in ours.arcs[file]] for file in files}
    out = io.StringIO()
    import json as again

    again.dump({os.path.basename(file): sorted(arcs) for file, arcs in found.items()}, out)
    print(out.getvalue())


if __name__ == "__main__":
    main()
