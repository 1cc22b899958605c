"""Recordings as files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bytescope.recording import Recording, Stepper
from bytescope.recording.file import MAGIC, decode, encode
from tests.support.recording_truth import mistakes

from .programs import GCD, PROGRAMS, recorded, with_truth

VALUES = "x = [1 << 70, -0.0, float('nan'), 1j, b'\\xff', '\\udc80', ..., NotImplemented, True, None, 'a' * 9999, {}]\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_read_as_written(name: str, tmp_path: Path) -> None:
    recording, truth = with_truth(PROGRAMS[name])
    recording.save(tmp_path / "run.bscope")
    loaded = Recording.load(tmp_path / "run.bscope")
    assert loaded.steps == recording.steps
    assert loaded.compare(recording) is None
    assert not mistakes(loaded.tape, truth)
    assert Stepper(loaded).into() == Stepper(recording).into()


def test_all_kinds_of_values() -> None:
    recording, truth = with_truth(VALUES)
    assert not mistakes(decode(encode(recording.tape)), truth)


def test_a_window(tmp_path: Path) -> None:
    recording, truth = with_truth("x = 0\nfor i in range(5000):\n    x += i\n", steps=1000)
    recording.save(tmp_path / "run.bscope")
    loaded = Recording.load(tmp_path / "run.bscope")
    assert loaded.forgotten == recording.forgotten > 0
    assert not mistakes(loaded.tape, truth)


def test_size() -> None:
    recording = recorded("x = 0\nfor i in range(20_000):\n    if i % 3:\n        x += i\n")
    assert len(encode(recording.tape)) / recording.steps < 6


def test_sources_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("x = 1\n")
    recording = recorded(path.read_text(), str(path))
    path.unlink()
    assert decode(encode(recording.tape)).sources == {str(path): "x = 1\n"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "this is no recording"),
        (b"x = 1\n", "this is no recording"),
        (MAGIC, "this is no recording"),
        (MAGIC + b"\xff\xff" + bytes(12), "the recording has format 65535: this version of bytescope reads up to 1"),
        (MAGIC + b"\x01\x00" + bytes(12) + b"x", "the recording is damaged: its checksum is wrong"),
    ],
)
def test_refused(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "run.bscope"
    path.write_bytes(data)
    with pytest.raises(ValueError) as caught:
        Recording.load(path)
    assert str(caught.value) == f"{path}: {message}"


def test_damaged_files_are_refused() -> None:
    data = encode(recorded(GCD).tape)
    chance = random.Random(5)
    for _ in range(200):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        if bytes(damaged) != data:
            with pytest.raises(ValueError, match="recording"):
                decode(bytes(damaged))
        with pytest.raises(ValueError, match="recording"):
            decode(data[: chance.randrange(len(data))])
