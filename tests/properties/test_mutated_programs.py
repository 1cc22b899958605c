"""No mutated program that the verifier takes brings the process down; see `tests.support.execute_mutants`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import execute_mutants
from tests.support.scale import numbers


@pytest.mark.process
def test_mutated_programs_do_not_crash() -> None:
    endings: Counter[str] = Counter()
    mutants = numbers(1200)
    assert execute_mutants.supervise(mutants.start, len(mutants), 0, endings) == mutants.stop
    assert not endings["died"], "its standard error names the mutant"
    assert sum(endings.values()) > len(mutants) / 12, "mutants are executed"
    assert len(endings) > 2, "some of them fail"
