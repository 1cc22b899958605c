"""A trace of ten million events stays in bounded memory."""

from __future__ import annotations

import json

import pytest

from tests.support.processes import run_python

PROGRAM = """
import json, os, re, resource, sys
import bytescope
from bytescope.analyses.trace import Trace
trace = Trace(level="instruction")
vm = bytescope.VM()
with bytescope.attach(trace):
    vm.exec("i = 0\\nwhile i < %d: i += 1")
if os.path.exists("/proc/self/status"):  # what getrusage says there begins with the size of the parent process
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([trace.count, len(trace.entries), peak]))
"""


@pytest.mark.process
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("events", [200_000, pytest.param(10_000_000, marks=pytest.mark.slow)])
def test_ring_buffer_bounds_the_memory(events: int) -> None:
    pytest.importorskip("resource")
    done = run_python("-c", PROGRAM % (events // 9), hang=3000)
    assert not done.returncode, done.stderr
    count, kept, peak = json.loads(done.stdout)
    assert count >= events
    assert kept == 100_000
    assert peak < 200 * 2**20
