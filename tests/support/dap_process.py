"""The debug adapter as a process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.processes import environment


@contextmanager
def adapter(*words: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the adapter, with its streams as pipes; it is killed at the end if it is there still."""
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "bytescope", "dap", *words],
            cwd=home,
            env=environment(home, **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with suppress(BrokenPipeError):
                        stream.close()


def port_of(process: subprocess.Popen[bytes]) -> int:
    """Return the port at which an adapter listens, as it says itself."""
    assert process.stderr is not None
    return int(process.stderr.readline().rpartition(b":")[2])
