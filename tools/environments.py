"""Make and refresh the virtual environments under .venv, one a CPython version, from the locked requirements."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from console import Stopwatch, run, say
from hosts import Host, find_hosts

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".venv"

_PIP = ["-m", "pip", "--disable-pip-version-check"]


class SetupError(Exception):
    """What is missing on this machine, and what to do about it."""


def environment(host: Host, hosts: Mapping[str, Host], groups: Sequence[str] = ()) -> Path:
    """Return the interpreter of a host's environment, with what the tests need and the named groups installed.

    What is there and still matches the locks is left alone.

    Args:
        host: the CPython the environment is for.
        hosts: all that were found; one with pip helps out one without.
        groups: names of further locks in requirements/, without `.txt`.

    Raises:
        SetupError: the environment could not be made.
    """
    folder = ENVIRONMENTS / host.minor
    python = folder / "bin" / "python"
    with _alone():
        _bring_up_to_date(folder, python, host, hosts, groups)
    return python


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process makes or changes environments."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with (ENVIRONMENTS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bring_up_to_date(folder: Path, python: Path, host: Host, hosts: Mapping[str, Host], groups: Sequence[str]) -> None:
    if _read(folder / "made-by") != _identity(host):
        watch = Stopwatch()
        say(f"making {folder.relative_to(ROOT)} with CPython {host.version} ...")
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, host, hosts)
        (folder / "made-by").write_text(_identity(host))
        say(f"made {folder.relative_to(ROOT)} in {watch}")
    for group in ("test", *groups):
        _install(folder, python, group)
    _install_project(folder, python)


def _identity(host: Host) -> str:
    return f"{host.version} {host.executable}"


def _make(folder: Path, host: Host, hosts: Mapping[str, Host]) -> None:
    if not host.has_ensurepip and not any(other.has_pip or other.has_ensurepip for other in hosts.values()):
        host = _with_debian_package(host)
    if host.has_ensurepip:
        _must_run([host.executable, "-m", "venv", folder], f"CPython {host.version} could not make {folder}")
        return
    _must_run([host.executable, "-m", "venv", "--without-pip", folder], f"CPython {host.version} has no venv module")
    helper = next((other for other in (host, *hosts.values()) if other.has_pip), None)
    if helper is None:
        raise SetupError(f"CPython {host.version} has neither pip nor ensurepip: install them and try again")
    say(f"CPython {host.version} has no ensurepip: the pip of {helper.executable} helps out", "note")
    command = [helper.executable, *_PIP, "--python", folder / "bin" / "python", "install", "-qq", "pip"]
    _must_run(command, "pip could not be installed")


def _with_debian_package(host: Host) -> Host:
    """Install the package that Debian keeps ensurepip in, saying so; for a machine that has no pip at all."""
    package = f"python{host.minor}-venv"
    advice = f"CPython {host.version} has neither pip nor ensurepip: install Debian's {package} and try again"
    if shutil.which("apt-get") is None or host.executable.parent != Path("/usr/bin"):
        raise SetupError(advice)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and shutil.which("sudo") is None:
        raise SetupError(advice)
    say(f"CPython {host.version} has neither pip nor ensurepip. INSTALLING DEBIAN'S PACKAGE {package}:", "note")
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", package]):
        say("  $ " + " ".join(as_root + command), "note")
        if run(as_root + command, env={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True):
            raise SetupError(advice)
    return Host(host.version, host.executable, has_ensurepip=True, has_pip=host.has_pip)


def _install(folder: Path, python: Path, group: str) -> None:
    lock = ROOT / "requirements" / f"{group}.txt"
    stamp = folder / f"installed-{group}"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _read(stamp) == digest:
        return
    watch = Stopwatch()
    say(f"installing requirements/{lock.name} into {folder.relative_to(ROOT)} ...")
    _must_run([python, *_PIP, "install", "-qq", "-r", lock], f"{lock} could not be installed")
    stamp.write_text(digest)
    say(f"installed requirements/{lock.name} in {watch}")


def _install_project(folder: Path, python: Path) -> None:
    stamp = folder / "installed-project"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + os.fsencode(ROOT)).hexdigest()
    if _read(stamp) == digest:
        return
    command = [python, *_PIP, "install", "-qq", "--no-deps", "--no-build-isolation", "--editable", ROOT]
    _must_run(command, "bytescope itself could not be installed")
    stamp.write_text(digest)


def _must_run(command: Sequence[str | Path], complaint: str) -> None:
    if run(command, quiet=True, env={"PIP_NO_INPUT": "1"}):
        raise SetupError(f"{complaint}: {' '.join(map(str, command))}")


def _read(stamp: Path) -> str | None:
    try:
        return stamp.read_text()
    except FileNotFoundError:
        return None


def newest_environment(groups: Sequence[str] = ()) -> Path:
    """Return the interpreter of the environment of the newest host that was found.

    Raises:
        SetupError: there is no supported CPython, or its environment could not be made.
    """
    hosts = find_hosts()
    if not hosts:
        raise SetupError(f"no supported CPython found (3.11 to 3.14); this is {sys.version.split()[0]}")
    return environment(list(hosts.values())[-1], hosts, groups)
