"""The host's instructions behind the lowered ones, for whoever puts something between them.

A *group* is what cannot be parted without being written anew: raw instructions (mostly one) that were lowered together,
and the lowered instructions (mostly one) that they became. Where a raw instruction became several, `parts` says which
raw instructions do the work of each.
"""

from __future__ import annotations

import types

from bytescope.code.errors import InvalidBytecode
from bytescope.code.host import facts
from bytescope.code.instruction import Lowered
from bytescope.startup.stdlib_lite import Callable, Iterable, record

__all__ = ["PUSH_LOCALS", "PUSH_NONE", "Group", "Raw", "check_neighbours", "groups_of", "parts"]

Raw = tuple[int, int]
"""Opcode and argument; or one of the following, which no single raw instruction does on every host."""
PUSH_NONE: Raw = (-1, 0)
PUSH_LOCALS: Raw = (-2, 0)

_JOINS_NEXT = frozenset(facts.OPMAP[name] for name in ("KW_NAMES", "PRECALL") if name in facts.OPMAP)
_PREPARES = facts.OPMAP.get("PRECALL")
_PREPARED = frozenset() if _PREPARES is None else frozenset({facts.OPMAP["CALL"]})
_JOINED = frozenset(facts.OPMAP[name] for name in ("PRECALL", "CALL") if name in facts.OPMAP)
_JOINS_LAST = frozenset(facts.OPMAP[name] for name in ("SET_FUNCTION_ATTRIBUTE",) if name in facts.OPMAP)
_LENDS = {opcode: facts.OPMAP[name.replace("_BORROW", "")] for name, opcode in facts.OPMAP.items() if "_BORROW" in name}
"""Opcodes that push without taking part in ownership, to those that do; only the latter may be followed by anything."""


@record(slots=True)
class Group:
    """Raw instructions and what they became.

    Attributes:
        offset: byte offset of the first raw instruction.
        raws: the raw instructions, EXTENDED_ARGs and caches aside.
        first: index of the first lowered instruction.
        count: the number of lowered instructions.
        target: byte offset of the raw instruction that it names, or None.
    """

    offset: int
    raws: list[Raw]
    first: int
    count: int = 0
    target: int | None = None


def groups_of(lowered: Lowered) -> list[Group]:
    """The groups of a code object, in order.

    Args:
        lowered: the lowered code object; that it could be lowered says that the raw bytecode is well-formed.

    Raises:
        InvalidBytecode: if what prepares a call is not followed by one, or the code is of another version.
    """
    if facts.version_of(lowered.code) is not facts.VERSION:
        raise InvalidBytecode(lowered.code.co_qualname, None, f"only code of CPython {facts.HOST} has groups here")
    raw = lowered.code.co_code
    counts: dict[int, int] = {}
    for instruction in lowered.instructions:
        counts[instruction.offset] = counts.get(instruction.offset, 0) + 1
    caches, extended = facts.CACHES, facts.EXTENDED_ARG
    backward, targeted = facts.BACKWARD, facts.TARGETED
    found: list[Group] = []
    joining: Group | None = None
    arg = start = offset = index = 0
    while offset < len(raw):
        opcode = raw[offset]
        arg |= raw[offset + 1]
        at = offset
        offset += 2 + 2 * caches[opcode]
        if opcode == extended:
            arg <<= 8
            continue
        if joining and opcode not in _JOINED:
            raise InvalidBytecode(
                lowered.code.co_qualname, at, f"{facts.OPNAME[opcode]} stands where a call is prepared"
            )
        if opcode in _JOINS_LAST:
            found[-1].raws.append((opcode, arg))
        else:
            group = joining or Group(start, [], index)
            group.raws.append((_LENDS.get(opcode, opcode), arg))
            group.count += counts.get(at, 0)
            if opcode in targeted:
                group.target = offset + 2 * (-arg if opcode in backward else arg)
            joining = group if opcode in _JOINS_NEXT else None
            if joining is None:
                index += group.count
                found.append(group)
        arg = 0
        start = offset
    return found


