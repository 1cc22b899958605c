"""bytescope: a Python virtual machine in Python, with every operation of a program visible and replaceable."""

from bytescope.isolation import isolate

isolate()

from bytescope.code.errors import InvalidBytecode, UnsupportedHost  # noqa: E402
from bytescope.machine.imports import convert_module  # noqa: E402
from bytescope.machine.limits import BudgetExceeded  # noqa: E402
from bytescope.machine.resident import convert, is_guest  # noqa: E402
from bytescope.machine.vm import VM  # noqa: E402

__version__ = "0.1.0"

__all__ = ["VM", "BudgetExceeded", "InvalidBytecode", "UnsupportedHost", "__version__", "convert", "convert_module", "is_guest"]
