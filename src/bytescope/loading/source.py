"""Compilation of the source text that guests give to exec and eval, whichever engine executes them."""

from __future__ import annotations
import __future__

import types

from bytescope.startup.stdlib_lite import Any, Callable, Iterator

FUTURE_FLAGS = 0
"""The flags of all future features, in code objects and for `compile`."""
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


keep: Callable[[types.CodeType, Any], types.CodeType] | None = None
"""Is called with each code object that is compiled of a text in no file, and with the text, and returns it: a recording
keeps the texts."""


def kept(code: types.CodeType, text: Any) -> types.CodeType:
    """Return a code object that was compiled of a text; who keeps texts is told of it."""
    return code if keep is None else keep(code, text)


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
    codes = map(compile, [source], ["<string>"], [mode], [flags], [True])
    return map(converter, codes if keep is None else map(keep, codes, [source]))
