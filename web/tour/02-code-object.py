# %% [markdown]
# # 2 · The code object
#
# A code object holds everything that a machine needs in order to execute a
# function, apart from its arguments. In this chapter we look inside one, find
# that it cannot be changed, and then edit it nevertheless.

# %% [markdown]
# ## What is in it
#
# A module is compiled to one code object, and every function in it to
# another, which is among the *constants* of the module.

# %%
import dis
import types

from bytescope_page import Table

SHOP = """
def price(amount, pieces=1):
    gross = amount * 1.19
    return gross * pieces
"""
module = compile(SHOP, "<shop>", "exec")
for constant in module.co_consts:
    if isinstance(constant, types.CodeType):
        price = constant
price.co_name, price.co_filename, price.co_firstlineno

# %% [markdown]
# Its attributes begin with `co_`. These are the ones that matter to us:

# %%
ATTRIBUTES = [
    ("co_name", "name of the function"),
    ("co_argcount", "how many positional arguments it takes"),
    ("co_varnames", "names of local variables, arguments first"),
    ("co_names", "names of globals and attributes"),
    ("co_consts", "constants"),
    ("co_stacksize", "how deep its operand stack gets at most"),
    ("co_flags", "what kind of function it is, bit by bit"),
]
Table(
    [(name, getattr(price, name), text) for name, text in ATTRIBUTES],
    head=["attribute", "value", "meaning"],
    code=[0, 1],
)

# %% [markdown]
# The default value of `pieces` is not among them. It belongs to the function
# that is made when the `def` statement is *executed*, and one code object may
# serve many functions.
#
# **Try it.** Add a line `print(gross)` to `SHOP`. The name `print` appears in
# `co_names`, since it is a global, while `gross` stays among the locals.

# %% [markdown]
# ## The bytes
#
# The instructions are in `co_code`, as bytes: two for each instruction. The
# first is the **opcode**, the number of what is to be done; the second is its
# argument.

# %%
rows = []
for offset in range(0, len(price.co_code), 2):
    opcode, argument = price.co_code[offset : offset + 2]
    rows.append((offset, opcode, argument, dis.opname[opcode]))
Table(rows[:8], head=["offset", "opcode", "argument", "name"])

# %% [markdown]
# An argument is a small number, mostly an index into one of the lists above.
# The disassembler looks it up for us. What is called `CACHE` is the room for
# CPython's notes; `dis` leaves it out unless it is asked.
#
# Numbers, and sometimes names, differ from one version of Python to the next.
# Bytecode is not a file format to keep: each version of Python makes its own.
#
# **Try it.** Show `rows` instead of `rows[:8]`, and count how much of the
# code is room for notes.

# %% [markdown]
# ## It is read-only
#
# Functions may share a code object, and CPython relies on it never changing.

# %%
try:
    price.co_name = "cost"
except AttributeError as error:
    print("AttributeError:", error)

# %% [markdown]
# There is a way to get a changed *copy*, the method `replace`. For a name or
# a constant that is enough:

# %%
cheaper = price.replace(
    co_consts=tuple(
        1.07 if constant == 1.19 else constant for constant in price.co_consts
    )
)
types.FunctionType(cheaper, {})(100, 1)

# %% [markdown]
# It is not enough for the instructions. Insert one, and every jump across it
# goes astray, the line numbers are wrong, the regions of `try` statements are
# off, and the stack may be too small. CPython checks none of that.
#
# **Try it.** In the cell above, replace `co_name` too, by `"cost"`, and ask
# for the `__name__` of the function that comes out.

# %% [markdown]
# ## The editable one
#
# bytescope has a class for this: `Code`. It relates to a code object as the
# text in an editor relates to the file: take it apart, edit, and put it
# together again.

# %%
from bytescope.code.object.code import Code

editable = Code.from_host(price)
Table(
    [(each.name, each.arg) for each in editable.instructions],
    head=["instruction", "argument"],
    code=[0],
)

# %% [markdown]
# Caches are gone, and instructions, constants and names are lists. Without an
# edit, the same code object comes out, bit for bit.

# %%
Code.from_host(price).to_host() == price

# %% [markdown]
# **Try it.** `Code.from_host(module)` takes the whole module apart. Look into
# its `consts`: the function inside is a `Code` as well.

# %% [markdown]
# ## Edit a constant
#
# No tuple has to be rebuilt here.

# %%
editable.consts[editable.consts.index(1.19)] = 1.25
price_abroad = types.FunctionType(editable.to_host(), {})
price_abroad(100, 1)

# %% [markdown]
# **Try it.** Take a constant of another type: `Fraction(5, 4)`, from the
# module `fractions`. No source text could have that in it, and the machine
# does not mind.

# %% [markdown]
# ## Edit an instruction
#
# Let us make a subtraction out of an addition. What number stands for which
# operator differs between versions, so we do not write it down; we borrow it
# from code that subtracts.


# %%
def operator_of(text):
    """The argument that BINARY_OP has for the operator in a text."""
    code = Code.from_host(compile(text, "<operator>", "eval"))
    for instruction in code.instructions:
        if instruction.name == "BINARY_OP":
            return instruction.arg


def total(code, a, b):
    return types.FunctionType(code.to_host(), {"a": a, "b": b})()


plus = Code.from_host(compile("a + b", "<sum>", "eval"))
print("before:", total(plus, 40, 2))
for instruction in plus.instructions:
    if instruction.name == "BINARY_OP":
        instruction.arg = operator_of("a - b")
print("after:", total(plus, 40, 2))

# %% [markdown]
# This is how tests are tested: change one operator at a time, and see whether
# any test fails. It is called *mutation testing*.
#
# **Try it.** Borrow the operator from `"a ** b"`, and `after:` becomes 1600.

# %% [markdown]
# ## Edit the length
#
# Now the difficult case. This loop is executed by two jumps: one forwards,
# out of the loop, and one back to its start.

# %%
COUNTDOWN = """
def countdown(n):
    steps = 0
    while n > 0:
        n = n - 1
        steps = steps + 1
    return steps
"""
for constant in compile(COUNTDOWN, "<loop>", "exec").co_consts:
    if isinstance(constant, types.CodeType):
        loop = Code.from_host(constant)
Table(
    [
        (each.name, f"{each.target.name} at {each.target.offset}")
        for each in loop.instructions
        if each.target is not None
    ],
    head=["jump", "goes to"],
    code=[0, 1],
)

# %% [markdown]
# In a `Code`, a jump refers to an *instruction*, not to a distance. So we can
# put a thousand instructions that do nothing in front of each addition, and
# it will still find its way.

# %%
Instruction = type(loop.instructions[0])

before = len(loop.to_host().co_code)
for instruction in list(loop.instructions):
    if instruction.name == "BINARY_OP":
        idle = [Instruction("NOP") for _ in range(1000)]
        loop.insert_before(instruction, *idle)
longer = loop.to_host()
print("bytes before:", before, "and after:", len(longer.co_code))
print("steps:", types.FunctionType(longer, {})(12))

# %% [markdown]
# The distances no longer fit into one byte, so the jumps got prefixes, called
# `EXTENDED_ARG`. Line table, exception table and stack size were laid out
# anew too.
#
# **Try it.** Look at the jumps again, with the cell above that makes the
# table. The instructions are the same; their offsets are not.

# %% [markdown]
# You now know what the machine is given. From the next chapter on, you build
# it.
