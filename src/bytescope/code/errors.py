"""The errors that code objects and hosts can cause."""

from __future__ import annotations

__all__ = ["InvalidBytecode", "InvalidPyc", "UnsupportedHost"]


class InvalidBytecode(ValueError):
    """A code object breaks the rules of its format or relies on what CPython does not check; or it cannot be laid out.

    The arguments are the attributes.

    Attributes:
        code: the qualified name of the code object.
        offset: the byte offset in `co_code` (in the table at fault, for the exception and line tables), or None.
        reason: what is wrong, as a phrase.
    """

    def __init__(self, code: str, offset: int | None, reason: str) -> None:
        self.code = code
        self.offset = offset
        self.reason = reason
        where = code if offset is None else f"{code}, offset {offset}"
        super().__init__(f"invalid bytecode in {where}: {reason}")

    def __reduce__(self) -> tuple[type[InvalidBytecode], tuple[str, int | None, str]]:
        return type(self), (self.code, self.offset, self.reason)


class InvalidPyc(ValueError):
    """A `.pyc` file is damaged, or is none that can be read.

    The arguments are the attributes.

    Attributes:
        offset: the offset in the file where what is wrong starts, or None where it is the file as a whole.
        reason: what is wrong, as a phrase.
    """

    def __init__(self, offset: int | None, reason: str) -> None:
        self.offset = offset
        self.reason = reason
        super().__init__(reason if offset is None else f"damaged at offset {offset}: {reason}")

    def __reduce__(self) -> tuple[type[InvalidPyc], tuple[int | None, str]]:
        return type(self), (self.offset, self.reason)


class UnsupportedHost(RuntimeError):
    """bytescope was started on a Python whose bytecode it does not know, or on a free-threaded build."""
