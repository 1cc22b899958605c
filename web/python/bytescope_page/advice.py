"""A sentence below an error that the page itself is the reason for."""

from __future__ import annotations

import difflib
import re
import sys

from bytescope_page import sandbox

ABSENT = frozenset({
    "_tkinter", "curses", "dbm", "ensurepip", "fcntl", "grp", "idlelib", "lib2to3", "msvcrt", "pwd", "pty", "readline",
    "resource", "syslog", "termios", "tkinter", "turtle", "turtledemo", "venv", "winreg", "winsound",
})  # fmt: skip
"""Modules of the standard library that need a system under them."""

_MAGIC = re.compile(r"\s*(%%?[a-zA-Z]|![^=]|\?|[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[!%][a-zA-Z])")

DEEP = "Calls through built-in functions such as repr() went deep: the browser's stack holds some hundred of them."

IPYTHON = "This is a command of IPython, not Python: {instead}"


def about(error: BaseException, source: str) -> str:
    """The sentence, or nothing.

    Args:
        error: what a cell raised.
        source: its text.
    """
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _about_module(error.name.partition(".")[0])
    if isinstance(error, SyntaxError):
        return _about_command(error, source)
    if isinstance(error, NameError) and getattr(error, "name", None) in ("get_ipython", "display"):
        return IPYTHON.format(instead="the last expression of a cell is shown by itself, and print() shows anything.")
    if isinstance(error, RecursionError) and str(error).startswith("Stack overflow"):
        return f"{DEEP} A recursion needs a case in which it ends."
    if isinstance(error, RecursionError):
        return "Each call was waiting for the next one: a recursion needs a case in which it ends."
    if isinstance(error, MemoryError) and not str(error).startswith("Parser stack"):  # which is about the source
        return "The interpreter in this page has at most 1 GB of memory. `del` what is no longer needed, or reset."
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "There are no threads in the browser's Python; asyncio works."
    if isinstance(error, OSError) and type(error).__name__ in ("URLError", "gaierror", "ConnectionError"):
        return "A program in this page cannot reach the network."
    if isinstance(error, RuntimeError) and "TLS not supported" in str(error):
        return "A program in this page cannot reach the network."
    return ""


def _about_module(name: str) -> str:
    there = "There is the standard library and bytescope; other packages are not in this page."
    if name in ABSENT:
        return f"{name} needs an operating system under it, which a browser is not. {there}"
    if name in sandbox.HIDDEN:
        return f"A program in this page does not reach the browser. {there}"
    names = [module for module in sys.stdlib_module_names if module[:1] != "_" and module not in ABSENT]
    close = difflib.get_close_matches(name, [*names, "bytescope"], 1, 0.75)
    return f"Was {close[0]} meant? {there}" if close else there


def _about_command(error: SyntaxError, source: str) -> str:
    lines = source.splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    if not _MAGIC.match(line):
        return ""
    text = line.strip()
    if "time" in text:
        instead = "the time that a cell took is shown beside it."
    elif "pip" in text or "conda" in text:
        instead = "packages cannot be installed in this page; the standard library and bytescope are there."
    elif text.endswith("?"):
        instead = "help(name) tells what a thing is."
    elif text.startswith("%%"):
        instead = "take this line away; the rest of the cell is then Python, or make it a prose cell."
    elif "!" in text:
        instead = "there is no shell in the browser; os and pathlib handle files."
    else:
        instead = "take this line away."
    return IPYTHON.format(instead=instead)