def check_neighbours(code: types.CodeType, groups: list[Group], handlers: Iterable[int]) -> None:
    """Make sure that what the host takes for granted behind an instruction, or where it jumps to, is there.

    Args:
        code: the code object.
        groups: its groups.
        handlers: the offsets at which its handlers begin.

    Raises:
        InvalidBytecode: if something else is there, or control comes there from elsewhere, too.
    """
    wanted: int | None = None
    targets = {group.target for group in groups}.union(handlers)
    first = {group.offset: group.raws[0][0] for group in groups}
    for group in groups:
        if group.target is not None and group.target not in first:
            raise InvalidBytecode(code.co_qualname, group.offset, "jump into the middle of an instruction group")
        landing = facts.LANDINGS.get(group.raws[-1][0])
        if landing is not None and first.get(group.target or 0) != landing:
            raise InvalidBytecode(code.co_qualname, group.offset, f"a jump that does not go to {facts.OPNAME[landing]}")
        if wanted is not None and group.offset in targets:
            raise InvalidBytecode(code.co_qualname, group.offset, "jump between instructions that must stay together")
        prepared: int | None = None
        for opcode, arg in group.raws:
            if wanted is not None and opcode != wanted:
                reason = f"{facts.OPNAME[opcode]} where the host takes {facts.OPNAME[wanted]} for granted"
                raise InvalidBytecode(code.co_qualname, group.offset, reason)
            if prepared not in (None, arg):
                reason = f"a call of {arg} arguments, prepared for {prepared}"
                raise InvalidBytecode(code.co_qualname, group.offset, reason)
            if prepared is None and opcode in _PREPARED:
                raise InvalidBytecode(code.co_qualname, group.offset, "CALL without PRECALL")
            prepared = arg if opcode == _PREPARES else None
            wanted = facts.FOLLOWERS.get(opcode)


def parts(group: Group, code: types.CodeType) -> list[list[Raw]]:
    """The raw instructions that do the work of each lowered instruction of a group.

    Args:
        group: the group.
        code: the code object that it is of.

    Returns:
        A list for each lowered instruction. An empty one is for a constant that the host does not push (the keyword
        names of a call, up to 3.12).
    """
    if group.count == 1:
        return [group.raws]
    opcode, arg = group.raws[0]
    if opcode in facts.TWO_VARIABLES:
        first, second = facts.TWO_VARIABLES[opcode]
        return [[(first, arg >> 4)], [(second, arg & 15)]]
    return [list(each) for each in _PARTS[facts.OPNAME[opcode]](group, arg)]


def _op(name: str, arg: int = 0) -> list[Raw]:
    return [(facts.OPMAP[name], arg)]


def _compare(group: Group, arg: int) -> list[list[Raw]]:
    return [_op("COMPARE_OP", arg & ~facts.BEHAVIOUR.compare_to_bool), _op("TO_BOOL")]


def _format_value(group: Group, arg: int) -> list[list[Raw]]:
    """A conversion alone is a FORMAT_VALUE too: a string is formatted as itself."""
    convert = [_op("FORMAT_VALUE", arg & 3)] if arg & 3 else []
    if not arg & 4:
        return [*convert, _op("FORMAT_VALUE", 0)]
    swap = [_op("SWAP", 2)] if convert else []
    return [*swap, *convert, *swap, _op("FORMAT_VALUE", 4)]


def _jump_or_pop(group: Group, arg: int) -> list[list[Raw]]:
    name = "TRUE" if "TRUE" in facts.OPNAME[group.raws[0][0]] else "FALSE"
    return [_op("COPY", 1), _op(f"POP_JUMP_FORWARD_IF_{name}", arg), _op("POP_TOP")]


_PARTS: dict[str, Callable[[Group, int], list[list[Raw]]]] = {
    "COMPARE_OP": _compare,
    "RETURN_CONST": lambda group, arg: [_op("LOAD_CONST", arg), _op("RETURN_VALUE")],
    "END_FOR": lambda group, arg: [_op("POP_TOP")] * group.count,
    "FORMAT_VALUE": _format_value,
    "JUMP_IF_TRUE_OR_POP": _jump_or_pop,
    "JUMP_IF_FALSE_OR_POP": _jump_or_pop,
    "KW_NAMES": lambda group, arg: [[], group.raws],
    "PRINT_EXPR": lambda group, arg: [[*group.raws, PUSH_NONE], _op("POP_TOP")],
    "IMPORT_STAR": lambda group, arg: [[*group.raws, PUSH_NONE], _op("POP_TOP")],
    "LOAD_CLASSDEREF": lambda group, arg: [[PUSH_LOCALS], [*group.raws, *_op("SWAP", 2), *_op("POP_TOP")]],
}
