"""Multi-call protocols (await, with, unpacking, import): primitives that take more than one call of foreign code.

Each is a generator that yields calls to the resident frame, `(callable, *arguments)` or an object with the number of
another site and its operands, and is sent their results. A call that raised is answered by `Raised`; a protocol that
returns that propagates the exception to the guest. `R` are the frame's registers.
"""

from bytescope.machine.protocols.attributes import enter_async_with, enter_with, special, super_attr
from bytescope.machine.protocols.awaiting import aiter, anext, awaitable, yield_from_iter
from bytescope.machine.protocols.building import (
    build_map,
    build_set,
    list_extend,
    set_update,
    unpack,
    unpack_ex,
)
from bytescope.machine.protocols.calling import call_ex, display, import_from, import_name, import_star
from bytescope.machine.protocols.matching import match_class, match_keys
from bytescope.machine.protocols.names import (
    delete_name,
    load_from_dict_or_cell,
    load_from_dict_or_globals,
    load_name,
    resolve,
    setup_annotations,
)

__all__ = [
    "aiter",
    "anext",
    "awaitable",
    "build_map",
    "build_set",
    "call_ex",
    "delete_name",
    "display",
    "enter_async_with",
    "enter_with",
    "import_from",
    "import_name",
    "import_star",
    "list_extend",
    "load_from_dict_or_cell",
    "load_from_dict_or_globals",
    "load_name",
    "resolve",
    "match_class",
    "match_keys",
    "set_update",
    "setup_annotations",
    "special",
    "super_attr",
    "unpack",
    "unpack_ex",
    "yield_from_iter",
]
