"""Flows of labelled characters through one expression each: labelled are those that come from the source, no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bytescope.analysis.attach import ENGINES
from tests.support.tainting import mask, run, truth

LINES = [
    line
    for file in ("flows.txt", "flows_library.txt")
    for line in (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
FLOWS = [(line.partition("  # ")[0], line.partition("  # ")[2]) for line in LINES]
SETTING = """
import ast, base64, binascii, bisect, codecs, collections, configparser, copy, csv, dataclasses, datetime, decimal
import email, functools, gzip, hashlib, heapq, html, io, itertools, json, logging, operator, os, pathlib, pickle, re
import shlex, sqlite3, string, struct, textwrap, types, urllib.parse, uuid, xml.etree.ElementTree, zlib
t = source("t")
u = "<" + t + ">"
b = u.encode()
NS = types.SimpleNamespace()
OUT = io.StringIO()
DB = sqlite3.connect(":memory:")

@dataclasses.dataclass
class Record:
    a: str

def dataclass_of(value):
    return Record(value)

"""


@pytest.fixture(scope="module", params=ENGINES)
def shown(request: pytest.FixtureRequest) -> dict[Any, tuple[Any, Any]]:
    program = SETTING + "".join(f"show({number}, {flow})\n" for number, (flow, _) in enumerate(FLOWS))
    return run(program + "DB.close()\n", request.param)


@pytest.mark.parametrize("number", range(len(FLOWS)), ids=[flow for flow, _ in FLOWS])
def test_flow(number: int, shown: dict[Any, tuple[Any, Any]]) -> None:
    value, shadow = shown[number]
    expected = FLOWS[number][1]
    both = (mask(value, shadow), truth(value)) if isinstance(value, (str, bytes, bytearray)) else ("", "")
    if expected == "over":  # nothing is lost
        assert "".join("#" if a == "#" or b == "#" else "." for a, b in zip(*both, strict=True)) == both[0]
    elif isinstance(value, (str, bytes, bytearray)):
        assert both[0] == both[1]
    else:
        assert expected in ("tagged", "clean"), "say in flows.txt what is expected"
        assert (shadow is not None) == (expected == "tagged")
