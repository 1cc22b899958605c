"""State that the emitters of one code object with shadow propagation share, beside that of `WeaveContext`."""

from __future__ import annotations

import sys

from bytescope.code.instruction import Lowered
from bytescope.flow.types import TypeInference
from bytescope.flow.verify import Verified
from bytescope.isa.instrumentation import Plan
from bytescope.isa.moves import References
from bytescope.startup.stdlib_lite import Any
from bytescope.weave.context import WeaveContext
from bytescope.weave.shadow.frame import CLEAN, SCRATCH_SLOTS, ShadowFrame
from bytescope.weave.shadow.hook_arguments import ShadowHookCaller
from bytescope.weave.shadow.plan import ShadowPlan
from bytescope.weave.shadow.woven_callees import WovenCallees

_frame = sys._getframe


class ShadowContext(WeaveContext):
    """The program, its plan, and the code that is being emitted, which keeps shadows.

    Args:
        lowered: as for `WeaveContext`.
        verified: likewise.
        plan: the hooks of the analyses.
        shadows: the hooks of shadow propagation.
        callees: the woven code objects of the same shadow runtime.
        executed: as for `WeaveContext`.

    Attributes:
        analyses: the hooks of the analyses; `plan` has those of shadow propagation as well.
        runtime: the runtime that woven code calls.
        frame: the shadow frame.
        leaders: instructions that jumps or exception handlers lead to.
        types: the inferred types while the speculative version is emitted, None in the others.
        begun: the label at which frames begin in the general version.
    """

    def __init__(
        self, lowered: Lowered, verified: Verified, plan: Plan, shadows: ShadowPlan, callees: WovenCallees,
        executed: Any,
    ) -> None:  # fmt: skip
        super().__init__(lowered, verified, shadows.plan, executed)
        self.keeps_first_iterator = bool(lowered.iterates_first)
        self.analyses, self.shadows, self.callees = plan, shadows, callees
        self.runtime = callees.runtime
        self.frame = ShadowFrame(
            self.emitter, len(lowered.variables), verified.max_depth, SCRATCH_SLOTS, self.runtime.algebra.joined
        )
        self.hook_caller = ShadowHookCaller(self.emitter, self.frame)
        targets = {each.target for each in self.instructions if each.target is not None}
        self.leaders = targets | {each.target for each in lowered.handlers}
        self.types: TypeInference | None = None
        self.begun = self.emitter.asm.label()
        self._osr_entries = {index: self.emitter.asm.label() for index in range(len(self.instructions) + 1)}
        self._placed: set[int] = set()
        self._side_exits: dict[int, int] = {}

    # --- from one version to another

    def side_exit(self, index: int) -> int:
        """Return the label of an instruction in the general version, where a failed guard of it leads."""
        return self._side_exits.setdefault(index, self.emitter.asm.label())

    def place_side_exit(self, index: int) -> None:
        """Place the label of an instruction's side exits, if the general version is being emitted and there are any."""
        if self.types is None and index in self._side_exits:
            self.emitter.asm.place(self._side_exits.pop(index))

    def osr_entry(self, index: int) -> int:
        """Return the label of an instruction in the general version, where frames of the clean version enter."""
        return self._osr_entries[index]

    def place_osr_entry(self, index: int) -> None:
        """Place the label at which frames of the clean version enter the general one, once for each instruction."""
        if index not in self._placed:
            self._placed.add(index)
            self.emitter.asm.place(self._osr_entries[index])

    def place_unused_entries(self) -> None:
        """Place the other labels, to which nothing jumps."""
        for index, label in self._osr_entries.items():
            if index not in self._placed:
                self.emitter.asm.place(label)

    # --- shadows

    def evict_results(self, moved: References) -> None:
        """Evict what the slots of an instruction's results hold, so that these slots can take their shadows."""
        frame = self.frame
        base = len(frame.stack) - moved.need
        taken = frame.stack[base:]
        staying = {base + source for source in moved.after or () if source >= 0}
        for position in range(base, len(frame.stack)):
            if position not in staying:
                frame.stack[position] = CLEAN
        frame.evict(*(frame.place(base + position) for _, position in moved.results(False)))
        for position in range(base, len(frame.stack)):
            if position not in staying:
                frame.stack[position] = taken[position - base]

    def forget(self) -> None:
        """Pop the frame's in-flight primitive, which has ended without a result; woven code calls this."""
        self.runtime.channel.finish(_frame(1))
