"""Request sites: the places of a resident frame that perform operations, and which instructions share them."""

from __future__ import annotations

import types
from _bisect import bisect_right

from bytescope.code.instruction import Lowered, Position
from bytescope.flow.verify import Verified, jumps_back
from bytescope.startup.stdlib_lite import Any

_FREQUENT = frozenset({"CALL", "CALL_KW", "YIELD", "SEND", "FOR_ITER"})
_FREQUENT_WEIGHT = 16
"""Other instructions' sites are for rare operands, or for exceptions."""


class RequestSite:
    """A place in the resident frame where one operation can be performed.

    kind, number: the operation, see `Trampoline.emit_site`; depth: number of exceptions being handled there; position:
    that of the guest instruction; guarded: whether the guest has a handler there; weight: how important it is that the
    site is found fast.
    """

    __slots__ = ("depth", "guarded", "kind", "label", "number", "position", "weight")

    def __init__(self, kind: str, number: int, depth: int, position: Position | None, guarded: bool) -> None:
        self.kind = kind
        self.number = number
        self.depth = depth
        self.position = position
        self.guarded = guarded
        self.label = -1
        self.weight = 1


class RequestSites:
    """The request sites of a code object; a request names one by its index.

    sites: all sites; numbers: by instruction, the indices of its sites, which instructions at one position share;
    exits: by depth of handling, the site where the frame is left with an exception; exit_lines: the lines at which
    that may be, where the host does not take them from an offset; returns: by instruction, the site of a `return` in
    another line than the last one; suspensions: the sites where the frame is suspended; native_offsets: by site, its
    offset in the resident code object, in code units, set when that is assembled;
    native_ends: where sequences of sites end there.
    """

    def __init__(
        self,
        code: types.CodeType,
        lowered: Lowered,
        verified: Verified,
        handlers_at: list[Any],
        kinds: list[list[tuple[str, int]]],
    ) -> None:
        """Allocate the sites.

        Args:
            code: the guest code object.
            lowered: the code, lowered.
            verified: its operand depths and handlers.
            handlers_at: by instruction, the region that its exceptions go to.
            kinds: by instruction, kind and number of the sites that it needs.
        """
        self.instructions = lowered.instructions
        self.verified = verified
        self.first_line = code.co_firstlineno
        self.handlers_at = handlers_at
        self.sites: list[RequestSite] = []
        self.numbers: list[tuple[int, ...]] = []
        self.exits: dict[int, int] = {}
        self.fallbacks: dict[int, int] = {}
        self.returns: dict[int, int] = {}
        self.native_offsets: list[int] = []
        self.native_ends: list[int] = []
        self._origins: list[int] = []
        self._by_offset: list[tuple[int, int]] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self._lines: dict[int, int] = {}
        self._allocate(kinds)
        suspending = ("suspend", "delegate")
        self.suspensions = frozenset(number for number, site in enumerate(self.sites) if site.kind in suspending)

    def _allocate(self, kinds: list[list[tuple[str, int]]]) -> None:
        verified = self.verified
        for index, instruction in enumerate(self.instructions):
            if verified.depths[index] < 0:
                self.numbers.append(())
                continue
            guarded = self.handlers_at[index] is not None
            needed = kinds[index]
            if jumps_back(instruction, index):  # for interrupts, and there may be no other site in the loop
                needed = [("raise", 1)]
            depth, position = verified.handled[index], instruction.position
            op = "CALL" * instruction.op.startswith("CALL")
            numbers = tuple(self._site(kind, number, depth, position, guarded, op) for kind, number in needed)
            self.numbers.append(numbers)
            if instruction.op in _FREQUENT:
                for each in numbers:
                    self.sites[each].weight = _FREQUENT_WEIGHT
        lines = [(instruction.position or (None,))[0] for instruction in self.instructions]
        self.exit_lines = list(dict.fromkeys([*lines, None]))
        first_position = self.instructions[0].position or (self.first_line, self.first_line, None, None)
        for depth in range(max(verified.handled) + 1):
            self.exits[depth] = self._add(RequestSite("exit", 0, depth, None, False))
            self.fallbacks[depth] = self._add(RequestSite("raise", 1, depth, first_position, True))
        self._add_return_sites()
        self._add_line_sites()  # at last, so that `co_lines()` ends with the last line

    def _site(self, kind: str, number: int, depth: int, position: Position | None, guarded: bool, op: str = "") -> int:
        """Return the index of a site, which is added if there is none like it for the same operation."""
        guarded = guarded or kind == "protocol"  # a protocol catches what its calls raise
        key = (kind, number, depth, position, guarded, op)
        if kind in ("suspend", "delegate") or key not in self._known:
            self._known[key] = self._add(RequestSite(kind, number, depth, position, guarded))
        return self._known[key]

    def _add(self, site: RequestSite) -> int:
        self.sites.append(site)
        return len(self.sites) - 1

    def _add_return_sites(self) -> None:
        """Add a site for each `return` in another line than the last one, where the frame returns otherwise."""
        last = (self.return_position or (None,))[0]
        for index, instruction in enumerate(self.instructions):
            line = (instruction.position or (None,))[0]
            if instruction.op == "RETURN" and line not in (None, last) and not self.verified.handled[index]:
                self.returns[index] = self._site("return", 0, 0, instruction.position, False)

    def _add_line_sites(self) -> None:
        """Add an idle site where a line starts, which the following instructions of the line share.

        Exception handlers and jumps without a line have one, too: callbacks of `sys.monitoring` are told of them.
        """
        idle: dict[tuple[int, int, bool], int] = {}
        previous: int | None = None
        targets = {i.target for i in self.instructions}
        for index, instruction in enumerate(self.instructions):
            line = instruction.position[0] if instruction.position else None
            if line is not None and self.verified.depths[index] >= 0:
                depth, guarded = self.verified.handled[index], self.handlers_at[index] is not None
                key = line, depth, guarded
                if line != previous or index in targets:
                    idle[key] = self._site("event", 0, depth, instruction.position, guarded)
                if key in idle:
                    self._lines[index] = idle[key]
            elif self.verified.depths[index] >= 0 and (instruction.op == "PUSH_EXC_INFO" or instruction.target):
                depth, guarded = self.verified.handled[index], self.handlers_at[index] is not None
                self._lines[index] = self._site("event", 0, depth, None, guarded)
            previous = None if instruction.op == "RESUME" else line

    @property
    def return_position(self) -> Position | None:
        """Position of the last return, where the frame appears to be after it has returned."""
        for instruction, depth in zip(reversed(self.instructions), reversed(self.verified.depths), strict=True):
            if instruction.op == "RETURN" and depth >= 0:
                return instruction.position
        return None

    def delegates_at(self, lasti: int) -> bool:
        """Return True if a resident frame delegates to another generator where it is.

        Args:
            lasti: its last instruction, an offset in bytes.
        """
        if not self._by_offset:
            self._by_offset = sorted((offset, number) for number, offset in enumerate(self.native_offsets))
        place = bisect_right(self._by_offset, (lasti // 2, len(self.sites))) - 1
        return place >= 0 and self.sites[self._by_offset[place][1]].kind == "delegate"

    def line_site(self, index: int) -> int | None:
        """Return the site for the call of something at the line of an instruction, None if there is none."""
        return self._lines.get(index)

    def origin(self, native_offset: int) -> int:
        """Return the instruction that an instruction of the resident code object works for, -1 if there is none.

        Args:
            native_offset: offset of the latter, in bytes. Where it works for several, which share a site, the first.
        """
        origins = self._origins = self._origins or self._find_origins()
        return origins[native_offset // 2] if 0 <= native_offset < 2 * len(origins) else -1

    def _find_origins(self) -> list[int]:
        """Return the instruction that each code unit of the resident code object, up to the last site, works for."""
        owners = {number: index for sites in (self._lines, self.returns) for index, number in reversed(sites.items())}
        for index in reversed(range(len(self.instructions))):
            owners.update(dict.fromkeys(self.numbers[index], index))
        bounds = {offset: owners.get(number, -1) for number, offset in enumerate(self.native_offsets)}
        bounds |= dict.fromkeys(self.native_ends, -1)
        origins: list[int] = []
        owner = -1
        for offset in sorted(bounds):
            origins += [owner] * (offset - len(origins))
            owner = bounds[offset]
        return [*origins, owner]

    def raising_site(self, index: int) -> int | None:
        """Return a site that can raise: of an instruction, or of one near it, in its line if possible."""
        number = self._own_raising_site(index)
        if number is not None:
            return number
        handled, handlers = self.verified.handled, self.verified.handlers
        lines = [(instruction.position or (None,))[0] for instruction in self.instructions]
        near = sorted(range(len(lines)), key=lambda other: (lines[other] != lines[index], abs(other - index)))
        for other in near:
            if handled[other] == handled[index] and handlers[other] is handlers[index]:
                number = self._own_raising_site(other)
                if number is not None:
                    return number
        return None

    def _own_raising_site(self, index: int) -> int | None:
        for number in self.numbers[index]:
            site = self.sites[number]
            if (
                site.kind in ("any", "protocol")
                or (site.kind == "call" and site.number)
                or (site.kind, site.number) == ("raise", 1)
            ):
                return number
        return None
