"""No mutated program that the verifier takes brings the process down; see `tests.tools.execute_mutants`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tools import execute_mutants


@pytest.mark.process
def test_mutated_programs_do_not_crash() -> None:
    endings: Counter[str] = Counter()
    assert execute_mutants.supervise(0, 1200, 0, endings) == 1200
    assert not endings["died"], "its standard error names the mutant"
    assert sum(endings.values()) > 100, "mutants are executed"
    assert len(endings) > 2, "some of them fail"
