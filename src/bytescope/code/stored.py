"""Code objects of any version of CPython as plain values, in one shape for all versions."""

from __future__ import annotations

import types

from bytescope.startup.stdlib_lite import Iterator, NamedTuple, record

__all__ = ["STAND_INS_OWN", "AnyCode", "FrozenMapping", "StoredCode", "stored_behind", "stored_codes"]


class FrozenMapping(NamedTuple):
    """A `frozendict` of 3.15, which not every host has."""

    pairs: tuple[tuple[object, object], ...]

    def __repr__(self) -> str:
        return f"frozendict({dict(self.pairs)!r})"


@record(eq=False, slots=True)
class StoredCode:
    """A code object as a `.pyc` file has it. It cannot be executed, and is equal only to itself.

    The attributes `co_` are those of `types.CodeType` of the newest version, whatever the version. Values among the
    constants are the host's, code objects in `co_consts` are `StoredCode` too.

    Attributes:
        version: the version of CPython whose bytecode it is, such as "3.8".
        hidden: the local variables that `locals()` does not show: those of inlined comprehensions.
        co_qualname: before 3.11 put together from the names of the code objects around it.
        co_linetable: before 3.10 what was called `co_lnotab`, in 3.10 a form of its own.
        co_exceptiontable: empty before 3.11, where instructions set handlers up.
    """

    version: str
    co_argcount: int
    co_posonlyargcount: int
    co_kwonlyargcount: int
    co_stacksize: int
    co_flags: int
    co_code: bytes
    co_consts: tuple[object, ...]
    co_names: tuple[str, ...]
    co_varnames: tuple[str, ...]
    co_cellvars: tuple[str, ...]
    co_freevars: tuple[str, ...]
    hidden: tuple[str, ...]
    co_filename: str
    co_name: str
    co_qualname: str
    co_firstlineno: int
    co_linetable: bytes
    co_exceptiontable: bytes

    @property
    def co_nlocals(self) -> int:
        """The number of local variables."""
        return len(self.co_varnames)

    def with_consts(self, consts: tuple[object, ...]) -> StoredCode:
        """Return one that has other constants."""
        fields = {name: getattr(self, name) for name in StoredCode.__slots__}
        return StoredCode(**fields | {"co_consts": consts})

    def __repr__(self) -> str:
        return f"<code of CPython {self.version}: {self.co_qualname} in {self.co_filename}>"


STAND_INS_OWN = 2
"""The constants that a stand-in has before those of the code object it stands for."""


def stored_behind(code: types.CodeType) -> StoredCode | None:
    """Return the code object of another version that one of the host stands for, see `code.object.stand_in`."""
    last = code.co_consts[-1:]
    return last[0] if last and type(last[0]) is StoredCode else None


AnyCode = types.CodeType | StoredCode
"""A code object of the host, or of any version."""


def stored_codes(code: StoredCode) -> Iterator[StoredCode]:
    """Return a code object and those inside it, in the order of the source."""
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += reversed([const for const in code.co_consts if isinstance(const, StoredCode)])
