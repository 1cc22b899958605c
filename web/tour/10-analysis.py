# %% [markdown]
# # 10 · A first analysis
#
# You have built a machine, and you know how to hook into one. This last
# chapter shows what that is good for: to find out something about a program
# that its text does not tell. First in twenty lines, then in a few more.

# %% [markdown]
# ## Decisions that only ever went one way
#
# Here is a function and its tests. They execute each of its lines. Are they
# good?

# %%
SHOP = """
def fee(weight, express, member):
    total = 5
    if weight > 20 or express:
        total += 10
    if member and total > 5:
        total -= 5
    for step in range(weight // 10):
        total += 1
    return total
"""
TESTS = """
assert fee(35, False, True) == 13
assert fee(25, False, True) == 12
"""
exec(SHOP + TESTS, {})
print("all tests pass")

# %% [markdown]
# Every decision of a program is a conditional jump, and `branch` is its
# event: the value that was tested, and what came out. If a decision comes out
# the same way in all tests, the tests do not show that it matters. This is
# the whole analysis:

# %%
import bytescope


class OneSided(bytescope.Analysis):
    """Decisions that came out the same way each time."""

    def __init__(self):
        self.outcomes = {}

    def branch(self, site, value, condition):
        place = site.function, site.line, site.column, site.end_column
        self.outcomes.setdefault(place, set()).add(bool(condition))
        return bytescope.ENOUGH

    def report(self, text):
        rows = []
        for place, outcomes in sorted(self.outcomes.items()):
            function, line, start, end = place
            if len(outcomes) == 1:
                decision = text.splitlines()[line - 1][start:end]
                rows.append((function, line, decision, *outcomes))
        return rows


[name for name in vars(OneSided) if name in bytescope.EVENTS]

# %% [markdown]
# `ENOUGH` means here: no more of the *same outcome* at this site. So after a
# decision has gone both ways, it costs nothing to observe it.

# %%
from bytescope_page import Table


def tested(program, tests):
    one_sided = OneSided()
    vm = bytescope.VM()
    with bytescope.attach(one_sided, files=["<shop>"]):
        vm.exec(compile(program, "<shop>", "exec"))
        vm.exec(compile(tests, "<tests>", "exec"))
    rows = one_sided.report(program)
    return Table(
        rows,
        head=["function", "line", "decision", "was always"],
        caption=f"{len(rows)} decisions went one way only",
        code=[2],
    )


tested(SHOP, TESTS)

# %% [markdown]
# All lines were executed, and yet hardly anything was tested: no light
# parcel, no customer who is not a member. `express` is not even in the table:
# it was never looked at, since the left side of `or` was always true.

# %%
BETTER = """
assert fee(35, False, True) == 13
assert fee(5, False, False) == 5
assert fee(5, True, True) == 10
assert fee(5, False, True) == 5
"""
tested(SHOP, BETTER)

# %% [markdown]
# **Try it.** Take one of the better tests away, and see which decision comes
# back. Then test something of your own: `program` can be any text.

# %% [markdown]
# ## To learn what a program wants
#
# Now something that looks like magic. Here is a function that recognises
# kinds of files by their first letters. Let us forget that we can read it.

# %%
KINDS = """
def kind(text):
    if text[0] == "P":
        if text[1] in "56":
            return "picture"
        if text[1] == "K" and text[2] == "3":
            return "archive"
    if text[0] == "%" and text[1] == "P":
        if text[2] == "D" and text[3] == "F":
            return "document"
    if text[0] == "#" and text[1] == "!":
        return "script"
    return "unknown"
"""
vm = bytescope.VM()
vm.exec(compile(KINDS, "<kinds>", "exec"))
kind = vm.globals["kind"]
kind("hello")

# %% [markdown]
# Which texts does it recognise? Random ones would not tell us: there are
# billions of texts of four characters. But a program that looks for something
# *compares*, and we see every comparison with both operands.
#
# So we give it four different letters that no file begins with. When one of
# them is compared, we know at which position the program looked, and what it
# would have liked to find there.

# %%
UNKNOWN = "\ue000\ue001\ue002\ue003"


class Wishes(bytescope.Analysis):
    """What the program would have liked to find, by position."""

    def __init__(self):
        self.wishes = set()

    def compare(self, site, op, left, right, result):
        if op == "==" and left in list(UNKNOWN):
            self.wishes.add((UNKNOWN.index(left), right))

    def contains(self, site, op, item, container, result):
        if item in list(UNKNOWN):
            for each in container:
                self.wishes.add((UNKNOWN.index(item), each))


def ask(analysis, text):
    analysis.wishes.clear()
    answer = vm.call(kind, text)
    return answer, sorted(analysis.wishes)


analysis = Wishes()
with bytescope.attach(analysis, files=["<kinds>"]):
    answer, wishes = ask(analysis, UNKNOWN)
answer, wishes

# %% [markdown]
# At position 0 it would have liked a `P`, a `%` or a `#`. We grant one wish
# after the other, and ask again, until no new wish comes.


# %%
def explore():
    waiting, known = [UNKNOWN], {}
    while waiting:
        text = waiting.pop(0)
        known[text], wishes = ask(analysis, text)
        for position, letter in wishes:
            better = text[:position] + letter + text[position + 1 :]
            if better not in known and better not in waiting:
                waiting.append(better)
    return known


with bytescope.attach(analysis, files=["<kinds>"]):
    known = explore()
readable = str.maketrans(dict.fromkeys(UNKNOWN, "."))
print(len(known), "texts were tried")
Table(
    [
        (text.translate(readable), answer)
        for text, answer in known.items()
        if answer != "unknown"
    ],
    head=["text", "kind"],
    code=[0],
)

# %% [markdown]
# A dot stands for a letter that does not matter. Nothing in our analysis
# knows of pictures or documents; it only looked at comparisons. *Fuzzers*
# find their way into a parser like this.
#
# **Try it.** Add a kind to `KINDS`, with a comparison of your own, and run
# the cells again. What does the analysis not see? Compare `text[:2] == "PK"`:
# a slice is a new text. To know where its letters come from, one has to
# follow values on their way through the program.

# %% [markdown]
# ## Where to go from here
#
# To follow values through a program is called *taint tracking*. bytescope
# keeps a *shadow* beside every reference for that, and each primitive says
# how the shadow of its result follows from those of its operands. It is a
# matter of primitives once more: there are few of them, and what is true of
# each is true of all programs.
#
# The documentation lists all events, the analyses that ship with bytescope,
# and how to write one of your own that others can install. And your machine
# is still where you left it, in chapter 7. It is yours.
