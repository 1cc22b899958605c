"""The folder that woven code is kept in: whatever is wrong with it, the worst that happens is that nothing is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bytescope.weave.cache.store import SUFFIX, Info, Store, folder
from tests.support.processes import environment

pytestmark = pytest.mark.any_host

KEY = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "cache" / "woven"))


def path_of(store: Store, key: str = KEY) -> Path:
    return Path(store.folder, key + SUFFIX)


def test_what_is_kept_is_found(store: Store) -> None:
    assert store.read(KEY) is None
    store.write(KEY, b"one")
    assert store.read(KEY) == b"one"
    store.write(KEY, b"two")
    assert store.read(KEY) == b"two"
    assert Store(store.folder).read(KEY) == b"two"
    assert store.read("f" * 16) is None
    assert [path for path in os.listdir(store.folder) if path.endswith(".tmp")] == []


@pytest.mark.parametrize("length", [0, 1, 20, 40, -1])
def test_half_an_entry_is_none(store: Store, length: int) -> None:
    store.write(KEY, b"something long enough")
    path_of(store).write_bytes(path_of(store).read_bytes()[:length])
    assert store.read(KEY) is None


def test_a_damaged_entry_is_none(store: Store) -> None:
    store.write(KEY, b"something")
    content = path_of(store).read_bytes()
    for place in range(len(content)):
        path_of(store).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert store.read(KEY) is None
    path_of(store).write_bytes(content + b"x")
    assert store.read(KEY) is None


def test_an_entry_under_another_key_is_none(store: Store) -> None:
    store.write("f" * 16, b"something")
    path_of(store, "f" * 16).rename(path_of(store))
    assert store.read(KEY) is None


posix = pytest.mark.skipif(
    not hasattr(os, "geteuid") or sys.platform in ("win32", "emscripten"), reason="users and modes are POSIX's"
)


@posix
def test_the_cache_is_for_its_user_alone(store: Store) -> None:
    store.write(KEY, b"something")
    assert os.stat(store.folder).st_mode & 0o777 == 0o700
    assert os.stat(path_of(store)).st_mode & 0o777 == 0o600


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_to_is_not_read(store: Store, mode: int) -> None:
    store.write(KEY, b"something")
    path_of(store).chmod(mode)
    assert store.read(KEY) is None


@posix
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o1777])
def test_a_folder_that_others_may_write_to_is_not_used(store: Store, mode: int) -> None:
    store.write(KEY, b"something")
    os.chmod(store.folder, mode)
    other = Store(store.folder)
    assert other.read(KEY) is None
    other.write("f" * 16, b"something")
    assert len(os.listdir(store.folder)) == len(os.listdir(Path(store.folder)))
    assert not path_of(store, "f" * 16).exists()


@posix
def test_what_belongs_to_others_is_not_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(KEY, b"something")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert store.read(KEY) is None, "the file is another's"
    assert Store(store.folder).read(KEY) is None, "the folder is another's"


@posix
def test_links_and_folders_are_no_entries(store: Store, tmp_path: Path) -> None:
    store.write(KEY, b"something")
    content = path_of(store).read_bytes()
    path_of(store).unlink()
    tmp_path.joinpath("elsewhere").write_bytes(content)
    path_of(store).symlink_to(tmp_path / "elsewhere")
    assert store.read(KEY) is None
    path_of(store).unlink()
    path_of(store).mkdir()
    assert store.read(KEY) is None
    store.write(KEY, b"something")
    assert store.clear() == Info(0, 0)


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(str(tmp_path / "file" / "woven"))
    store.write(KEY, b"something")
    assert store.read(KEY) is None
    assert store.info() == store.clear() == store.prune() == Info(0, 0)


def test_a_folder_that_may_not_be_written_to_is_no_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(KEY, b"one")

    def refuse(*given: object) -> int:
        raise PermissionError(13, "read-only")

    opening = os.open
    monkeypatch.setattr(os, "open", lambda path, flags, *rest: (refuse if flags & os.O_CREAT else opening)(path, flags))
    store.write(KEY, b"two")
    assert store.read(KEY) == b"one"


def test_a_full_disk_is_no_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(KEY, b"one")

    def refuse(*given: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    store.write(KEY, b"two")
    assert store.read(KEY) == b"one"
    assert not [path for path in os.listdir(store.folder) if path.endswith(".tmp")]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_no_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(KEY, b"one")
    opening = os.open

    def full(path: str, flags: int, mode: int = 0o777) -> int:
        made = opening(path, flags, mode)
        if not flags & os.O_EXCL:
            return made
        os.close(made)
        return opening("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    store.write(KEY, b"two")
    assert store.read(KEY) == b"one"


def age(path: Path, days: float) -> None:
    status = path.stat()
    os.utime(path, (status.st_atime, status.st_mtime - days * 86400))


def test_what_is_old_goes(store: Store) -> None:
    store.write(KEY, b"old")
    store.write("f" * 16, b"new")
    left = Path(store.folder, "x.1.2.tmp")
    left.write_bytes(b"of a process that was killed")
    age(path_of(store), 40)
    age(left, 2)
    assert store.prune().entries == 2
    assert store.read(KEY) is None
    assert store.read("f" * 16) == b"new"
    assert not left.exists()


def test_what_is_used_does_not_grow_old(store: Store) -> None:
    store.write(KEY, b"something")
    age(path_of(store), 20)
    assert store.read(KEY) == b"something"
    age(path_of(store), 20)
    store.prune()
    assert store.read(KEY) == b"something"


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "woven"), limit=1000)
    for number in range(20):
        store.write(f"{number:016x}", bytes(200))
        age(path_of(store, f"{number:016x}"), (20 - number) / 100)
    store.prune()
    assert store.info().size <= 1000
    assert store.read(f"{19:016x}") is not None
    assert store.read(f"{0:016x}") is None


def test_writing_prunes_by_itself(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "woven"), limit=4000)
    for number in range(200):
        store.write(f"{number:016x}", bytes(100))
    assert store.info().size <= 4000 + 4000 // 16 + 200


def test_clearing_removes_entries_and_nothing_else(store: Store) -> None:
    store.write(KEY, b"something")
    other = Path(store.folder, "notes.txt")
    other.write_text("somebody's")
    size = path_of(store).stat().st_size
    assert store.info() == Info(1, size)
    assert store.clear() == Info(1, size)
    assert store.info() == Info(0, 0)
    assert other.exists()
    assert store.read(KEY) is None


_WRITER = """
import sys
from bytescope.weave.cache.store import Store
store = Store(sys.argv[1])
for number in range(300):
    payload = bytes([number % 256]) * 20000
    store.write(f"{number % 3:016x}", payload)
    found = store.read(f"{number % 3:016x}")
    assert found is not None and len(found) == 20000 and len(set(found)) == 1, found
