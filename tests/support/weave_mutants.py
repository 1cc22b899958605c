"""Mutated code objects are woven with hooks for every event, or refused with `InvalidBytecode`.

    python -m tests.support.weave_mutants [--count N] [--seed N] [--shadows] [--largest N]

mutates code objects of the standard library as `tests.support.mutate` does, weaves those that the verifier takes, and
checks the stacks of what comes out (see `bytescope.weave.selfcheck`); with `--shadows` they keep shadows, and nobody is
told of an event. It prints how many were woven and refused, and
exits with 1 at the first that ends otherwise.
"""

from __future__ import annotations

import argparse
import sys
import types
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from random import Random
from unittest import mock

from bytescope.analyses.labels import Labels
from bytescope.analysis import NothingObserved, attach
from bytescope.analysis.base import AnalysisError
from bytescope.analysis.engines.woven import WOVEN
from bytescope.analysis.filters import Filters
from bytescope.analysis.planning.planner import Planner
from bytescope.analysis.subscriber import Subscriber
from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import HOST
from bytescope.code.lowering.lower import lower
from bytescope.flow.verify import verify
from bytescope.weave import selfcheck
from bytescope.weave.marker import is_woven, original
from bytescope.weave.weaver import Weaver
from tests.support.every_event import every_event
from tests.support.mutate import LARGEST, Attributes, corpus, mutant


class Loom:
    """Weaves mutants, for an analysis that observes every event; or (`shadows`) for none, as long as they keep shadows.

    outcomes: how many were "woven", "refused" by the weaver, or "invalid" to begin with.
    """

    def __init__(self, shadows: bool = False) -> None:
        everything = Subscriber(every_event(lambda name, given: None), Filters())
        self.planner = Planner([] if shadows else [everything], [])
        self.outcomes: Counter[str] = Counter()
        self.reasons: list[str] = []

    def weave(self, code: types.CodeType) -> types.CodeType:
        """The woven form of a code object, or itself if it was refused."""
        weaver = Weaver(
            self.planner.plan,
            AnalysisError,
            lambda hook, site, error: error,
            lambda code, reason: self.reasons.append(reason),
            lambda function, args, frame: args,
            shadower=WOVEN.shadower,
        )
        return weaver.weave(code, "mutant")

    def take(self, code: types.CodeType, changes: Attributes) -> types.CodeType | None:
        """Weave a mutant.

        Returns:
            The mutant, woven; None if it is invalid or was refused.
        """
        attributes = {name: getattr(code, name) for name in dir(code) if name[:3] == "co_" and name != "co_lnotab"}
        try:
            # A real code object with broken bytes might bring the host down before we see it.
            verify(lower(types.SimpleNamespace(**attributes | changes)))
            valid = code.replace(**changes)
        except ValueError as error:
            assert isinstance(error, InvalidBytecode) or type(error) is ValueError, error
            self.outcomes["invalid"] += 1
            return None
        woven = self.weave(valid)
        if not is_woven(woven):
            assert self.reasons and woven is valid
            self.outcomes["refused"] += 1
            return None
        assert original(woven) is valid
        self.outcomes["woven"] += 1
        return woven


def weave(count: int, seed: int, codes: Sequence[types.CodeType], first: int = 0, shadows: bool = False) -> Loom:
    """Weave mutants until so many were woven, each of them checked."""
    labelled = attach(Labels(), include=["mutant"]) if shadows else nullcontext()
    observes_nothing = warnings.catch_warnings(action="ignore", category=NothingObserved)  # the weaver is another one
    with mock.patch.object(selfcheck, "CHECKS", True), observes_nothing, labelled:
        return _weave(Loom(shadows), count, seed, codes, first)


def _weave(loom: Loom, count: int, seed: int, codes: Sequence[types.CodeType], number: int) -> Loom:
    while loom.outcomes["woven"] < count:
        random = Random(f"{seed}/{number}/woven")
        code = random.choice(codes)
        changes = mutant(code, random)
        try:
            loom.take(code, changes)
        except BaseException:
            print(f"mutant {number} of {code.co_qualname} in {code.co_filename}: {changes}", file=sys.stderr)
            raise
        number += 1
    return loom


def main() -> int:
    """Weave the mutants and print what came out."""
    parser = argparse.ArgumentParser(description="Weave mutated code objects.")
    parser.add_argument("--count", type=int, default=10_000, help="how many are to be woven (10000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--shadows", action="store_true", help="have them keep shadows, and tell nobody of anything")
    parser.add_argument("--largest", type=int, default=LARGEST, help=f"bytes of code at most ({LARGEST})")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant (0)")
    options = parser.parse_args()
    outcomes = weave(options.count, options.seed, corpus(options.largest), options.first, options.shadows).outcomes
    print(f"CPython {HOST}: {', '.join(f'{outcomes[name]} {name}' for name in ('woven', 'refused', 'invalid'))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
