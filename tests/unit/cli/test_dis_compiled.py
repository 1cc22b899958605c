"""`dis` of compiled files, of this version and of others."""

import re

import pytest

from bytescope.cli.dis import dis
from bytescope.cli.targets import TargetError, code_of, nested
from bytescope.code.host.facts import HOST, SUPPORTED
from bytescope.code.versions.version import load_version
from tests.support.all_pythons import found_pythons, oracle
from tests.support.processes import run_python
from tests.unit.code.test_pyc import host_pyc, magic

pytestmark = pytest.mark.any_host

SOURCE = """\
def f(a, *b):
    try:
        with a as c: return [d for d in b if d > c.x]
    except (ValueError, KeyError) as error:
        print(f"{error!r:>{a}}", end="")
class A:
    def m(self): return lambda: self
"""


def test_a_compiled_file_is_listed_as_its_source(tmp_path, capsys):
    (tmp_path / "program.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "program.pyc").write_bytes(host_pyc(SOURCE))
    dis(str(tmp_path / "program.py"), None, False, 120)
    wanted = capsys.readouterr().out.replace(str(tmp_path / "program.py"), "<test>")
    dis(str(tmp_path / "program.pyc"), None, False, 120)
    assert capsys.readouterr().out == wanted
    assert "bytescope" in wanted and "block 1" in wanted


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_compiled_files_of_every_version_are_listed(version, tmp_path, capsys):
    (tmp_path / "program.py").write_text(SOURCE, encoding="utf-8")
    oracle(version, tmp_path, [tmp_path / "program.py"])
    path = str(tmp_path / "program.pyc")
    dis(path, None, False, 120)
    shown = capsys.readouterr().out
    assert shown.count(f"CPython {version}") == len([*nested(code_of(path))])
    for words in ("LOAD_CONST +<code f>", "RERAISE|END_FINALLY", "to \\d+", "arguments: a b", "cells: self"):
        assert re.search(words, shown), words
    assert "bytescope" in shown and "block 0" in shown
    assert "invalid" not in shown
    if version not in SUPPORTED and load_version(version).opcodes.joint_variables:
        assert re.search(r"handler: \d+, keeps 1, pushes the place\n", shown) and "no handler\n" in shown
    dis(path + ":A.m", None, False, 120)
    assert capsys.readouterr().out.startswith("A.m  program.py, line 7")
    if version != HOST:
        with pytest.raises(TargetError, match=f"only code of CPython {HOST} can be woven here, and f is of {version}"):
            dis(path + ":f", None, False, 120, ["coverage"])


def test_compiled_files_of_the_host_are_woven(tmp_path, capsys):
    (tmp_path / "program.pyc").write_bytes(host_pyc("x = 1"))
    dis(str(tmp_path / "program.pyc"), None, False, 120, ["coverage"])
    assert "woven, CPython" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a .pyc file: it is empty"),
        (magic(240) + bytes(12), "compiled by PyPy (magic number 240), and only CPython 3.8 to 3.15 can be read"),
        (host_pyc()[:-30], "damaged at offset "),
    ],
)
def test_what_cannot_be_read_gets_one_line(data, message, tmp_path):
    path = tmp_path / "module.pyc"
    path.write_bytes(data)
    with pytest.raises(TargetError) as caught:
        dis(str(path), None, False, 120)
    assert str(caught.value).startswith(f"{path}: {message}") and "\n" not in str(caught.value)


def test_magic_numbers_count_whatever_the_name(tmp_path):
    path = tmp_path / "module.bin"
    path.write_bytes(magic(62211) + bytes(12))
    with pytest.raises(TargetError, match="compiled by Python 2"):
        code_of(str(path))


@pytest.mark.process
def test_names_that_would_upset_a_terminal_are_escaped(tmp_path):
    path = tmp_path / "module.pyc"
    path.write_bytes(host_pyc("name = 1").replace(b"\x04name", b"\x04\x1b\nm\xe9"))
    ran = run_python("-m", "bytescope", "dis", str(path))
    assert ran.returncode == 0, ran.stderr
    assert "\\x1b\\nm\u00e9" in ran.stdout and "\x1b" not in ran.stdout
