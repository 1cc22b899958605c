"""`.pyc` files of any version of CPython: their header, and the code object behind it."""

from __future__ import annotations

from bytescope.code.errors import InvalidPyc
from bytescope.code.format.stored_fields import set_qualified_names
from bytescope.code.format.unmarshal import unmarshal
from bytescope.code.stored import StoredCode
from bytescope.code.versions.pyc_forms import FORMS, compiler_of
from bytescope.startup.stdlib_lite import Final, NamedTuple

__all__ = ["Pyc", "is_pyc", "read_pyc"]

_HEADER: Final = 16
_ENDING: Final = b"\r\n"
_HASH_BASED, _CHECK_SOURCE = 1, 2

_VERSIONS: Final = {form.magic: version for version, form in FORMS.items()}
_CODE_STARTS: Final = (b"c", b"\xe3")
"""The first byte of a marshalled code object: whether or not references may name it."""


class Pyc(NamedTuple):
    """The contents of a `.pyc` file.

    Attributes:
        version: the version of CPython that it is for.
        code: the module's code object.
        source_hash: the hash of the source, if the file is hash-based, else None.
        check_source: whether a hash-based file is compared with its source before it is used.
        mtime: when the source was modified, in seconds since 1970; None if the file is hash-based.
        source_size: the size of the source modulo 2**32; None if the file is hash-based.
    """

    version: str
    code: StoredCode
    source_hash: bytes | None
    check_source: bool
    mtime: int | None
    source_size: int | None


def is_pyc(data: bytes) -> bool:
    """Return True if bytes start with a magic number, of whatever implementation."""
    return data[2:4] == _ENDING


def read_pyc(data: bytes) -> Pyc:
    """Decode a `.pyc` file.

    Args:
        data: all its bytes.

    Raises:
        InvalidPyc: if it is damaged, or is none of CPython 3.8 to 3.15.
    """
    version = _version(data)
    flags = int.from_bytes(data[4:8], "little")
    _check_header(data, flags)
    code = unmarshal(data, version, _HEADER)
    if not isinstance(code, StoredCode):
        raise InvalidPyc(_HEADER, f"a module's code object is expected, not {type(code).__name__}")
    if "qualname" not in FORMS[version].fields:
        set_qualified_names(code)
    if flags & _HASH_BASED:
        return Pyc(version, code, data[8:16], bool(flags & _CHECK_SOURCE), None, None)
    mtime, size = int.from_bytes(data[8:12], "little"), int.from_bytes(data[12:16], "little")
    return Pyc(version, code, None, False, mtime, size)


def _version(data: bytes) -> str:
    if not is_pyc(data):
        what = "a marshalled code object without a header" if data[:1] in _CODE_STARTS else "no magic number"
        raise InvalidPyc(None, f"not a .pyc file: it starts with {what}" if data else "not a .pyc file: it is empty")
    magic = int.from_bytes(data[:2], "little")
    version = _VERSIONS.get(magic)
    if version is not None:
        return version
    compiler = compiler_of(magic)
    known = compiler.removeprefix("CPython ")
    if known in FORMS:
        kind = "pre-release" if magic < FORMS[known].magic else "later form"
        raise InvalidPyc(
            None, f"compiled by a {kind} of {compiler} (magic number {magic}; its releases have {FORMS[known].magic})"
        )
    first, *_, last = FORMS
    raise InvalidPyc(
        None, f"compiled by {compiler} (magic number {magic}), and only CPython {first} to {last} can be read"
    )


def _check_header(data: bytes, flags: int) -> None:
    for size, before in ((8, "3.3"), (12, "3.7")):
        if data[_HEADER : _HEADER + 1] not in _CODE_STARTS and data[size : size + 1] in _CODE_STARTS:
            raise InvalidPyc(
                None, f"its header has {size} bytes, as before CPython {before}, and should have {_HEADER}"
            )
    if len(data) < _HEADER:
        raise InvalidPyc(len(data), f"the file ends within its header of {_HEADER} bytes")
    if flags & ~(_HASH_BASED | _CHECK_SOURCE):
        raise InvalidPyc(4, f"the header has unknown flags ({flags:#x})")
