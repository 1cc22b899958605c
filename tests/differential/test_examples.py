"""Whole programs: each example says and does the same under ``python`` and under ``python -m bytescope run``."""

import importlib.util
import re
import sys
from dataclasses import dataclass, field

import pytest

from tests.support.processes import ROOT
from tests.support.processes import run as run_process
from tests.support.scale import chosen

EXAMPLES = ROOT / "examples"

pytestmark = pytest.mark.process


@dataclass(frozen=True)
class Example:
    """One command line of a program, run from ``examples/``."""

    name: str
    arguments: list[str]
    status: int = 0
    stdin: str = ""
    guests: list[str] = field(default_factory=list)
    needs: tuple[str, ...] = ()


def words(name: str, line: str, **options) -> Example:
    return Example(name, line.split(), **options)


TRACEBACK = "import sys; sys.path.insert(0, 'json_report'); import jsonparser; jsonparser.parse('[1, {\"a\": 0x1}]')"
WALK = (EXAMPLES / "adventure" / "walkthrough.txt").read_text(encoding="utf-8")
PROGRAM = "adventure/world.py"
SCRIPT = "import sys\nprint(sys.argv, __name__)\nsys.exit(3)\n"
DOCUMENT = '{"a": [1, 2.5e3, "\\u00e9"]}'

RUNS = [
    words("json report", "json_report/main.py json_report/library.json --check"),
    words("json syntax error", "json_report/main.py json_report/broken.json", status=2),
    words("missing file", "json_report/main.py json_report/missing.json", status=1),
    words("missing argument", "json_report/main.py", status=1),
    words("missing program", "json_report/no_such_program.py", status=2),
    Example("traceback through a module", ["-c", TRACEBACK], status=1),
    words("adventure", "-m adventure", stdin=WALK),
    words("adventure left early", "-m adventure", stdin="look\n! dragon\n", status=1),
    words("pipeline", "pipeline/main.py pipeline/access.log"),
    words("calculator", "calculator/main.py calculator/session.txt", status=11),
    words("markdown", "markdown/main.py markdown/sample.md"),
    words("shell command", "labels/main.py"),
    words("program from standard input", "- one two", stdin=SCRIPT, status=3),
    words("json.tool", "-m json.tool --sort-keys --indent 2 json_report/library.json"),
    words("json.tool on a broken file", "-m json.tool json_report/broken.json", status=1),
    words("json.tool with json as guest", "-m json.tool --compact -", stdin=DOCUMENT, guests=["json*"]),
    words("tokenize", f"-m tokenize {PROGRAM}"),
    words("tokenize exactly", f"-m tokenize --exact {PROGRAM}", guests=["tokenize", "token"]),
    words("unittest", "-m unittest -v test.test_textwrap", needs=("test.test_textwrap",)),
    words("unittest with its subject as guest", "-m unittest test.test_bisect test.test_heapq",
          guests=["test.test_*", "bisect", "heapq"], needs=("test.test_bisect", "test.test_heapq")),
    words("unittest of nothing", "-m unittest no_such_test", status=1),
    words("markdown-it-py", "packages/render.py markdown-it-py --html", needs=("markdown_it",)),
    words("markdown-it-py on a long text", "packages/render.py rich markdown-it-py", needs=("markdown_it", "rich")),
    words("lark", "packages/kiln.py packages/primes.kiln --tree", needs=("lark",)),
    words("lark on a broken program", "packages/kiln.py packages/broken.kiln", needs=("lark",), status=2),
]  # fmt: skip


def run(command: list[str], example: Example) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of *command*, without what differs from run to run."""
    done = run_process(*command, *example.arguments, cwd=EXAMPLES, stdin=example.stdin)
    return done.returncode, done.stdout, re.sub(r"(Ran \d+ tests? in) [\d.]+s", r"\1 some time", done.stderr)


def installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("example", chosen(RUNS), ids=lambda example: example.name)
def test_same_output_and_status(example: Example) -> None:
    for module in example.needs:
        if not installed(module):
            pytest.skip(f"{module} is not installed")
    guests = [word for guest in example.guests for word in ("--guest", guest)]
    status, output, errors = run([sys.executable], example)
    assert status == example.status, errors
    guest_status, guest_output, guest_errors = run([sys.executable, "-m", "bytescope", "run", *guests], example)
    assert guest_errors == errors
    assert guest_output == output
    assert guest_status == status
