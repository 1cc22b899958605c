"""Main programs: what `python` makes of a script, a module, a source text, a compiled file, a folder, standard input.

Each kind knows what goes first on `sys.path` and what is to be called with the namespace of `__main__`. Whoever calls
it hides from the stack, so that the program finds itself where CPython would have put it.
"""

from __future__ import annotations

import builtins
import os
import sys
import types

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.invisible_frames import hidden
from bytescope.loading.source import kept
from bytescope.startup.import_system import MAGIC_NUMBER, SourceFileLoader, SourcelessFileLoader
from bytescope.startup.stdlib_lite import Any, Callable, suppress

Action = tuple[Callable[..., Any], tuple[Any, ...]]
"""Something to be called, and its arguments."""

Details = tuple[str, Any, types.CodeType]
"""Name, spec and code of a module that was found."""


def _unchanged(code: types.CodeType) -> types.CodeType:
    return code


class MainProgram:
    """A main program.

    argv0: `sys.argv[0]`; first_path: what goes first on `sys.path`, None for nothing; guests: globs of the modules
    that are guests because they belong to it; own_file: whether `__file__` is taken back when it has ended; below: what
    counts for the recursion limit below the program when `action` is called by one hidden function; prepare: replaces
    the program's code object before it is executed; an engine sets it.
    """

    own_file = False
    by_runpy = False
    prepare: Callable[[types.CodeType], types.CodeType] = staticmethod(_unchanged)
    below = 1 + BEHAVIOUR.counts_builtin_calls

    def __init__(self, argv0: str, first_path: str | None, guests: tuple[str, ...] = ()) -> None:
        self.argv0 = argv0
        self.first_path = first_path
        self.guests = guests

    @property
    def foreign(self) -> bool:
        """Return True if it is compiled code that the running Python cannot execute."""
        return False

    def check(self) -> None:
        """Look at code that the running Python cannot execute.

        Raises:
            InvalidPyc: if there is none of a known version.
            InvalidBytecode: if it is malformed, or makes what the host has not.
        """

    def find(self) -> None:
        """Look for the code, which `run` does otherwise, and ends the process if there is none.

        Raises:
            ImportError: if there is none.
        """

    def action(self, namespace: dict[str, Any]) -> Action:
        """Return the function that runs the program.

        Args:
            namespace: that of a module made by `main_module`.

        Raises:
            Exception: if there is an error in the source or the compiled code.
        """
        raise NotImplementedError

    def forget_file(self) -> None:
        """Take back what the namespace says of a file, if `python` does."""
        if self.own_file:
            namespace = vars(sys.modules["__main__"])
            namespace.pop("__file__", None)
            namespace.pop("__cached__", None)


def main_module() -> types.ModuleType:
    """A module with the namespace with which every `__main__` starts."""
    module = types.ModuleType("__main__")
    namespace = vars(module)
    namespace["__loader__"] = _BuiltinImporter
    if "__annotations__" in vars(sys.modules.get("__main__", module)):
        namespace["__annotations__"] = {}
    namespace["__builtins__"] = builtins
    return module


_BuiltinImporter = sys.__spec__.loader if sys.__spec__ is not None else None


class Script(MainProgram):
    """A file of source text or, as its name or first bytes say, of compiled code."""

    own_file = True

    def __init__(self, path: str) -> None:
        self.path = absolute(path)
        try:
            first_path = os.path.dirname(os.path.realpath(path, strict=True))
        except OSError:
            first_path = os.path.dirname(path)
        super().__init__(path, first_path)
        with open(self.path, "rb") as file:
            self.data = file.read()
        self.compiled = path.endswith(".pyc") or self.data[:2] == MAGIC_NUMBER[:2]
        self._foreign_code: types.CodeType | None = None

    def action(self, namespace: dict[str, Any]) -> Action:
        """Run it."""
        loader = SourcelessFileLoader if self.compiled else SourceFileLoader
        namespace.update(__file__=self.path, __cached__=None, __loader__=loader("__main__", self.path))
        return exec, (self.prepare(self.code()), namespace)

    def check(self) -> None:
        """Look at a compiled file of another version."""
        if self.foreign:
            self.code()

    def code(self) -> types.CodeType:
        """The code object in the file.

        Raises:
            InvalidPyc: if it is a compiled file, but neither of the host's version nor of another one that is known.
            InvalidBytecode: if the code of another version is malformed, or makes what the host has not.
        """
        if self.foreign:
            if self._foreign_code is None:
                self._foreign_code = _foreign(self.data)
            return self._foreign_code
        return _unmarshal(self.data) if self.compiled else _compile(self.data, self.path)

    @property
    def foreign(self) -> bool:
        """Return True if it is a compiled file of another version than the host's."""
        return self.compiled and self.data[:4] != MAGIC_NUMBER


