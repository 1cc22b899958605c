"""Sessions: programs that are run with tools, one after the other, in one namespace."""

from __future__ import annotations

import ast
import itertools
import linecache
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from bytescope.analysis import AnalysisError, attach
from bytescope.ifc.control import Flow
from bytescope.ifc.entry import Entry
from bytescope.ifc.labels import Label, Source, label_of
from bytescope.ifc.namespace import IMPORTS, builtins_of
from bytescope.ifc.policy import ALLOW, Call, Decision, Policy, guard
from bytescope.ifc.refusal import refuse
from bytescope.ifc.tools import Labelled, Tool
from bytescope.ifc.values import unwrap
from bytescope.machine.vm import VM
from bytescope.shadow.active import current
from bytescope.shadow.reachability import reaching
from bytescope.taint.origins import Place
from bytescope.taint.spans import is_text, tags_of

_numbers = itertools.count(1)
_RESULT = "__result__"

Asked = Callable[[Call, Decision], bool]
"""Answers the question of a policy: whether a call may happen."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a program.

    Attributes:
        value: that of its last statement, if it is an expression, else None.
        label: where it comes from.
    """

    value: Any
    label: Label


@dataclass(frozen=True, slots=True)
class Decided:
    """A call of a tool, and what was decided.

    Attributes:
        call: the call.
        decision: of the policy.
        allowed: whether it has happened: after a question, what was answered.
    """

    call: Call
    decision: Decision
    allowed: bool


