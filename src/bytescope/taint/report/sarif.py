"""Findings in SARIF 2.1.0, which GitHub, GitLab, Azure and editors read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bytescope.analyses.base import shown
from bytescope.taint.findings import Finding, Passage
from bytescope.taint.origins import Place
from bytescope.taint.policy.kinds import Kind

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TAXONOMY = "CWE"


def sarif(findings: list[Finding]) -> str:
    """Return findings as a log of SARIF 2.1.0.

    Args:
        findings: the findings.
    """
    from bytescope import __version__

    kinds = list({each.kind.name: each.kind for each in findings}.values())
    numbers = sorted({kind.cwe for kind in kinds if kind.cwe})
    driver = {
        "name": "bytescope",
        "semanticVersion": __version__.partition("+")[0],
        "rules": [_rule(kind) for kind in kinds],
        "supportedTaxonomies": [{"name": _TAXONOMY, "index": 0}],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that the program was run in."}}},
        "results": [_result(each, [kind.name for kind in kinds]) for each in findings],
        "taxonomies": [
            {
                "name": _TAXONOMY,
                "organization": "MITRE",
                "shortDescription": {"text": "The Common Weakness Enumeration"},
                "informationUri": "https://cwe.mitre.org/",
                "isComprehensive": False,
                "taxa": [
                    {"id": str(number), "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html"}
                    for number in numbers
                ],
            }
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(kind: Kind) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": kind.name,
        "name": kind.title.title().replace(" ", ""),
        "shortDescription": {"text": f"{kind.title}."},
        "fullDescription": {"text": f"{kind.title}: characters of the input have a meaning in a sensitive operation."},
        "help": {"text": kind.fix},
        "properties": {
            "tags": ["security", *([f"external/cwe/cwe-{kind.cwe:03d}"] if kind.cwe else [])],
            "security-severity": str(kind.severity),
            "precision": "very-high",
        },
    }
    if kind.cwe:
        rule["helpUri"] = f"https://cwe.mitre.org/data/definitions/{kind.cwe}.html"
        taxon = {"id": str(kind.cwe), "toolComponent": {"name": _TAXONOMY, "index": 0}}
        rule["relationships"] = [{"target": taxon, "kinds": ["superset"]}]
    return rule


def _result(each: Finding, names: list[str]) -> dict[str, Any]:
    sources = ", ".join(sorted({origin.source for origin in each.origins}))
    what = "have a meaning in" if each.verdict == "syntax" else "reach"
    message = f"Characters from {sources} {what} {each.function}, argument {each.argument}."
    if each.why:
        message += f" What comes from there {each.why}."
    result: dict[str, Any] = {
        "ruleId": each.kind.name,
        "ruleIndex": names.index(each.kind.name),
        "level": _level(each),
        "message": {"text": message},
        "locations": [_location(each.place)],
        "partialFingerprints": {"bytescope/v1": each.fingerprint},
        "occurrenceCount": each.count,
        "codeFlows": [{"threadFlows": [{"locations": _flow(each, passages)}]} for passages in each.ways],
        "properties": {"verdict": each.verdict, "value": each.excerpt.text},
    }
    return result


def _level(each: Finding) -> str:
    if each.verdict != "syntax":
        return "note"
    return "error" if each.kind.severity >= 7 else "warning"


def _flow(each: Finding, passages: list[Passage]) -> list[dict[str, Any]]:
    steps = [*((passage.what, passage.place, passage.excerpt.text) for passage in passages),
             (f"sink {each.function}", each.place, each.excerpt.text)]  # fmt: skip
    return [{"location": {**_location(place), "message": {"text": f"{what}: {text}"}}} for what, place, text in steps]


def _location(place: Place) -> dict[str, Any]:
    file = shown(place.file)
    artifact: dict[str, Any] = {"uri": Path(file).as_posix(), "uriBaseId": "SRCROOT"}
    if Path(file).is_absolute():
        artifact = {"uri": Path(file).as_uri()}
    elif file.startswith("<"):
        artifact = {"uri": file.strip("<>"), "uriBaseId": "SRCROOT"}
    found: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact}}
    if place.line:
        found["physicalLocation"]["region"] = {"startLine": place.line}
    found["logicalLocations"] = [{"fullyQualifiedName": place.function, "kind": "function"}]
    return found
