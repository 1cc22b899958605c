"""The example `agent`: programs that a model wrote, some of which do what an attacker has told it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import run_python

AGENT = Path(__file__).parents[3] / "examples" / "agent"


@pytest.mark.process
@pytest.mark.any_host
def test_injected_instructions_are_not_followed() -> None:
    done = run_python("main.py", cwd=AGENT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (AGENT / "output.txt").read_text(encoding="utf-8")
    acts = [line.strip() for line in done.stdout.splitlines() if line.startswith("  done:")]
    assert [act.partition(":")[2].partition(":")[0] for act in acts] == [
        " mail to emma@bluesky.example",
        " paid 950.00 to DE11 2233",
    ]
