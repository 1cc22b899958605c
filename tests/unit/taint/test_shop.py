"""The example `shop`: a Flask application with planted faults that is asked over HTTP; their twins are silent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.processes import run_python

SHOP = Path(__file__).parents[3] / "examples" / "shop"


@pytest.mark.process
@pytest.mark.parametrize("engine", ["woven", "interpreter"])
def test_planted_faults_are_found_and_their_twins_are_silent(engine: str, tmp_path: Path) -> None:
    pytest.importorskip("flask")
    words = ["-m", "bytescope", "taint", "--engine", engine, "--include", "__main__", "--include", "app"]
    done = run_python(*words, "--output", f"json:{tmp_path}/found.json", "main.py", cwd=SHOP)
    assert done.returncode == 3, done.stderr
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    harmful = {(each["sink"]["in"].rpartition(".")[2], each["cwe"]) for each in found if each["verdict"] == "syntax"}
    assert harmful == {("orders", 89), ("search", 79), ("invoice", 22), ("count", 78)}
    arriving = {each["sink"]["in"].rpartition(".")[2] for each in found if each["verdict"] == "flow"}
    assert "escaped_orders" in arriving and "fixed_orders" not in arriving
