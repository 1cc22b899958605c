"""Expressions and assignments in a frame of a program that waits: real ones, executed in its thread."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any

from bytescope.machine.handler_namespace import UNBOUND
from bytescope.machine.registers import GLOBALS, LOCALS
from bytescope.machine.resident import resident
from bytescope.recording.tape import ABSENT, CONTENTS, EDITED, Object

if TYPE_CHECKING:
    from bytescope.recording.recorder import Recorder
    from bytescope.recording.state import Frame

__all__ = ["EVALUATED", "EvaluationFailed", "Evaluator"]

EVALUATED = "<evaluated>"
"""The file name of what is evaluated."""

_VALUE = "__value__"


class EvaluationFailed(Exception):
    """An expression evaluated in the program has raised an exception.

    exception: it, as the recording has it.
    """

    def __init__(self, error: BaseException, exception: Object) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.exception = exception


class Evaluator:
    """Evaluates in the thread of the program, whose instructions are not recorded meanwhile; what they change is.

    Args:
        recorder: the recorder of the program.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def evaluate(self, text: str, frame: Frame) -> Any:
        """Return the value of an expression in a frame, as the recording has it."""
        parsed = _parsed(text, "eval").body
        return self._noted(text, frame, lambda: self._value(parsed, frame))

    def set(self, target: str, text: str, frame: Frame) -> Any:
        """Set what a text means in a frame to the value of an expression, and return the value."""
        node = _parsed(target, "eval").body
        value = _parsed(text, "eval").body
        if isinstance(node, ast.Name):
            return self._noted(
                f"{target} = {text}", frame, lambda: self._bind(node.id, self._value(value, frame), frame)
            )
        if not isinstance(node, (ast.Attribute, ast.Subscript)):
            raise ValueError(f"{target!r} is no name, attribute or item")
        statement = _parsed(f"{target} = {_VALUE}", "exec").body[0]
        back = ast.Return(ast.Name(_VALUE, ast.Load()))

        def assign() -> Any:
            found = self._value(value, frame)
            return self._run([statement, back], frame, {_VALUE: found})

        return self._noted(f"{target} = {text}", frame, assign)

    def _noted(self, text: str, frame: Frame, function: Any) -> Any:
        """Call a function; note what it changes as the user's doing, at the step that is about to be executed."""
        recorder = self._recorder
        tape = recorder.tape
        before = len(tape.log)
        try:
            value = function()
        except BaseException as error:
            error.__traceback__ = None
            raise EvaluationFailed(error, recorder.token(error)) from None
        else:
            return recorder.token(value)
        finally:
            entries = (len(tape.log) - before) // 4
            if entries:
                recorder.log((frame.number, EDITED, entries, text))
                rows = tape.recent or tape.rows
                rows[-1] = len(tape.log)

    def _value(self, expression: ast.expr, frame: Frame) -> Any:
        return self._run([ast.Return(expression)], frame, {})

    def _run(self, body: list[Any], frame: Frame, more: dict[str, Any]) -> Any:
        """Execute statements as the body of a function whose parameters are the frame's variables."""
        R = self._registers(frame)
        variables = self._variables(frame, R) | more
        tree = _Private(frame.class_name, variables, next(iter(variables), None)).visit(
            ast.Module([_function(list(variables), body)], [])
        )
        module = compile(ast.fix_missing_locations(tree), EVALUATED, "exec", dont_inherit=True)
        code = next(each for each in module.co_consts if type(each) is types.CodeType)
        return types.FunctionType(resident(code), R[GLOBALS])(*variables.values())

    def _registers(self, frame: Frame) -> list[Any]:
        registers = (self._recorder.registers or {}).get(frame.number)
        if registers is None:
            raise RuntimeError(f"the frame of {frame.code.name} is not on the stack of a thread that waits")
        return registers

    def _variables(self, frame: Frame, R: list[Any]) -> dict[str, Any]:
        namespace = R[LOCALS]
        found: dict[str, Any] = {}
        if type(namespace) is dict and namespace is not R[GLOBALS]:
            found.update(
                (name, value) for name, value in namespace.items() if type(name) is str and name.isidentifier()
            )
        for variable in frame.code.variables:
            cell = R[variable.slot]
            if type(cell) is not types.CellType or not variable.name.isidentifier():
                continue
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            if value is not UNBOUND:
                found[variable.name] = value
        return found

    def _bind(self, name: str, value: Any, frame: Frame) -> Any:
        """Bind a name where it lives."""
        recorder, R = self._recorder, self._registers(frame)
        if name.startswith("__") and not name.endswith("__") and frame.class_name is not None:
            name = f"_{frame.class_name.lstrip('_')}{name}"
        for variable in frame.code.variables:
            cell = R[variable.slot]
            if variable.name != name or type(cell) is not types.CellType:
                continue
            cell.cell_contents = value
            known = frame.slots.get(variable.slot, ABSENT)
            if variable.scope != "local" and type(known) is Object and known.kind == "cell":
                recorder.objects.write(known, CONTENTS, recorder.token(value))
            else:
                recorder.variable(frame.number, variable.slot, value)
            return value
        namespace = R[LOCALS]
        if type(namespace) is not dict:
            if name not in R[GLOBALS]:
                raise NameError(f"{frame.code.name} has no variable {name!r}, and there is no global of that name")
            namespace = R[GLOBALS]
        namespace[name] = value
        recorder.objects.name(namespace, name)
        return value


def _parsed(text: str, mode: str) -> Any:
    try:
        return ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} is no expression: {error}") from None


def _function(parameters: list[str], body: list[Any]) -> ast.FunctionDef:
    made = ast.parse("def evaluated(): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.args.args = [ast.arg(name) for name in parameters]
    made.body = body
    return made


class _Private(ast.NodeTransformer):
    """Gives names the meaning that they have in the class: private ones, and `super()`."""

    def __init__(self, class_name: str | None, variables: dict[str, Any], first: str | None) -> None:
        self._class, self._variables, self._first = class_name, variables, first

    def _mangled(self, name: str) -> str:
        if self._class is None or not name.startswith("__") or name.endswith("__"):
            return name
        return f"_{self._class.lstrip('_')}{name}"

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self._mangled(node.attr)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._mangled(node.id)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        bare = isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and not node.keywords
        if bare and self._first is not None and "__class__" in self._variables:
            node.args = [ast.Name("__class__", ast.Load()), ast.Name(self._first, ast.Load())]
        return self.generic_visit(node)
