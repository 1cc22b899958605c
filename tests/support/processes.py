"""Child processes of tests, which depend neither on the machine's load nor on how or by whom the tests are run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HANG = 240
"""Seconds after which a child process certainly hangs; it usually ends in one or two."""

_KEPT = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("COMSPEC", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "WINDIR"),  # without these, Windows starts no process
)
"""Variables that children inherit, besides those of bytescope itself."""


def _stop_ignoring_signals() -> None:
    """Reset signals that this process ignores, as jobs in the background of a shell do: children would inherit that."""
    for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGUSR1"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


_stop_ignoring_signals()


def environment(folder: str | Path, **variables: str) -> dict[str, str]:
    """Return the environment of a child process: that of a user with nothing in their home.

    Args:
        folder: where home and temporary files are.
        variables: more variables.
    """
    inherited = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("BYTESCOPE_")}
    places = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "TMPDIR", "TEMP", "TMP"), str(folder))
    return {
        **inherited,
        **places,
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        **variables,
    }


def run(
    *command: str | Path, cwd: str | Path | None = None, stdin: str = "", hang: float = HANG, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        cwd: where it runs, by default its home: a new folder that is removed afterwards.
        stdin: its standard input.
        hang: seconds after which it certainly hangs.
        variables: environment variables besides the usual ones.
    """
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        return subprocess.run(
            command,
            cwd=cwd or home,
            env=environment(home, **variables),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=hang,
        )


def run_python(
    *words: str | Path, cwd: str | Path | None = None, stdin: str = "", hang: float = HANG, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, as `run` does.

    Args:
        words: what follows `python` on the command line.
        cwd: where it runs, by default its home.
        stdin: its standard input.
        hang: seconds after which it certainly hangs.
        variables: environment variables besides the usual ones.
    """
    return run(sys.executable, *words, cwd=cwd, stdin=stdin, hang=hang, **variables)
