"""The table that `run --stats` prints."""

from __future__ import annotations

import sys

from bytescope.machine.vm import VM


def stats(vm: VM) -> str:
    """Return a table of the instructions that a VM has executed, by kind."""
    kinds = vm.kinds
    total = sum(kinds.values())
    width = max([len("instruction"), *map(len, kinds)])
    lines = [
        f"{_number(vm.functions, 'function')}, {total:,} instructions of {len(kinds)} kinds",
        f"{'instruction':{width}}  {'executed':>14}  {'share':>6}",
        *(f"{kind:{width}}  {count:14,}  {count / total:6.1%}" for kind, count in kinds.items()),
    ]
    return "\n".join(lines) + "\n"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def print_stats(vm: VM) -> None:
    """Print the table on standard error, behind everything that the program has printed."""
    if sys.stderr is not None:
        sys.stderr.write("\n" + stats(vm))
        sys.stderr.flush()
