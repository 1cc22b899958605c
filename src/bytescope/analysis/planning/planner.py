"""The planner: from attached analyses and their filters to the points of a code object.

It works on version-independent instructions alone and serves every engine.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Protocol

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.planning.dispatch import as_hook, make_hook
from bytescope.analysis.planning.method_purity import Purity, pure_methods
from bytescope.analysis.planning.replacements import CHECKED
from bytescope.analysis.planning.tasks import switch_hook
from bytescope.analysis.site import Site, SiteTable, site_table
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.instruction import Instruction, Lowered
from bytescope.flow.line_starts import line_starts
from bytescope.flow.verify import Verified
from bytescope.isa.events import CALLS, EVENTS, observed_primitive
from bytescope.isa.instrumentation import NEVER, Hook, Plan, Point
from bytescope.isa.kinds import SAVED
from bytescope.isa.lift import lift

_IDLE = frozenset({"NOP", "RESUME", "JUMP", "CLEANUP_THROW"})  # the last is a part of delegation, on some hosts

Chosen = list[Subscriber]
Name = tuple[Any, ...]


class Unit(Protocol):
    """A code object that an engine is about to run."""

    module: str
    lowered: Lowered
    verified: Verified


class Planner:
    """Plans for the given subscribers, in their order.

    stopped: see `make_hook`.
    """

    def __init__(self, subscribers: list[Subscriber], stopped: list[Callable[[], AnalysisError]]) -> None:
        self.subscribers = subscribers
        self.stopped = stopped
        self._pure: dict[int, dict[str, Purity]] | None = None
        self._all_pure: bool | None = None
        self._numbers = {id(each): number for number, each in enumerate(subscribers)}
        self._hooks: dict[Name, Hook] = {}
        self._names: dict[int, Name] = {}

    def plan(self, unit: Unit) -> Plan:
        """Return the plan of a code object."""
        code = unit.lowered.code
        chosen = self._chosen(unit.module, code)
        if not chosen:
            return Plan(_no_site)
        for each in chosen:
            each.matched = True
        table = site_table(unit.module, code, unit.lowered)
        plan = Plan(table.site)
        for name in ("raise", "handle", "unwind"):
            hook = self.hook(name, [each for each in chosen if each.wants(name)])
            setattr(plan, {"raise": "raised", "handle": "handled", "unwind": "unwound"}[name], hook)
        code_plan = _CodePlan(self, unit, table, chosen)
        for index in range(len(unit.lowered.instructions)):
            point = code_plan.point(index)
            if point is not None:
                plan.points[index] = point
        return plan

    def point(self, unit: Unit, index: int) -> Point | None:
        """Return the hooks at one instruction of a code object that has a plan."""
        code = unit.lowered.code
        chosen = self._chosen(unit.module, code)
        return _CodePlan(self, unit, site_table(unit.module, code, unit.lowered), chosen).point(index)

    def wants_code(self, module: str, code: types.CodeType) -> bool:
        """Return True if any subscriber's filters include a code object."""
        return bool(self._chosen(module, code))

    def _chosen(self, module: str, code: types.CodeType) -> Chosen:
        return [each for each in self.subscribers if each.wants_code(module, code.co_filename, code.co_qualname)]

    def hook(self, name: str, chosen: Chosen) -> Hook | None:
        """The hook that tells these subscribers of an event, None if there are none."""
        return self.named((name, tuple([self._numbers[id(each)] for each in chosen]))) if chosen else None

    def combined(self, name: str, *parts: Any) -> Hook:
        """A hook made of others: see `_COMBINATIONS`. Each of them is made once."""
        return self.named((name, *(self._names[id(each)] if isinstance(each, Hook) else each for each in parts)))

    def named(self, name: Name) -> Hook:
        """The hook with a name: the event and the numbers of subscribers, or a combination of other hooks' names.

        Names are the same in each process in which these subscribers are attached.
        """
        found = self._hooks.get(name)
        if found is None:
            found = self._hooks[name] = self._make(name)
            self._names[id(found)] = self._names[id(found.call)] = name
        return found

    def name(self, hook: object) -> Name | None:
        """Return the name of a hook or of its function, None if it is not of this planner."""
        return self._names.get(id(hook))

    def _make(self, name: Name) -> Hook:
        event, *parts = name
        combine = _COMBINATIONS.get(event)
        if combine is not None:
            return combine(*(self.named(each) if isinstance(each, tuple) else each for each in parts))
        chosen = [self.subscribers[number] for number in parts[0]]
        if event == "task_switch":
            return switch_hook(event, tuple(chosen), self.stopped)
        return make_hook(event, tuple(chosen), self.stopped, self._pure_calls(event, chosen))

    def pure(self, subscriber: Subscriber) -> dict[str, Purity]:
        """Return the facts about those methods of a subscriber that are pure."""
        if self._pure is None:
            self._pure = {id(each): pure_methods(each.all_methods()) for each in self.subscribers}
        return self._pure[id(subscriber)]

    def _pure_calls(self, name: str, chosen: Chosen) -> tuple[Purity, ...]:
        """Return the facts about the methods of an event, if they can be called directly in the place of the hook.

        They can only if the methods of all subscribers are pure: no impure one is at work, then, when they are called.
        """
        if self._all_pure is None:
            self._all_pure = all(len(self.pure(each)) == len(each.all_methods()) for each in self.subscribers)
        if not self._all_pure:
            return ()
        found = tuple(self.pure(each)[name] for each in chosen)
        replaces = any(each.returns != NEVER for each in found)
        event = EVENTS[name]
        judged = len(found) > 1 or not event.replace or event.primitive in CHECKED
        return () if replaces and judged else found


