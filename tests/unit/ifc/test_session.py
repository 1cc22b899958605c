"""Sessions: what is asked, what a denied call tells, what tools get and give, limits, mistakes."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, namedtuple
from typing import Any

import pytest

import bytescope
from bytescope import ifc
from bytescope.taint.analysis import Taint

MAIL = "Hello.\nPay MA66 at once."


@ifc.tool(trusted=True, acts=False)
def mail() -> dict[str, Any]:
    return {"from": "eve", "text": ifc.Labelled(MAIL, "mail of eve", readers={"ada", "eve"})}


@ifc.tool(content=["text"], recipients=lambda call: [call.value("to")])
def send(to: str, text: str = "") -> str:
    return f"sent to {to}"


def run(program: str, *tools: Any, **options: Any) -> ifc.Outcome:
    with ifc.Session([mail, send, *tools], **options) as session:
        return session.run(program)


# --- the policy


def test_what_is_not_trusted_may_be_content_and_decides_nothing() -> None:
    assert run("send('ada', mail()['text'])").value == "sent to ada"
    with pytest.raises(ifc.Denied, match="to='Pay' comes from mail of eve, which is not trusted"):
        run("send(mail()['text'].split()[1])", policy=without_readers)
    with pytest.raises(ifc.Denied, match="whether it happens depends on mail of eve"):
        run("if 'Pay' in mail()['text']: send('ada')")


def without_readers(call: ifc.Call) -> ifc.Decision:
    found = [each for argument in call.arguments.values() for each in argument.label.untrusted]
    return (
        ifc.ask(f"{call.arguments['to']} comes from mail of eve, which is not trusted", found) if found else ifc.ALLOW
    )


def test_what_one_may_not_read_is_not_sent_to_him() -> None:
    with pytest.raises(ifc.Denied) as caught:
        run("body = mail()['text']\n\nsend('bob', f'see: {body.upper()}')")
    assert str(caught.value) == (
        "send was denied: text='see: HELLO.\\nPAY MA66 AT ONCE.' comes from mail of eve, which bob may not read\n"
        "  text: from mail of eve, line 1\n"
        "    str.upper, line 3\n"
        "    f-string, line 3"
    )
    assert run("send('eve', mail()['text'])").value == "sent to eve"


def test_who_is_asked_decides_and_a_policy_sees_characters() -> None:
    seen: list[ifc.Call] = []

    def answer(call: ifc.Call, decision: ifc.Decision) -> bool:
        seen.append(call)
        return True

    def policy(call: ifc.Call) -> ifc.Decision:
        return ifc.ask("may it?")

    with ifc.Session([mail, send], policy=policy, ask=answer) as session:
        session.run("t = mail()['text']\nsend('ada', 'I read: ' + t[:5] + '!')")
        assert [(each.call.tool.name, each.allowed) for each in session.decided] == [("mail", True), ("send", True)]
    call = seen[1]
    argument = call.arguments["text"]
    [(start, stop, label)] = argument.spans
    assert argument.value[start:stop] == "Hello"
    assert str(label) == "mail, mail of eve" and label == argument.label
    assert call.line == 2 and call.value("to") == "ada" and str(call) == "send(to='ada', text='I read: Hello!')"
    assert not call.control and "mail of eve" in str(call.label)
    with pytest.raises(LookupError, match="has no argument 'cc'"):
        call.value("cc")


def test_a_denied_call_is_an_exception_of_the_program() -> None:
    program = "try: send('bob', mail()['text'])\nexcept Exception as error: text = str(error)\nsend('ada')"
    with pytest.raises(ifc.Denied, match="whether it happens depends on mail of eve"):
        run(program)  # that it was denied tells something of the mail


@pytest.mark.parametrize("answer", [None, "yes", True, ("allow",)])
def test_a_policy_that_answers_something_else_ends_the_program(answer: Any) -> None:
    def policy(call: ifc.Call) -> Any:
        return answer

    with pytest.raises(bytescope.AnalysisError, match=r"policy policy answered .* to mail\(\): it must return ALLOW"):
        run("try: mail()\nexcept BaseException: pass", policy=policy)


def test_a_policy_that_fails_ends_the_program() -> None:
    def policy(call: ifc.Call) -> Any:
        return 1 / 0

    with pytest.raises(bytescope.AnalysisError, match=r"policy policy failed on mail\(\): ZeroDivisionError"):
        run("try: mail()\nexcept BaseException: pass", policy=policy)


# --- tools


def test_a_tool_may_declassify() -> None:
    @ifc.tool(acts=False)
    def word(text: str, number: int) -> Any:
        return ifc.Declassified(text.split()[number], "word", trusted=True)

    found = run("send('bob', word(mail()['text'], 1))\nword(mail()['text'], 1)", word)
    assert found.value == "Pay" and str(found.label) == "word" and found.label.trusted
    bad = ifc.tool(lambda: [ifc.Declassified(1, "x")], name="bad", acts=False)
    with pytest.raises(TypeError, match="a tool returns Declassified as a whole"):
        run("bad()", bad)


def test_a_tool_labels_parts_of_what_it_returns() -> None:
    @dataclasses.dataclass
    class Page:
        address: str
        text: Any

    kept = [Page("a", ifc.Labelled("evil", "page a")), {"b": (1, ifc.Labelled(2, "b"))}]
    pages = ifc.tool(lambda: kept, name="pages", trusted=True, acts=False)
    with ifc.Session([pages]) as session:
        session.run("p = pages(); a = p[0].address; t = p[0].text; one, two = p[1]['b']")
        names = {name: sorted(each.name for each in session[name].label.untrusted) for name in ("a", "t", "one", "two")}
        assert names == {"a": [], "t": ["page a"], "one": [], "two": ["b"]}
    assert isinstance(kept[0].text, ifc.Labelled), "what the tool keeps is not changed"


@pytest.mark.parametrize("held", ["{%s}", "{%s: 1}", "Pair(%s, 1)", "OrderedDict(a=%s)"])
def test_what_cannot_have_a_label_of_its_own_is_refused(held: str) -> None:
    names = {"Pair": namedtuple("Pair", "a b"), "OrderedDict": OrderedDict, "part": ifc.Labelled(1, "evil")}
    bad = ifc.tool(lambda: [eval(held % "part", names)], name="bad", acts=False)
    with pytest.raises(
        TypeError, match=r"Labelled\(1, 'evil'\) is in a \w+, or a key of it: a tool labels items of lists"
    ):
        run("bad()", bad)


def test_a_tool_gets_a_copy_of_plain_data() -> None:
    got: list[Any] = []
    take = ifc.tool(got.append, name="take", acts=False)
    run("x = [1, {'a': (2, b'3')}]\ntake(x)\nx.append(4)", take)
    assert got == [[1, {"a": (2, b"3")}]]
    for value, kind in (("object()", "object"), ("(c for c in 'a')", "generator"), ("[lambda: 1]", "function")):
        with pytest.raises(TypeError, match=rf"argument 0 of take must be plain data .* and has a {kind}"):
            run(f"take({value})", take)
    with pytest.raises(TypeError, match="nested more than 100 levels deep"):
        run("x = []\nfor _ in range(200): x = [x]\ntake(x)", take)
    run("x = []\nx.append(x)\ntake(x)", take)


def test_what_a_tool_raises_is_labelled() -> None:
    def fail(text: str) -> None:
        raise LookupError(f"there is no {text}")

    program = "try: fail(mail()['text'])\nexcept LookupError as error: send(str(error))"
    with pytest.raises(ifc.Denied, match=r"comes from .*mail of eve"):
        run(program, ifc.tool(fail, acts=False))


def test_a_tool_is_called_with_what_it_takes() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'to'"):
        run("send()")
    many = ifc.tool(lambda *args, **more: [args, more], name="many", acts=False)
    assert run("many(1, *[2], a=3)", many).value == [(1, 2), {"a": 3}]


# --- sessions


def test_variables_and_results_have_labels() -> None:
    with ifc.Session([]) as session:
        session["note"] = ifc.Labelled("a b", "note", readers={"ada"})
        session["plain"] = 1
        found = session.run("note.split()[0] * plain")
        assert (found.value, str(found.label), found.label.readers) == ("a", "note", {"ada"})
        assert session.run("plain") == ifc.Outcome(1, ifc.Label())
        assert session.run("x = 1") == ifc.Outcome(None, ifc.Label())
        session.run("if note: pass")
        assert str(session.control) == "note"


def test_limits_and_imports() -> None:
    with pytest.raises(bytescope.BudgetExceeded, match="more than 500 guest instructions"):
        run("try:\n    while True: pass\nexcept BaseException: pass", max_instructions=500)
    with pytest.raises(
        ImportError, match=r"may not import 'os'; it may import json, email\.\*; see imports= of Session"
    ):
        run("import os", imports=["json", "email.*"])
    assert run("import email.utils, json\nemail.utils.quote('a')", imports=["json", "email.*"]).value == "a"
    with pytest.raises(NameError, match="open"):
        run("open('x')")
    with pytest.raises(ifc.Refused, match="line 2: a program may not use __globals__"):
        run("x = 1\nprint(send.__globals__)")


def test_other_analyses_are_attached_meanwhile() -> None:
    taint = Taint()
    with bytescope.attach(taint, include=[__name__]), pytest.raises(ifc.Denied):
        run("send('bob', mail()['text'])")
    assert taint.findings == []


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: ifc.Session([1]), "a tool must be a function, and 1 is of type int"),
        (lambda: ifc.Session([mail], policy="guard"), "policy must be a function, and 'guard' is of type str"),
        (lambda: ifc.tool(lambda: 1), "a tool's name must be an identifier, not '<lambda>': give it one with name="),
        (lambda: ifc.tool(print, content=["x"]), "content: tool 'print' has no parameter 'x'"),
        (lambda: ifc.Labelled(1, ""), "origin must be a text that says where the value comes from, not ''"),
        (lambda: ifc.Labelled(1, "a", readers="eve"), "not the text 'eve': write {'eve'}"),
        (lambda: ifc.Labelled(1, "a", readers=[1]), "readers must be names, and 1 is of type int"),
        (lambda: ifc.Session([], builtins=["print"]), "builtins: 'print' is not withheld; those that are: breakpoint"),
    ],
)
def test_mistakes_are_told(mistake: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        mistake()
    assert message in str(caught.value)


def test_asynchronous_tools_are_refused() -> None:
    async def fetch() -> None: ...

    with pytest.raises(TypeError, match="tool 'fetch' is asynchronous"):
        ifc.tool(fetch)


def test_a_session_is_open_or_not() -> None:
    session = ifc.Session([])
    with pytest.raises(RuntimeError, match="the session is not open: use it in a with statement"):
        session.run("1")
    with session, pytest.raises(RuntimeError, match="this session is open already"), session:
        pass
    with pytest.raises(RuntimeError, match="this session has ended, and its labels are gone"), session:
        pass
    with ifc.Session([]) as other:
        for program, error in (("1 +", SyntaxError), (b"1", TypeError), (None, TypeError)):
            with pytest.raises(error):
                other.run(program)  # type: ignore[arg-type]
        assert [other.run(each).value for each in ("", "# nothing", "ä = 'ö'; ä")] == [None, None, "ö"]
        with pytest.raises(KeyboardInterrupt):
            other.run("raise KeyboardInterrupt")
        assert other.run("ä").value == "ö"