"""


@pytest.mark.process
def test_processes_share_a_store(store: Store) -> None:
    command, variables = [sys.executable, "-c", _WRITER, store.folder], environment(Path(store.folder).parent)
    children = [subprocess.Popen(command, env=variables) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert store.info().entries == 3
    assert not [path for path in os.listdir(store.folder) if path.endswith(".tmp")]


# --- which folder


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYTESCOPE_CACHE", str(tmp_path))
    assert folder() == str(tmp_path / "woven")
    for off in ("", "0"):
        monkeypatch.setenv("BYTESCOPE_CACHE", off)
        assert folder() is None


@pytest.mark.parametrize(
    ("platform", "variable", "given", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "/somewhere", "/somewhere/bytescope/woven"),
        ("linux", "XDG_CACHE_HOME", "relative", "/home/me/.cache/bytescope/woven"),
        ("linux", "XDG_CACHE_HOME", "", "/home/me/.cache/bytescope/woven"),
        ("darwin", "XDG_CACHE_HOME", "", "/home/me/Library/Caches/bytescope/woven"),
        ("win32", "LOCALAPPDATA", "/local", "/local/bytescope/woven"),
        ("win32", "LOCALAPPDATA", "", None),
    ],
)
def test_the_folder_is_where_the_platform_has_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, given: str, expected: str | None
) -> None:
    monkeypatch.delenv("BYTESCOPE_CACHE", raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv(variable, given)
    monkeypatch.setattr(sys, "platform", platform)
    assert folder() == expected
