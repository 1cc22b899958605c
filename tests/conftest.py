"""Settings for the whole suite."""

import os

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
