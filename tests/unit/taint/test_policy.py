"""Policies: the published schema says what the reader takes, and the packs that come with bytescope follow it."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from bytescope.taint.policy.kinds import KINDS
from bytescope.taint.policy.load import PACKS, SOURCE_KINDS, load_pack
from bytescope.taint.policy.resolve import Resolver
from bytescope.taint.policy.rows import TABLES, AccessPath
from bytescope.taint.syntax import LANGUAGES

FOLDER = files("bytescope.taint.policy")
SCHEMA: dict[str, Any] = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))["properties"]


def test_the_schema_says_what_the_reader_takes() -> None:
    assert tuple(SCHEMA) == TABLES
    assert SCHEMA["sources"]["items"]["properties"]["kind"]["enum"] == list(SOURCE_KINDS)
    assert SCHEMA["sinks"]["items"]["properties"]["syntax"]["enum"] == list(LANGUAGES)


@pytest.mark.parametrize("pack", PACKS)
def test_packs_follow_the_schema(pack: str) -> None:
    for table, rows in tomllib.loads((FOLDER / f"{pack}.toml").read_text(encoding="utf-8")).items():
        columns = SCHEMA[table]["items"]["properties"]
        assert all(set(row) <= set(columns) for row in rows)
    policy = load_pack(pack)
    assert all(row.kind in KINDS for row in (*policy.sinks, *policy.barriers))


def test_the_standard_library_has_what_its_pack_names() -> None:
    import asyncio
    import http.client
    import http.server
    import importlib
    import shelve
    import sqlite3
    import subprocess
    import urllib.request
    import xml.dom.minidom
    import xml.etree.ElementTree

    resolver = Resolver(load_pack("stdlib"))
    known = (eval, exec, open, subprocess.run, subprocess.Popen, urllib.request.urlopen, importlib.import_module,
             shelve.open, xml.dom.minidom.parse, xml.etree.ElementTree.fromstring, asyncio.create_subprocess_shell,
             http.client.HTTPConnection, http.server.BaseHTTPRequestHandler.send_header)  # fmt: skip
    assert [each for each in known if "sinks" not in (resolver.rows(each) or {})] == []
    database = sqlite3.connect(":memory:")
    try:
        assert "sinks" in (resolver.rows(database.execute) or {})
        assert resolver.rows(database.close) is None
    finally:
        database.close()


def test_access_paths() -> None:
    path = AccessPath.parse("Member[execute,executemany].Argument[0,sql:]")
    assert path.members == (("execute", "executemany"),) and path.end == "Argument"
    assert path.takes(0) and path.takes("sql") and not path.takes(1)
    assert AccessPath.parse("Member[run].Callback.ReturnValue").end == "Callback"
    with pytest.raises(ValueError, match="expected Member"):
        AccessPath.parse("Element[0]")
