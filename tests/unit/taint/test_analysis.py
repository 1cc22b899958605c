"""`bytescope taint`: sources, sinks, verdicts, barriers, the way of what was found, exit status, reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bytescope import attach
from bytescope.analysis.attach import ENGINES
from bytescope.taint.analysis import Taint
from bytescope.taint.policy.load import PolicyError, parse
from tests.support.processes import run_python

PROGRAM = """
import html
import os
import sqlite3
import subprocess

db = sqlite3.connect(":memory:")
db.execute("create table t(name)")


def where(column, value):
    return f"{column} = '{value}'"


def vulnerable():
    name = os.getenv("NAME_OF_TEST").strip()
    try:
        db.execute("select * from t where " + where("name", name))
    except sqlite3.Error:
        pass
    subprocess.run("true " + name, shell=True)


def fixed():
    name = os.getenv("NAME_OF_TEST").strip()
    db.execute("select * from t where name = ?", (name,))
    db.execute("select * from t where " + where("name", name.replace("'", "''")))
    subprocess.run(["true", name])
"""


@pytest.fixture(params=ENGINES)
def taint(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a function of a module with the analysis attached."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("NAME_OF_TEST", " o'neil; x ")

    def run(function: str, program: str = PROGRAM, **options: Any) -> Taint:
        module = sys.modules.pop("tainted_app", None)
        if hasattr(module, "db"):
            module.db.close()
        (tmp_path / "tainted_app.py").write_text(program, encoding="utf-8")
        analysis = Taint(**options)
        with attach(analysis, include=["tainted_app"], engine=request.param):
            getattr(__import__("tainted_app"), function)()
        return analysis

    yield run
    module = sys.modules.pop("tainted_app", None)
    if hasattr(module, "db"):
        module.db.close()


@pytest.mark.process
def test_what_means_something_is_found(taint: Any) -> None:
    analysis = taint("vulnerable")
    found = [(each.kind.name, each.verdict, each.place.function) for each in analysis.findings]
    assert found == [
        ("sql-injection", "syntax", "vulnerable"),
        ("command-injection", "syntax", "vulnerable"),
    ]
    sql = analysis.findings[0]
    assert sql.excerpt.text == "select * from t where name = 'o'neil; x'"
    assert sql.excerpt.tainted == [(30, 39)]
    steps = [each.what for each in sql.ways[0]]
    assert steps[0] == "source os.getenv"
    assert steps[1:] == ["str.strip", "f-string", "operator +"]
    assert all(each.place.line for each in sql.ways[0])
    assert analysis.status() == 3


@pytest.mark.process
def test_what_was_fixed_is_silent(taint: Any) -> None:
    analysis = taint("fixed")
    assert [each.verdict for each in analysis.findings] == ["flow"]  # with doubled quotes it arrives, and means nothing
    assert analysis.status() == 0
    assert taint("fixed", flows=False).findings == []


def test_a_barrier_and_a_guard_of_a_policy_of_ones_own(taint: Any, tmp_path: Path) -> None:
    program = (
        "import os\n"
        "def cleaned(text): return text\n"
        "def is_safe(text): return True\n"
        "def run(text): pass\n"
        "def barred(): run(cleaned(os.getenv('NAME_OF_TEST')))\n"
        "def open_(): run(os.getenv('NAME_OF_TEST'))\n"
        "def guarded():\n    x = os.getenv('NAME_OF_TEST')\n    if is_safe(x): run(x)\n"
    )
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[[sinks]]\ntype = "tainted_app"\npath = "Member[run].Argument[0]"\nkind = "my-kind"\n'
        '[[barriers]]\ntype = "tainted_app"\npath = "Member[cleaned].ReturnValue"\nkind = "my-kind"\n'
        '[[guards]]\ntype = "tainted_app"\npath = "Member[is_safe].Argument[0]"\nkind = "my-kind"\n'
    )
    found = {name: len(taint(name, program, policy=str(policy)).findings) for name in ("barred", "open_", "guarded")}
    assert found == {"barred": 0, "open_": 1, "guarded": 0}


def test_reports(taint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os\ndef f(): eval('1 + ' + os.getenv('ONE'))\n"
    monkeypatch.setenv("ONE", "abs(1)")
    analysis = taint("f", program)
    assert "Code injection" in analysis.report() and "^^^" in analysis.report()
    assert "\x1b[" in Taint.report(_colored(analysis))
    assert json.loads(analysis.json())[0]["sink"]["function"] == "eval"
    log = json.loads(analysis.sarif())
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "code-injection" and result["level"] == "error"
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 3
    assert log["runs"][0]["taxonomies"][0]["taxa"][0]["id"] == "94"
    page = analysis.html()
    assert '<span class="m">abs(</span>' in page and "http" not in page


def _colored(analysis: Taint) -> Taint:
    analysis.color = True
    return analysis


@pytest.mark.process
def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import sys\neval(sys.argv[1])\n")
    words = ["-m", "bytescope", "taint", "--output", "sarif:found.sarif", "program.py", "abs(1)"]
    done = run_python(*words, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert json.loads((tmp_path / "found.sarif").read_text())["version"] == "2.1.0"
    assert run_python(*words[:3], "--fail-on", "never", *words[3:], cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[sinks]\n", "p.toml:1: expected TOML"),
        ("[[sink]]\n", "p.toml:1: expected one of sources, sinks, barriers, guards, got 'sink'"),
        ('\n[[sinks]]\ntype = "a"\nkind = "b"\n', "p.toml:2: expected path in every row of sinks"),
        ('[[sinks]]\ntype = "a"\npath = "Member"\nkind = "b"\n', "p.toml:3: expected Member[...]"),
        (
            '[[sinks]]\ntype = "a"\npath = "Member[x]"\nkind = "b"\n',
            "p.toml:3: expected a path of sinks that ends with",
        ),
        ('[[sinks]]\ntype = "a"\npath = "Argument[0]"\nkind = "b"\nsyntax = "C"\n', "p.toml:5: expected one of sql,"),
        ('[[sources]]\ntype = "a"\npath = "Member[b]"\nkind = "b"\n', "p.toml:4: expected one of remote,"),
        ('[[sources]]\ntype = "a"\nwhat = 1\n', "p.toml:3: expected one of the columns"),
        ("[[sources]]\ntype = 1\n", "p.toml:2: expected type to be a text, got 1"),
    ],
)
def test_mistakes_in_a_policy_are_told_with_their_line(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(text, "p.toml")
    assert str(caught.value).startswith(message)


def test_sources_by_other_names(taint: Any) -> None:
    program = (
        "import os\n"
        "class Form:\n"
        "    def __init__(self):\n        self.get, self.env = os.getenv, os.environ\n"
        "def f():\n"
        "    form = Form()\n"
        "    try:\n        eval(form.get('NAME_OF_TEST'))\n    except SyntaxError:\n        pass\n"
    )
    (finding,) = taint("f", program).findings
    assert finding.kind.name == "code-injection" and finding.origins[0].source == "os.getenv"
