"""Environments of the peers, one each: their requirements contradict one another."""

import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".tmp" / "benchmarks" / f"{sys.version_info.major}.{sys.version_info.minor}"
TIME_LIMIT = 600


class SetupError(Exception):
    """A side environment could not be made."""


@dataclass(frozen=True)
class SideEnvironment:
    """Packages that are installed beside those of the project, and imported after them.

    Attributes:
        folder: where the environment is.
        requirements: lines as in a requirements file.
    """

    folder: Path
    requirements: tuple[str, ...]

    @property
    def packages(self) -> Path:
        """Where the packages are."""
        return self.folder / "lib" / f"python{FOLDER.name}" / "site-packages"

    @property
    def _stamp(self) -> Path:
        return self.folder / "installed.txt"

    @property
    def is_current(self) -> bool:
        """Whether exactly these requirements are installed."""
        return self._stamp.is_file() and self._stamp.read_text() == "\n".join(self.requirements)

    def activate(self) -> None:
        """Make the packages importable here; set the environment up if need be.

        Raises:
            SetupError: if they cannot be installed.
        """
        if not self.is_current:
            self._install()
        if str(self.packages) not in sys.path:
            sys.path.append(str(self.packages))

    def _install(self) -> None:
        print(f"setting up {self.folder.relative_to(HERE.parent)} ...", file=sys.stderr, flush=True)
        venv.create(self.folder, with_pip=True, clear=True)
        command = [self.folder / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        try:
            subprocess.run(
                [*command, *self.requirements], check=True, timeout=TIME_LIMIT, capture_output=True, encoding="utf-8"
            )
        except subprocess.TimeoutExpired as problem:
            raise SetupError(f"{self.folder.name}: not installed after {TIME_LIMIT} seconds") from problem
        except subprocess.CalledProcessError as problem:
            raise SetupError(f"{self.folder.name}: {_reason(problem.stderr.splitlines())}") from problem
        self._stamp.write_text("\n".join(self.requirements))


def _reason(lines: Iterable[str]) -> str:
    """The line of pip's that says what is wrong."""
    errors = [line for line in lines if line.startswith("ERROR")]
    return errors[0].removeprefix("ERROR: ") if errors else "cannot be installed"
