"""The CPythons of this machine that bytescope supports, found by uv, and the environments made of them, under .venv."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import ENVIRONMENTS, FOLDER, ROOT, SetupError, alone, program_of, python_of
from tools.console import Stopwatch, run, say

SUPPORTED = ("3.11", "3.12", "3.13", "3.14", "3.15")

OPT_IN = frozenset({"3.15"})
"""Versions that are run on only where they are named (`--host 3.15`): not all of their tests pass yet."""

COMPILED = ("src/bytescope", "tests/support", "tests/differential", "-x", "snippets")
"""What compileall does in advance: the many processes that tests start, which keep no bytecode, find it then."""

_SETTINGS = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_SYSTEM_CERTS": "1"}


@dataclass(frozen=True)
class Host:
    """A CPython that bytescope runs on.

    Attributes:
        version: all three numbers, such as `3.12.1`.
        executable: the interpreter itself, no shim.
    """

    version: str
    executable: Path

    @property
    def minor(self) -> str:
        """The supported version it is one of, such as `3.12`."""
        return ".".join(self.version.split(".")[:2])


def find_hosts(*named: str) -> dict[str, Host]:
    """Return the hosts of this machine by minor version, oldest first; pyenv's go before others, then PATH decides.

    Args:
        named: the versions asked for by name, for those that are opt-in.
    """
    places = [str(folder) for folder in _places()]
    command = [program_of(FOLDER, "uv"), "python", "list", "--only-installed", "--output-format", "json"]
    settings = os.environ | _SETTINGS | {"PATH": os.pathsep.join(places)}
    try:
        listed = subprocess.run(command, env=settings, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        words = getattr(error, "stderr", b"").decode(errors="replace")
        raise SetupError(f"uv could not list the Pythons of this machine: {error}\n{words}") from error
    found: dict[str, tuple[int, Host]] = {}
    for entry in json.loads(listed.stdout):
        host = Host(entry["version"], Path(entry["path"]))
        folder = str(host.executable.parent)
        rank = places.index(folder) if folder in places else len(places)
        plain = (entry["implementation"], entry["variant"]) == ("cpython", "default")
        if plain and host.minor in SUPPORTED and (host.minor not in found or rank < found[host.minor][0]):
            found[host.minor] = rank, host
    wanted = [minor for minor in SUPPORTED if minor not in OPT_IN or minor in named]
    return {minor: found[minor][1] for minor in wanted if minor in found}


def _places() -> list[Path]:
    """The folders in which interpreters are looked for: pyenv's shims and environments are none."""
    on_path = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    folders = [*_under_pyenv(on_path), *on_path, Path(sys.base_prefix, "bin")]
    plain = (f for f in folders if f.name != "shims" and not (f.parent / "pyvenv.cfg").is_file())
    return list(dict.fromkeys(plain))


def _under_pyenv(on_path: Sequence[Path]) -> Iterator[Path]:
    roots = [os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv", *(f.parent for f in on_path if f.name == "shims")]
    versions = [Path(sys.base_prefix).parent] if Path(sys.base_prefix).parent.name == "versions" else []
    for folder in [*(Path(root, "versions") for root in roots if root), *versions]:
        numbered = [path for path in folder.glob("3.*/bin") if re.fullmatch(r"[\d.]+", path.parent.name)]
        yield from sorted(numbered, key=lambda path: [int(n) for n in path.parent.name.split(".")], reverse=True)


def newest_host() -> Host:
    """Return the newest of the hosts of this machine.

    Raises:
        SetupError: there is none.
    """
    hosts = find_hosts()
    if not hosts:
        raise SetupError(f"no supported CPython found ({SUPPORTED[0]} to {SUPPORTED[-1]}); this is {sys.version}")
    return list(hosts.values())[-1]


def environment(host: Host, *groups: str) -> Path:
    """Return the interpreter of a host's environment, with what the tests need and the named groups installed.

    What is there and still matches the locks is left alone.

    Args:
        host: the CPython the environment is for.
        groups: names of further locks in requirements/, without `.txt`.

    Raises:
        SetupError: the environment could not be made.
    """
    folder = ENVIRONMENTS / host.minor
    with alone():
        _make(folder, host)
        for group in ("test", *groups):
            _install(folder, group)
        _install_project(folder)
        run([python_of(folder), "-m", "compileall", "-q", *COMPILED], cwd=ROOT, quiet=True)
    return python_of(folder)


def _make(folder: Path, host: Host) -> None:
    stamp = folder / "made-by"
    identity = f"uv {host.version} {host.executable}"
    if _read(stamp) == identity:
        return
    say(f"making {folder.relative_to(ROOT)} of {host.executable}")
    _uv(f"{folder} could not be made", "venv", "--clear", "--no-project", "--python", host.executable, folder)
    stamp.write_text(identity, encoding="utf-8")


def _install(folder: Path, group: str) -> None:
    lock = ROOT / "requirements" / f"{group}.txt"
    stamp = folder / f"installed-{group}"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if _read(stamp) == digest:
        return
    watch = Stopwatch()
    target = ["--python", python_of(folder), "--require-hashes", "-r", lock]
    _uv(f"{lock.relative_to(ROOT)} could not be installed", "pip", "install", *target)
    stamp.write_text(digest, encoding="utf-8")
    say(f"installed requirements/{lock.name} into {folder.relative_to(ROOT)} in {watch}")


def _install_project(folder: Path) -> None:
    stamp = folder / "installed-project"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + os.fsencode(ROOT)).hexdigest()
    if _read(stamp) == digest:
        return
    target = ["--python", python_of(folder), "--no-deps", "--no-build-isolation", "--editable", ROOT]
    _uv("bytescope itself could not be installed", "pip", "install", *target)
    stamp.write_text(digest, encoding="utf-8")


def _uv(complaint: str, *arguments: str | Path) -> None:
    if run([program_of(FOLDER, "uv"), *arguments, "--quiet"], cwd=ROOT, env=_SETTINGS, quiet=True):
        raise SetupError(complaint)


def _read(stamp: Path) -> str | None:
    try:
        return stamp.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