class Session:
    """A namespace in which programs run that call tools: a context manager.

    The programs are executed by bytescope's machine, which labels each value with the sources that it was made of. At
    each call of a tool the policy is asked first.

        with ifc.Session([read_mail, send_mail], ask=ask_the_user) as session:
            session.run("send_mail(to='ada@example.org', text=read_mail(1))")

    Args:
        tools: the tools; functions are made tools that act and are not trusted.
        policy: what is asked at each call.
        ask: answers where the policy says so; by default nobody is asked, and the call is denied.
        imports: names of modules that programs may import; `name.*` with all below.
        builtins: further builtin functions that programs have, of those that are withheld by default, by name.
        limits: those of `bytescope.VM`: max_instructions, max_depth, timeout, max_memory.

    Attributes:
        decided: all calls of tools, in order, with what was decided.
    """

    def __init__(
        self,
        tools: Iterable[Tool | Callable[..., Any]],
        *,
        policy: Policy = guard,
        ask: Asked | None = None,
        imports: Iterable[str] = IMPORTS,
        builtins: Iterable[str] = (),
        **limits: Any,
    ) -> None:
        self.tools = {each.name: each for each in (one if isinstance(one, Tool) else Tool(one) for one in tools)}
        for what, given in (("policy", policy), ("ask", ask)):
            if given is not None and not callable(given):
                raise TypeError(f"{what} must be a function, and {given!r} is of type {type(given).__name__}")
        self.policy, self.ask, self.decided = policy, ask, list[Decided]()
        self._vm = VM(**limits)
        self._name = f"<program {next(_numbers)}>"
        self._namespace: dict[str, Any] = {
            "__name__": self._name,
            "__builtins__": builtins_of(tuple(imports), frozenset(builtins)),
            **{each.name: Entry(each, self) for each in self.tools.values()},
        }
        self.flow = Flow(self._name)
        self._attachment: attach | None = None
        self._runs = 0
        self._ended = False

    # --- while it is open

    def __enter__(self) -> Self:
        if self._attachment is not None:
            raise RuntimeError("this session is open already: make another one for another program")
        if self._ended:
            raise RuntimeError("this session has ended, and its labels are gone: make another one")
        self._attachment = attach(self.flow, engine="interpreter", include=[self._name])
        self._attachment.__enter__()
        runtime = current()
        if not runtime.shadows_exist:  # tools need to know of each call where its arguments are
            runtime.shadows_exist.append(True)
            runtime.events.first_shadow()
        self._vm.exec(compile("", self._name, "exec"), self._namespace)  # the attachment has observed something
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        attachment, self._attachment = self._attachment, None
        if attachment is not None:
            self._ended = True
            attachment.__exit__(kind, error, trace)

    def __setitem__(self, name: str, value: Any) -> None:
        """Set a variable of the programs'.

        Args:
            name: of the variable.
            value: its value, which may be `Labelled`, or hold what is; otherwise it is trusted, and for everyone.
        """
        heap = self._open().heap
        plain, shadow = unwrap(value, heap, lambda each: self.shadow_of(each, Place(self._name, 0, "<module>")))
        self._namespace[name] = plain
        heap.set_item(self._namespace, name, plain, shadow)

    def __getitem__(self, name: str) -> Outcome:
        """Return a variable of the programs', with its label."""
        heap = self._open().heap
        value = self._namespace[name]
        return Outcome(value, label_of(tags_of(reaching(heap, value, heap.item(self._namespace, name)))))

    @property
    def control(self) -> Label:
        """The label of all that has decided where the programs went."""
        return label_of(self.flow.control)

    def run(self, program: str) -> Outcome:
        """Run a program.

        Args:
            program: its source.

        Returns:
            The value of its last statement, if that is an expression, with its label.

        Raises:
            TypeError: if it is no text.
            SyntaxError: if it is no program.
            Refused: if it uses a name that shows the insides of functions, frames or tools.
            Exception: what it does not handle, `Denied` among it.
            BudgetExceeded: if it has exceeded a limit.
        """
        self._open()
        if not isinstance(program, str):
            raise TypeError(f"a program must be a text, not {type(program).__name__}: decode it")
        self._runs += 1
        filename = f"{self._name[:-1]}.{self._runs}>"
        tree = ast.parse(program, filename)
        refuse(tree)
        if tree.body and isinstance(last := tree.body[-1], ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Assign([ast.Name(_RESULT, ast.Store())], last.value), last)
            ast.fix_missing_locations(tree)
        linecache.cache[filename] = len(program), None, program.splitlines(True), filename
        self[_RESULT] = None
        self._vm.exec(compile(tree, filename, "exec", dont_inherit=True), self._namespace)
        return self[_RESULT]

    # --- for tools

    def shadow_of(self, value: Labelled, place: Place) -> Any:
        """Return the shadow of a labelled value that a program gets at a place."""
        kept = value.value if is_text(value.value) else ""
        source = Source(value.origin, place, kept, trusted=value.trusted, readers=value.readers)
        return frozenset({source})

    def allows(self, call: Call) -> Decision:
        """Ask the policy, and whoever answers questions.

        Args:
            call: the call.

        Returns:
            `ALLOW`, or the decision because of which it may not happen.

        Raises:
            AnalysisError: if one of them fails: the program ends.
        """
        decision = self._asked("policy", self.policy, call)
        if not isinstance(decision, Decision):
            name = getattr(self.policy, "__name__", repr(self.policy))
            raise self._failed(
                AnalysisError(
                    f"policy {name} answered {decision!r} to {call}: it must return ALLOW, deny(...) or ask(...)", name
                )
            )
        allowed = decision.verdict == "allow"
        if decision.verdict == "ask" and self.ask is not None:
            allowed = self._asked("ask", self.ask, call, decision) is True
        self.decided.append(Decided(call, decision, allowed))
        return ALLOW if allowed else decision

    def _asked(self, what: str, function: Callable[..., Any], call: Call, *more: Any) -> Any:
        try:
            return function(call, *more)
        except Exception as error:
            name = getattr(function, "__name__", repr(function))
            failure = AnalysisError(f"{what} {name} failed on {call}: {type(error).__name__}: {error}", name)
            raise self._failed(failure) from error

    def _failed(self, failure: AnalysisError) -> AnalysisError:
        """End the program, which cannot handle the failure."""
        assert self._attachment is not None
        for each in self._attachment.subscribers:
            each.failed(failure)
        return failure

    # --- of its own

    def _open(self) -> Any:
        if self._attachment is None:
            raise RuntimeError("the session is not open: use it in a with statement")
        return current()


__all__ = ["Decided", "Outcome", "Session"]
