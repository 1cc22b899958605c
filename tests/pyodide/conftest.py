"""What is here runs in Pyodide only."""

import gc
import sys

collect_ignore = [] if sys.platform == "emscripten" else ["test_snippets.py"]


def pytest_collection_finish() -> None:
    """Put what pytest keeps of all tests out of the collector's way: there each snippet ends with two collections."""
    if sys.platform == "emscripten":
        gc.freeze()
