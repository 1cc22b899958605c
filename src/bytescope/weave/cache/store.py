"""A folder of entries on disk, which many processes may use at a time.

An entry is a file that is written under another name and then put in its place, so that no process reads half of one.
What cannot be read, is damaged, or may have been written by another user is no entry; what cannot be written, because
the disk is full or may not be written to, is not kept. Neither is an error.
"""

from __future__ import annotations

import binascii
import itertools
import os
import stat
import sys
import time
from collections.abc import Iterator

from bytescope.startup.stdlib_lite import NamedTuple
from bytescope.startup.switches import CACHE
from bytescope.startup.tuning import enabled

SUFFIX = ".woven"
LIMIT = 256 * 2**20
"""Bytes that the entries may take together; those that were not used for longest go first."""
AGE = 30 * 86400
"""Seconds after which an entry that was not used goes."""

_MAGIC = b"bytescope woven code 2\n"
_DAY = 86400
_LOOSE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = 0o077
_STAMP = "pruned"
_numbers = itertools.count()


_READING = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_BINARY", "O_NONBLOCK"))
"""Flags for opening an entry; a pipe in its place is not waited for."""


class Info(NamedTuple):
    """Contents of a store: the number of entries, and of bytes that they take."""

    entries: int
    size: int


class Store:
    """A store in a folder, which need not exist.

    Args:
        folder: its path.
        limit: bytes that the entries may take together.
        age: seconds after which an entry goes that was not used.
    """

    def __init__(self, folder: str, limit: int = LIMIT, age: float = AGE) -> None:
        self.folder = folder
        self.limit = limit
        self.age = age
        self._written = 0
        self._usable: bool | None = None

    def read(self, key: str) -> bytes | None:
        """Return the entry of a key, None if there is none that can be trusted."""
        if not self._is_usable():
            return None
        path = self._path(key)
        try:
            descriptor = os.open(path, os.O_RDONLY | _READING)
            with open(descriptor, "rb", buffering=0) as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or not _is_ours(status) or status.st_size > self.limit:
                    return None
                content = file.readall()
        except OSError:
            return None
        head = _MAGIC + key.encode()
        start = len(head) + 4
        payload = memoryview(content)[start:]
        if not content.startswith(head) or content[len(head) : start] != _checksum(payload):
            return None
        if time.time() - status.st_mtime > _DAY:
            try:
                os.utime(path)
            except OSError:
                pass
        return bytes(payload)

    def write(self, key: str, payload: bytes) -> None:
        """Keep something under a key, if possible.

        Args:
            key: hexadecimal digits.
            payload: what is kept.
        """
        if not self._is_usable(make=True):
            return
        temporary = os.path.join(self.folder, f"{key}.{os.getpid()}.{next(_numbers)}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(temporary, flags, 0o600)
            try:
                with open(descriptor, "wb", buffering=0) as file:
                    for part in (_MAGIC + key.encode() + _checksum(payload), payload):
                        if file.write(part) != len(part):
                            raise OSError("the disk is full")
                os.replace(temporary, self._path(key))
            except OSError:
                os.unlink(temporary)
                return
        except OSError:
            return
        self._written += len(payload)
        self._prune_now_and_then()

    def info(self) -> Info:
        """Return the contents of the store."""
        sizes = [size for _, size, path in self._files() if path.endswith(SUFFIX)]
        return Info(len(sizes), sum(sizes))

    def problem(self) -> str | None:
        """Return why entries can be neither read nor kept, or not be kept; None if nothing prevents it."""
        place = self.folder
        while not os.path.lexists(place) and os.path.dirname(place) != place:
            place = os.path.dirname(place)
        try:
            status = os.stat(place)
        except OSError as error:
            return f"{place}: {error.strerror}"
        if not stat.S_ISDIR(status.st_mode):
            return f"{place} is not a folder"
        if place == self.folder and not _is_ours(status):
            return "other users may write to it: make it yours, with `chmod go-w`"
        return None if os.access(place, os.W_OK | os.X_OK) else f"{place} is read-only"

    def clear(self) -> Info:
        """Remove all entries; returns what was removed."""
        return self._remove([(size, path) for _, size, path in self._files()])

    def prune(self) -> Info:
        """Remove entries that are old, and the oldest if all together are too large; returns what was removed."""
        files = sorted(self._files(), reverse=True)
        now, total, gone = time.time(), 0, []
        for used, size, path in files:
            finished = path.endswith(SUFFIX)
            if now - used > (self.age if finished else _DAY) or (finished and total + size > self.limit):
                gone.append((size, path))
            elif finished:
                total += size
        return self._remove(gone)

    def _prune_now_and_then(self) -> None:
        stamp = os.path.join(self.folder, _STAMP)
        try:
            if self._written < self.limit // 16 and time.time() - os.stat(stamp).st_mtime < _DAY:
                return
        except OSError:
            pass
        self._written = 0
        try:
            os.close(os.open(stamp, os.O_WRONLY | os.O_CREAT, 0o600))
            os.utime(stamp)
        except OSError:
            return
        self.prune()

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key + SUFFIX)

    def _is_usable(self, make: bool = False) -> bool:
        """Return True if the folder exists, and no other user can create files in it."""
        if self._usable is None or (make and not self._usable):
            try:
                if make:
                    os.makedirs(os.path.dirname(self.folder), exist_ok=True)
                    try:
                        os.mkdir(self.folder, 0o777 & ~_OTHERS)
                    except FileExistsError:
                        pass
                self._usable = _is_ours(os.stat(self.folder))
            except OSError:
                self._usable = False
        return self._usable

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """Yield for each file of the store when it was used last, its size and path."""
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.endswith((SUFFIX, ".tmp")) and entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        yield status.st_mtime, status.st_size, entry.path
        except OSError:
            return

    @staticmethod
    def _remove(files: list[tuple[int, str]]) -> Info:
        removed = Info(0, 0)
        for size, path in files:
            try:
                os.unlink(path)
            except OSError:
                continue
            removed = Info(removed.entries + 1, removed.size + size)
        return removed


def _checksum(payload: bytes | memoryview) -> bytes:
    return binascii.crc32(payload).to_bytes(4, "little")


def _is_ours(status: os.stat_result) -> bool:
    """Return True if only this user can have written a file. On Windows, its place ensures that: see `folder`."""
    owner = getattr(os, "geteuid", None)
    return owner is None or (status.st_uid == owner() and not status.st_mode & _LOOSE)


def folder() -> str | None:
    """The folder of the cache, None if there is to be none.

    It is named by the environment variable BYTESCOPE_CACHE ("" or "0" for none), or is where the platform has the
    caches of a user, which on Windows others cannot write to.
    """
    if not enabled("cache"):
        return None
    named = CACHE.get()
    if named is not None:
        try:
            return None if named in ("", "0") else os.path.join(os.path.abspath(named), "woven")
        except OSError:  # it is relative to a folder that is gone
            return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # as the specification has it
            base = os.path.expanduser("~/.cache")
    return os.path.join(base, "bytescope", "woven") if os.path.isabs(base) else None
