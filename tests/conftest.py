"""Settings for the whole suite."""

import gc
import os
import sys
from collections import defaultdict
from collections.abc import Iterator

import pytest

os.environ.setdefault("BYTESCOPE_DEBUG", "1")  # has woven code checked; read when bytescope is imported
os.environ["BYTESCOPE_CACHE"] = ""  # what is woven here is not kept; tests of the cache name a folder of their own

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # inside Pyodide, where tests/properties does not run
    pass
else:
    # Tests do not measure time, and a failure on one machine must fail on the next.
    settings.register_profile(
        "bytescope",
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
    settings.load_profile("bytescope")


@pytest.fixture(scope="module", autouse=True)
def collects_own_objects_only() -> Iterator[None]:
    """Put what pytest and earlier files keep out of the collector's way, while the tests of a file run.

    Many of them end with a full collection, which takes 0.2 s once a few hundred thousand objects are kept.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that leaves an exception behind as the one that this thread handles."""
    before = sys.exception()
    yield
    assert sys.exception() is before, f"{item.nodeid} leaves sys.exception() set: {sys.exception()!r}"


@pytest.hookimpl(trylast=True)  # after those that are not to run have been left out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep part K of N of the tests, which BYTESCOPE_TEST_PART=K/N asks for; what shares a process stays together.

    Those are the tests marked with the same `xdist_group`.
    """
    which, _, count = os.environ.get("BYTESCOPE_TEST_PART", "1/1").partition("/")
    if count == "1":
        return
    together: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        marker = item.get_closest_marker("xdist_group")
        together[f"{item.path} {marker.args[0]}" if marker else item.nodeid].append(item)
    parts: list[list[pytest.Item]] = [[] for _ in range(int(count))]
    for group in sorted(together.values(), key=len, reverse=True):
        min(parts, key=len).extend(group)
    kept = set(parts[int(which) - 1])
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]
