"""The listing in the documentation is the one that `dis` prints."""

from pathlib import Path

import pytest

from bytescope.cli.dis import dis
from bytescope.code.host.facts import HOST

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "cli.md"
COMMAND = "$ bytescope dis --width 100 -c 'while x: x -= 1'\n"


@pytest.mark.skipif(HOST != "3.13", reason="the documentation shows CPython 3.13's instructions")
def test_the_documented_listing_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, rest = DOCUMENTATION.read_text(encoding="utf-8").partition(COMMAND)
    documented, _, _ = rest.partition("```")
    dis(None, "while x: x -= 1", False, 100)
    assert capsys.readouterr().out == documented
