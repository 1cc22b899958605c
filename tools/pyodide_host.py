"""Run the core of the test suite on CPython 3.14 as WebAssembly: Pyodide, under Node.

What it needs is fetched at set-up with npm and uv, as locked in tests/pyodide/package-lock.json and
requirements/pyodide.txt; the run itself uses no network.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.bootstrap import FOLDER as TOOLS
from tools.bootstrap import ROOT, SetupError, alone, program_of
from tools.console import Stopwatch, run, say

FOLDER = ROOT / "tests" / "pyodide"
NODE_MODULES = FOLDER / "node_modules"
PACKAGES = FOLDER / "packages"
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
    lines = (line.partition("#")[0].strip() for line in CORE.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and (ROOT / line).exists()]


def set_up(python: Path) -> list[Path]:
    """Fetch Pyodide and the packages that the tests need, as far as they are not there, and build bytescope's wheel.

    Args:
        python: an interpreter of an environment with requirements/test.txt.

    Returns:
        What goes on the path there, besides the repository.

    Raises:
        SetupError: something could not be fetched or built.
    """
    lock = ROOT / "requirements" / "pyodide.txt"
    uv: list[str | Path] = [program_of(TOOLS, "uv"), "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    uv += ["--target", PACKAGES, "--python", python, "--only-binary", ":all:"]
    with alone():
        npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        _fetch(NODE_MODULES, FOLDER / "package-lock.json", npm)
        _fetch(PACKAGES, lock, [*uv, "-r", lock])
        return [PACKAGES, _built(python)]


def _built(python: Path) -> Path:
    """Build the wheel and unpack it, which is all that installing it comes to there."""
    folder = ROOT / ".tmp" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    if run([python, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, quiet=True):
        raise SetupError("the wheel could not be built")
    shutil.unpack_archive(next(folder.glob("*.whl")), folder / "unpacked", "zip")
    return folder / "unpacked"


def _fetch(folder: Path, lock: Path, command: Sequence[str | Path]) -> None:
    stamp = folder / ".fetched"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    watch = Stopwatch()
    say(f"fetching {folder.relative_to(ROOT)} as {lock.relative_to(ROOT)} says ...")
    shutil.rmtree(folder, ignore_errors=True)
    if run(command, cwd=FOLDER, quiet=True):
        raise SetupError(f"could not fetch what {lock.relative_to(ROOT)} names")
    stamp.write_text(digest, encoding="utf-8")
    say(f"fetched {folder.relative_to(ROOT)} in {watch}")


def command(packages: Sequence[Path]) -> list[str | Path]:
    """Return the command that runs pytest there, with paths seen from the repository; arguments may be added.

    Args:
        packages: what `set_up` has returned.
    """
    paths = ":".join(f"{MOUNT}/{path.relative_to(ROOT).as_posix()}" for path in packages)
    options = ["-p", "no:cacheprovider", "-o", "console_output_style=classic", "--timeout=0"]
    return ["node", FOLDER / "run.mjs", ROOT, paths, "--", *options, f"--confcutdir={MOUNT}/tests"]


def version() -> str:
    """Name the Pyodide that the lock names."""
    match = re.search(r'"pyodide": "([\d.]+)"', (FOLDER / "package.json").read_text(encoding="utf-8"))
    return f"Pyodide {match[1]}" if match else "Pyodide"
