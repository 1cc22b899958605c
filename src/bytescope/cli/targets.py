"""Targets of `dis`: a file, a module, a function or class in one of them, or a source text."""

from __future__ import annotations

import difflib
import importlib.util
import os
import sys
import types
from collections.abc import Iterator

from bytescope.code import Code
from bytescope.code.errors import InvalidPyc
from bytescope.code.format.pyc import is_pyc, read_pyc
from bytescope.code.host.facts import HOST, VERSION, version_of
from bytescope.code.stored import AnyCode, StoredCode
from bytescope.loading.main_program import Script


class TargetError(Exception):
    """Error: there is no such target; the message says why."""


def nested(code: AnyCode) -> Iterator[AnyCode]:
    """A code object and those inside it, in the order of the source."""
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += reversed([const for const in code.co_consts if isinstance(const, types.CodeType | StoredCode)])


def code_of(target: str) -> AnyCode:
    """The code object that a target names. No module is executed for it, but for the packages around one.

    Args:
        target: a path, a dotted module name, or either with ":qualname" behind it.

    Raises:
        TargetError: if there is none.
    """
    drive, rest = os.path.splitdrive(target)
    where, colon, qualname = rest.rpartition(":")
    if not colon or os.path.isfile(target) or _has_separator(qualname):
        return _code_in(target)
    where = drive + where
    code = _code_in(where)
    names = {each.co_qualname: each for each in reversed([*nested(code)])}
    if qualname not in names:
        near = difflib.get_close_matches(qualname, names, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise TargetError(f"there is no function or class {qualname!r} in {where}{hint}")
    return names[qualname]


def compiled(source: str) -> types.CodeType:
    """The code object of a source text.

    Raises:
        TargetError: if it cannot be compiled.
    """
    try:
        return compile(source + "\n", "<string>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise TargetError(f"the source cannot be compiled: {error}") from None


def of_host(code: AnyCode) -> types.CodeType:
    """A code object that the host can execute.

    Raises:
        TargetError: if it is of another version.
    """
    if not isinstance(code, StoredCode):
        return code
    if version_of(code) is not VERSION:
        raise TargetError(f"only code of CPython {HOST} can be woven here, and {code.co_qualname} is of {code.version}")
    return Code.from_stored(code).to_host()


def _stored(where: str) -> StoredCode | None:
    """The code object of a compiled file; None if it is none."""
    try:
        with open(where, "rb") as file:
            start = file.read(4)
            if not where.endswith(".pyc") and not is_pyc(start):
                return None
            return read_pyc(start + file.read()).code
    except OSError as error:
        raise TargetError(f"cannot read {where}: {error.strerror}") from None
    except InvalidPyc as error:
        raise TargetError(f"{where}: {error}") from None


def _has_separator(path: str) -> bool:
    return os.sep in path or (os.altsep is not None and os.altsep in path)


def _is_file(target: str) -> bool:
    return target.endswith((".py", ".pyc")) or _has_separator(target) or os.path.isfile(target)


def _code_in(where: str) -> AnyCode:
    if _is_file(where):
        if (stored := _stored(where)) is not None:
            return stored
        try:
            return Script(where).code()
        except OSError as error:
            raise TargetError(f"cannot read {where}: {error.strerror}") from None
        except Exception as error:
            raise TargetError(f"cannot make code of {where}: {error}") from None
    if not where:
        raise TargetError("there is no file or module without a name: write FILE:name or MODULE:name")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        spec = importlib.util.find_spec(where)
    except Exception as error:
        raise TargetError(f"cannot find the module {where}: {error}") from None
    if spec is None:
        raise TargetError(f"there is no file or module {where}")
    get_code = getattr(spec.loader, "get_code", None)
    try:
        code = None if get_code is None else get_code(where)
    except Exception as error:
        raise TargetError(f"cannot make code of the module {where}: {error}") from None
    if code is None:
        raise TargetError(f"the module {where} has no bytecode")
    assert isinstance(code, types.CodeType)
    return code
