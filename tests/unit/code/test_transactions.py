"""Parts of transactions are open together or not at all."""

from __future__ import annotations

import pytest

from bytescope.code.host.transactions import Member, Shared, Step, Transaction

pytestmark = pytest.mark.any_host


def part(log: list[str], name: str, fails: dict[str, int] | None = None) -> Step:
    """Return a part that notes what is done with it, and raises as often as it is told to."""
    left = dict(fails or {})

    def do(what: str) -> None:
        log.append(f"{what} {name}")
        if left.get(what):
            left[what] -= 1
            raise KeyboardInterrupt(name)

    return Step(lambda: do("open"), lambda: do("close"))


def test_part_that_cannot_be_opened_has_all_closed_itself_included() -> None:
    log: list[str] = []
    with pytest.raises(KeyboardInterrupt), Transaction(part(log, "a"), part(log, "b", {"open": 1}), part(log, "c")):
        pytest.fail("the context is open")
    assert log == ["open a", "open b", "close b", "close a"]


def test_interrupt_of_closing_is_raised_when_all_is_closed() -> None:
    log: list[str] = []
    with pytest.raises(KeyboardInterrupt), Transaction(part(log, "a"), part(log, "b", {"close": 2})):
        log.clear()
    assert log == ["close b", "close b", "close b", "close a"]


def test_part_that_can_never_be_closed_keeps_no_other_open() -> None:
    log: list[str] = []
    with pytest.raises(KeyboardInterrupt), Transaction(part(log, "a"), part(log, "b", {"close": 1000})):
        log.clear()
    assert log[-1] == "close a" and len(log) < 20


def test_parts_of_the_meanwhile_are_open_only_while_others_are_being_opened_or_closed() -> None:
    log: list[str] = []
    with Transaction(part(log, "a"), meanwhile=(part(log, "m"),)):
        assert log == ["open m", "open a", "close m"]
        log.clear()
    assert log == ["open m", "close a", "close m"]


def test_shared_change_is_made_once_and_undone_with_its_last_user() -> None:
    log: list[str] = []
    shared = Shared(lambda: log.append("make"), lambda: log.append("undo"))
    with Transaction(shared.use()), Transaction(shared.use()):
        assert log == ["make"]
    assert log == ["make", "undo"] and shared.users == []


def test_member_is_taken_out_of_a_list_that_may_not_have_it() -> None:
    members: list[object] = []
    member = Member(members, value := object())
    member.close()
    member.open()
    assert members == [value]
    member.close()
    assert members == []
