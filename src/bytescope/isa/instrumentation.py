"""A plan: which instructions of a code object are observed, and what is to be called there.

It says nothing about how: the reference engine wraps handlers, the weaver inserts calls. Hooks are plain callables
whose first argument is the point's site; they return None, or an object whose `value` is a replacement. A hook may have
three attributes: `answers`, False if it never answers anything; `direct`, what can be called one by one in its place;
`once`, if it has nothing to do a second time at a site, the operands that it looks at (of `branch`, at each outcome).
"""

from __future__ import annotations

from bytescope.code.instruction import Lowered
from bytescope.startup.stdlib_lite import Any, Callable, field, record

Hook = Callable[..., Any]

NEVER, MAYBE, ALWAYS = "never", "maybe", "always"
"""Whether something answers with a replacement."""


@record(frozen=True, slots=True)
class Direct:
    """What can be called in the place of a hook, because it runs no code of the program's and raises nothing else.

    function, instance: what is called, and its first argument; live: empty once nobody wants to be told any more;
    answers: NEVER, MAYBE or ALWAYS; lowered: its code, if that is one straight run of instructions without variables.
    """

    function: Callable[..., Any]
    instance: Any
    live: list[bool]
    answers: str
    lowered: Lowered | None


class Unwrapped:
    """What calls a hook's only analysis without the hook, which has it as its attribute `unwrapped`.

    method: the analysis's method, with the hook's parameters; thread: its `busy` is a list of one truth value, this
    thread's: whether an analysis is at work. Then nobody is told of anything; it is true while the method is called;
    judged: makes of site, last argument and an answer other than None what the hook would return; failed: makes of site
    and what was raised meanwhile what the hook would raise.
    """

    __slots__ = ("failed", "judged", "method", "thread")

    def __init__(
        self,
        method: Hook,
        thread: Any,
        judged: Callable[[Any, Any, Any], Any],
        failed: Callable[[Any, BaseException], BaseException],
    ) -> None:
        self.method = method
        self.thread = thread
        self.judged = judged
        self.failed = failed


@record(slots=True)
class Point:
    """What is called at one instruction.

    site: first argument of the hooks; before, after: around the instruction's primitive; branch: once its condition
    is known; branch_when: the only outcome that `branch` wants to know of, None for both (the hook knows by itself, but
    an engine can spare the call); instruction: before it is executed; line: when execution comes to its line;
    loop: when it goes back to the header of a loop, whose site is `loop_site`; again: when it goes back to a line that
    begins there for who goes back to it, whose site is `again_site`; enter: when the frame begins here;
    leave, suspend, resume: when it is left, suspended, resumed here.
    """

    site: Any
    before: Hook | None = None
    after: Hook | None = None
    branch: Hook | None = None
    branch_when: bool | None = None
    instruction: Hook | None = None
    line: Hook | None = None
    loop: Hook | None = None
    again: Hook | None = None
    enter: Hook | None = None
    leave: Hook | None = None
    suspend: Hook | None = None
    resume: Hook | None = None
    loop_site: Any = None
    again_site: Any = None

    def __bool__(self) -> bool:
        return (
            self.before or self.after or self.branch or self.instruction or self.line or self.loop or self.again
            or self.enter or self.leave or self.suspend or self.resume
        ) is not None  # fmt: skip


@record(slots=True)
class Plan:
    """The points of a code object by instruction index, and what is called when exceptions come, stay or go.

    raised, handled, unwound: hooks (site, exception), or None; site: makes the site of an instruction.
    """

    site: Callable[[int], Any]
    points: dict[int, Point] = field(default_factory=dict)
    raised: Hook | None = None
    handled: Hook | None = None
    unwound: Hook | None = None

    def __bool__(self) -> bool:
        return bool(self.points or self.raised or self.handled or self.unwound)

    @property
    def exceptions(self) -> bool:
        """Whether anybody wants to know of exceptions."""
        return bool(self.raised or self.handled or self.unwound)
