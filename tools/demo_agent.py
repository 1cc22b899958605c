"""A part of the demo: programs that a model wrote, whose tools are guarded by where their arguments come from."""

import os
import subprocess
import sys
import time
from pathlib import Path

from demo_screen import Screen

ROOT = Path(__file__).resolve().parents[1]
AGENT = ROOT / "examples" / "agent"
TIME_LIMIT = 60


def guard(show: Screen) -> bool:
    """Run the programs of the agent, and show what they were kept from.

    Args:
        show: where to.

    Returns:
        Whether what was injected was asked about or denied, and the rest was done.
    """
    begun = time.perf_counter()
    with show.working("Programs that a model wrote read mails that try to give it orders ..."):
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=AGENT,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
        )
    show.panel("$ python examples/agent/main.py", (done.stdout + done.stderr).strip())
    same = done.returncode == 0 and done.stdout == (AGENT / "output.txt").read_text(encoding="utf-8")
    seconds = time.perf_counter() - begun
    show.verdict(
        same,
        f"2 tasks done, 4 injections stopped: 2 asked about, 2 denied, in {seconds:.0f} s"
        if same
        else "the output differs from examples/agent/output.txt",
    )
    return same
