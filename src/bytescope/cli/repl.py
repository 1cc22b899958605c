"""`bytescope repl`: a prompt whose statements the machine executes."""

from __future__ import annotations

import code
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bytescope.cli.version import version
from bytescope.loading import main_program
from bytescope.machine.vm import VM

BANNER = """\
{version}
Each statement is executed by the machine. vm is the machine itself: see vm.instructions. exit() or Ctrl-D leaves."""


class Console(code.InteractiveConsole):
    """The prompt."""

    def __init__(self, vm: VM) -> None:
        super().__init__(vm.globals, "<input>")
        self.vm = vm
        self.inputs = 0

    def runsource(self, source: str, filename: str = "<input>", symbol: str = "single") -> bool:
        """Run a statement if it is complete; its source is kept for tracebacks."""
        name = f"<input {self.inputs + 1}>"
        more = super().runsource(source, name, symbol)
        if not more:
            self.inputs += 1
        return more

    def runcode(self, code: types.CodeType) -> None:
        """Run a statement under the machine."""
        linecache.cache[code.co_filename] = (0, None, [line + "\n" for line in self.buffer], code.co_filename)
        try:
            self.vm.run_code(code)
        except SystemExit:
            raise
        except BaseException:
            self.showtraceback()


def repl(guests: Iterable[str] = ()) -> None:
    """Read and run statements until the end of input.

    Args:
        guests: globs of modules that are guests too.
    """
    vm = VM(guests=guests)
    sys.modules["__main__"] = module = main_program.main_module()
    vm.globals = vars(module)
    vm.globals["vm"] = vm
    sys.argv = [""]
    if not sys.flags.safe_path:
        sys.path[0] = ""
    save_history = _edit_lines(vm.globals)
    try:
        Console(vm).interact(BANNER.format(version=version()), "")
    finally:
        save_history()


def history_file() -> Path:
    """Return the path of the history."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(state, "bytescope", "history")


def _edit_lines(namespace: dict[str, Any]) -> Callable[[], None]:
    """Set up history and completion, where there is a terminal and readline; return what saves the history."""
    if not (sys.stdin and sys.stdin.isatty()):
        return _no_history
    try:
        import readline
        import rlcompleter
    except ImportError:
        return _no_history
    readline.set_completer(rlcompleter.Completer(namespace).complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
    path = history_file()
    try:
        readline.read_history_file(path)
    except OSError:
        pass  # there is none yet, or it cannot be read: then there is none
    return partial(_save, readline, path)


def _no_history() -> None:
    """Save nothing: there is no terminal, or no readline, as on Windows."""


def _save(readline: types.ModuleType, path: Path) -> None:
    readline.set_history_length(10_000)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(path)
    except OSError as error:
        print(f"bytescope: the history is not saved: {error}", file=sys.stderr)
