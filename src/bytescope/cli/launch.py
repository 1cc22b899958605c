"""Starting a program where `python` would: at the bottom of the stack.

An exception that nobody catches comes, after the whole stack is gone, to `sys.excepthook`; there the program is run.
What ends it - its last statement, an exception, `sys.exit` - has the consequences that it has under `python`.
"""

from __future__ import annotations

import sys
from types import TracebackType

from bytescope.cli.host_state import HostState
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.invisible_frames import hidden
from bytescope.loading.main_program import Action
from bytescope.machine.guests import settrace
from bytescope.machine.support.budget import BudgetExceeded
from bytescope.machine.support.recursion import trim
from bytescope.startup.stdlib_lite import Callable, NoReturn

_LAST = ("last_exc", "last_type", "last_value", "last_traceback")


_kept: list[object] = []
"""The `__main__` that this process was started with. Its place is taken by the program's, and the C code that runs a
script looks into its namespace again after `sys.excepthook`, without having kept a reference to it."""


class Launch(BaseException):
    """Runs something at the bottom of the stack. It must not be caught on its way there."""


def launch(
    prepare: Callable[[], Action],
    left: Callable[[], None],
    ended: Callable[[BaseException | None], None],
    state: HostState,
) -> NoReturn:
    """Leave all frames and run a program.

    Args:
        prepare: says what is to be called to run it.
        left: is called when its last statement, or an exception, has left it, before that is shown.
        ended: is called when it has ended, with the exception if that was the cause.
        state: the state of the process before.

    Raises:
        Launch: always.
    """
    hook = sys.excepthook
    _kept.append(sys.modules["__main__"])

    @hidden
    def start(kind: type[BaseException], value: BaseException, traceback: TracebackType | None) -> None:
        sys.excepthook = hook
        last = [name for name in _LAST if hasattr(sys, name)]
        for name in last:
            delattr(sys, name)
        failure: BaseException | None = None
        try:
            try:
                function, arguments = prepare()
            except Exception as error:
                raise error.with_traceback(None)  # noqa: B904 - the program's own, which has no frames yet
            function(*arguments)
        except SystemExit as leaving:
            if not sys.flags.inspect:
                flush()
                left()
                ended(leaving)
                raise
            failure = leaving
        except BaseException as error:
            failure = error
        flush()
        left()
        if isinstance(failure, RecursionError):
            trim(failure)
        if failure is not None and type(failure).__module__ == "bytescope":  # what has stopped the run: no affair of it
            with state.restored():
                sys.__excepthook__(type(failure), failure, failure.__traceback__)
        elif failure is not None:
            _report(failure, last)
        ended(failure)
        if type(failure) is KeyboardInterrupt:
            _die_of_interrupt()
        elif failure is None and not sys.flags.inspect:
            settrace.end()
            raise SystemExit

    sys.excepthook = start
    raise Launch


def flush() -> None:
    """Write out what the program has printed; what cannot be written is found out at the end."""
    for name in ("stderr", "stdout"):
        try:
            getattr(sys, name).flush()
        except Exception:
            pass
        except BudgetExceeded:  # the stream is the program's own, and it executes no more
            pass


@hidden
def _report(error: BaseException, last: list[str]) -> None:
    """Do with an uncaught exception what `python` does.

    Args:
        error: the exception.
        last: the names in `sys` under which this Python leaves it.
    """
    values = {"last_exc": error, "last_type": type(error), "last_value": error, "last_traceback": error.__traceback__}
    for name in last:
        setattr(sys, name, values[name])
    if not hasattr(sys, "excepthook"):
        _say("sys.excepthook is missing\n")
        sys.__excepthook__(type(error), error, error.__traceback__)
        return
    failure: BaseException | None = None
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit:
        raise
    except BaseException as wrong:
        failure = wrong
    if failure is not None:
        _say("Error in sys.excepthook:\n")
        sys.__excepthook__(type(failure), failure, failure.__traceback__)
        _say("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, error.__traceback__)


def _say(text: str) -> None:
    stream = getattr(sys, "stderr", None)
    if stream is not None:
        stream.write(text)


def _die_of_interrupt() -> None:
    """Kill the process by SIGINT once it is finalized, so that its parent sees it: shells stop a script then."""
    if BEHAVIOUR.exec_notes_interrupt:
        try:
            exec("raise KeyboardInterrupt", {})
        except KeyboardInterrupt:
            pass
        return
    try:
        import ctypes
    except ImportError:  # an optional part of CPython: the process ends with status 1
        return
    kept = {name: getattr(sys, name) for name in ("excepthook", *_LAST) if hasattr(sys, name)}
    sys.excepthook = _show_nothing
    try:
        ctypes.pythonapi.PyRun_SimpleString(b"raise KeyboardInterrupt")  # nothing written in Python has it noted
    finally:
        vars(sys).update(kept)


def _show_nothing(kind: type[BaseException], value: BaseException, traceback: TracebackType | None) -> None:
    pass
