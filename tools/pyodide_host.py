"""Run the core of the test suite on CPython 3.14 as WebAssembly: Pyodide, under Node.

What it needs is fetched at set-up with npm and pip, as locked in tests/pyodide/package-lock.json and
requirements/pyodide.txt; the run itself uses no network.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from console import Stopwatch, run, say
from environments import ROOT, SetupError

FOLDER = ROOT / "tests" / "pyodide"
NODE_MODULES = FOLDER / "node_modules"
WHEELS = FOLDER / "wheels"
CORE = FOLDER / "core.txt"
MOUNT = "/repository"

_OLDEST_NODE = 18


def missing() -> str | None:
    """Say what this machine lacks to run Pyodide; None when nothing."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"there is no {program} on PATH"
    if run(["node", "-e", f"process.exit(parseInt(process.versions.node) < {_OLDEST_NODE} ? 1 : 0)"], quiet=True):
        return f"node is older than {_OLDEST_NODE}"
    return None


def core_tests() -> list[str]:
    """Return the files and folders that run there, as tests/pyodide/core.txt lists them; only those that exist."""
    lines = (line.partition("#")[0].strip() for line in CORE.read_text().splitlines())
    return [line for line in lines if line and (ROOT / line).exists()]


def set_up(python: Path) -> None:
    """Fetch Pyodide and the wheels that the tests need; what is there and still matches the locks is left alone.

    Args:
        python: an interpreter that has pip.

    Raises:
        SetupError: something could not be fetched.
    """
    _fetch(NODE_MODULES, FOLDER / "package-lock.json", ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"])
    download = [python, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary", ":all:", "--dest", WHEELS]
    universal = ["--python-version", "3.14", "--implementation", "py", "--abi", "none", "--platform", "any"]
    lock = ROOT / "requirements" / "pyodide.txt"
    _fetch(WHEELS, lock, [*download, *universal, "-r", lock])


def _fetch(folder: Path, lock: Path, command: Sequence[str | Path]) -> None:
    stamp = folder / ".fetched"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    watch = Stopwatch()
    say(f"fetching {folder.relative_to(ROOT)} as {lock.relative_to(ROOT)} says ...")
    shutil.rmtree(folder, ignore_errors=True)
    if run(command, cwd=FOLDER, quiet=True):
        raise SetupError(f"could not fetch what {lock.relative_to(ROOT)} names")
    stamp.write_text(digest)
    say(f"fetched {folder.relative_to(ROOT)} in {watch}")


def run_tests(python: Path, results: Path, minutes: float, arguments: Sequence[str] = ()) -> int:
    """Build the wheel, run the core of the suite in Pyodide and return pytest's exit status.

    Args:
        python: an interpreter of an environment with requirements/test.txt.
        results: where the JUnit file goes, inside the repository.
        minutes: how long it may take.
        arguments: more arguments for pytest; paths among them replace the core's.

    Raises:
        SetupError: the wheel could not be built.
    """
    wheel = _build_wheel(python)
    tests = [] if any((ROOT / argument.partition("::")[0]).exists() for argument in arguments) else core_tests()
    pytest_arguments = [
        "-m", "not slow and not process", "-p", "no:cacheprovider", "-o", "console_output_style=classic", "--timeout=0",
        f"--confcutdir={MOUNT}/tests", f"--junitxml={MOUNT}/{results.relative_to(ROOT)}", *arguments, *tests,
    ]  # fmt: skip
    wheels = [*sorted(WHEELS.glob("*.whl")), wheel]
    return run(["node", FOLDER / "run.mjs", ROOT, *wheels, "--", *pytest_arguments], minutes=minutes)


def _build_wheel(python: Path) -> Path:
    folder = ROOT / ".tmp" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    if run([python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, quiet=True):
        raise SetupError("the wheel could not be built")
    return next(folder.glob("*.whl"))


def version() -> str:
    """Name the Pyodide that the lock names."""
    match = re.search(r'"pyodide": "([\d.]+)"', (FOLDER / "package.json").read_text())
    return f"Pyodide {match[1]}" if match else "Pyodide"
