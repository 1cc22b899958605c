"""The page in Chromium: how long it takes until its interpreter is ready, what runs is stopped, and steps are shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tools import page

from .report import duration

REPETITIONS = 5
TIME_LIMIT = 1800


def report(*, quick: bool) -> Iterator[tuple[bool, str]]:
    """Measure, and yield lines, each with whether it is within the limits; one says where nothing can be measured."""
    lacking = page.missing() or page.without_browser()
    if lacking or not (page.BUILT / "index.html").is_file():
        yield True, f"not measured: {lacking or 'the page is not built: say `make playground`'}"
        return
    yield True, f"{'':48} {'median':>10} {'worst':>10} {'limit':>8} {'processors':>12}"
    with _served() as address:
        command = ["node", "bench.mjs", address, str(1 if quick else REPETITIONS)]
        browser = os.environ | {"CHROMIUM": str(page.browser())}
        with subprocess.Popen(command, cwd=page.WEB, env=browser, stdout=subprocess.PIPE, encoding="utf-8") as process:
            for line in process.stdout or ():
                yield _line(json.loads(line))
        if process.returncode:
            yield False, "Chromium could not be driven to the end"


def _line(row: dict[str, object]) -> tuple[bool, str]:
    runs = row["runs"]
    assert isinstance(runs, list)
    walls = [run["seconds"] for run in runs]
    limit = float(str(row["limit"]))
    middle = median(walls)
    cost = median(run["processors"] for run in runs)
    figures = f"{duration(middle):>10} {duration(max(walls)):>10} {duration(limit):>8} {duration(cost):>12}"
    return middle <= limit, f"{row['name']:48} {figures}"


@contextmanager
def _served() -> Iterator[str]:
    """Have `bytescope playground` serve the page while this context is open; gives its address."""
    command = [sys.executable, "-m", "bytescope", "playground", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            if not found:
                raise RuntimeError("bytescope playground has named no address")
            yield found[0]
        finally:
            server.terminate()
