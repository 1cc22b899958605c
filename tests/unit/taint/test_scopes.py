"""Scopes: `pytest --taint`, where each test is one, and middleware, where each request is one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bytescope.taint.middleware import TaintASGI, TaintWSGI
from bytescope.taint.scope import scope, scoped
from tests.support.processes import run_python

APP = """
import os

def calculate(text):
    return eval(text)
"""
TESTS = """
import os
from app import calculate

def test_means_something(monkeypatch):
    monkeypatch.setenv("FORMULA", "abs(1)")
    assert calculate(os.getenv("FORMULA")) == 1

def test_is_content(monkeypatch):
    monkeypatch.setenv("FORMULA", "12")
    assert calculate(os.getenv("FORMULA")) == 12
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "test_app.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.process
def test_a_test_in_which_input_means_something_fails(project: Path) -> None:
    words = ["-m", "pytest", "-p", "no:cacheprovider", "--taint", "--taint-output", "json:found.json"]
    done = run_python(*words, cwd=project)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "Code injection: app.py:5 in calculate, eval (test_app.py::test_means_something)" in done.stdout
    found = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert [(each["verdict"], each["scope"]) for each in found] == [
        ("syntax", "test_app.py::test_means_something"),
        ("flow", "test_app.py::test_is_content"),
    ]


@pytest.mark.process
def test_a_warning_instead(project: Path) -> None:
    done = run_python("-m", "pytest", "-p", "no:cacheprovider", "--taint=warn", cwd=project)
    assert "2 passed, 1 warning" in done.stdout, done.stdout


@pytest.mark.process
def test_workers_hand_over_what_they_have_found(project: Path) -> None:
    words = ["-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--taint", "--taint-output", "found.json"]
    done = run_python(*words, cwd=project)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert len(json.loads((project / "found.json").read_text(encoding="utf-8"))) == 2


@pytest.mark.process
def test_a_policy_with_a_mistake(project: Path) -> None:
    (project / "p.toml").write_text("[[sink]]\n", encoding="utf-8")
    done = run_python("-m", "pytest", "-p", "no:cacheprovider", "--taint", "--taint-policy", "p.toml", cwd=project)
    assert "p.toml:1: expected one of sources" in done.stdout + done.stderr


@pytest.mark.process
def test_requests_are_scopes() -> None:
    seen: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(scope())
        return []

    async def asynchronous(given: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)
        seen.append(scope())

    async def both() -> None:
        asgi = TaintASGI(asynchronous)
        requests = [{"type": "http", "method": "GET", "path": path, "query_string": b"x=1"} for path in ("/a", "/b")]
        await asyncio.gather(*(asgi(each, None, None) for each in requests))

    TaintWSGI(app)({"REQUEST_METHOD": "POST", "PATH_INFO": "/x"}, None)
    asyncio.run(both())
    assert seen == ["POST /x", "GET /a?x=1", "GET /b?x=1"]
    assert scope() == ""
    with scoped("outer"), scoped("inner"):
        assert scope() == "inner"
