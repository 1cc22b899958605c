"""The package as a whole."""

import re
import subprocess
import sys
from importlib import resources

import pytest

import bytescope


def test_version_has_three_numbers() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", bytescope.__version__)


def test_package_is_marked_as_typed() -> None:
    assert resources.files("bytescope").joinpath("py.typed").is_file()


@pytest.mark.process
def test_core_modules_have_builtins_of_their_own() -> None:
    code = (
        "import sys, bytescope.machine.vm, bytescope.analysis, bytescope.analyses\n"
        "from bytescope.isolation import CORE, PRIVATE_BUILTINS\n"
        "prefixes = tuple(f'bytescope.{each}.' for each in CORE)\n"
        "print([name for name, module in sys.modules.items() if name.startswith(prefixes)\n"
        "       and vars(module)['__builtins__'] is not PRIVATE_BUILTINS])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"
