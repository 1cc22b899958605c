"""The options of `run`, and the programs that the words behind them name."""

import sys
from pathlib import Path

import pytest

from bytescope.cli import run as run_module
from bytescope.cli.version import version
from bytescope.loading import main_program

pytestmark = pytest.mark.any_host


def parsed(line: str) -> tuple[dict[str, object], list[str]]:
    options, rest = run_module._options(line.split())
    return vars(options), rest


def test_options_come_before_the_program() -> None:
    line = "--stats --no-cache --guest a* --guest=!b --max-instructions 1_000 --timeout=2.5"
    options, rest = parsed(f"{line} x.py --stats -m y")
    assert options == {
        "stats": True,
        "guests": ["a*", "!b"],
        "analyses": [],
        "engine": None,
        "cache": False,
        "max_instructions": 1000,
        "max_depth": None,
        "timeout": 2.5,
        "max_memory": None,
        "debug": None,
        "step": None,
    }
    assert rest == ["x.py", "--stats", "-m", "y"]


@pytest.mark.parametrize(("text", "size"), [("1_000", 1000), ("10k", 10240), ("5M", 5 * 2**20), ("2G", 2 * 2**30)])
def test_a_size_has_a_unit(text: str, size: int) -> None:
    assert parsed(f"--max-memory {text} x.py")[0]["max_memory"] == size


def test_two_dashes_end_the_options(tmp_path: Path) -> None:
    assert parsed("--stats -- --x.py a")[1] == ["--x.py", "a"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--nonsense x.py", "there is no option --nonsense"),
        ("--stats=3 x.py", "there is no option --stats=3"),
        ("--max-depth", "--max-depth needs a value"),
        ("--max-depth many x.py", "--max-depth must be a number that is not negative, got 'many'"),
        ("--max-depth -3 x.py", "--max-depth must be a number that is not negative, got '-3'"),
        ("--timeout inf x.py", "--timeout must be a number that is not negative, got 'inf'"),
        ("--max-memory much x.py", "--max-memory must be a number that is not negative, got 'much'"),
        ("-c", "-c needs a source text"),
        ("-m", "-m needs a module name"),
        ("-x y.py", "there is no option -x"),
    ],
)
def test_wrong_words_give_one_line_and_the_usage(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run_module.run(line.split())
    assert left.value.code == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"bytescope run: {message}\nusage: bytescope run")


def test_help_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("--help", "-h"):
        with pytest.raises(SystemExit) as left:
            run_module.run([word])
        assert left.value.code is None
        assert "--max-instructions N" in capsys.readouterr().out


def test_lines_of_the_help_fit_on_a_screen() -> None:
    assert max(map(len, run_module.HELP.splitlines())) <= 120


@pytest.mark.parametrize(
    ("words", "kind", "rest"),
    [
        (["-c", "pass", "-x"], main_program.Source, ["-x"]),
        (["-cpass"], main_program.Source, []),
        (["-m", "json.tool", "-m"], main_program.Module, ["-m"]),
        (["-mjson.tool"], main_program.Module, []),
        (["-", "a"], main_program.StandardInput, ["a"]),
        ([__file__, "a"], main_program.Script, ["a"]),
        ([str(Path(__file__).parent), "a"], main_program.Folder, ["a"]),
    ],
)
def test_programs(words: list[str], kind: type, rest: list[str]) -> None:
    program, arguments = run_module._program(words)
    assert type(program) is kind
    assert arguments == rest


def test_a_file_that_is_not_there_is_an_error_as_in_python(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "missing.py"
    with pytest.raises(SystemExit) as left:
        run_module.run([str(path)])
    assert left.value.code == 2
    assert f"can't open file {str(path)!r}: [Errno" in capsys.readouterr().err


def test_version_names_the_host_and_the_supported_ones() -> None:
    text = version()
    assert "\n" not in text
    assert sys.version.split()[0] in text
    assert text.endswith("CPython 3.11, 3.12, 3.13, 3.14 and 3.15")


def test_lines_of_labels_are_a_filter_or_an_option() -> None:
    from bytescope.cli.analyses import subcommand

    first = ["--analysis", "labels"]
    assert subcommand("labels", ["--lines", "10-20", "x.py"]) == [*first, "--lines", "10-20", "x.py"]
    assert subcommand("labels", ["--lines=7", "x.py"]) == [*first, "--lines=7", "x.py"]
    assert subcommand("labels", ["--lines", "x.py"]) == [*first, "--analysis-option", "lines=", "x.py"]
    assert subcommand("labels", ["--lines=no", "x.py"]) == [*first, "--analysis-option", "lines=no", "x.py"]
