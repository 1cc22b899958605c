"""The listing in the documentation is the one that `dis` prints."""

from pathlib import Path

import pytest

from bytescope.cli.dis import dis
from bytescope.code.host.facts import HOST

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "cli.md"
SOURCE = "while x: x -= 1"


@pytest.mark.skipif(HOST != "3.13", reason="the documentation shows CPython 3.13's instructions")
@pytest.mark.parametrize(("option", "woven"), [("", ()), ("--woven ", ("coverage",))])
def test_the_documented_listing_is_right(capsys: pytest.CaptureFixture[str], option: str, woven: tuple[str]) -> None:
    command = f"$ bytescope dis {option}--width 100 -c '{SOURCE}'\n"
    _, _, rest = DOCUMENTATION.read_text(encoding="utf-8").partition(command)
    documented, _, _ = rest.partition("```")
    dis(None, SOURCE, False, 100, woven)
    assert capsys.readouterr().out == documented
