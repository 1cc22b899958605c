"""Hotness counters: replace an instruction's handler with a trace once it has run `threshold` times."""

from __future__ import annotations

from _thread import get_ident

from bytescope.code.flags import CO_NEWLOCALS
from bytescope.machine.handler_namespace import executed
from bytescope.machine.handlers.compiler import Op, Resume
from bytescope.machine.handlers.operations import NAMESPACE
from bytescope.machine.jit import deopt, entries, inlined_calls, instrumented_trace, methods
from bytescope.machine.registers import exit_before
from bytescope.machine.support.own_frames import TRACE_FILE
from bytescope.startup.isolation import PRIVATE_BUILTINS
from bytescope.startup.lazy_modules import busy
from bytescope.startup.locks import CHANGES
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any
from bytescope.startup.switches import TRACES
from bytescope.startup.tuning import enabled

if TYPE_CHECKING:
    from bytescope.machine.jit.unit import Unit

THRESHOLDS = {"always": 0, "never": None, "": 100}
"""Values of BYTESCOPE_TRACES: executions of an instruction before a trace is compiled there; None: never."""

_MOST_TEXTS = 500

_namespace: dict[str, Any] = {}
_factories: dict[str, Any] = {}


def threshold_from_environment() -> int | None:
    """Return the threshold that BYTESCOPE_TRACES sets."""
    if not enabled("traces"):
        return None
    return THRESHOLDS.get(TRACES.get() or "", THRESHOLDS[""])


def compile_trace(program: Unit, start: int, R: list[Any]) -> Op | None:
    """Compile the trace that starts at an instruction; return its handler, None if there is nothing to gain.

    Args:
        program: the program.
        start: the instruction.
        R: the registers of a frame that executes it.
    """
    kind = inlined_calls.Writer if program.plan is None else instrumented_trace.Writer
    writer = kind(program, start, R)
    if not writer.write():
        return None
    if writer.closed:
        writer = kind(program, start, R, writer)
        writer.write()
    op: Op = factory(writer.text())(program.alive, *writer.bound_values())
    deopt.register(op.__code__, writer.points)
    return op


def factory(text: str) -> Any:
    """Return the factory that a text defines."""
    make = _factories.get(text)
    if make is None:
        if len(_factories) >= _MOST_TEXTS:
            _factories.clear()
        if not _namespace:
            own = {"executed": executed, "ident": get_ident, "__builtins__": PRIVATE_BUILTINS}
            _namespace.update(**NAMESPACE, **inlined_calls.NAMES, **own)
        made: dict[str, Any] = {}
        exec(compile(text, TRACE_FILE, "exec"), _namespace, made)
        make = _factories[text] = made["make"]
    return make


def import_compiler(program: Unit) -> None:
    """Import the compiler's lazy modules if a program may need them.

    This is done while the program is linked, because an interrupt does no harm there, and with the first program that
    may need any, because importlib reads builtins that a guest may rebind.
    Where one program has a plan, others may not.
    """
    if busy():
        return
    again = any(each.target is not None and each.target <= index for index, each in enumerate(program.instructions))
    if again or program.code.co_flags & CO_NEWLOCALS:
        for module in (inlined_calls, methods) if program.plan is None else (instrumented_trace, methods):
            assert module.Writer


def compile_entry(program: Unit, R: list[Any]) -> None:
    """Compile a method-JIT entry for a function, if it can have one and there is something to gain."""
    if program.plan is not None or not entries.can_have_entry(program):
        return
    writer = methods.Writer(program, R)
    if writer.write():
        stats = entries.Stats(program)
        entry = factory(writer.text())(stats.calls, writer.points, *writer.bound_values(stats))
        entries.add(program, entry, writer.restartable)


def with_counters(program: Unit, ops: list[Op], resumes: list[Resume | None], threshold: int) -> list[Op]:
    """Return the handlers, with hotness counters where a trace may start: entry, jump targets, after requests."""
    import_compiler(program)
    starts = {program.follow(0), *(program.follow(index + 1) for index in program.stops if index + 1 < len(ops))}
    for index, instruction in enumerate(program.instructions):
        if program.verified.depths[index] >= 0:
            if instruction.target is not None:
                starts.add(program.follow(instruction.target))
            if resumes[index] is not None and index + 1 < len(ops):
                starts.add(program.follow(index + 1))
    return [counting(program, index, op, threshold) if index in starts else op for index, op in enumerate(ops)]


def counting(program: Unit, index: int, plain: Op, threshold: int) -> Op:
    """Return a handler that counts executions, exits to the plain handler, and is replaced by a trace at the threshold.

    It does not call the plain handler, which would have a frame less at the recursion limit.
    """
    left = threshold
    leave = exit_before(index)
    alive = program.alive  # emptied when the program is linked again, which invalidates this counter

    def op(R: list[Any]) -> int:
        nonlocal left
        left -= 1
        executed[0] -= 1
        if left >= 0:
            return leave
        if not CHANGES.acquire(blocking=False):
            return leave
        try:
            held = program.resident_code()
            if held is None or not program.is_linked() or not alive or busy():
                return leave
            left = threshold
            made = compile_trace(program, index, R)
            if index == program.entry:
                compile_entry(program, R)
                if not alive:
                    entries.remove(program)
            program.install(index, made or plain, alive)
        except (RecursionError, OSError):  # OSError: of what is to be imported the file has gone
            return leave
        except BaseException as error:  # an interrupt, which is the guest's
            raise error.with_traceback(None)  # noqa: B904
        finally:
            CHANGES.release()
        return index

    return op
