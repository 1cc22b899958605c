"""Runs snippets under an engine, each topic in one process, and compares two engines' outcomes."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.differential.corpus import Snippet
from tests.support.processes import HANG, environment

from . import observe
from .engines import PROCESS
from .worker import PATIENCE

#: How much of what a dying process said last is reported.
LAST_WORDS = 3000
SECONDS = 20.0
"""CPU time that a program may take."""
WORKER = "import sys; from tests.support.worker import main; main(sys.argv[1:])"
"""What a worker process runs. With `-m`, the worker would be `__main__` and so observed as part of the program."""
Outcome = dict[str, Any]


def run(snippets: Sequence[Snippet], engine: str, hash_seed: int = 1, seconds: float = SECONDS) -> dict[str, Outcome]:
    """Run snippets under an engine.

    Args:
        snippets: what to run; those of one topic share a process unless they ask for their own.
        engine: a name in `engines.ENGINES`.
        hash_seed: order of sets and of other hashes in the worker; a snippet must not depend on it.
        seconds: the CPU time that each snippet may take.

    Returns: outcomes by snippet id. A snippet that killed its process or ran too long has the one field ``died``.
    """
    outcomes: dict[str, Outcome] = {}
    for _, topic in groupby(snippets, key=lambda snippet: snippet.topic):
        together = []
        for snippet in topic:
            if not snippet.own_process:
                together.append(snippet)
            elif engine in PROCESS:
                outcomes[snippet.id] = _whole_process(snippet, engine, hash_seed)
        by_name = run_batch({snippet.name: snippet.source for snippet in together}, engine, hash_seed, seconds)
        outcomes |= {snippet.id: by_name[snippet.name] for snippet in together}
    return outcomes


def run_batch(sources: dict[str, str], engine: str, hash_seed: int = 1, seconds: float = SECONDS) -> dict[str, Outcome]:
    """Run programs, given by name, in one process; a process that dies is replaced and the rest goes on."""
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="snippets_") as directory:
        for name, source in sources.items():
            Path(directory, f"{name}.py").write_text(source, encoding="utf-8")
        waiting = list(sources)
        while waiting:
            finished, culprit, last_words = _worker(directory, waiting, engine, hash_seed, seconds)
            outcomes |= finished
            if culprit is not None:
                outcomes[culprit] = {"died": last_words}
            waiting = [name for name in waiting if name not in outcomes]
    return outcomes


def _worker(
    directory: str, names: list[str], engine: str, hash_seed: int, seconds: float
) -> tuple[dict[str, Outcome], str | None, str]:
    """Run one worker process; returns outcomes by name, the name that killed it, and its last words."""
    results = Path(directory, "results.jsonl")
    results.write_text("", encoding="utf-8")
    files = [f"{name}.py" for name in names]
    command = [sys.executable, "-P", "-c", WORKER, engine, str(results), str(seconds), *files]
    try:
        process = subprocess.run(
            command,
            cwd=directory,
            env=environment(directory, PYTHONHASHSEED=str(hash_seed)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE * seconds * len(names) + HANG,
        )
        last_words = f"exit status {process.returncode}\n{process.stderr[-LAST_WORDS:]}"
    except subprocess.TimeoutExpired:
        last_words = "the worker process hung"
    finished: dict[str, Outcome] = {}
    started: str | None = None
    for line in results.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "start" in record:
            started = record["start"].removesuffix(".py")
        else:
            finished[record.pop("file").removesuffix(".py")] = record
            started = None
    if started is None and len(finished) < len(names):
        # Died between two programs, or before the first: the next in line cannot be run.
        started = next(name for name in names if name not in finished)
    return finished, started, last_words


def _whole_process(snippet: Snippet, engine: str, hash_seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="snippets_") as directory:
        Path(directory, "program.py").write_text(snippet.source, encoding="utf-8")
        command = [sys.executable, *PROCESS[engine], "program.py", "first", "second"]
        return run_command(command, directory, hash_seed)


def run_command(command: list[str], directory: str, hash_seed: int = 1, stdin: str = "") -> Outcome:
    """Run a command in a directory and describe its streams and exit status; the directory's name is left out."""
    try:
        process = subprocess.run(
            command,
            cwd=directory,
            env=environment(directory, PYTHONHASHSEED=str(hash_seed)),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=HANG,
        )
    except subprocess.TimeoutExpired:
        return {"died": f"still running after {HANG} s"}
    place = str(Path(directory))
    return {
        "stdout": observe.text(process.stdout).replace(place, "."),
        "stderr": observe.text(process.stderr).replace(place, "."),
        "status": process.returncode,
    }


def differences(expected: Outcome, actual: Outcome) -> list[str]:
    """Say in readable form where an outcome departs from the expected one; an empty list means equal."""
    if "died" in actual and "died" not in expected:
        return [f"died: {actual['died']}"]
    found = []
    for field in sorted(set(expected) | set(actual)):
        if field in ("count", "events") or expected.get(field) == actual.get(field):
            continue
        left, right = (_readable(outcome.get(field)) for outcome in (expected, actual))
        lines = difflib.unified_diff(left, right, "CPython", "machine", lineterm="", n=1)
        found.append(f"{field} differs:\n" + "\n".join(lines))
    return found


def event_differences(expected: Outcome, actual: Outcome, apart: tuple[str, ...] = ()) -> list[str]:
    """Say where two observing engines were told different things of a program; an empty list means nowhere.

    Args:
        expected: what became of the program in one engine.
        actual: what became of it in the other.
        apart: names of functions whose events do not count.
    """
    if "died" in expected:
        return [f"died when interpreted: {expected['died']}"]
    left, right = (
        [line for line in outcome["events"] if not any(f": {each}:" in line for each in apart)]
        for outcome in (expected, actual)
    )
    if left == right:
        return []
    same = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), len(left))
    around = slice(max(0, same - 5), same + 15)
    names = f"interpreter, {len(left)}", f"woven, {len(right)}"
    lines = difflib.unified_diff(left[around], right[around], *names, lineterm="")
    return [f"events differ from number {same} on:", *lines]


def _readable(thing: object) -> Iterable[str]:
    return thing.splitlines() if isinstance(thing, str) else json.dumps(thing, indent=1).splitlines()
