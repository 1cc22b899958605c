"""What is redacted is nowhere in a file."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from bytescope.recording import NotRecorded, Recording
from bytescope.recording.file import encode
from bytescope.recording.tape import REDACTED

from .programs import recorded

PROGRAM = """
import sys
class Account:
    def __init__(self, user, password):
        self.user, self.password = user, password
def connect(token):
    header = "Bearer " + token
    def again():
        return token
    return [token, header, again()]
one = Account("ada", password="hunt" "er22")
password = "swordfish"   # swordfish
pin = 90210
settings = {"token": "abc-\\x64ef", "size": 12}
keys = {"0": {"deep": ["inner-secret"]}, "short": 7}
found = connect(**{"token": settings["token"]})
print("out", one.password, pin, found[1])
try:
    raise ValueError(password)
except ValueError as error:
    message = f"wrong: {error}"
among = {password: 1}
kept = len(password), 12, 7
"""
SECRETS = ("hunter22", "swordfish", "abc-def", "Bearer abc", "inner-secret", "90210", "\\x64ef")


def block(recording: Recording) -> str:
    return zlib.decompress(encode(recording.tape)[22:]).decode("latin-1")


def redacted(tmp_path: Path) -> Recording:
    (tmp_path / "program.py").write_text(PROGRAM)
    recording = recorded(PROGRAM, str(tmp_path / "program.py"))
    assert all(secret in block(recording) for secret in SECRETS)
    recording.redact(["password", "token", "pin", "keys"])
    return recording


def test_no_secret_is_left(tmp_path: Path) -> None:
    recording = redacted(tmp_path)
    assert [secret for secret in SECRETS if secret in block(recording)] == []
    assert recording.output() == "out <redacted> <redacted> Bearer <redacted>\n"


def test_the_rest_stays(tmp_path: Path) -> None:
    recording = redacted(tmp_path)
    end = recording.steps - 1
    assert recording.evaluate("password", end) is REDACTED
    assert recording.evaluate("keys['short']", end) is REDACTED
    assert recording.evaluate("one.user", end) == "ada"
    assert recording.evaluate("settings['size']", end) == 12
    assert [recording.evaluate(f"kept[{at}]", end) for at in range(3)] == [9, 12, 7]
    with pytest.raises(NotRecorded, match="the value of password is kept out of the recording"):
        recording.evaluate("password == 'swordfish'", end)
    [text] = recording.tape.sources.values()
    assert [len(line) for line in text.splitlines()] == [len(line) for line in PROGRAM.splitlines()]
    assert "self.user, self.password = user, password" in text
    assert recording.at(end).frames[0].line == len(PROGRAM.splitlines())
