"""The package as a whole."""

import re
from importlib import resources

import bytescope


def test_version_has_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", bytescope.__version__)


def test_package_is_marked_as_typed() -> None:
    assert resources.files("bytescope").joinpath("py.typed").is_file()
