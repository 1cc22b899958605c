"""The commit that is checked out, by which a test run chooses what it does only a part of."""

import subprocess

from tools.bootstrap import ROOT


def number() -> int:
    """Return the name of the commit as a number; 0 outside a repository."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    try:
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout, 16)
    except (OSError, subprocess.CalledProcessError):
        return 0
