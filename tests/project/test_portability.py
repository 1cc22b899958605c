"""bytescope does without what only POSIX systems have, so that it works on Windows."""

from __future__ import annotations

import ast
import ntpath
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bytescope
from bytescope.analysis.filters import Filters
from bytescope.cli.analyses import Analyses
from bytescope.cli.targets import TargetError, code_of

PACKAGE = Path(bytescope.__file__).parent

MODULES = set("fcntl grp posix pty pwd readline resource syslog termios tty".split())
ATTRIBUTES = {
    "os": "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK WNOHANG chown chroot ctermid eventfd fchdir fork forkpty "
    "getegid geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getsid getuid initgroups killpg lchown "
    "mkfifo mknod nice openpty pidfd_open pipe2 posix_fadvise posix_spawn posix_spawnp pread preadv pwrite pwritev "
    "register_at_fork sched_getaffinity sched_yield sendfile setgid setpgid setpriority setsid setuid statvfs sync "
    "sysconf tcgetpgrp ttyname uname wait wait3 wait4 waitid".split(),
    "select": "epoll kqueue poll".split(),
    "signal": "ITIMER_REAL SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 "
    "alarm getitimer pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigtimedwait sigwait "
    "sigwaitinfo".split(),
    "socket": ["AF_UNIX", "socketpair"],
    "time": ["tzset"],
}
"""What Windows has not, among what a program like this one could use."""


def unguarded(tree: ast.AST) -> Iterator[str]:
    """What in a module only works on POSIX systems, and is not guarded: by `getattr`, `hasattr` or a handler."""
    guarded = {
        node
        for attempt in ast.walk(tree)
        if isinstance(attempt, ast.Try)
        and any(
            isinstance(each, ast.Name) and each.id in ("ImportError", "AttributeError")
            for handler in attempt.handlers
            if handler.type is not None
            for each in ast.walk(handler.type)
        )
        for statement in attempt.body
        for node in ast.walk(statement)
    }
    for choice in ast.walk(tree):
        match choice:
            case ast.If(ast.Call(ast.Name("hasattr"), [place, ast.Constant(name)]), body):
                asked = f"{ast.unparse(place)}.{name}"
                guarded |= {node for each in body for node in ast.walk(each) if ast.unparse(node) == asked}
    for node in ast.walk(tree):
        if node in guarded:
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in ATTRIBUTES.get(node.value.id, ()):
                yield f"{node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module in MODULES:
                yield f"{node.lineno}: {node.module}"
            for alias in node.names:
                if alias.name in ATTRIBUTES.get(node.module, ()):
                    yield f"{node.lineno}: {node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            yield from (f"{node.lineno}: {alias.name}" for alias in node.names if alias.name in MODULES)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["1: fcntl"]),
        ("from termios import tcgetattr", ["1: termios"]),
        ("from os import fork", ["1: os.fork"]),
        ("import os\nos.geteuid()", ["2: os.geteuid"]),
        ("try:\n    import readline\nexcept ImportError:\n    pass", []),
        ("try:\n    import readline\nexcept OSError:\n    pass", ["2: readline"]),
        ("import os\ntry:\n    os.sysconf('')\nexcept (OSError, AttributeError):\n    pass", []),
        ("import os\ngetattr(os, 'geteuid', None)", []),
        ("import os\nif hasattr(os, 'fork'):\n    os.fork()", []),
        ("import os\nif hasattr(os, 'fork'):\n    os.wait()", ["3: os.wait"]),
        ("import os\nif hasattr(os, 'fork'):\n    pass\nelse:\n    os.fork()", ["5: os.fork"]),
    ],
)
def test_what_only_posix_has_is_found(source: str, found: list[str]) -> None:
    assert list(unguarded(ast.parse(source))) == found


@pytest.mark.any_host
@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_used_that_only_posix_has(path: Path) -> None:
    assert list(unguarded(ast.parse(path.read_text(encoding="utf-8")))) == []


WITHOUT = f"""
import os, pkgutil, select, signal, sys
for name in {sorted(MODULES - {"posix"})}:  # without which no `os` works here
    sys.modules[name] = None
for module, names in ((os, {ATTRIBUTES["os"]}), (select, {ATTRIBUTES["select"]}), (signal, {ATTRIBUTES["signal"]})):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)

import bytescope
for each in pkgutil.walk_packages(bytescope.__path__, "bytescope."):
    if not each.name.endswith(("__main__", "pytest_plugin", "tui.app", "tui.panels")):  # pytest and textual need more
        __import__(each.name)
assert bytescope.VM().eval("sum(n * n for n in range(4))") == 14

class Additions(bytescope.Analysis):
    def binary(self, site, op, left, right, result):
        print(left, op, right)

scope = {{"__name__": "program"}}
exec("def add(a, b): return a + b", scope)
with bytescope.attach(Additions(), engine="woven"):
    exec("def add(a, b): return a + b", scope)
    bytescope.VM().exec("1 + int('2')")
"""


@pytest.mark.process
def test_everything_can_be_imported_and_used_without_what_only_posix_has(tmp_path: Path) -> None:
    variables = os.environ | {"PYTHONPATH": str(PACKAGE.parent), "BYTESCOPE_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", WITHOUT], env=variables, capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("1 + 2\n", "")


def test_a_drive_is_part_of_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "splitdrive", ntpath.splitdrive)
    with pytest.raises(TargetError, match=r"cannot read C:missing\.py: "):
        code_of("C:missing.py:function")
    outputs = [("--output", value) for value in ("C:lines.json", "json:C:lines", "json:lines")]
    (coverage,) = Analyses([("--analysis", "coverage"), *outputs]).requested
    assert coverage.outputs == [("json", "C:lines.json"), ("json", "C:lines"), ("json", "lines")]


def test_names_of_files_match_as_the_system_compares_them(monkeypatch: pytest.MonkeyPatch) -> None:
    name = r"C:\Project\Script.py"
    assert not Filters(files="c:/project/*.py").wants_code("", name, "")
    monkeypatch.setattr(os.path, "normcase", ntpath.normcase)
    assert Filters(files="c:/project/*.py").wants_code("", name, "")
    assert Filters(files="script.py").wants_code("", name, "")
    assert not Filters(files="other.py").wants_code("", name, "")