class Compiled(Script):
    """A compiled file, whatever its name."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.compiled = True


class Source(MainProgram):
    """A source text: the value of `-c`."""

    def __init__(self, text: str) -> None:
        super().__init__("-c", "")
        self.text = _dedented(text + "\n")

    def action(self, namespace: dict[str, Any]) -> Action:
        """Run it."""
        code = kept(compile(self.text, "<string>", "exec", 0, True), self.text)
        _show_in_tracebacks(code, self.text)
        return exec, (self.prepare(code), namespace)


class StandardInput(MainProgram):
    """A source text that comes from standard input."""

    own_file = True

    def __init__(self, argv0: str = "-") -> None:
        super().__init__(argv0, "")

    def action(self, namespace: dict[str, Any]) -> Action:
        """Run it."""
        namespace.update(__file__="<stdin>", __cached__=None)
        data = b"" if sys.stdin is None else sys.stdin.buffer.read()
        return exec, (self.prepare(kept(_compile(data, "<stdin>"), data)), namespace)


class Module(MainProgram):
    """A module on `sys.path`, or a package's `__main__`; `runpy`'s frames are on the stack of `python -m` too."""

    below = 1
    by_runpy = True

    def __init__(self, name: str) -> None:
        first_path: str | None = None
        with suppress(OSError):
            first_path = os.getcwd()
        package = name.partition(".")[0]
        super().__init__("-m", first_path, (package, package + ".*"))
        self.name = name
        self.found: Details | None = None

    def find(self) -> None:
        """Look for the module."""
        import runpy

        private: Any = runpy
        self.found = private._get_module_details(self.name)

    def action(self, namespace: dict[str, Any]) -> Action:
        """Run it."""
        return _run_as_main(self.name, True, self.found, self.prepare)


class Folder(MainProgram):
    """A folder or zip file with a `__main__` in it."""

    below = 1
    by_runpy = True

    def __init__(self, path: str) -> None:
        super().__init__(path, absolute(path))
        self.found: Details | None = None

    def find(self) -> None:
        """Look for the `__main__`."""
        import runpy

        private: Any = runpy
        self.found = private._get_main_module_details()

    def action(self, namespace: dict[str, Any]) -> Action:
        """Run it."""
        return _run_as_main("__main__", False, self.found, self.prepare)


def program_at(path: str) -> MainProgram:
    """The main program in a file or folder.

    Raises:
        OSError: if it cannot be read.
    """
    return Folder(path) if _is_importable(absolute(path)) else Script(path)


def _is_importable(path: str) -> bool:
    """Return True if a path can be put on `sys.path`, according to the hooks that `python` uses."""
    cache = sys.path_importer_cache
    if path not in cache:
        cache[path] = None
        for hook in sys.path_hooks:
            try:
                cache[path] = hook(path)
                break
            except ImportError:
                pass
    return cache[path] is not None


def absolute(path: str) -> str:
    """The path as `python` has it in `__file__`: absolute, not normalized."""
    try:
        return os.getcwd() if path in (".", "") else os.path.join(os.getcwd(), path)
    except OSError:  # the working directory is gone
        return path


def _run_as_main(
    name: str, alter_argv: bool, found: Details | None, prepare: Callable[[types.CodeType], types.CodeType]
) -> Action:
    """Run a module by `runpy`, with its code prepared."""
    import runpy

    private: Any = runpy
    details = private._get_module_details

    @hidden
    def prepared_details(*args: Any) -> Details:
        private._get_module_details = details
        name, spec, code = details(*args) if found is None else found
        return name, spec, prepare(code)

    private._get_module_details = prepared_details
    return private._run_module_as_main, (name, alter_argv)


# --- source text


def _dedented(text: str) -> str:
    """A source text as `python -c` takes it."""
    if not BEHAVIOUR.dedents_strings or not any(line.startswith((" ", "\t")) for line in text.split("\n")):
        return text
    from textwrap import dedent

    return dedent(text)


def _show_in_tracebacks(code: types.CodeType, text: str) -> None:
    """Show source lines in tracebacks where `python -c` does."""
    if not BEHAVIOUR.shows_source_of_strings:
        return
    from importlib import import_module

    private: Any = import_module("linecache")  # as a program does, which finds it in `sys.modules`
    key = code if hasattr(private, "_interactive_cache") else "<string>"
    private._register_code(key, text, "<string>")


def _foreign(data: bytes) -> types.CodeType:
    """The code object that stands for that in a compiled file of another version."""
    from bytescope.code.format.pyc import read_pyc  # here, because most programs do without
    from bytescope.code.object.stand_in import stand_in

    return stand_in(read_pyc(data).code)


def _unmarshal(data: bytes) -> types.CodeType:
    """The code object in a compiled file of the host's version."""
    import marshal

    if len(data) < 16:
        raise EOFError("EOF read where not expected")
    code = None
    with suppress(EOFError, ValueError, TypeError):
        code = marshal.loads(data[16:])
    if not isinstance(code, types.CodeType):
        raise RuntimeError("Bad code object in .pyc file")
    return code


