"""Frameless calls: method-JIT entries, and their deoptimisation.

A hot guest function is compiled to a plain Python function, its *entry*, that does what a frame of the guest function
would do as long as the difference is invisible: up to the first operation that may run foreign code, or fails. There it
returns a `DeoptimisedCall`, the state of the frame that it now needs. Its caller requests the call after all, with that
state in the place of the first argument, and the new frame is materialised from it. Calls may be nested; then all
their frames are materialised, one by the other.

Each nested call takes one host frame, as many as the guest's would. The first one is called through as many stubs as
the interpreter has room for above a guest's frame (`recursion.ROOM`), so that the recursion limit is met where it is
met with frames. This needs a host whose calls of builtin functions do not count for the limit.
"""

from __future__ import annotations

from bytescope.code.flags import CO_STARRED, CO_SUSPENDS
from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.host.weak_tables import when_gone
from bytescope.isa.purity import MISSING, lookup
from bytescope.machine.handler_namespace import UNBOUND, FunctionType, MethodType, executed
from bytescope.machine.jit import deopt
from bytescope.machine.registers import exit_requesting
from bytescope.machine.support.own_frames import TRACE_FILE
from bytescope.machine.support.recursion import ROOM
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.startup.tuning import enabled

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

MOST_ARGUMENTS = 8
_ENABLED = enabled("entries")


_FEW = 32
"""Number of deoptimised calls before their share is compared with the maximum."""

_BELOW = 2
"""Frames of the interpreter between a guest's frame and what a trace calls."""


class DeoptimisedCall(tuple):  # type: ignore[type-arg]
    """A call that needs a frame: an `Exit` and the values that it names; or an error and the entry's resume points.

    A subclass of tuple, because making one runs no Python code: it must work at the recursion limit.
    """

    __slots__ = ()


class Stats:
    """Counts of an entry's calls (in a list, for the entry's text) and of those that were deoptimised."""

    __slots__ = ("calls", "exits", "program")

    def __init__(self, program: Unit) -> None:
        self.program = program
        self.calls = [0]
        self.exits = 0


class Exit:
    """A side exit of an entry: the meaning of the values in a `DeoptimisedCall`.

    stats: those of the entry; index: the instruction that the frame resumes with; count: instructions executed until
    then; variables, operands: registers of the first values; request: the request site if the instruction, a call, has
    begun; then the remaining values are the operands of its request.
    """

    __slots__ = ("count", "index", "operands", "request", "stats", "variables")

    def __init__(
        self, stats: Stats, index: int, count: int, variables: list[int], operands: list[int], request: int | None
    ) -> None:
        self.stats = stats
        self.index = index
        self.count = count
        self.variables = variables
        self.operands = operands
        self.request = request


_entries: list[dict[int, Any]] = [{} for _ in range(MOST_ARGUMENTS + 1)]
"""For each number of arguments: id of resident code object to entry, called with the function and its arguments."""

_makers: list[dict[int, Any]] = [{} for _ in range(MOST_ARGUMENTS + 1)]
"""Entries that, until they exit, change nothing but attributes of their first argument."""


def can_have_entry(program: Unit) -> bool:
    """Return True if a function can have an entry."""
    code = program.code
    return (
        _ENABLED
        and not BEHAVIOUR.counts_builtin_calls
        and 0 < code.co_argcount <= MOST_ARGUMENTS
        and not code.co_kwonlyargcount
        and not code.co_flags & (CO_SUSPENDS | CO_STARRED)
        and not program.private
    )


def call_forms(function: Any, count: int) -> list[str]:
    """Return the kinds of frameless call ("function", "method", "class") that are worth trying at a call.

    Args:
        function: a callable that was called there once, or `UNBOUND` if unknown.
        count: the number of arguments.
    """
    if not _ENABLED:
        return []
    if function is UNBOUND:
        return ["function"] * (0 < count <= MOST_ARGUMENTS) + ["method"] * (count < MOST_ARGUMENTS)
    kind = type(function)
    if kind is FunctionType:
        return ["function"] * _fits(function, count)
    if kind is MethodType:
        return ["method"] * (type(function.__func__) is FunctionType and _fits(function.__func__, count + 1))
    if kind is type and _is_plain(function):
        return ["class"] * _fits(function.__init__, count + 1)
    return []


