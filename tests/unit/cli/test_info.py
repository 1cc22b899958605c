"""`bytescope info`: what it knows, and that it says so whatever state things are in."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import bytescope
from bytescope.cli import info, main
from bytescope.code.host.facts import SUPPORTED
from bytescope.startup.switches import CACHE, DEBUG, DISABLE, SWITCHES, TRACES
from bytescope.weave.cache.store import Store
from tests.support.processes import ROOT, run_python


def facts(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    main(["info", "--json"])
    found: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache, which is not there."""
    monkeypatch.setenv("BYTESCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "woven"


def test_versions_and_hosts(capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(capsys)
    assert found["bytescope"]["version"] == bytescope.__version__
    assert found["bytescope"]["location"] == str(Path(bytescope.__file__).parent)
    assert found["Python"]["executable"] == sys.executable
    assert found["host"]["supported"] is True
    assert found["host"]["supported versions"] == "CPython " + ", ".join(SUPPORTED)
    assert found["host"]["engines"] == ["woven (the default)", "interpreter"]
    assert "labels" in str(found["analyses"]["shipped"])
    assert "unknown" not in str(found)


def test_text_has_the_same_facts_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(capsys)
    main(["info"])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line[0] != " "] == list(found)
    facts_shown = [re.fullmatch(r"  (\S+(?: \S+)*)?\s{2,}(\S.*)", line) for line in lines if line[0] == " "]
    assert all(facts_shown)
    assert len({each.start(2) for each in facts_shown if each}) == 1
    assert {each[1] for each in facts_shown if each and each[1]} == {
        name for section in found.values() for name in section
    }


def test_cache_in_use(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert facts(capsys)["cache"]["usable"] is True
    Store(str(cache)).write("ab", bytes(2**20))
    found = facts(capsys)["cache"]
    assert (found["folder"], found["usable"], found["entries"]) == (str(cache), True, 1)
    assert str(found["size"]).startswith("1.0 MB of at most ")


def test_cache_switched_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BYTESCOPE_CACHE", "0")
    assert str(facts(capsys)["cache"]["folder"]).startswith("none: ")


def test_cache_that_is_a_file(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache.parent.write_text("")
    assert facts(capsys)["cache"]["usable"] == f"no: {cache.parent} is not a folder"


def test_cache_that_is_a_dangling_link(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache.parent.mkdir()
    cache.symlink_to("nowhere")
    assert facts(capsys)["cache"]["usable"] == f"no: {cache}: No such file or directory"


def test_cache_that_others_can_write_to(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not hasattr(sys.modules["os"], "geteuid"):
        pytest.skip("files have no mode bits here")
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert str(facts(capsys)["cache"]["usable"]).startswith("no: other users may write to it")


def test_cache_that_is_read_only(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr("os.access", lambda path, mode: str(path) != str(cache))  # for root, nothing is
    assert facts(capsys)["cache"]["usable"] == f"no: {cache} is read-only"


def test_variables_and_what_they_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for switch in SWITCHES:
        monkeypatch.delenv(switch.name, raising=False)
    monkeypatch.setenv("BYTESCOPE_CACHE", "/somewhere")
    monkeypatch.setenv("BYTESCOPE_TRACES", "sometimes")
    monkeypatch.setenv("BYTESCOPE_TRACE", "never")
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setenv("OTHER_PASSWORD", "secret")
    main(["info"])
    shown = capsys.readouterr().out
    assert re.search(r"BYTESCOPE_CACHE +'/somewhere': the cache is in this folder\n", shown)
    assert re.search(r"BYTESCOPE_DEBUG +not set \(checks of woven code\)\n", shown)
    assert re.search(r"BYTESCOPE_TRACES +'sometimes': ignored: no such value\n", shown)
    assert re.search(r"BYTESCOPE_TRACE +'never': ignored: there is no such variable\n", shown)
    assert re.search(r"PYTHONUTF8 +1\n", shown)
    assert re.search(r"PYTHONPATH +''\n", shown)
    assert "secret" not in shown


def test_what_cannot_be_determined_is_shown_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("broken")

    monkeypatch.setattr(info.platform, "platform", broken)
    monkeypatch.setattr(info.metadata, "version", broken)
    monkeypatch.setattr(info.metadata, "entry_points", broken)
    found = facts(capsys)
    assert found["host"]["platform"] == found["bytescope"]["installed"] == "unknown: OSError: broken"
    assert found["optional packages"]["click"] == found["analyses"]["of other packages"] == "unknown: OSError: broken"


def test_analyses_of_other_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "taints-1.2.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: taints\nVersion: 1.2\n")
    (package / "entry_points.txt").write_text("[bytescope.analyses]\ntaint = taints:Taint\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "taint = taints:Taint (taints 1.2)" in facts(capsys)["analyses"]["of other packages"]  # type: ignore[operator]


def test_wrong_words_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["info", "--yaml"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --yaml" in capsys.readouterr().err


@pytest.mark.process
def test_on_a_host_that_is_not_supported() -> None:
    source = (
        "import sys, types\n"
        "sys.implementation = types.SimpleNamespace(**{**vars(sys.implementation), 'name': 'other'})\n"
        "from bytescope.cli import main\nmain(['info', '--json'])\n"
    )
    done = run_python("-c", source)
    assert (done.returncode, done.stderr) == (0, "")
    host = json.loads(done.stdout)["host"]
    assert host["supported"] is False and host["reason"].startswith("bytescope needs CPython 3.11 to ")


@pytest.mark.process
def test_without_packages_home_or_an_encoding() -> None:
    start = (
        f"import os, sys; sys.path.insert(0, {str(ROOT / 'src')!r}); os.environ['BYTESCOPE_CACHE'] = '/caf\\xe9'\n"
        "from bytescope.cli import main; main(['info'])"
    )
    done = run_python("-S", "-c", start, HOME="/nowhere", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"click +not installed: pip install 'bytescope\[cli\]'\n", done.stdout)
    assert re.search(r"folder +/caf\\xe9/woven\n", done.stdout)


# --- the table of variables


def test_every_variable_in_sources_and_documentation_is_declared() -> None:
    declared = {switch.name for switch in SWITCHES}
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    named = {name for path in files for name in re.findall(r"\bBYTESCOPE_[A-Z_]+\b", path.read_text(encoding="utf-8"))}
    assert named == declared
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in documented for name in declared)
    assert all(f"`{name}`" in documented for name in DISABLE.values)


def test_variables_are_read_through_the_table_only() -> None:
    reading = re.compile(r"""(environ|getenv).*["']BYTESCOPE_""")
    assert not [path for path in (ROOT / "src").rglob("*.py") if reading.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("switch", "value", "effect"),
    [
        (CACHE, None, None),
        (CACHE, "", "no cache"),
        (CACHE, "folder", "the cache is in this folder"),
        (DEBUG, "0", "no checks"),
        (DEBUG, "yes", "woven code is checked, and the cache is not used"),
        (TRACES, "never", "no traces"),
        (TRACES, "n", "ignored: no such value"),
    ],
)
def test_effects(monkeypatch: pytest.MonkeyPatch, switch, value: str | None, effect: str | None) -> None:
    if value is None:
        monkeypatch.delenv(switch.name, raising=False)
    else:
        monkeypatch.setenv(switch.name, value)
    assert (switch.get(), switch.effect()) == (value, effect)
