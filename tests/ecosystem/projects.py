"""The projects: their sources, their environments."""

import hashlib
import shutil
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("projects.toml")
WORK = ROOT / ".tmp" / "ecosystem"
PYTEST = ("pytest==9.0.3",)


@dataclass(frozen=True)
class Project:
    """A row of projects.toml."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests",)
    arguments: tuple[str, ...] = ()
    skip: tuple[tuple[str, str], ...] = ()

    def source(self, python: str) -> Path:
        """The folder of the unpacked source distribution; downloads it the first time."""
        folder = WORK / "sources" / f"{self.name}-{self.version}"
        if not folder.exists():
            downloads = WORK / "downloads" / self.name
            shutil.rmtree(downloads, ignore_errors=True)
            pip = [python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", self.name, "-d", str(downloads)]
            _run([*pip, f"{self.name}=={self.version}"])
            (archive,) = downloads.glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                packed.extractall(downloads, filter="data")
            (unpacked,) = (path for path in downloads.iterdir() if path.is_dir())
            folder.parent.mkdir(parents=True, exist_ok=True)
            unpacked.rename(folder)
            folder.with_name("pytest.ini").write_text("[pytest]\n")  # a project without settings must not find ours
        return folder

    def environment(self, python: str, version: str, more: tuple[str, ...] = ()) -> Path:
        """The interpreter of an environment with the project, its pins and pytest; made anew when the pins change."""
        pins = (f"{self.name}=={self.version}", *self.requires, *PYTEST, *more)
        key = hashlib.sha256("\n".join((version, *pins)).encode()).hexdigest()[:12]
        folder = WORK / "environments" / f"{self.name}-{version}-{key}"
        interpreter = folder / "bin" / "python"
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([python, "-m", "venv", str(folder)])
            _run([str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check", *pins])
            (folder / "complete").touch()
        return interpreter


def projects() -> list[Project]:
    """Every row of projects.toml."""
    rows = tomllib.loads(TABLE.read_text()).items()
    return [
        Project(
            name,
            row["version"],
            *(
                tuple(row.get(key, default))
                for key, default in (("requires", ()), ("tests", ["tests"]), ("arguments", ()))
            ),
            skip=tuple(row.get("skip", {}).items()),
        )
        for name, row in rows
    ]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
