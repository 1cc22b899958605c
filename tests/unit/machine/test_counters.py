"""Hotness counters put traces in the handlers' place."""

from typing import Any

import pytest

import bytescope
from bytescope.machine.jit import counters


def test_trace_is_dropped_if_the_program_was_linked_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another thread does that attaches or detaches: a trace with the hooks of before would go on calling them."""
    compile_trace = counters.compile_trace
    dropped: list[Any] = []

    def compile_and_link(program: Any, index: int, R: list[Any]) -> Any:
        made = compile_trace(program, index, R)
        program.link()
        dropped.append((program, made))
        return made

    monkeypatch.setattr(counters, "compile_trace", compile_and_link)
    vm = bytescope.VM()
    vm.exec("def count():\n    n = 0\n    for i in range(1000):\n        n += i\n    return n")
    assert vm.call(vm.globals["count"]) == 499500
    assert any(made for _, made in dropped)
    assert not [made for program, made in dropped if made in program.ops]
