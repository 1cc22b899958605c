"""Compilation of the source text that guests give to exec and eval, whichever engine executes them."""

from __future__ import annotations
import __future__

import types

from bytescope.startup.stdlib_lite import Any, Callable, Iterator

FUTURE_FLAGS = 0
"""The flags of all future features, in code objects and for `compile`."""
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def source_code(
    function: Any, source: Any, flags: int, converter: Callable[[types.CodeType], types.CodeType]
) -> Iterator[types.CodeType] | None:
    """Compile the source text given to exec or eval, as they would.

    Args:
        function: exec or eval.
        source: its first argument.
        flags: flags of the caller's future features.
        converter: converts the code to the code to execute.

    Returns:
        An iterator over the code to execute, or None if exec or eval must be called with `source` itself. The text is
        compiled by the iterator, in host code only, so that warnings refer to the line that advances it.
    """
    if not isinstance(source, (str, bytes, bytearray, memoryview)):
        return None
    mode = "exec" if function is exec else "eval"
    if mode == "eval":
        source = source.lstrip(" \t") if isinstance(source, str) else bytes(source).lstrip(b" \t")
    return map(converter, map(compile, [source], ["<string>"], [mode], [flags], [True]))
