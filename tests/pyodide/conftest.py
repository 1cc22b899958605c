"""What is here runs in Pyodide only."""

import sys

collect_ignore = [] if sys.platform == "emscripten" else ["test_snippets.py"]
