"""`dis`: the listing, and what it can be asked for."""

import re
from pathlib import Path

import pytest

from bytescope.cli.dis import dis
from bytescope.cli.listing import listing
from bytescope.cli.targets import TargetError, code_of, compiled, nested

SOURCE = """\
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
class A:
    def f(self, x=...):
        try:
            return lambda: self.g(x, key=1)
        except (ValueError, KeyError) as error:
            raise LookupError from error
        finally:
            print('done')
"""


def text_of(source: str, width: int = 120) -> str:
    lines = (line for code in nested(compiled(source)) for line in listing(code, width))
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def sides(text: str) -> tuple[list[str], list[str]]:
    """Names of the raw and of the lowered instructions."""
    left, right = [], []
    for line in text.splitlines():
        if match := re.match(r"[ \d]{6}[ \d]{8}  ([A-Z_0-9]+)", line):
            left.append(match[1])
        if match := re.search(r" \d+  ([A-Z_]+)( .*)?$", line[50:]):
            right.append(match[1])
    return left, right


def test_both_sides_are_complete() -> None:
    left, right = sides(text_of("x = [n * n for n in range(10)]\nassert x\n"))
    assert left[0] == "RESUME"
    assert {"STORE_NAME", "LOAD_NAME"} <= set(left)
    assert {"STORE_NAME", "BINARY", "RETURN", "RAISE", "FOR_ITER"} <= set(right)


def test_nested_code_follows_in_the_order_of_the_source() -> None:
    titles = [line.split("  ")[0] for line in text_of(SOURCE).splitlines() if "<string>, line" in line]
    assert titles == ["<module>", "gcd", "A", "A.f", "A.f.<locals>.<lambda>"]


def test_blocks_name_their_successors_and_handlers() -> None:
    text = text_of(SOURCE)
    assert re.search(r"block 0  (next|jump)", text)
    assert re.search(r"handler: block \d+, keeps \d", text)
    assert "pushes the place" in text
    assert "leaves" in text


def test_arguments_are_words() -> None:
    text = text_of(SOURCE)
    for word in ("<code gcd>", "('key',)", "KeyError", "arguments: a b", "cells: self x", "free: self x", "(free)"):
        assert word in text, word
    assert re.search(r"JUMP_IF_FALSE +to block \d", text)
    assert re.search(r"BINARY +%", text)


def test_lines_fit_and_long_constants_are_cut() -> None:
    text = text_of(f"x = {'long ' * 100!r}", 100)
    line = next(line for line in text.splitlines() if "LOAD_CONST" in line)
    assert line.count("…") == 2
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "source", ["", "x: int = 3", "async def f(): [x async for x in y]", "match x:\n    case [1, *r]: pass"]
)
def test_everything_can_be_listed(source: str) -> None:
    assert "RETURN" in text_of(source)


def test_malformed_code_is_shown_as_far_as_it_goes() -> None:
    code = compiled("x = 1\ny = 2")
    wrong = code.replace(co_code=code.co_code[:-2])
    text = "\n".join("".join(piece.text for piece in line) for line in listing(wrong, 120))
    assert "invalid bytecode in <module>" in text
    assert "STORE_NAME" in text


# --- targets


def test_targets() -> None:
    assert code_of("json.decoder").co_name == "<module>"
    assert code_of("json").co_filename.endswith("__init__.py")
    assert code_of("json.decoder:JSONDecoder.decode").co_qualname == "JSONDecoder.decode"
    assert code_of("json.decoder:JSONDecoder").co_qualname == "JSONDecoder"
    assert code_of(__file__).co_filename == __file__
    assert code_of(f"{__file__}:sides").co_name == "sides"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no_such_module", "there is no file or module no_such_module"),
        ("no.such.module", "cannot find the module no.such.module"),
        ("missing.py", "cannot read missing.py: No such file"),
        ("sys", "the module sys has no bytecode"),
        ("json.decoder:JSONDecode", "did you mean JSONDecoder or"),
        ("json.decoder:xyz", "there is no function or class 'xyz' in json.decoder$"),
        ("", "there is no file or module without a name"),
    ],
)
def test_targets_that_are_none(target: str, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        code_of(target)


def test_files_that_cannot_be_compiled(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("def f(:")
    (tmp_path / "wrong.pyc").write_bytes(b"nonsense")
    with pytest.raises(TargetError, match="invalid syntax"):
        code_of(str(tmp_path / "wrong.py"))
    with pytest.raises(TargetError, match="it starts with no magic number"):
        code_of(str(tmp_path / "wrong.pyc"))
    with pytest.raises(TargetError, match="cannot be compiled"):
        compiled("def f(:")


# --- output


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_plain_and_coloured_output_say_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    dis(None, SOURCE, False, 120)
    plain = capsys.readouterr().out
    assert "\x1b" not in plain
    dis(None, SOURCE, None, 120)
    assert capsys.readouterr().out == plain, "a pipe gets no colours"
    pytest.importorskip("rich")
    dis(None, SOURCE, True, 120)
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_colours_are_left_out_without_rich(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    dis(None, "x = 1", True, 120)
    output = capsys.readouterr().out
    assert "STORE_NAME" in output
    assert "\x1b" not in output
