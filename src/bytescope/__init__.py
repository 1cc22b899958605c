"""bytescope: a Python virtual machine in Python, with every operation of a program visible and replaceable."""

from bytescope.code.errors import InvalidBytecode, UnsupportedHost
from bytescope.machine.imports import convert_module
from bytescope.machine.limits import BudgetExceeded
from bytescope.machine.resident import convert, is_guest
from bytescope.machine.vm import VM

__version__ = "0.1.0"

__all__ = ["VM", "BudgetExceeded", "InvalidBytecode", "UnsupportedHost", "__version__", "convert", "convert_module", "is_guest"]