def _compile(data: bytes, path: str) -> types.CodeType:
    """Compile a file's source; errors about its encoding read as they do for a file, not for bytes."""
    try:
        return compile(data, path, "exec", 0, True)
    except (SyntaxError, ValueError) as error:
        wrong = _of_file(error, data, path)
        raise (_at_end(error, data, path) if wrong is error and isinstance(error, SyntaxError) else wrong) from None


def _at_end(error: SyntaxError, data: bytes, path: str) -> SyntaxError:
    """An error as it reads for a file: without a column if nothing follows, for then it moves as soon as more does."""
    lines = data.splitlines()
    errors = []
    for source in (b"\n".join([*lines, b""]), b"\n".join([*lines, b"pass", b""])):
        try:
            compile(source, path, "exec", 0, True)
        except SyntaxError as each:
            errors.append(each)
    here, *moved = errors
    if moved and moved[0].msg == here.msg and (here.lineno or 0) <= len(lines) < (moved[0].lineno or 0):
        here.offset = 0
        here.text = (here.text or "").removesuffix("\n").rpartition("\n")[2]
        return here
    return error


def _of_file(error: Exception, data: bytes, path: str) -> Exception:
    import codecs

    message = str(error)
    if message.partition(" (")[0].endswith(" with BOM"):
        return error if BEHAVIOUR.encoding_errors_say_where else SyntaxError(message.partition(" (")[0])
    if "null bytes" in message:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        text = data.split(b"\n")[line - 1].partition(b"\0")[0].decode("utf-8", "replace") + "\n"
        return SyntaxError("source code cannot contain null bytes", (path, line, 0, text))
    lines = data.splitlines(keepends=True)
    cookie = _cookie(lines[:2])
    if cookie is None and BEHAVIOUR.encoding_errors_say_where:
        return _naming_file(error, path)
    if cookie is None:
        for number, line_bytes in enumerate(lines, 1):
            try:
                line_bytes.decode()
            except UnicodeDecodeError as wrong:
                return SyntaxError(
                    f"Non-UTF-8 code starting with '\\x{line_bytes[wrong.start]:02x}' in file {path} on line {number}, "
                    "but no encoding declared; see https://peps.python.org/pep-0263/ for details"
                )
        return error
    try:
        codecs.lookup(cookie)
    except LookupError:
        return error if BEHAVIOUR.encoding_errors_say_where else SyntaxError(f"encoding problem: {cookie}")
    if isinstance(error, SyntaxError) and error.lineno == 0:  # it cannot be decoded
        if BEHAVIOUR.encoding_errors_say_where:
            return _undecodable(error, data, cookie)
        return SyntaxError(f"encoding problem: {cookie}")
    return error


def _naming_file(error: Exception, path: str) -> Exception:
    """An error about bytes that are not UTF-8, with the name of the file; any other as it is."""
    if not isinstance(error, SyntaxError) or not error.msg.startswith("Non-UTF-8 code"):
        return error
    place = (path, error.lineno, error.offset, error.text, error.end_lineno, error.end_offset)
    return SyntaxError(error.msg.replace(" on line", f" in file {path} on line", 1), place)


def _undecodable(error: SyntaxError, data: bytes, cookie: str) -> SyntaxError:
    """An error with what reading the file says: from the end of the line that declares the encoding on."""
    import io

    rest = data[data.index(cookie.encode()) :].partition(b"\n")[2]
    try:
        io.TextIOWrapper(io.BytesIO(b"\n" + rest), cookie).read()
    except (LookupError, UnicodeError) as wrong:
        error.msg = str(wrong)
    return error


def _cookie(lines: list[bytes]) -> str | None:
    """The encoding that the first lines declare."""
    import re

    for line in lines:
        match = re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if match:
            return match[1].decode("ascii")
        if not re.match(rb"[ \t\f]*(?:[#\r\n]|$)", line):
            break
    return None