def _no_site(index: int) -> Any:
    raise AssertionError("nothing is observed here")


class _CodePlan:
    """Plans one code object."""

    def __init__(self, planner: Planner, unit: Unit, table: SiteTable, chosen: Chosen) -> None:
        self.planner = planner
        self.table = table
        self.chosen = chosen
        self.instructions = unit.lowered.instructions
        self.depths = unit.verified.depths
        self.wanted = {name for each in chosen for name in each.methods}
        self.everywhere: dict[str, Hook | None] = {}
        self.is_module = unit.lowered.code.co_name == "<module>"
        self.module = unit.module
        self.start = next((n for n, i in enumerate(self.instructions) if i.op == "RESUME"), -1)
        nothing: tuple[dict[int, int], frozenset[int]] = ({}, frozenset())
        wants_lines = "line" in self.wanted
        self.lines, self.again = line_starts(unit.lowered, unit.verified, self.start) if wants_lines else nothing
        self.restoring = _restoring_stores(unit)

    def hook(self, name: str, index: int) -> Hook | None:
        """The hook for an event at an instruction."""
        if name not in self.wanted:
            return None
        if name in self.everywhere:
            return self.everywhere[name]
        asking = [each for each in self.chosen if each.wants(name)]
        if not any(each.chooses_sites(name) for each in asking):
            hook = self.everywhere[name] = self.planner.hook(name, asking)
            return hook
        site = self.table.site(index)
        return self.planner.hook(name, [each for each in asking if each.wants_at(name, site)])

    def point(self, index: int) -> Point | None:
        """Return the hooks at an instruction; None if there are none."""
        if self.depths[index] < 0 or index < self.start:  # what is before the RESUME is no part of the frame's life
            return None
        instruction = self.instructions[index]
        point = Point(None)
        if index in self.lines:
            point.line = self.hook("line", index)
        if instruction.op not in _IDLE:
            point.instruction = self.hook("instruction", index)
        if index == self.start:
            point.enter = self._enter(index)
        elif instruction.op == "RETURN":
            point.leave = self.hook("leave", index)
        elif instruction.op == "ASYNC_GEN_WRAP":  # the YIELD behind it has the engine's own wrapping
            point.suspend = self.hook("yield", index)
        elif instruction.op == "YIELD":
            if self.instructions[index - 1].op != "ASYNC_GEN_WRAP":
                point.suspend = self.hook("yield", index)
            switch = self.hook("task_switch", index)
            point.resume = self._switching(switch, self.hook("resume", index))
        self._primitive(index, instruction, point)
        self._jump(index, instruction, point)
        if not point:
            return None
        point.site = self.table.site(index)
        return point

    def _enter(self, index: int) -> Hook | None:
        switch, entered = self.hook("task_switch", index), self.hook("enter", index)
        imported = self.hook("import", index) if self.is_module else None
        if switch is None and imported is None:
            return entered
        return self.planner.combined("entering", switch, imported, entered, self.module)

    def _switching(self, switch: Hook | None, hook: Hook | None) -> Hook | None:
        return hook if switch is None else self.planner.combined("switching", switch, hook)

    def _primitive(self, index: int, instruction: Instruction, point: Point) -> None:
        call = observed_primitive(instruction)
        if call is None or index in self.restoring:
            return
        name = "call" if call.name in CALLS else call.name
        before, switch = f"before_{name}", name == "delegate" and "task_switch" in self.wanted
        if name not in self.wanted and before not in self.wanted and not switch:
            return
        if name == "truth" and lift(instruction).branch is not None and self._already_tested(index):
            return
        point.before = self.hook(before, index)
        point.after = self.hook(name, index)
        if switch:
            switching = self.hook("task_switch", index)
            if switching is not None:
                point.after = self._switching(switching, point.after)

    def _branch(self, index: int, point: Point) -> None:
        """The hook of a branch: each outcome has its own subscribers, since some have had enough of one."""
        asking = [each for each in self.chosen if each.wants("branch")]
        if not any(each.chooses_sites("branch") for each in asking):
            point.branch = self.hook("branch", index)
            return
        site = self.table.site(index)
        yes, no = (
            self.planner.hook("branch", [each for each in asking if each.wants_at("branch", site, outcome)])
            for outcome in (True, False)
        )
        point.branch_when = None if (yes is None) is (no is None) else yes is not None
        point.branch = yes if yes is no else self.planner.combined("outcome", yes, no)

    def _already_tested(self, index: int) -> bool:
        """Return True if a conditional jump's operand is the result of a TRUTH before it."""
        return (
            index > 0 and self.instructions[index - 1].op == "TRUTH" and self.table.flow.block_at(index).start < index
        )

    def _jump(self, index: int, instruction: Instruction, point: Point) -> None:
        target = instruction.target
        if "branch" in self.wanted and (instruction.op == "FOR_ITER" or lift(instruction).branch is not None):
            self._branch(index, point)
        if target is None or target > index or instruction.op == "SEND" or self.instructions[target].op == "SEND":
            return
        if target in self.again:
            point.again_site = self.table.site(target)
            point.again = self.hook("line", target)
        if "loop" not in self.wanted:
            return
        blocks = self.table.flow
        header = self.table.back_edges.get((blocks.block_at(index).index, blocks.block_at(target).index))
        if header is not None:
            point.loop_site = self.table.site(header)
            point.loop = self.hook("loop", header)


