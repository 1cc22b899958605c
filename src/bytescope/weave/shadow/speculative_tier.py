"""The speculative version of instrumented code: specialised on inferred types, without slow paths.

It stands before the general version, and frames whose arguments have shadows begin in it. A guard that fails exits to
the same instruction of the general version. The frame reenters the speculative version at the loop's next back edge, if
the types inferred for the loop's header (`flow.types`) hold. Both versions use the same shadow frame.
"""

from __future__ import annotations

from bytescope.code.lowering.groups import Group, Raw
from bytescope.flow.types import TypeInference
from bytescope.weave.shadow.context import ShadowContext

_MOST_GUARDS = 6
"""The maximum number of values that are tested before a frame reenters."""


class SpeculativeTier:
    """Emitter of jumps from the general version to the speculative one, which has been emitted before.

    Args:
        context: the shared state.
        types: the inferred types.
        labels: of the groups, in the speculative version.
    """

    def __init__(self, context: ShadowContext, types: TypeInference, labels: dict[int, int]) -> None:
        self.context = context
        self.types, self.labels = types, labels

    def reenter(self, index: int, raws: list[Raw], group: Group) -> None:
        """Emit, before a back edge of the general version, a jump to the speculative one if all inferred types hold.

        Args:
            index: the instruction that jumps back.
            raws: the host's instructions for it.
            group: the group that it is in.
        """
        context = self.context
        target = context.instructions[index].target
        if target is None or group.target is None:
            return
        guards = self.types.guards(target)
        if target > index or guards is None or len(guards) > _MOST_GUARDS:
            return
        e, stay = context.emitter, context.emitter.asm.label()
        e.reserve(12)
        for guard in guards:
            e.push_function(type)
            if guard.variable >= 0:
                e.sequences.load_variable(guard.variable, "local")
            else:
                e.emit("COPY", guard.depth + 2)
            e.sequences.call(1)
            e.jump_unless_in(guard.types, stay)
        labels, context.labels = context.labels, self.labels
        context.raws(raws, index, group)
        context.labels = labels
        e.asm.place(stay)
