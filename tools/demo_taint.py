"""The first half of the demo: a web application that is asked over HTTP, and where its requests can do harm."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from demo_screen import Column, Screen

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "build" / "demo"
SHOP = ROOT / "examples" / "shop"
TIME_LIMIT = 120
PLANTED = {"orders": 89, "search": 79, "invoice": 22, "count": 78}
"""The pages with planted faults, with the number of the weakness."""


def follow(show: Screen) -> bool:
    """Follow the requests to a shop to where they can do harm, and show what was found.

    Args:
        show: where to.

    Returns:
        Whether the planted faults were found, and nothing else.
    """
    if importlib.util.find_spec("flask") is None:
        show.note("the demo of taint needs Flask, which is not installed here")
        return True
    REPORTS.mkdir(parents=True, exist_ok=True)
    forms = [("json", "taint.json"), ("html", "taint.html"), ("sarif", "taint.sarif"), ("text", "taint.txt")]
    words = ["--include", "__main__", "--include", "app", "--fail-on", "never"]
    words += [word for form, file in forms for word in ("--output", f"{form}:{REPORTS / file}")]
    begun = time.perf_counter()
    with show.working("A Flask application with sqlite3 answers real requests, some of an attacker's ..."):
        done = subprocess.run(
            [sys.executable, "-m", "bytescope", "taint", *words, "main.py"],
            cwd=SHOP,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIME_LIMIT,
        )
    if done.returncode:
        show.panel("taint", done.stderr)
        return False
    show.panel("$ bytescope taint main.py", done.stdout.strip())
    findings = json.loads((REPORTS / "taint.json").read_text(encoding="utf-8"))
    harmful = [each for each in findings if each["verdict"] == "syntax"]
    show.table(COLUMNS, [_row(each) for each in harmful])
    first = (REPORTS / "taint.txt").read_text(encoding="utf-8").partition("\n\n")[0]
    show.panel("the first of them", first)
    found = {each["sink"]["in"].rpartition(".")[2]: each["cwe"] for each in harmful}
    seconds = time.perf_counter() - begun
    show.verdict(
        found == PLANTED,
        f"all {len(PLANTED)} planted injections found, silent on their fixed twins, in {seconds:.0f} s"
        if found == PLANTED
        else f"planted are {PLANTED}, found {found}",
    )
    show.note(
        f"reports in {REPORTS.relative_to(ROOT)}/: taint.html is a page to open, taint.sarif is for GitHub and editors"
    )
    return found == PLANTED


COLUMNS = [Column("weakness"), Column("where"), Column("what the request wrote there", wide=True), Column("it ...")]


def _row(each: dict) -> list[str]:
    value = each["value"]
    spans = value["tainted"] or [(0, 0)]
    text = value["text"][spans[0][0] : spans[-1][1]]
    where = f"{each['sink']['file']}:{each['sink']['line']}"
    return [f"CWE-{each['cwe']}", where, text.encode("unicode_escape").decode()[:48], each["why"]]
