"""Random programs of text: every character that comes from a source is labelled, and hardly any other is."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.tainting import mask, run, truth

STEPS = """
{a} + {b} ;; "x" + {a} ;; {a} * 2 ;; {a}[1:] ;; {a}[:-1] ;; {a}[::-1] ;; {a}[1:3] ;; f"{{{a}}}" ;; f"<{{{a}}}>{{{b}}}"
f"{{{a}:>12}}" ;; "%s" % {a} ;; "%s-%s" % ({a}, {b}) ;; "%-8s|" % {a} ;; "%(k)s" % {{"k": {a}}}
"{{}}={{}}".format({a}, {b}) ;; "{{:^9}}".format({a}) ;; {a}.strip() ;; {a}.strip("<>") ;; {a}.upper() ;; {a}.title()
{a}.replace("x", "yy") ;; {a}.replace("-", {b}) ;; {a}.ljust(9, "_") ;; {a}.center(10) ;; {a}.zfill(8)
{a}.partition("-")[2] ;; {a}.rpartition("x")[0] ;; ",".join([{a}, {b}]) ;; {a}.join("ab") ;; ({a} + ",").split(",")[0]
({a} + " y").split()[-1] ;; ({a} + "\\n").splitlines()[0] ;; {a}.expandtabs() ;; {a}.translate({{120: "zz"}})
"".join({a}) ;; "".join(c for c in {a}) ;; "".join([c for c in {a} if c != "x"]) ;; "".join(reversed({a}))
{a}.encode().decode() ;; {a}.removeprefix("<") ;; re.sub("x", "--", {a})
re.sub("[<>]", lambda m: "(" + m[0] + ")", {a}) ;; re.sub("x", r"[\\g<0>]", {a})
(re.findall("[^-]+", {a}) or [""])[0] ;; re.split("-", {a})[-1] ;; re.match(".*", {a}, re.S)[0] ;; [{a}, {b}][0]
{{"k": {a}}}["k"] ;; ({a}, {b})[1] ;; (lambda v: v + "|")({a}) ;; "".join([{a}, "-", {b}])
html.escape({a}) ;; json.loads(json.dumps({a}))
textwrap.dedent({a}) ;; bytes.fromhex({a}.encode().hex()).decode()
urllib.parse.unquote(urllib.parse.quote({a})) ;; html.unescape({a})
"""
CHOICES = [step.strip() for line in STEPS.strip().splitlines() for step in line.split(" ;; ")]
LENGTH = 25
EXACT = 0.97


def program(rng: random.Random) -> str:
    """Return a random program, which shows every value that it makes."""
    lines = ["import html, json, re, textwrap, urllib.parse", 't = source("t")']
    lines += ['v0 = "<" + t + ">"', 'v1 = t + "-x-" + t', 'v2 = "x<y>-z"']
    for number in range(3, LENGTH):
        a, b = (f"v{rng.randrange(max(0, number - 8), number)}" for _ in range(2))
        lines.append(f"v{number} = ({rng.choice(CHOICES).format(a=a, b=b)})[:60]")
        lines.append(f"show({number}, v{number})")
    return "\n".join(lines)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 2**32), min_size=5, max_size=5), st.sampled_from(["woven", "interpreter"]))
def test_labels_of_random_texts(seeds: list[int], engine: str) -> None:
    exact = count = 0
    for seed in seeds:
        source = program(random.Random(seed))
        for number, (value, shadow) in run(source, engine).items():
            found, true = mask(value, shadow), truth(value)
            lost = [place for place, (one, other) in enumerate(zip(found, true, strict=True)) if one == "." != other]
            assert not lost, f"{found} instead of {true}: v{number} in\n{source}"
            exact += found == true
            count += 1
    assert exact >= EXACT * count - 2
