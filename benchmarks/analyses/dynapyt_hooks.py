"""Analyses for DynaPyt that do nothing, as those in `callbacks` for bytescope."""

from __future__ import annotations

from typing import Any

from dynapyt.analyses.BaseAnalysis import BaseAnalysis


class Branches(BaseAnalysis):
    """A callback on every branch."""

    def enter_control_flow(self, *given: Any) -> None:
        pass


class CallEvents(BaseAnalysis):
    """A callback on every call."""

    def pre_call(self, *given: Any) -> None:
        pass


class Replacing(BaseAnalysis):
    """Every result of an operator, a comparison and a subscript is replaced (by what it was)."""

    def binary_operation(self, *given: Any) -> Any:
        return given[-1]

    comparison = read_subscript = binary_operation


class EveryPrimitive(BaseAnalysis):
    """A callback on everything."""

    def runtime_event(self, *given: Any) -> None:
        pass
