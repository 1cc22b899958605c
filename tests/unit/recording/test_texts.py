"""The texts of code that comes from no file are part of recordings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import bytescope
from bytescope.recording import Recording, record
from bytescope.recording.file import decode, encode

PROGRAM = """
total = 3
def scale(value):
    return value * 10
"""
OTHER = r"""
exec(b'\xef\xbb\xbfx = scale(total)  # \xc3\xa9')
y = eval('lambda v: v + v')(x)
exec('x = scale(total)  # other')
"""


def texts_of(recording: Recording) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in recording.codes:
        found.setdefault("\n".join(recording.tape.lines_of(code)), set()).add(code.name)
    return found


def test_each_code_object_has_the_text_that_it_was_compiled_of() -> None:
    vm = bytescope.VM()
    with record() as recording:
        vm.exec(PROGRAM)
        vm.exec(OTHER)
        vm.exec(PROGRAM)
    recording.tape = decode(encode(recording.tape))
    assert texts_of(recording) == {
        PROGRAM: {"<module>", "scale"},
        OTHER: {"<module>"},
        "x = scale(total)  # é": {"<module>"},
        "lambda v: v + v": {"<module>", "<lambda>"},
        "x = scale(total)  # other": {"<module>"},
    }
    assert {code.file for code in recording.codes} == {"<string>"}
    step = recording.find("value == 3")
    assert step is not None and recording.at(step).frames[0].span == (4, 4, 11, 16)


def test_files_are_as_they_were_when_their_code_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gone", "changed"):
        (tmp_path / f"{name}_since.py").write_text(f"def f():\n    return {name!r}\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("zipped_member.py", "# -*- coding: latin-1 -*-\nx = 'ü'\n".encode("latin-1"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "archive.zip")
    program = """
import gone_since, changed_since, zipped_member, os, linecache
gone_since.f(), changed_since.f()
os.unlink(gone_since.__file__)
with open(changed_since.__file__, "w") as file: file.write("nothing")
linecache.clearcache()
gone_since.f(), changed_since.f()
"""
    with record() as recording:
        bytescope.VM().exec(program)
    names = {Path(file).name: text for file, text in recording.tape.sources.items()}
    assert names == {
        "<string>": program,
        "gone_since.py": "def f():\n    return 'gone'\n",
        "changed_since.py": "def f():\n    return 'changed'\n",
        "zipped_member.py": "# -*- coding: latin-1 -*-\nx = 'ü'\n",
    }


def test_nothing_is_kept_outside_of_recordings() -> None:
    from bytescope.loading import source
    from bytescope.recording import texts

    with record():
        bytescope.VM().exec("x = 1")
    assert source.keep is None
    assert not texts.texts and not texts._names
