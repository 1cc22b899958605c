"""Packs, with the real packages: a careless program is found out, its careful twin is silent.

Flask's is tested by the example `shop`. Packages that are not installed are skipped, for the requirements of the tests
do not have them: `pip install django fastapi httpx aiohttp sqlalchemy requests lxml ldap3`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from bytescope import attach
from bytescope.taint.analysis import Taint
from bytescope.taint.policy.load import PACKS, load_pack
from bytescope.taint.policy.resolve import Resolver

pytestmark = pytest.mark.slow

DJANGO = """
import django
from django.conf import settings
if not settings.configured:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
    )
    django.setup()
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.utils.html import escape

urlpatterns = []

def careless(request):
    name = request.GET["name"]
    with connection.cursor() as cursor:
        cursor.execute("select '" + name + "'")
    redirect(request.GET["to"])
    return HttpResponse("<p>" + name)

def careful(request):
    name = request.GET["name"]
    with connection.cursor() as cursor:
        cursor.execute("select %s", [name])
    redirect("/" + request.GET["to"].lstrip("/").replace(":", ""))
    return HttpResponse("<p>" + escape(name))

def run(view):
    view(RequestFactory().get("/", {"name": "x' || '<b>", "to": "//evil.example/"}))
"""
FASTAPI = """
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.testclient import TestClient
import html

app = FastAPI()

@app.get("/careless")
def read(request: Request):
    return HTMLResponse("<p>" + request.query_params["name"])

@app.get("/careless/to")
async def to(request: Request):
    return RedirectResponse(request.query_params["to"])

@app.get("/careful")
def read_careful(request: Request):
    return HTMLResponse("<p>" + html.escape(request.query_params["name"]))

@app.get("/careful/to")
async def to_careful(request: Request):
    return RedirectResponse("/" + request.query_params["to"].strip("/"))

careless, careful = "/careless", "/careful"

def run(path):
    client = TestClient(app, follow_redirects=False)
    client.get(path, params={"name": "<b>"})
    client.get(path + "/to", params={"to": "//evil.example/"})
"""
AIOHTTP = """
import asyncio, html
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

async def careless(request):
    name = request.query["name"]
    web.Response(text="plain " + name)
    return web.Response(text="<p>" + name, content_type="text/html")

async def careful(request):
    name = request.query["name"]
    return web.Response(text="<p>" + html.escape(name), content_type="text/html")

def run(view):
    asyncio.run(view(make_mocked_request("GET", "/?name=<b>")))
"""
SQLALCHEMY = """
import os
from sqlalchemy import create_engine, text

engine = create_engine("sqlite://")

def careless():
    with engine.connect() as connection:
        connection.execute(text("select '" + os.environ["NAME"] + "'"))
        connection.exec_driver_sql("select '" + os.environ["NAME"] + "'")

def careful():
    with engine.connect() as connection:
        connection.execute(text("select :name"), {"name": os.environ["NAME"]})
        connection.exec_driver_sql("select ?", (os.environ["NAME"],))
    engine.dispose()

def run(function):
    function()
"""
CLIENTS = """
import os
import contextlib
import httpx, requests, urllib3

def fetch(url):
    for get in (requests.get, httpx.get, lambda url: urllib3.PoolManager().request("GET", url, retries=False)):
        with contextlib.suppress(OSError, httpx.HTTPError, urllib3.exceptions.HTTPError):
            get(url)

def careless():
    fetch("http://" + os.environ["HOST_NAME"] + "/")

def careful():
    fetch("http://127.0.0.1:9/" + os.environ["HOST_NAME"].replace("/", ""))

def run(function):
    function()
"""
LDAP = """
import os
import ldap3
from ldap3.utils.conv import escape_filter_chars

def search(name):
    server = ldap3.Server("test")
    connection = ldap3.Connection(server, client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry("cn=a", {"sn": "x"})
    connection.bind()
    connection.search("cn=a", "(cn=" + name + ")")

def careless():
    search(os.environ["CN"])

def careful():
    search(escape_filter_chars(os.environ["CN"]))

def run(function):
    function()
"""
LXML = """
import os
from lxml import etree

PEOPLE = etree.XML("<people><person name='a'/></people>")

def careless():
    PEOPLE.xpath("//person[@name='" + os.environ["PERSON"] + "']")

def careful():
    PEOPLE.xpath("//person[@name=$name]", name=os.environ["PERSON"])

def run(function):
    function()
"""
CASES = {
    "django": (DJANGO, ["django"], {"sql-injection", "url-redirection", "html-injection"}),
    "fastapi": (FASTAPI, ["fastapi", "httpx"], {"html-injection", "url-redirection"}),
    "aiohttp": (AIOHTTP, ["aiohttp"], {"html-injection"}),
    "sqlalchemy": (SQLALCHEMY, ["sqlalchemy"], {"sql-injection"}),
    "clients": (CLIENTS, ["requests", "httpx", "urllib3"], {"request-forgery"}),
    "ldap": (LDAP, ["ldap3"], {"ldap-injection"}),
    "lxml": (LXML, ["lxml"], {"xpath-injection"}),
}
INPUT = {"NAME": "x' || 'y", "CN": "a*", "PERSON": "a' or '1'='1", "HOST_NAME": "127.0.0.1:9"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_careless_and_careful(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, packages, kinds = CASES[case]
    for package in packages:
        pytest.importorskip(package)
    for name, value in INPUT.items():
        monkeypatch.setenv(name, value)
    module = f"with_{case}"
    (tmp_path / f"{module}.py").write_text(program, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    def found(function: str) -> set[str]:
        analysis = Taint(flows=False)
        with attach(analysis, include=[module]):
            loaded: Any = importlib.import_module(module)
            loaded.run(getattr(loaded, function))
        return {each.kind.name for each in analysis.findings}

    try:
        assert found("careless") == kinds
        assert found("careful") == set()
    finally:
        sys.modules.pop(module, None)


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_names_what_there_is(pack: str) -> None:
    policy = load_pack(pack)
    modules = {row.type.partition(".")[0] for table in (policy.sources, policy.sinks) for row in table}
    for module in modules:
        for row in (*policy.sources, *policy.sinks, *policy.barriers, *policy.guards):
            if row.type.startswith(module):
                _import(row.type)
    resolver = Resolver(policy)
    resolver.update()
    absent = [row.name for row in resolver.unresolved() if row.type.partition(".")[0] in sys.modules]
    assert absent == []


def _import(name: str) -> None:
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        try:
            importlib.import_module(".".join(parts[:count]))
        except ImportError:
            return