def _fits(function: Any, count: int) -> bool:
    code = function.__code__
    return 0 < count <= MOST_ARGUMENTS and count == code.co_argcount and not code.co_flags & CO_SUSPENDS


plain_classes: set[int] = set()
"""Ids of classes whose instances are made by `object.__new__` and a Python `__init__`, and have no finalizer."""

_ABSTRACT = 1 << 20


def _is_plain(kind: type) -> bool:
    if (
        lookup(kind, "__new__") is not object.__new__
        or type(lookup(kind, "__init__")) is not FunctionType
        or lookup(kind, "__del__") is not MISSING
        or kind.__flags__ & _ABSTRACT
    ):
        return False
    if id(kind) not in plain_classes:
        plain_classes.add(id(kind))
        when_gone(kind, plain_classes.discard, id(kind))
    return True


def count_deoptimised(stopped: Any) -> None:
    """Count the deoptimisation of an `__init__`, whose instance is then made by an ordinary call."""
    if type(stopped) is DeoptimisedCall and type(stopped[0]) is Exit:
        _stopped(stopped[0].stats)


def add(program: Unit, entry: Any, restartable: bool) -> None:
    """Register the entry of a function."""
    code = program.resident_code()
    if code is None:
        return
    number = id(code)
    for tables in (_entries, _makers) if restartable else (_entries,):
        known = tables[program.code.co_argcount]
        when_gone(code, known.pop, number, None)
        known[number] = entry
    program.has_entry = True


def remove(program: Unit) -> None:
    """Remove the entry of a function."""
    if program.has_entry:
        for tables in (_entries, _makers):
            tables[program.code.co_argcount].pop(id(program.resident_code()), None)


# --- deoptimisation


def materialize_frame(R: list[Any], call: DeoptimisedCall) -> tuple[int, BaseException | None]:
    """Bring a new frame to the state that its frameless call has reached.

    Args:
        R: the frame's registers.
        call: the deoptimised call.

    Returns:
        The result of a trace that exits there, and the exception to raise there because of an interrupt, or None.
    """
    first, *values = call
    if type(first) is not Exit:
        return _raised(R, first, values[0])
    _stopped(first.stats)
    executed[0] += first.count
    values.reverse()
    for register in first.variables:
        R[register].cell_contents = values.pop()
    for register in first.operands:
        R[register] = values.pop()
    if first.request is None:
        return first.index, None
    R.append((first.request, tuple(reversed(values))))
    return exit_requesting(first.index), None


def _stopped(stats: Stats) -> None:
    stats.exits += 1
    if stats.exits >= _FEW and 4 * stats.exits > stats.calls[0]:
        remove(stats.program)


def _raised(R: list[Any], error: BaseException, points: list[deopt.ResumePoint]) -> tuple[int, BaseException | None]:
    traceback = error.__traceback__
    assert traceback is not None
    point, own = deopt.find(error, traceback, points)
    deopt.restore(R, point, traceback.tb_frame)
    executed[0] += point.count
    if own:
        error.__traceback__ = None
    return point.index, None if own else error


# --- the first call of several

_stubs: dict[int, Any] = {}


def entry_stub(count: int) -> Any:
    """Return the stub by which a trace makes the first of several nested calls: it takes entry, function, arguments.

    Args:
        count: the number of arguments.
    """
    found = _stubs.get(count)
    if found is None:
        given = ", ".join(["entry", "function", *(f"a{index}" for index in range(count))])
        lines = [f"def enter0({given}): return entry({given.partition(', ')[2]})"]
        lines += [
            f"def enter{deeper}({given}): return enter{deeper - 1}({given})" for deeper in range(1, ROOM - _BELOW)
        ]
        namespace: dict[str, Any] = {"__builtins__": PRIVATE_BUILTINS}
        exec(compile("\n".join(lines), TRACE_FILE, "exec"), namespace)
        found = _stubs[count] = namespace[f"enter{ROOM - _BELOW - 1}"]
    return found


NAMES: dict[str, Any] = {
    "DeoptimisedCall": DeoptimisedCall,
    "count_deoptimised": count_deoptimised,
    "new": object.__new__,
    "plain_classes": plain_classes,
    **{f"entries{count}": known for count, known in enumerate(_entries)},
    **{f"makers{count}": known for count, known in enumerate(_makers)},
}
"""The names that entries add to the namespace of traces."""
