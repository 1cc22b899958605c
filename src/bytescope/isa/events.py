"""The table of events: what an analysis can be told, derived from the table of primitives, and the control events.

A primitive `X` gives two events: `before_X` with its operands, and `X` with its operands and its result. What acts on
the engine's own bookkeeping and not on values gives none. The three forms of a call are one event.
"""

from __future__ import annotations

from bytescope.code.instruction import Instruction, Variable
from bytescope.isa.lift import Call, Lifted, Symbol, lift
from bytescope.isa.primitives import PRIMITIVES, Primitive
from bytescope.startup.stdlib_lite import Any, iskeyword, record

BOOKKEEPING = frozenset(
    "null save_local save_cell make_cell restore_cell load_closure push_exc_info pop_except".split()
)
"""Primitives that are no events: their operands are no values of the program's."""

FROM_EXCEPTIONS = frozenset({"raise", "handle", "unwind"})
"""The events that are about exceptions."""

CALLS = ("call", "call_kw", "call_ex")
"""The primitives behind the event `call`."""

STORED = ("value", "iterable", "mapping")
"""Names of the operand that `Replace` changes where a primitive has no result."""


@record(frozen=True, slots=True)
class Event:
    """A row of the table of events.

    name: as in filters; method: what an analysis calls it (`raise_`, where the name is a keyword); kind: "before",
    "after" or "control"; primitive: whose event it is, "" for control events; parameters: in order; replace: what
    `Replace` changes, "" if nothing; summary: when it is delivered.
    """

    name: str
    method: str
    kind: str
    primitive: str
    parameters: tuple[str, ...]
    replace: str
    summary: str

    @property
    def signature(self) -> str:
        """The declaration of its method."""
        return f"{self.method}({', '.join(('self', *self.parameters))})"


EVENTS: dict[str, Event] = {}
"""All events by name."""

METHODS: dict[str, Event] = {}
"""All events by the name of their method."""

_IMMEDIATES = {
    "operator": "op",
    "the constant": "",
    "variable": "name",
    "counts before and after the star": "counts",
    "which attributes": "flags",
}


def _add(name: str, kind: str, primitive: str, parameters: tuple[str, ...], replace: str, summary: str) -> None:
    method = name + "_" if iskeyword(name) else name
    EVENTS[name] = METHODS[method] = Event(name, method, kind, primitive, parameters, replace, summary)


def stored_operand(row: Primitive) -> int | None:
    """Position among the operands of the one that is stored, for a primitive without result; None if there is none."""
    for name in STORED:
        if not row.results and name in row.operands:
            return row.operands.index(name)
    return None


def _of_primitive(row: Primitive) -> None:
    operands = tuple(name.lstrip("*") for name in row.operands)
    operands = tuple({"class": "cls", "self": "receiver", "exit": "exit_function"}.get(name, name) for name in operands)
    if row.name == "call":
        operands = ("function", "args", "kwargs")
    immediate = "" if row.immediate is None else _IMMEDIATES.get(row.immediate, row.immediate)
    given = ("site", immediate, *operands) if immediate else ("site", *operands)
    results = ("result",) if row.results else ()
    stored = stored_operand(row)
    what = "the result, and it is not performed" if results else "what is stored" if stored is not None else "nothing"
    before = what if what != "nothing" else "it is not performed"
    many = ", a tuple" if len(row.results) > 1 or any(name.startswith("*") for name in row.results) else ""
    _add(f"before_{row.name}", "before", row.name, given, before, f"`{row.name}` is about to be performed")
    after = "the result" if results else ""
    _add(
        row.name,
        "after",
        row.name,
        (*given, *results),
        after,
        f"`{row.name}` was performed{many and '; result' + many}",
    )


for _row in PRIMITIVES.values():
    if _row.name not in BOOKKEEPING and _row.name not in CALLS[1:]:
        _of_primitive(_row)

for _name, _parameters, _replace, _summary in (
    ("enter", "site arguments", "", "a frame begins: a call, or a generator's first resumption; arguments by name"),
    ("leave", "site value", "the value", "a frame returns a value"),
    ("unwind", "site exception", "", "a frame is left by an exception"),
    ("yield", "site value", "the value", "a frame is suspended by a `yield` of its own"),
    ("resume", "site value", "the value", "a frame suspended by a `yield` of its own goes on with the value sent"),
    ("line", "site", "", "execution comes to another line, or to a line by a jump backwards"),
    ("instruction", "site", "", "an instruction is about to be executed"),
    ("branch", "site value condition", "the condition",
     "a conditional jump: the value tested and what came out (`for`: the iterator, and whether it gave another value)"),
    ("loop", "site", "", "a loop begins another round; site is its header"),
    ("raise", "site exception", "", "an exception comes up: it was raised here, came from a callee, or was thrown in"),
    ("handle", "site exception", "", "a handler takes an exception; site is the handler's first instruction"),
    ("import", "site name", "", "the code of a module is about to be executed"),
    ("thread_start", "thread", "", "a `threading.Thread` has begun"),
    ("thread_stop", "thread", "", "a `threading.Thread` is about to end"),
    ("task_switch", "site previous current", "",
     "a frame begins or goes on after a wait, and the asyncio task (or None) is another than before in this thread"),
    ("begin", "", "", "the analysis was attached"),
    ("end", "", "", "the analysis was detached; it is told however the run ended"),
):  # fmt: skip
    _add(_name, "control", "", tuple(_parameters.split()), _replace, _summary)


LIFECYCLE = frozenset({"begin", "end"})
"""Events that every analysis gets, whatever the filters."""


# --- the events of an instruction

UNOBSERVED = BOOKKEEPING | {"cleanup_throw", "end_async_for"}
"""Primitives that give no events before and after them."""


def observed_primitive(instruction: Instruction) -> Call | None:
    """Return the primitive of an instruction that gives events, None if there is none."""
    lifted = lift(instruction)
    try:
        return _observed[id(lifted)]
    except KeyError:
        calls = lifted.calls
        observed = (c for c in calls if c.name not in UNOBSERVED and not (c.name == "const" and len(calls) > 1))
        found = _observed[id(lifted)] = next(observed, None)
        return found


_observed: dict[int, Call | None] = {}
"""By id of the lifted instruction, which `lift` keeps for good."""


def immediate(instruction: Instruction, call: Call) -> list[Any]:
    """Return the immediate operand of a primitive as an argument of hooks: a list of one value, or none."""
    row = PRIMITIVES[call.name]
    if row.immediate is None or row.name == "const":
        return []
    if row.name == "build":
        return [call.immediate]
    if isinstance(instruction.arg, Variable):
        return [instruction.arg.name]
    return [instruction.arg[0] if row.name == "super_attr" else instruction.arg]


def after_stack(instruction: Instruction, lifted: Lifted) -> tuple[Symbol, ...]:
    """Return the operands on the stack after the primitive, in the place of its operands."""
    if instruction.op == "SEND":
        return lifted.jump or ()
    return (lifted.jump if lifted.after is None else lifted.after) or ()
