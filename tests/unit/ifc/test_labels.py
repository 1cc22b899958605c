"""The lattice of labels."""

from __future__ import annotations

import itertools

from bytescope.ifc import EVERYONE, Label, Source
from bytescope.taint.origins import Place

LABELS = [
    Label(frozenset({Source(str(number), Place("?", 0, "?"), "", trusted=trusted, readers=readers)}))
    for number, (trusted, readers) in enumerate(
        itertools.product([True, False], [EVERYONE, frozenset({"a", "b"}), frozenset({"a"}), frozenset()])
    )
]


def test_join_is_the_least_upper_bound() -> None:
    labels = [Label(), *LABELS]
    for left, right in itertools.product(labels, repeat=2):
        joined = left | right
        assert left <= joined and right <= joined
        assert joined == right | left and joined | left == joined
        assert joined.trusted == (left.trusted and right.trusted)
        for upper in labels:
            if left <= upper and right <= upper:
                assert joined <= upper


def test_order() -> None:
    bottom = Label()
    assert bottom.trusted and bottom.readers is EVERYONE and not bottom and str(bottom) == "the program"
    assert all(bottom <= each for each in LABELS)
    public, team, one, nobody = LABELS[:4]
    assert public <= team <= one <= nobody and not one <= team and not team <= public
    assert LABELS[0] <= LABELS[4] and not LABELS[4] <= LABELS[0]
    assert team.readable_by(["a"]) and not team.readable_by(["a", "c"]) and public.readable_by(["anyone"])
    assert (team | LABELS[2]).readers == {"a"}
    assert [each.name for each in (LABELS[5] | LABELS[4]).untrusted] == ["4", "5"]
