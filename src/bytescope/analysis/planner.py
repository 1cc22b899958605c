"""The planner: from attached analyses and their filters to the points of a code object.

It works on version-independent instructions alone and serves every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from bytescope.analysis.base import AnalysisError
from bytescope.analysis.dispatch import Hook, as_hook, make_hook
from bytescope.analysis.site import Site, SiteTable, site_table
from bytescope.analysis.subscriber import Subscriber
from bytescope.analysis.tasks import switch_hook
from bytescope.code.instruction import Instruction, Lowered
from bytescope.isa.events import CALLS
from bytescope.isa.lift import lift
from bytescope.isa.lines import line_starts
from bytescope.isa.observed import observed_primitive
from bytescope.isa.operands import SAVED, operand_kinds
from bytescope.isa.plan import Plan, Point
from bytescope.isa.verify import Verified

_IDLE = frozenset({"NOP", "RESUME", "JUMP"})

Chosen = list[Subscriber]


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
        self._hooks: dict[tuple[str, tuple[int, ...]], Hook] = {}

    def plan(self, unit: Unit) -> Plan:
        """What is observed in a code object."""
        code = unit.lowered.code
        chosen = [
            each
            for each in self.subscribers
            if each.filters.wants_code(unit.module, code.co_filename, code.co_qualname)
        ]
        chosen = [each for each in chosen if not each.owns(unit.module, code.co_qualname)]
        if not chosen:
            return Plan(_no_site)
        table = site_table(unit.module, unit.lowered)
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
        """What is called at one instruction of a code object that has a plan."""
        code = unit.lowered.code
        chosen = [
            each
            for each in self.subscribers
            if each.filters.wants_code(unit.module, code.co_filename, code.co_qualname)
        ]
        return _CodePlan(self, unit, site_table(unit.module, unit.lowered), chosen).point(index)

    def hook(self, name: str, chosen: Chosen) -> Hook | None:
        """The hook that tells these subscribers of an event, None if there are none."""
        if not chosen:
            return None
        key = (name, tuple(map(id, chosen)))
        found = self._hooks.get(key)
        if found is None:
            make = switch_hook if name == "task_switch" else make_hook
            found = self._hooks[key] = make(name, tuple(chosen), self.stopped)
        return found


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
        self.is_module = unit.lowered.code.co_name == "<module>"
        self.module = unit.module
        self.start = next((n for n, i in enumerate(self.instructions) if i.op == "RESUME"), -1)
        nothing: tuple[dict[int, int], frozenset[int]] = ({}, frozenset())
        wants_lines = "line" in self.wanted
        self.lines, self.again = line_starts(unit.lowered, unit.verified, self.start) if wants_lines else nothing
        self.restoring = _restoring_stores(unit)

    def hook(self, name: str, site: Site) -> Hook | None:
        """The hook for an event at a site."""
        if name not in self.wanted:
            return None
        return self.planner.hook(name, [each for each in self.chosen if each.wants(name) and each.wants_at(name, site)])

    def point(self, index: int) -> Point | None:
        """What is called at an instruction; None if nothing is."""
        if self.depths[index] < 0 or index < self.start:  # what is before the RESUME is no part of the frame's life
            return None
        instruction = self.instructions[index]
        site = self.table.site(index)
        point = Point(site)
        if index in self.lines:
            point.line = self.hook("line", site)
        if instruction.op not in _IDLE:
            point.instruction = self.hook("instruction", site)
        if index == self.start:
            point.enter = self._enter(site)
        elif instruction.op == "RETURN":
            point.leave = self.hook("leave", site)
        elif instruction.op == "ASYNC_GEN_WRAP":  # the YIELD behind it has the engine's own wrapping
            point.suspend = self.hook("yield", site)
        elif instruction.op == "YIELD":
            if self.instructions[index - 1].op != "ASYNC_GEN_WRAP":
                point.suspend = self.hook("yield", site)
            switch = self.hook("task_switch", site)
            point.resume = _switching(switch, self.hook("resume", site))
        self._primitive(index, instruction, site, point)
        self._jump(index, instruction, site, point)
        return point if point else None

    def _enter(self, site: Site) -> Hook | None:
        switch, entered = self.hook("task_switch", site), self.hook("enter", site)
        imported = self.hook("import", site) if self.is_module else None
        if switch is None and imported is None:
            return entered
        module = self.module

        @as_hook
        def hook(site: Site, arguments: dict[str, Any]) -> None:
            if switch is not None:
                switch(site)
            if imported is not None:
                imported(site, module)
            if entered is not None:
                entered(site, arguments)

        return hook

    def _primitive(self, index: int, instruction: Instruction, site: Site, point: Point) -> None:
        call = observed_primitive(instruction)
        if call is None or index in self.restoring:
            return
        name = "call" if call.name in CALLS else call.name
        if name == "truth" and lift(instruction).branch is not None and self._already_tested(index):
            return
        point.before = self.hook(f"before_{name}", site)
        point.after = self.hook(name, site)
        if name == "delegate":
            switch = self.hook("task_switch", site)
            if switch is not None:
                point.after = _switching(switch, point.after)

    def _branch(self, site: Site, point: Point) -> None:
        """The hook of a branch: each outcome has its own subscribers, since some have had enough of one."""
        asking = [each for each in self.chosen if each.wants("branch")]
        yes, no = (
            self.planner.hook("branch", [each for each in asking if each.wants_at("branch", site, outcome)])
            for outcome in (True, False)
        )
        point.branch_when = None if (yes is None) is (no is None) else yes is not None
        point.branch = yes if yes is no else _by_outcome(yes, no)

    def _already_tested(self, index: int) -> bool:
        """Whether a conditional jump's operand is what a TRUTH before it has made: nobody is asked twice."""
        return (
            index > 0 and self.instructions[index - 1].op == "TRUTH" and self.table.flow.block_at(index).start < index
        )

    def _jump(self, index: int, instruction: Instruction, site: Site, point: Point) -> None:
        lifted = lift(instruction)
        if lifted.branch is not None or instruction.op == "FOR_ITER":
            self._branch(site, point)
        target = instruction.target
        if target is None or target > index or instruction.op == "SEND" or self.instructions[target].op == "SEND":
            return
        if target in self.again:
            point.again_site = self.table.site(target)
            point.again = self.hook("line", point.again_site)
        blocks = self.table.flow
        header = self.table.back_edges.get((blocks.block_at(index).index, blocks.block_at(target).index))
        if header is not None:
            point.loop_site = self.table.site(header)
            point.loop = self.hook("loop", point.loop_site)


def _restoring_stores(unit: Unit) -> frozenset[int]:
    """The stores with which inlined comprehensions put back what they had saved: no acts of the program's."""
    instructions = unit.lowered.instructions
    if not any(each.op == "SAVE_LOCAL" for each in instructions):
        return frozenset()
    kinds = operand_kinds(unit.lowered, unit.verified)
    return frozenset(
        index
        for index, each in enumerate(instructions)
        if each.op == "STORE_LOCAL" and (found := kinds[index]) is not None and found[-1] == SAVED
    )


def _by_outcome(yes: Hook | None, no: Hook | None) -> Hook:
    """A hook of a branch for each outcome."""

    @as_hook
    def hook(site: Site, value: Any, condition: bool) -> Any:
        chosen = yes if condition else no
        return None if chosen is None else chosen(site, value, condition)

    return hook


def _switching(switch: Hook | None, hook: Hook | None) -> Hook | None:
    """A hook before which the task is looked at."""
    if switch is None or hook is None:
        return hook if switch is None else as_hook(lambda site, *given: switch(site))
    return as_hook(lambda site, *given: (switch(site), hook(site, *given))[1])
