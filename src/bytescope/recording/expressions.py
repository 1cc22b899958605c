"""Expressions over recorded values: nothing of the program is executed.

Names, attributes, items, comparisons, `and`, `or`, `not`, arithmetic and displays of atoms, `len`, `is`, `in` are
understood. What would run code of the program - a call, an operator of its objects, a property - is refused.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from bytescope.machine.handler_namespace import NULL, UNBOUND
from bytescope.recording.inspection import ATOMS
from bytescope.recording.showing import text_of
from bytescope.recording.state import Cursor, Frame
from bytescope.recording.tape import ABSENT, REDACTED, Object, Text

__all__ = ["NotRecorded", "attribute_slots", "evaluate", "expressions_in", "filled", "holds", "parse"]


class NotRecorded(Exception):
    """An expression cannot be evaluated on what is recorded: a name is unbound, or code of the program would run."""


_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}  # fmt: skip
_UNARY: dict[type, Callable[[Any], Any]] = {ast.UAdd: operator.pos, ast.USub: operator.neg, ast.Invert: operator.invert}
_COMPARED: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
_SEQUENCES = frozenset({"list", "tuple", "bytearray", "collections.deque"})
_SIZED = _SEQUENCES | {"dict", "set", "frozenset"}
_REFUSED = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
_LARGEST = 1 << 16
"""Length of the longest string that an expression may make."""


def parse(text: str) -> ast.expr:
    """Return the parsed text of an expression.

    Raises:
        ValueError: if it is none.
    """
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} is no expression: {error}") from None


def evaluate(expression: str | ast.expr, frame: Frame) -> Any:
    """Evaluate an expression in a frame of the past.

    Args:
        expression: the text, or what `parse` returned.
        frame: the frame.

    Returns:
        An atom, a string, an `Object` or a `Text`.

    Raises:
        ValueError: if the text is no expression.
        NotRecorded: if it cannot be evaluated.
    """
    parsed = parse(expression) if isinstance(expression, str) else expression
    try:
        return _Evaluation(frame).value(parsed)
    except _REFUSED as error:
        raise NotRecorded(f"{type(error).__name__}: {error}") from None


class _Evaluation:
    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.cursor: Cursor = frame.cursor

    def value(self, node: ast.expr) -> Any:
        found = getattr(self, f"_{type(node).__name__}", None)
        if found is None:
            raise NotRecorded(f"{ast.unparse(node)!r} would run code, which the past cannot")
        return found(node)

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        frame = self.frame
        for namespace in (frame.variables, frame.names, frame.globals):
            value = namespace.get(node.id, ABSENT)
            if value is not ABSENT:
                return value
        raise NotRecorded(f"the name {node.id!r} has no value here")

    def _Attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        name = node.attr
        if type(owner) is Object:
            contents = self.cursor.contents(owner)
            for slot in attribute_slots(name, self.frame):
                if slot in contents:
                    return contents[slot]
            raise NotRecorded(f"{ast.unparse(node.value)} ({owner.kind}) has no recorded attribute {name!r}")
        raise NotRecorded(f"{ast.unparse(node.value)} is {_kind(owner)}, whose attributes are not recorded")

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner, key = self.value(node.value), self.value(node.slice)
        if type(owner) is Object:
            contents = self.cursor.contents(owner)
            if type(key) is int and key < 0 and owner.kind in ("list", "tuple"):
                key += self.cursor.size(owner)
            if type(key) is not Object and key in contents:
                return contents[key]
            raise NotRecorded(f"{ast.unparse(node.value)} ({owner.kind}) has no recorded item {key!r}")
        return self._atom(owner, node.value)[key]

    def _BinOp(self, node: ast.BinOp) -> Any:
        function = _BINARY.get(type(node.op))
        if function is None:
            raise NotRecorded(f"the operator in {ast.unparse(node)!r} is not evaluated in the past")
        left, right = self._atom(self.value(node.left), node.left), self._atom(self.value(node.right), node.right)
        if isinstance(node.op, ast.Mult):
            for text, times in ((left, right), (right, left)):
                if isinstance(text, (str, bytes)) and isinstance(times, int) and len(text) * times > _LARGEST:
                    raise NotRecorded(f"{ast.unparse(node)!r} would be longer than {_LARGEST}")
        if isinstance(node.op, ast.Mod) and isinstance(left, (str, bytes)):
            raise NotRecorded(f"the operator in {ast.unparse(node)!r} is not evaluated in the past")
        return function(left, right)

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return not self.truth(node.operand)
        return _UNARY[type(node.op)](self._atom(self.value(node.operand), node.operand))

    def _BoolOp(self, node: ast.BoolOp) -> Any:
        for each in node.values:
            if self.truth(each) is isinstance(node.op, ast.Or):
                break
        return self.value(each)

    def _IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.truth(node.test) else node.orelse)

    def _Compare(self, node: ast.Compare) -> bool:
        left_node, left = node.left, self.value(node.left)
        for operation, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            if not self._compared(operation, left, left_node, right, right_node):
                return False
            left_node, left = right_node, right
        return True

    def _compared(self, operation: ast.cmpop, left: Any, left_node: ast.expr, right: Any, right_node: ast.expr) -> bool:
        if isinstance(operation, (ast.Is, ast.IsNot)):
            same = left is right or (type(left) in ATOMS and type(left) is type(right) and left == right)
            return same is isinstance(operation, ast.Is)
        if isinstance(operation, (ast.In, ast.NotIn)):
            return self._contains(right, right_node, left, left_node) is isinstance(operation, ast.In)
        return bool(_COMPARED[type(operation)](self._atom(left, left_node), self._atom(right, right_node)))

    def _contains(self, container: Any, node: ast.expr, item: Any, item_node: ast.expr) -> bool:
        if type(container) is not Object:
            return self._atom(item, item_node) in self._atom(container, node)
        if container.kind not in _SIZED or type(item) is Object:
            raise NotRecorded(f"whether {ast.unparse(item_node)} is in {ast.unparse(node)} would take code to find out")
        contents = self.cursor.contents(container)
        within = contents.values() if container.kind in _SEQUENCES else contents
        found = any(type(each) is not Object and each == item for each in within)
        if not found and not self.cursor.is_whole(container):
            raise NotRecorded(f"not all items of {ast.unparse(node)} are recorded")
        return found

    def _Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1 and not node.keywords:
            value = self.value(node.args[0])
            if type(value) is Text:
                return value.length
            if type(value) is Object and value.kind in _SIZED:
                return self.cursor.size(value)
            return len(self._atom(value, node.args[0]))
        raise NotRecorded(f"the call {ast.unparse(node)!r} would run code, which the past cannot")

    def truth(self, node: ast.expr) -> bool:
        """Return whether an expression is true."""
        value = self.value(node)
        if type(value) is Object:
            if value.kind in _SIZED:
                return bool(self.cursor.size(value))
            raise NotRecorded(f"whether {ast.unparse(node)} ({value.kind}) is true would take its code to find out")
        return value.length > 0 if type(value) is Text else bool(value)

    def _atom(self, value: Any, node: ast.expr) -> Any:
        if value is REDACTED:
            raise NotRecorded(f"the value of {ast.unparse(node)} is kept out of the recording")
        if type(value) in (Object, Text) or value is NULL or value is UNBOUND:
            raise NotRecorded(f"{ast.unparse(node)} is {_kind(value)}, whose operators would run code")
        return value


def attribute_slots(name: str, frame: Frame) -> tuple[str, str]:
    """Return the slots that an attribute may be in: those of a container's attributes begin with a dot."""
    if name.startswith("__") and not name.endswith("__") and (found := frame.class_name) is not None:
        name = f"_{found.lstrip('_')}{name}"
    return f".{name}", name


def _kind(value: Any) -> str:
    return f"of type {value.kind}" if type(value) in (Object, Text) else f"of type {type(value).__name__}"


def holds(expression: str | ast.expr, frame: Frame) -> bool:
    """Return whether an expression is true in a frame of the past; see `evaluate`."""
    parsed = parse(expression) if isinstance(expression, str) else expression
    try:
        return _Evaluation(frame).truth(parsed)
    except _REFUSED as error:
        raise NotRecorded(f"{type(error).__name__}: {error}") from None


_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


def expressions_in(text: str) -> list[str]:
    """Return the expressions in the braces of a text, see `filled`."""
    return [found for found in _BRACES.findall(text) if found]


def filled(text: str, frame: Frame) -> str:
    """Return a text with the expressions in its braces evaluated in a frame of the past; `{{` and `}}` are braces."""

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        value = evaluate(found[1], frame)
        return value if type(value) is str else text_of(value, frame.cursor)

    return _BRACES.sub(fill, text)
