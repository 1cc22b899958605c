"""The packages that only the benchmarks need, in an environment of their own that `python -m benchmarks` makes."""

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = (
    Path(__file__).resolve().parents[1] / ".tmp" / "benchmarks" / f"{sys.version_info.major}.{sys.version_info.minor}"
)
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
TIME_LIMIT = 600


class SetupError(Exception):
    """The side environment could not be made."""


def activate() -> None:
    """Make the packages importable here, after everything that is installed already; set them up if need be.

    Raises:
        SetupError: if they cannot be installed.
    """
    packages = _packages()
    if not _is_current():
        _install()
    if str(packages) not in sys.path:
        sys.path.append(str(packages))


def pyperformance_folder() -> Path:
    """Where pyperformance keeps its benchmarks, one folder `bm_*` each."""
    import pyperformance

    return Path(pyperformance.__file__).parent / "data-files" / "benchmarks"


def _packages() -> Path:
    return FOLDER / "lib" / f"python{FOLDER.name}" / "site-packages"


def _stamp() -> Path:
    return FOLDER / "installed.txt"


def _is_current() -> bool:
    return _stamp().is_file() and _stamp().read_text() == REQUIREMENTS.read_text()


def _install() -> None:
    print(f"setting up the benchmarks' packages in {FOLDER.relative_to(Path(__file__).parents[1])} ...", flush=True)
    venv.create(FOLDER, with_pip=True, clear=True)
    command = [FOLDER / "bin" / "python", "-m", "pip", "install", "-qq", "--requirement", REQUIREMENTS]
    try:
        subprocess.run(command, check=True, timeout=TIME_LIMIT)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
        raise SetupError(f"the benchmarks' packages could not be installed: {problem}") from problem
    _stamp().write_text(REQUIREMENTS.read_text())
