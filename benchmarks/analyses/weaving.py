"""What it costs to weave: importing modules that are observed everywhere, less importing them plainly.

Run as `python -m benchmarks.analyses.weaving ENGINE|cpython FOLDER`: milliseconds to import what is in the folder.
"""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.children import ChildFailed, ask
from benchmarks.engines import NATIVE
from bytescope import attach
from bytescope.analysis.attach import ENGINES

from .callbacks import every_primitive

ENGINE = "woven"
MODULES = ["argparse", "ast", "_pydecimal", "inspect", "typing", "difflib", "pickle", "tarfile", "email/message"]
PREFIX = "weaved_"
COLD, CACHED = 25.0, 3.0
"""Milliseconds for 1000 instructions that weaving may take, without and with the cache."""


def report() -> Iterator[tuple[bool, str]]:
    """Measure and yield lines, each with whether it is within its limit."""
    if ENGINE not in ENGINES:
        yield True, f"there is no engine {ENGINE!r}"
        return
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        thousands = _copy(Path(folder)) / 1000
        variables = {"XDG_CACHE_HOME": cache, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            plain, _ = (ask("analyses.weaving", NATIVE, folder, variables=variables) for _ in range(2))
            for what, limit in (("cold", COLD), ("from the cache", CACHED)):
                cost = (ask("analyses.weaving", ENGINE, folder, variables=variables) - plain) / thousands
                text = f"{ENGINE}, {what}: {cost:.1f} ms for 1000 instructions, of {limit:g}"
                yield cost <= limit, text
        except ChildFailed as problem:
            yield False, f"{ENGINE} FAILED: {problem}"
            return
        yield True, f"compiling and executing takes {plain / thousands:.1f} ms for 1000 instructions"


def _copy(folder: Path) -> int:
    """Copy the modules; how many instructions they have."""
    from bytescope.code import Code

    from ..code_roundtrip import nested

    count = 0
    for name in MODULES:
        text = Path(sysconfig.get_path("stdlib"), f"{name}.py").read_text(encoding="utf-8")
        (folder / f"{PREFIX}{name.replace('/', '_')}.py").write_text(text, encoding="utf-8")
        count += sum(len(Code.from_host(code).instructions) for code in nested(compile(text, name, "exec")))
    return count


def main() -> None:
    engine, folder = sys.argv[1:]
    names = sorted(path.stem for path in Path(folder).glob(f"{PREFIX}*.py"))
    sys.path.insert(0, folder)
    for name in MODULES:  # what they import is imported
        importlib.import_module(name.replace("/", "."))
    attachment = None if engine == NATIVE else attach(every_primitive(), include=f"{PREFIX}*", engine=engine)
    if attachment is not None:
        attachment.__enter__()
    start = time.thread_time()
    for name in names:
        importlib.import_module(name)
    json.dump((time.thread_time() - start) * 1000, sys.stdout)
    if attachment is not None:
        attachment.__exit__(None, None, None)


if __name__ == "__main__":
    main()
