# %% [markdown]
# # 1 · Three ways to compile
#
# Python does not execute your source text. It first *compiles* the text to
# **bytecode**, a list of small instructions, and a **virtual machine** then
# executes those. In this tour you build such a machine yourself, in a few
# hundred lines of Python, and then meet a complete one: bytescope.
#
# Why go through bytecode at all? Because a language with dozens of constructs
# becomes one with a few simple instructions. To execute a program, to watch
# it, or to change what it does, one has to understand only those.
#
# Every cell of this tour can be changed and run again, and every section ends
# in something to try. Should anything go wrong, *Reset* starts the chapter
# afresh.

# %% [markdown]
# ## From text to code object
#
# The compiler is the built-in function `compile`. It takes a source text, a
# file name to show in tracebacks, and a *mode*. What it returns is a **code
# object**.

# %%
code = compile("a + b", "<tour>", "eval")
type(code)

# %% [markdown]
# The standard library's module `dis`, the disassembler, shows what is in it.

# %%
import dis

dis.dis(code)

# %% [markdown]
# For the rest of this tour we show the same as a table.

# %%
from tour_display import bytecode

bytecode(code)

# %% [markdown]
# Read it from top to bottom. `RESUME` is where CPython looks for signals; it
# computes nothing. Two values are loaded by their names, `BINARY_OP` adds
# them, and `RETURN_VALUE` returns the sum. Where the values are kept in
# between is the subject of chapter 3.
#
# The offsets count bytes. They have gaps where CPython keeps room for notes
# to itself, the *inline caches*, with which it speeds up what it executes
# often.
#
# **Try it.** Compile `"a + b * c"` instead. There will be two `BINARY_OP`,
# and the multiplication comes first. Then write `"(a + b) * c"`: the
# parentheses leave no trace but the order.

# %% [markdown]
# ## Mode `eval`: an expression has a value
#
# In mode `eval` the text is one expression, and the code object returns its
# value. The built-in function `eval` executes it, with the names that we give
# it.

# %%
eval(code, {"a": 2, "b": 3})

# %% [markdown]
# A statement is not an expression, and the compiler says so.

# %%
try:
    compile("c = a + b", "<tour>", "eval")
except SyntaxError as error:
    print("SyntaxError:", error.msg)

# %% [markdown]
# **Try it.** Give `eval` two strings, `{"a": "by", "b": "te"}`. The same code
# object now returns `'byte'`: what `+` means is decided when it is executed,
# not when it is compiled.

# %% [markdown]
# ## Mode `exec`: statements have effects
#
# In mode `exec` the text is a sequence of statements: a whole module, if you
# like. Here is the same text as before, in this mode.

# %%
as_exec = compile("a + b", "<tour>", "exec")
bytecode(as_exec)

# %% [markdown]
# The sum is still computed, but `POP_TOP` throws it away, and what is
# returned is `None`. An expression that stands alone as a statement is
# executed for its effects only.

# %%
names = {"a": 2, "b": 3}
print("value:", eval(as_exec, names))

exec(compile("c = a + b\nd = c * c", "<tour>", "exec"), names)
print("names:", names["c"], names["d"])

# %% [markdown]
# The effects stay: they are in the dictionary of names.
#
# **Try it.** Put `print(a + b)` into the text of `as_exec`, and look at the
# table again. A call appears, and the `POP_TOP` is still there: it now throws
# away the `None` that `print` returned.

# %% [markdown]
# ## Mode `single`: what the prompt does
#
# Mode `single` is for one statement as it is typed at Python's prompt. That
# may be several simple ones with semicolons between them. It is like `exec`,
# with one difference.

# %%
as_single = compile("a + b", "<tour>", "single")
bytecode(as_single)

# %% [markdown]
# Before the value is thrown away, it is printed. `None` is not, which is why
# the prompt stays silent after a call of `print`.

# %%
value = eval(as_single, names)
print("value:", value)
eval(compile("a; None; c = 10; c - a", "<tour>", "single"), names)

# %% [markdown]
# The printing is left to `sys.displayhook`, a function that programs may
# replace.

# %%
import sys

usual = sys.displayhook
sys.displayhook = lambda value: print("the hook was given", value)
eval(as_single, names)
sys.displayhook = usual

# %% [markdown]
# **Try it.** Replace the lambda by `names.setdefault("shown", []).append`.
# Nothing is printed any more; look into `names["shown"]` afterwards.

# %% [markdown]
# ## The three beside each other
#
# What each mode accepts, what it prints and what it returns:

# %%
from contextlib import redirect_stdout
from io import StringIO

from bytescope_page import Table


def outcome(text, mode):
    try:
        code = compile(text, "<tour>", mode)
    except SyntaxError:
        return "SyntaxError"
    with redirect_stdout(StringIO()) as printed:
        value = eval(code, {"a": 2, "b": 3})
    return f"returns {value}, prints {printed.getvalue()!r}"


TEXTS = ["a + b", "c = a + b", "a; b", "if a:\n    b\n", "a\nb"]
MODES = ["eval", "exec", "single"]
Table(
    [
        (repr(text), mode, outcome(text, mode))
        for text in TEXTS
        for mode in MODES
    ],
    head=["text", "mode", "outcome"],
    code=[0],
)

# %% [markdown]
# **Try it.** Add `"print(a)"` and `"lambda: a"` to `TEXTS`. The value of one
# of them contains an address in memory, which is another one in each run.

# %% [markdown]
# ## What the compiler does by itself
#
# The compiler is not a mere translator. It computes what it can.

# %%
bytecode(compile("24 * 60 * 60", "<tour>", "eval"))

# %% [markdown]
# No multiplication is left. That is why the examples of this tour use names
# rather than numbers: a sum of constants is gone before any machine can show
# it to you.
#
# **Try it.** Compile `"24 * 60 * hours"`, then `"hours * 24 * 60"`. In one of
# them a multiplication has been done in advance; in the other it must not be,
# since `hours` could be anything, a list for instance.
