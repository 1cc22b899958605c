"""The Python examples of the README and the documentation are tests."""

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md", "docs/*/*.md"],
).pytest()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is not in a Python file: the examples, which come out the same on every host."""
    if item.path.suffix == ".md":
        item.add_marker("any_host")
