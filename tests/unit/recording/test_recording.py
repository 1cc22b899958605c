"""Questions to a recording: expressions in the past, writes, where values come from, differences of two runs."""

from __future__ import annotations

import pytest

from bytescope.recording import ABSENT, NotRecorded, Object

from .programs import CLOSURES, OBJECTS, recorded

ACCOUNTS = """\
class Account:
    def __init__(self, rate):
        self.rate = rate
        self.__secret = 7
RATES = {"a": 2, "b": None}
def lookup(name):
    return RATES.get(name)
def last_rate(names):
    accounts = []
    for name in names:
        accounts.append(Account(lookup(name)))
    total = 0
    total = total + 0
    return accounts[-1].rate
x = last_rate(["a", "b"])
done = True
"""


def test_expressions() -> None:
    recording = recorded(ACCOUNTS)
    step = recording.find("len(accounts) == 2 and total == 0")
    assert step is not None

    def value(text: str) -> object:
        return recording.evaluate(text, step)

    assert value("accounts[0].rate + 1 if names[-1] == 'b' else None") == 3
    assert value("accounts[-1].rate is None") is True
    assert value("'a' in RATES and 'c' not in RATES and 'a' in names") is True
    assert isinstance(value("accounts"), Object)
    assert recording.evaluate("x", recording.steps - 1) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("missing", "the name 'missing' has no value here"),
        ("print(1)", r"the call 'print\(1\)' would run code"),
        ("accounts + accounts", "accounts is of type list, whose operators would run code"),
        ("accounts[5]", r"accounts \(list\) has no recorded item 5"),
        ("accounts[0].balance", r"accounts\[0\] \(__main__.Account\) has no recorded attribute 'balance'"),
        ("[n for n in names]", "would run code"),
        ("1 // 0", "ZeroDivisionError"),
        ("'x'[3]", "IndexError"),
        ("'x' * 10 ** 9", "is not evaluated in the past"),
        ("'x' * 1000000", "would be longer than"),
        ("not accounts[0]", "would take its code to find out"),
    ],
)
def test_what_the_past_cannot(text: str, message: str) -> None:
    recording = recorded(ACCOUNTS)
    step = recording.find("len(accounts) == 2 and total == 0")
    assert step is not None
    with pytest.raises(NotRecorded, match=message):
        recording.evaluate(text, step)


def test_private_names_mean_what_they_mean_in_the_class() -> None:
    recording = recorded("class A:\n    def f(self):\n        self.__x = 5\n        return 1\nA().f()\n")
    step = recording.find("self.__x == 5")
    assert step is not None and recording.evaluate("self.__x", step) == 5


def test_writes_include_those_of_equal_values() -> None:
    source = "def f():\n    b = 0\n    b = b + 0\n    b = 0.0\n    b = False\n    del b\nf()\n"
    recording = recorded(source)
    step = next(step for step in range(recording.steps) if recording.tape.code(step).name == "f")
    writes = list(recording.writes("b", step + 1))
    assert [write.new for write in writes] == [0, 0, 0.0, False, ABSENT]
    assert [type(write.new) for write in writes[:-1]] == [int, int, float, bool]
    assert [recording.tape.instruction(write.step).line for write in writes] == [2, 3, 4, 5, 6]
    assert writes[0].old is ABSENT


def test_writes_through_shared_cells() -> None:
    recording = recorded(CLOSURES)
    step = next(s for s in range(recording.steps) if recording.tape.code(s).name.endswith("bump"))
    assert [write.new for write in recording.writes("count", step + 3)] == [0, 1, 3]


def test_writes_to_attributes_and_items() -> None:
    recording = recorded(OBJECTS)
    end = recording.steps - 1
    assert [write.new for write in recording.writes("one.x", end)] == [1, ABSENT]
    assert [write.new for write in recording.writes("two.b", end)][-1] is ABSENT
    assert [write.new for write in recording.writes("d['m']", end)] == [2]
    assert recording.last_write("s", end) is not None
    with pytest.raises(ValueError, match="'1 \\+ 1' is no name, attribute or item"):
        list(recording.writes("1 + 1", end))


def test_why_of_a_builtin_ends_there() -> None:
    recording = recorded("x = [3, 4]\ny = sum(x)\nz = y\n")
    call = recording.why("y", recording.steps - 1).sources[0]
    sources = {each.instruction: len(each.sources) for each in call.sources}
    assert sources == {"LOAD_NAME sum": 0, "LOAD_NAME x": 1}


def test_why_of_an_item_counted_from_the_end() -> None:
    recording = recorded("x = []\nx.append('a'); x.append('b')\ny = x[-1]\n")
    item = recording.why("y", recording.steps - 1).sources[0]
    assert [(each.how, each.value, each.line) for each in item.sources] == [("write", "b", 2)]


def test_why() -> None:
    recording = recorded(ACCOUNTS)
    origin = recording.why("x", recording.steps - 1)
    texts = []
    while True:
        texts.append((origin.function, origin.line, origin.how))
        if not origin.sources:
            break
        origin = origin.sources[0]
    assert texts[0] == ("<module>", 15, "write")
    assert ("Account.__init__", 3, "write") in texts
    assert ("lookup", 7, "result") in texts


def test_log_is_a_print_afterwards() -> None:
    recording = recorded(ACCOUNTS)
    assert [value for _, value in recording.log(11, "name")] == ["a", "b"]
    assert [type(value) for _, value in recording.log(11, "missing")] == [NotRecorded, NotRecorded]
    assert recording.log(11, "name", file="other.py") == []


def test_find_both_ways() -> None:
    recording = recorded("for i in range(5):\n    j = i * 2\n")
    step = recording.find("j > 4")
    assert step is not None and recording.evaluate("j", step) == 6
    last = recording.find("j > 4", recording.steps, back=True)
    assert last is not None and recording.evaluate("j", last) == 8
    assert recording.find("j > 100") is None
    with pytest.raises(ValueError, match="is no expression"):
        recording.find("j >")


def test_compare() -> None:
    source = "def f(x):\n    y = x\n    if y > 2:\n        y = 0\n    return y\nf({})\n"
    one, two, three = (recorded(source.format(value)) for value in (1, 2, 3))
    assert one.compare(one) is None
    difference = one.compare(two)
    assert difference is not None and difference.what == "value" and set(difference.values) == {1, 2}
    difference = two.compare(three)
    assert difference is not None and difference.what in ("value", "control")
    short = recorded("x = 1\n")
    longer = recorded("x = 1\ny = 2\n")
    difference = short.compare(longer)
    assert difference is not None and difference.step == 4


def test_exceptions_that_came_up() -> None:
    recording = recorded("def f(): return {}['k']\ntry:\n    f()\nexcept KeyError:\n    pass\n")
    found = [step for step in range(recording.steps) if recording.raised(step)]
    assert [recording.tape.code(step).name for step in found] == ["f"]
    (error,) = recording.raised(found[0])
    assert error.kind == "KeyError"
    assert recording.at(found[0] + 1).contents(error) == {0: "k"}
