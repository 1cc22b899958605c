"""The extension of VS Code: its package can be installed, and it starts the adapter."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import bytescope.dap.launch
from tests.support.processes import ROOT, run
from tools import vsix

EXTENSION = ROOT / "editors" / "vscode"

pytestmark = pytest.mark.any_host


def _package() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    return found


def test_the_package_has_what_an_installation_needs(tmp_path: Path) -> None:
    with zipfile.ZipFile(vsix.build(tmp_path / "bytescope.vsix")) as archive:
        names = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("extension.vsixmanifest"))
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
    space = "{http://schemas.microsoft.com/developer/vsx-schema/2011}"
    identity = manifest.find(f"{space}Metadata/{space}Identity")
    assert identity is not None
    assert identity.get("Id") == _package()["name"]
    assets = {each.get("Path") for each in manifest.iter(f"{space}Asset")}
    assert assets < names
    assert f"extension/{Path(_package()['main']).name}" in names
    known = {each.get("Extension") for each in types}
    assert {name.rpartition(".")[2] for name in names if name != "[Content_Types].xml"} <= known


def test_launch_arguments_are_those_of_the_adapter_and_documented() -> None:
    (debugger,) = _package()["contributes"]["debuggers"]
    offered = set(debugger["configurationAttributes"]["launch"]["properties"])
    source = Path(bytescope.dap.launch.__file__).read_text(encoding="utf-8")
    manual = (ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")
    table = manual.partition("## Launch arguments")[2].partition("## ")[0]
    documented = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert offered == documented - {"noDebug"}
    assert {name for name in documented if f'"{name}"' not in source} == set()


@pytest.mark.process
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on PATH")
def test_it_starts_the_adapter_of_the_chosen_interpreter(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules" / "vscode"
    modules.mkdir(parents=True)
    (modules / "index.js").write_text(
        """
        exports.made = {};
        exports.DebugAdapterExecutable = function (command, args) { Object.assign(this, { command, args }); };
        exports.workspace = { getConfiguration: () => ({ get: () => "python-of-the-setting" }) };
        exports.window = { activeTextEditor: { document: { languageId: "python" } } };
        exports.debug = {
          registerDebugAdapterDescriptorFactory: (type, factory) => { exports.made.factory = factory; },
          registerDebugConfigurationProvider: (type, provider) => { exports.made.provider = provider; },
        };
        """,
        encoding="utf-8",
    )
    script = f"""
        require({json.dumps(str(EXTENSION / "extension.js"))}).activate({{ subscriptions: [] }});
        const {{ made }} = require("vscode");
        const start = (configuration) => made.factory.createDebugAdapterDescriptor({{ configuration }});
        console.log(JSON.stringify([
          start({{}}), start({{ python: ["py", "-O"] }}), made.provider.resolveDebugConfiguration(undefined, {{}}),
        ]));
    """
    done = run("node", "-e", script, NODE_PATH=str(tmp_path / "node_modules"))
    assert done.stderr == ""
    by_setting, chosen, configuration = json.loads(done.stdout)
    assert by_setting == {"command": "python-of-the-setting", "args": ["-m", "bytescope", "dap"]}
    assert chosen == {"command": "py", "args": ["-O", "-m", "bytescope", "dap"]}
    assert (configuration["type"], configuration["program"]) == ("bytescope", "${file}")