def _restoring_stores(unit: Unit) -> frozenset[int]:
    """The stores with which inlined comprehensions put back what they had saved: no acts of the program's."""
    instructions = unit.lowered.instructions
    if not any(each.op == "SAVE_LOCAL" for each in instructions):
        return frozenset()
    kinds = unit.verified.kinds
    return frozenset(
        index
        for index, each in enumerate(instructions)
        if each.op == "STORE_LOCAL" and (found := kinds[index]) is not None and found[-1] == SAVED
    )


def _by_outcome(yes: Hook | None, no: Hook | None) -> Hook:
    """A hook of a branch for each outcome."""
    if_true, if_false = call_of(yes), call_of(no)

    @as_hook
    def hook(site: Site, value: Any, condition: bool) -> Any:
        chosen = if_true if condition else if_false
        return None if chosen is None else chosen(site, value, condition)

    return Hook(hook)


def call_of(hook: Hook | None) -> Callable[..., Any] | None:
    """Return the function of a hook, None if there is none."""
    return None if hook is None else hook.call


def _switching(switch: Hook, hook: Hook | None) -> Hook:
    """A hook before which the task is looked at."""
    look = switch.call
    if hook is None:
        return Hook(as_hook(lambda site, *given: look(site)))
    call = hook.call
    return Hook(as_hook(lambda site, *given: (look(site), call(site, *given))[1]))


def _entering(switch: Hook | None, imported: Hook | None, entered: Hook | None, module: str) -> Hook:
    """A hook of a frame's beginning that looks at the task, and tells of the import of a module."""
    look, call_imported, call_entered = map(call_of, (switch, imported, entered))

    @as_hook
    def hook(site: Site, arguments: dict[str, Any]) -> None:
        if look is not None:
            look(site)
        if call_imported is not None:
            call_imported(site, module)
        if call_entered is not None:
            call_entered(site, arguments)

    return Hook(hook)


_COMBINATIONS: dict[str, Callable[..., Hook]] = {
    "outcome": _by_outcome,
    "switching": _switching,
    "entering": _entering,
}
"""Functions that combine several hooks into one."""
