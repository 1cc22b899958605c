"""The version-independent instruction set: instructions, primitives, their semantics, control flow and verifier."""

from bytescope.isa import semantics as _semantics  # noqa: F401  (its rows fill the table of instructions)
from bytescope.isa.primitives import PRIMITIVES
from bytescope.isa.table import INSTRUCTIONS
from bytescope.startup.lazy_modules import put_off

__all__ = ["INSTRUCTIONS", "PRIMITIVES"]

put_off(__name__, "builtins events instrumentation")
