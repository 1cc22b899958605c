"""Run a nox session, with uv and nox in an environment of their own, .venv/tools, made first if need be.

usage: python3 tools/bootstrap.py SESSION [ARGUMENT]...

What a session does is in noxfile.py. This file uses the standard library only; it runs before there is anything else.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if __name__ == "__main__":  # then only this folder is on the path
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from tools.console import Stopwatch, run, say

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / ".venv"
FOLDER = ENVIRONMENTS / "tools"
LOCK = ROOT / "requirements" / "tools.txt"
BIN = "Scripts" if os.name == "nt" else "bin"


class SetupError(Exception):
    """What is missing on this machine, and what to do about it."""


def python_of(environment: Path) -> Path:
    """Return the interpreter of an environment."""
    return environment / BIN / ("python.exe" if os.name == "nt" else "python")


def program_of(environment: Path, name: str) -> Path:
    """Return a program that is installed in an environment."""
    return environment / BIN / (f"{name}.exe" if os.name == "nt" else name)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process makes or changes environments; where there are no file locks, hope for the best."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with (ENVIRONMENTS / "lock").open("w") as lock:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tools() -> Path:
    """Return the folder of the environment that has uv and nox as locked, after making or refreshing it.

    Raises:
        SetupError: it could not be made.
    """
    stamp = FOLDER / "made-from"
    state = f"{sys.version} {sys.base_prefix} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"
    with alone():
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != state:
            watch = Stopwatch()
            say("installing uv and nox into .venv/tools ...")
            shutil.rmtree(FOLDER, ignore_errors=True)
            _make()
            stamp.write_text(state, encoding="utf-8")
            say(f"installed them in {watch}")
    return FOLDER


def _make() -> None:
    helper: list[str | Path] | None = None
    if not importlib.util.find_spec("ensurepip"):  # Debian keeps it in a package of its own
        helper = _any_pip()
        if helper is None:
            _install_debian_package()
    plain = ["--without-pip"] if helper else []
    _must_run([sys.executable, "-m", "venv", *plain, FOLDER], f"{sys.executable} could not make an environment")
    pip = [*helper, "--python", python_of(FOLDER)] if helper else [python_of(FOLDER), "-m", "pip"]
    words = ["--disable-pip-version-check", "install", "-qq", "--no-input", "--require-hashes", "-r", LOCK]
    _must_run([*pip, *words], f"{LOCK.relative_to(ROOT)} could not be installed")


def _any_pip() -> list[str | Path] | None:
    """A pip of this machine that can install into the environments of other interpreters."""
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    interpreters = [Path(sys.executable), *(path for folder in folders for path in sorted(folder.glob("python3.1?")))]
    for interpreter in interpreters:
        pip: list[str | Path] = [interpreter, "-m", "pip"]
        asked = [*pip, "--python", sys.executable, "--version"]
        with contextlib.suppress(OSError):
            if subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
                say(f"{sys.executable} has no ensurepip: the pip of {interpreter} helps out", "note")
                return pip
    return None


def _install_debian_package() -> None:
    """Install the package that Debian keeps ensurepip in, saying so; for a machine that has no pip at all."""
    package = f"python3.{sys.version_info.minor}-venv"
    advice = f"{sys.executable} has neither pip nor ensurepip: install them (Debian: {package}) and try again"
    if shutil.which("apt-get") is None or Path(sys.executable).parent != Path("/usr/bin"):
        raise SetupError(advice)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and shutil.which("sudo") is None:
        raise SetupError(advice)
    say(f"{sys.executable} has neither pip nor ensurepip. INSTALLING DEBIAN'S PACKAGE {package}:", "note")
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", package]):
        say("  $ " + " ".join(as_root + command), "note")
        if run(as_root + command, env={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True):
            raise SetupError(advice)


def _must_run(command: Sequence[str | Path], complaint: str) -> None:
    if run(command, quiet=True):
        raise SetupError(f"{complaint}: {' '.join(map(str, command))}")


def run_bare_demo() -> int:
    """Run the demo where no environment can be made: from the source tree, without dependencies."""
    say("going on without an environment: bytescope itself has no dependencies", "note")
    return run([sys.executable, ROOT / "tools" / "demo.py"], env={"PYTHONPATH": str(ROOT / "src")})


def main(arguments: list[str]) -> int:
    session, *rest = arguments
    try:
        python = python_of(tools())
    except SetupError as problem:
        say(f"set-up failed: {problem}", "bad")
        return run_bare_demo() if session == "demo" else 2
    command = [str(python), "-m", "nox", "-f", str(ROOT / "noxfile.py"), "-s", session, "--", *rest]
    if os.name == "nt":  # which has no exec
        return subprocess.run(command).returncode
    os.execv(python, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
