"""The corpus of snippets on CPython 3.14 in Pyodide, in one process: there are no others there.

Elsewhere `tests/differential` runs it, each topic in a process of its own.
"""

from __future__ import annotations

import colorsys  # noqa: F401 - which debuggers::modules_unchanged imports; here modules of the library stay imported
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.differential import corpus
from tests.differential.corpus import Snippet
from tests.differential.known import LENDING_DIFFERS
from tests.support import harness, worker
from tests.support.engines import ENGINES
from tests.support.scale import third

EXCLUDED = {
    "recursion::ten_thousand_deep": "Pyodide's own stack is too small for it",
    "recursion::ten_thousand_deep_exception": "Pyodide's own stack is too small for it",
    "recursion::infinite_recursion_through_c": "Pyodide's own stack is too small for it",
    "recursion::calls_that_take_steps_at_the_limit": "Pyodide's own stack is too small for it",
    "recursion::self_containing_structures": "Pyodide's own stack is too small for it",
    "warnings_module::registry_in_globals": "the registry counts changes of filters since the process started",
    "lifetime::raising_del_default_output": "pytest takes the place of the hook whose output is shown",
    "inspection::closure_vars_and_callargs": "3.14's inspect reads names in bytecode, which is the resident frame's",
    **LENDING_DIFFERS,
}
SNIPPETS = third(
    snippet
    for snippet in corpus.load()
    if not snippet.own_process and snippet.topic != "threads" and snippet.id not in EXCLUDED
)


def outcome(snippet: Snippet, engine: str) -> dict[str, Any]:
    run, count = ENGINES[engine]()
    limit, path, modules = sys.getrecursionlimit(), sys.path[:], set(sys.modules)
    sys.setrecursionlimit(1000)
    try:
        return worker.execute(snippet.source, f"{snippet.name}.py", run, count)
    finally:
        sys.settrace(None)  # some snippets end with a trace function in place
        sys.setprofile(None)
        sys.setrecursionlimit(limit)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if name.partition(".")[0] not in sys.stdlib_module_names | {"bytescope"}:
                del sys.modules[name]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.id)
def test_same_as_cpython(snippet: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"{snippet.name}.py").write_text(snippet.source, encoding="utf-8")
    expected, actual = outcome(snippet, "cpython"), outcome(snippet, "machine")
    os.chdir(tmp_path)
    found = harness.differences(expected, actual)
    assert not found, "\n".join(found)
    assert actual["count"] > 0, "the machine interpreted it"
