"""The files for contributors and forges can be read, and agree with the project: workflows, forms, hooks."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ruamel.yaml")  # which Pyodide has not

from ruamel.yaml import YAML

import bytescope
from tests.support.scale import STANDARD
from tools import vocabulary

pytestmark = pytest.mark.any_host

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
FORMS = [path for path in sorted(ROOT.glob(".github/ISSUE_TEMPLATE/*.yml")) if path.name != "config.yml"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def read(path: Path) -> Any:
    """The content of a YAML file."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def declared() -> list[str]:
    """The versions of Python that the package declares to support."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [found[1] for text in project["classifiers"] if (found := re.search(r":: Python :: (\d+\.\d+)$", text))]


def jobs(*paths: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in paths:
        for name, job in read(path)["jobs"].items():
            yield f"{path.name}: {name}", job


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_call_only_make_targets_that_exist(path: Path) -> None:
    commands = [step["run"] for _, job in jobs(path) for step in job["steps"] if "run" in step]
    assert commands
    for command in commands:
        found = re.fullmatch(r"make ([a-z-]+)(?: [A-Z]+=(?:\w+|\"[^\"\n]*\"))*", command)
        assert found, f"{path.name}: {command!r} is more than one call of make"
        assert found[1] in TARGETS, f"{path.name}: there is no make {found[1]}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_have_limits_and_few_rights(path: Path) -> None:
    assert read(path)["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs(path) if "timeout-minutes" not in job] == []


def test_workflows_run_on_every_version_of_the_standard_run() -> None:
    hosts = [job["strategy"]["matrix"]["host"] for _, job in jobs(*WORKFLOWS) if "strategy" in job]
    assert hosts
    for each in hosts:
        assert [".".join(host.split(".")[:2]) for host in each] == list(STANDARD)


def test_tests_run_on_three_systems() -> None:
    matrix = read(ROOT / ".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_issue_forms_ask_for_what_is_needed(form: Path) -> None:
    content = read(form)
    assert content["name"] and content["description"]
    fields = {field["id"]: field for field in content["body"]}
    assert len(fields) == len(content["body"])
    for name in ("program", "info"):
        assert fields[name]["validations"]["required"] is True
    assert "bytescope info" in fields["info"]["attributes"]["label"]


def test_hooks_are_local_and_have_the_locked_versions() -> None:
    lock = (ROOT / "requirements" / "lint.txt").read_text(encoding="utf-8")
    repos = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    pins = {pin for hook in repos[0]["hooks"] for pin in hook.get("additional_dependencies", [])}
    locked = dict(re.findall(r"^([a-z-]+)==(\S+)", lock, re.MULTILINE))
    for name, version in (pin.split("==") for pin in sorted(pins)):
        assert version == locked.get(name, version), f"{name} is locked at {locked[name]}"
    assert {"ruff", "check-jsonschema"} <= {pin.split("==")[0] for pin in pins} & set(locked)


def test_citation_is_of_this_version() -> None:
    citation = read(ROOT / "CITATION.cff")
    assert citation["version"] == bytescope.__version__
    assert citation["authors"] == [{"name": "The bytescope developers"}]


def test_ignored_revisions_are_full_ids() -> None:
    lines = (ROOT / ".git-blame-ignore-revs").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not re.fullmatch(r"#.*|[0-9a-f]{40}", line)] == []


def test_the_container_is_described() -> None:
    described = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    recipe = (ROOT / ".devcontainer" / described["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert all(version in recipe for version in declared())


DIFF = """\
diff --git a/new.md b/new.md
--- a/new.md
+++ b/new.md
@@ -1,2 +3,2 @@
-{0}
+fine
+This is {0} here
@@ -9 +20,1 @@ {0}
+{1}, and untold offers
"""


def test_replaced_phrases_are_found_in_added_lines_only() -> None:
    first, second, *_ = vocabulary.INSTEAD
    found = list(vocabulary.complaints(DIFF.format(first, second.capitalize()).splitlines()))
    assert [each.partition(" ")[0] for each in found] == ["new.md:4:", "new.md:20:"]
    assert vocabulary.INSTEAD[first] in found[0]
    assert list(vocabulary.complaints(DIFF.format("fine", "fine").splitlines())) == []
