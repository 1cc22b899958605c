# %% [markdown]
# # 6 · From opcode to function
#
# Our machine looks for a method by the name of each step. A real interpreter
# does something simpler and faster: it has a **table**, and the opcode is the
# index into it. In this chapter we write the table down, see what is not in
# it, and fill it.

# %% [markdown]
# Here is the machine with all that it has learned up to chapter 5. Run this
# cell; there is nothing new in it.

# %% The machine so far tags=["hide-input"]
import builtins
import dis
import operator
import sys
from typing import NamedTuple

from bytescope_page import Graph
from tour_display import Moments


class Step(NamedTuple):
    name: str
    arg: object = ...

    def __repr__(self):
        if hasattr(self.arg, "co_name"):
            return f"{self.name} <code {self.arg.co_name}>"
        return self.name if self.arg is ... else f"{self.name} {self.arg!r}"


RULES = {
    "RESUME": lambda i: [],
    "NOP": lambda i: [],
    "LOAD_SMALL_INT": lambda i: [Step("LOAD_CONST", i.argval)],
    "RETURN_CONST": lambda i: [
        Step("LOAD_CONST", i.argval),
        Step("RETURN_VALUE"),
    ],
    "BINARY_OP": lambda i: [Step("BINARY_OP", i.argrepr)],
    "BINARY_SUBSCR": lambda i: [Step("BINARY_OP", "[]")],
}


def as_it_is(i):
    return [Step(i.opname, ... if i.arg is None else i.argval)]


def read(code):
    steps = []
    first_step = {}
    for i in dis.get_instructions(code):
        first_step[i.offset] = len(steps)
        steps += RULES.get(i.opname, as_it_is)(i)
    return [
        step._replace(arg=first_step[step.arg])
        if is_jump(step.name)
        else step
        for step in steps
    ]


class Machine:
    def __init__(self, code, globals, locals=None):
        self.code = code
        self.steps = read(code)
        self.at = 0
        self.stack = []
        self.globals = globals
        self.locals = globals if locals is None else locals
        self.done = False
        self.result = None

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        return self.stack.pop()

    def step(self):
        step = self.steps[self.at]
        self.at += 1
        getattr(self, step.name.lower())(step.arg)
        return step

    def run(self):
        while not self.done:
            self.step()
        return self.result

    def load_const(self, value):
        self.push(value)

    def load_name(self, name):
        for names in (self.locals, self.globals, vars(builtins)):
            if name in names:
                return self.push(names[name])
        raise NameError(f"name {name!r} is not defined")

    def store_name(self, name):
        self.locals[name] = self.pop()

    def pop_top(self, _):
        self.pop()

    def return_value(self, _):
        self.result = self.pop()
        self.done = True

    def binary_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(BINARY[symbol](left, right))

    def to_bool(self, _):
        self.push(bool(self.pop()))

    def unary_not(self, _):
        self.push(not self.pop())

    def unary_negative(self, _):
        self.push(-self.pop())

    def unary_invert(self, _):
        self.push(~self.pop())

    def intrinsic_unary_positive(self, _):
        self.push(+self.pop())

    def is_op(self, inverted):
        right = self.pop()
        left = self.pop()
        self.push((left is right) != bool(inverted))

    def contains_op(self, inverted):
        container = self.pop()
        item = self.pop()
        self.push((item in container) != bool(inverted))

    def push_null(self, _):
        self.push(NULL)

    def take(self, count):
        values = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return values

    def call(self, count):
        arguments = self.take(count)
        function, receiver = self.take(2)
        if function is NULL:
            function, receiver = receiver, NULL
        if receiver is not NULL:
            arguments.insert(0, receiver)
        self.push(self.invoke(function, arguments))

    def invoke(self, function, arguments):
        names, self.keywords = self.keywords, ()
        first = len(arguments) - len(names)
        keywords = dict(zip(names, arguments[first:]))
        return function(*arguments[:first], **keywords)

    def load_attr(self, name):
        self.push(getattr(self.pop(), name))

    keywords = ()

    def kw_names(self, index):
        self.keywords = self.code.co_consts[index]

    def call_kw(self, count):
        self.keywords = self.pop()
        self.call(count)

    def load_fast(self, name):
        if name not in self.locals:
            raise UnboundLocalError(f"{name!r} has no value yet")
        self.push(self.locals[name])

    def store_fast(self, name):
        self.locals[name] = self.pop()

    def load_global(self, name):
        for names in (self.globals, vars(builtins)):
            if name in names:
                return self.push(names[name])
        raise NameError(f"name {name!r} is not defined")

    def make_function(self, _):
        self.push(Function(type(self), self.pop(), self.globals))

    def set_function_attribute(self, flag):
        function = self.pop()
        value = self.pop()
        if flag == 1:
            function.defaults = value
        self.push(function)

    def compare_op(self, symbol):
        right = self.pop()
        left = self.pop()
        self.push(COMPARE[symbol](left, right))

    def jump(self, target):
        self.at = target

    def pop_jump_if_false(self, target):
        if not self.pop():
            self.at = target

    def pop_jump_if_true(self, target):
        if self.pop():
            self.at = target

    def pop_jump_if_none(self, target):
        if self.pop() is None:
            self.at = target

    def pop_jump_if_not_none(self, target):
        if self.pop() is not None:
            self.at = target

    def copy(self, depth):
        self.push(self.stack[-depth])

    def swap(self, depth):
        stack = self.stack
        stack[-depth], stack[-1] = stack[-1], stack[-depth]

    def get_iter(self, _):
        self.push(iter(self.pop()))

    def for_iter(self, target):
        for value in self.stack[-1]:
            self.push(value)
            return
        self.pop()
        self.at = target + LOOP_END


BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "[]": operator.getitem,
}


def watch(machine):
    moments = Moments()
    while not machine.done:
        step = machine.step()
        moments.add(step, machine.stack)
    return moments.picture()


for symbol, function in list(BINARY.items()):
    if symbol != "[]":
        in_place = f"i{function.__name__.strip('_')}"
        BINARY[f"{symbol}="] = getattr(operator, in_place)


RULES["UNARY_POSITIVE"] = lambda i: [Step("INTRINSIC_UNARY_POSITIVE")]


RULES["CALL_INTRINSIC_1"] = lambda i: [Step(i.argrepr)]


class Null:
    def __repr__(self):
        return "NULL"


NULL = Null()


RULES["PRECALL"] = lambda i: []


def and_null(name):
    def rule(i):
        null = [Step("PUSH_NULL")] if i.argrepr != i.argval else []
        return [Step(name, i.argval), *null]

    return rule


RULES["LOAD_ATTR"] = and_null("LOAD_ATTR")


RULES["LOAD_GLOBAL"] = and_null("LOAD_GLOBAL")


RULES["LOAD_METHOD"] = lambda i: [
    Step("LOAD_ATTR", i.argval),
    Step("PUSH_NULL"),
]


RULES["KW_NAMES"] = lambda i: [Step("KW_NAMES", i.arg)]


def two_steps(i):
    names = i.opname.replace("_BORROW", "").replace("FAST_", "FAST ")
    return [Step(*each) for each in zip(names.split(), i.argval)]


RULES["LOAD_FAST_BORROW"] = lambda i: [Step("LOAD_FAST", i.argval)]


RULES["LOAD_FAST_CHECK"] = lambda i: [Step("LOAD_FAST", i.argval)]


RULES["LOAD_FAST_BORROW_LOAD_FAST_BORROW"] = two_steps


RULES["LOAD_FAST_LOAD_FAST"] = two_steps


RULES["STORE_FAST_LOAD_FAST"] = two_steps


RULES["STORE_FAST_STORE_FAST"] = two_steps


class Function:
    def __init__(self, machine, code, globals):
        self.machine = machine
        self.code = code
        self.globals = globals
        self.defaults = ()

    def __repr__(self):
        return f"<your function {self.code.co_name}>"

    def __call__(self, *arguments, **keywords):
        locals = self.bind(arguments, keywords)
        return self.machine(self.code, self.globals, locals).run()

    def bind(self, arguments, keywords):
        code = self.code
        names = code.co_varnames[: code.co_argcount]
        if len(arguments) > len(names):
            raise TypeError(f"{code.co_name}() got too many arguments")
        optional = names[len(names) - len(self.defaults) :]
        locals = dict(zip(optional, self.defaults))
        locals.update(zip(names, arguments))
        locals.update(keywords)
        for name in names:
            if name not in locals:
                raise TypeError(f"{code.co_name}() needs {name!r}")
        return locals


def function_steps(i):
    flags = [flag for flag in (8, 4, 2, 1) if (i.arg or 0) & flag]
    attributes = [Step("SET_FUNCTION_ATTRIBUTE", flag) for flag in flags]
    return [Step("MAKE_FUNCTION"), *attributes]


RULES["MAKE_FUNCTION"] = function_steps


COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_jump(name):
    return "JUMP" in name or name == "FOR_ITER"


def jump_step(i):
    name = i.opname
    for word in ("_FORWARD", "_BACKWARD", "_NO_INTERRUPT"):
        name = name.replace(word, "")
    return [Step(name, i.argval)]


for name in dis.opmap:
    if "JUMP" in name:
        RULES[name] = jump_step


RULES["NOT_TAKEN"] = lambda i: []


def flow(code):
    steps = read(code)
    starts = {0}
    for at, step in enumerate(steps):
        if is_jump(step.name):
            starts |= {step.arg, at + 1}
        elif step.name == "RETURN_VALUE":
            starts.add(at + 1)
    starts = sorted(starts - {len(steps)})
    nodes, edges = {}, []
    for start, end in zip(starts, [*starts[1:], len(steps)]):
        last = steps[end - 1]
        nodes[str(start)] = [f"{at}  {steps[at]}" for at in range(start, end)]
        if is_jump(last.name):
            edges.append((str(start), str(last.arg), "jump"))
        if last.name not in ("JUMP", "RETURN_VALUE"):
            edges.append((str(start), str(end), "next"))
    return Graph(nodes, edges)


def copy_and_jump(i):
    condition = i.opname.removesuffix("_OR_POP")
    jump = Step(f"POP_{condition}", i.argval)
    return [Step("COPY", 1), jump, Step("POP_TOP")]


RULES["JUMP_IF_TRUE_OR_POP"] = copy_and_jump


RULES["JUMP_IF_FALSE_OR_POP"] = copy_and_jump


LOOP_END = {(3, 11): 0, (3, 12): 1}.get(sys.version_info[:2], 2)


RULES["POP_ITER"] = lambda i: [Step("POP_TOP")]

print(len(RULES), "rules are in the table")

# %% [markdown]
# ## The table
#
# Every method of the machine that carries out a step goes into the table.
# Their helpers do not.

# %%
HELPERS = {"push", "pop", "take", "invoke", "step", "run", "keywords"}

TABLE = {
    name.upper(): function
    for name, function in vars(Machine).items()
    if not name.startswith("_") and name not in HELPERS
}
print(len(TABLE), "entries:", *TABLE)

# %% [markdown]
# To execute a step means to look up a function and call it. A step without an
# entry gets an error that says what is missing, and where.


# %%
class UnknownInstruction(Exception):
    pass


class Machine(Machine):
    def step(self):
        step = self.steps[self.at]
        if step.name not in TABLE:
            place = f"{self.code.co_name}, step {self.at}"
            raise UnknownInstruction(f"{step.name} in {place}")
        self.at += 1
        TABLE[step.name](self, step.arg)
        return step


print(Machine(compile("6 * n", "<tour>", "eval"), {"n": 7}).run())
try:
    Machine(compile("[n, n]", "<tour>", "eval"), {"n": 7}).run()
except UnknownInstruction as error:
    print("UnknownInstruction:", error)

# %% [markdown]
# **Try it.** Take the multiplication out of the machine: `del BINARY["*"]`.
# That is a second table, which `BINARY_OP` uses, and it raises a `KeyError`.
# CPython has such a table as well: there was one opcode for each operator
# until 3.10.

# %% [markdown]
# ## All the way from the bytes
#
# Here is the whole way, for one small function: two bytes, CPython's name for
# the first, our steps, and the function that is called in the end.

# %%
from bytescope_page import Table

module = compile("def f(n): return n * n + 1", "<tour>", "exec")
code = next(c for c in module.co_consts if hasattr(c, "co_code"))


def way(code):
    rows = []
    for i in dis.get_instructions(code):
        bytes_ = code.co_code[i.offset : i.offset + 2].hex(" ")
        steps = RULES.get(i.opname, as_it_is)(i)
        rows.append((bytes_, i.opname, *shown(steps)))
    return Table(
        rows,
        head=["bytes", "CPython's name", "steps", "function"],
        code=[0, 1, 2, 3],
    )


def shown(steps):
    functions = [
        TABLE[step.name].__name__ if step.name in TABLE else "-"
        for step in steps
    ]
    return ", ".join(map(str, steps)), ", ".join(functions)


way(code)

# %% [markdown]
# **Try it.** Show the way of `"def f(a, b): return a if a > b else b"`. On
# another version of Python, the bytes would differ, the functions hardly.

# %% [markdown]
# ## Hooks in the table
#
# A table can be changed while the machine runs. To watch an instruction, put
# a function in its place that does something more and then calls the
# original.

# %%
from contextlib import contextmanager


@contextmanager
def hooked(name, hook):
    original = TABLE[name]

    def watched(machine, arg):
        hook(machine, arg)
        original(machine, arg)

    TABLE[name] = watched
    yield
    TABLE[name] = original


def report(machine, symbol):
    print(machine.stack[-2], symbol, machine.stack[-1])


with hooked("BINARY_OP", report):
    value = Machine(compile("(n + 1) * n", "<tour>", "eval"), {"n": 6}).run()
value

# %% [markdown]
# Where no hook is wanted, the table has the plain function, and a hook that
# is not there costs nothing. bytescope is built on the same idea. (To derive
# a machine with another `binary_op` has no effect any more: the table
# decides.)
#
# **Try it.** If the program raises an exception, the hook stays in the table.
# Fix it: `try:` before the `yield`, `finally:` after it. Then hook `"CALL"`
# and print what is called: it is `machine.stack[-2 - arg]`.

# %% [markdown]
# ## What is missing
#
# We can ask in advance. `unknown` reads a program and all functions in it,
# and returns the steps that are not in the table.


# %%
def code_objects(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from code_objects(constant)


def unknown(text):
    names = set()
    for code in code_objects(compile(text, "<tour>", "exec")):
        names |= {step.name for step in read(code)}
    return sorted(names - TABLE.keys())


TEXTS = [
    "x = (a, b)",
    "x = [1, a]",
    "x, y = y, x",
    "x[i] = x[i + 1]",
    "x = {'a': 1, 'b': n}",
    "x = f'{a!r} and {b:>8}'",
    "x = [n * n for n in y]",
    "import math",
    "x.y = 1",
    "assert x, 'no x'",
    "class C: pass",
    "with lock: pass",
]
Table(
    [(text, ", ".join(unknown(text))) for text in TEXTS],
    head=["program", "not in the table"],
    code=[0, 1],
)

# %% [markdown]
# **Try it.** Add `"while True: pass"` and `"def f(): yield 1"`. One of them
# needs nothing that you do not have.

# %% [markdown]
# ## Tuples, lists and dictionaries
#
# A display such as `[a, b]` pushes its items and then takes them all at once.
# With a decorator, a new function goes into the table as it is defined.


# %%
def instruction(function):
    TABLE[function.__name__.upper()] = function
    return function


@instruction
def build_tuple(m, count):
    m.push(tuple(m.take(count)))


@instruction
def build_list(m, count):
    m.push(m.take(count))


@instruction
def build_set(m, count):
    m.push(set(m.take(count)))


@instruction
def build_map(m, count):
    items = m.take(2 * count)
    m.push(dict(zip(items[::2], items[1::2])))


@instruction
def build_const_key_map(m, count):
    keys = m.pop()
    m.push(dict(zip(keys, m.take(count))))


@instruction
def list_extend(m, depth):
    values = m.pop()
    m.stack[-depth].extend(values)


@instruction
def set_update(m, depth):
    values = m.pop()
    m.stack[-depth].update(values)


@instruction
def unpack_sequence(m, count):
    values = list(m.pop())
    if len(values) != count:
        raise ValueError(f"{count} values are needed, not {len(values)}")
    m.stack += reversed(values)


text = "left, right = [a, {'key': b}], (b, a)"
names = {"a": 1, "b": 2}
watch(Machine(compile(text, "<tour>", "exec"), names))

# %% [markdown]
# Here is the table at work, beside the machine of bytescope, which has one,
# too: a row for each instruction.

# %%
from tour_display import beside

beside(Machine(compile(text, "<tour>", "exec"), names), RULES)

# %%
names["left"], names["right"]

# %% [markdown]
# Unpacking pushes the values in reverse, so that the first is on top and is
# stored first.
#
# **Try it.** Swap two variables: `"a, b = b, a"`. No tuple is built; the
# compiler knows that the order on the stack is all that matters.

# %% [markdown]
# ## Items, slices, attributes, deletion
#
# What stands left of `=` may be more than a name.


# %%
@instruction
def store_subscr(m, _):
    value, container, key = m.take(3)
    container[key] = value


@instruction
def delete_subscr(m, _):
    container, key = m.take(2)
    del container[key]


@instruction
def build_slice(m, count):
    m.push(slice(*m.take(count)))


@instruction
def binary_slice(m, _):
    container, start, stop = m.take(3)
    m.push(container[start:stop])


@instruction
def store_slice(m, _):
    value, container, start, stop = m.take(4)
    container[start:stop] = value


@instruction
def store_attr(m, name):
    value, target = m.take(2)
    setattr(target, name, value)


@instruction
def delete_attr(m, name):
    delattr(m.pop(), name)


@instruction
def store_global(m, name):
    m.globals[name] = m.pop()


@instruction
def delete_name(m, name):
    del m.locals[name]


@instruction
def delete_fast(m, name):
    del m.locals[name]


text = """
letters[0] = "B"
letters[2:2] = ["-", "-"]
del letters[-1]
middle = letters[1:n]
"""
names = {"letters": list("byte"), "n": 3}
Machine(compile(text, "<tour>", "exec"), names).run()
names["letters"], names["middle"]

# %% [markdown]
# **Try it.** Which of these does the machine use for `letters[i] += "s"`?
# Print `read(compile(...))` and look for the two `COPY`: container and index
# are needed once to load and once to store.

# %% [markdown]
# ## Texts and comprehensions
#
# An f-string converts and formats its parts and joins them. Up to Python 3.12
# that is one instruction, of which a rule makes several steps.
#
# Since 3.12 a comprehension is no function of its own any more. A variable of
# the same name is saved before it and restored after it; if there was none,
# NULL is saved.


# %%
def format_steps(i):
    conversion, has_format = i.argval
    steps = [Step("CONVERT_VALUE", conversion)] if conversion else []
    if not has_format:
        return [*steps, Step("FORMAT_SIMPLE")]
    swap = [Step("SWAP", 2)] if steps else []
    return [*swap, *steps, *swap, Step("FORMAT_WITH_SPEC")]


RULES["FORMAT_VALUE"] = format_steps


@instruction
def convert_value(m, conversion):
    m.push(conversion(m.pop()))


@instruction
def format_simple(m, _):
    m.push(format(m.pop()))


@instruction
def format_with_spec(m, _):
    m.push(format(*m.take(2)))


@instruction
def build_string(m, count):
    m.push("".join(m.take(count)))


@instruction
def list_append(m, depth):
    value = m.pop()
    m.stack[-depth].append(value)


@instruction
def set_add(m, depth):
    value = m.pop()
    m.stack[-depth].add(value)


@instruction
def map_add(m, depth):
    key, value = m.take(2)
    m.stack[-depth][key] = value


@instruction
def load_fast_and_clear(m, name):
    m.push(m.locals.pop(name, NULL))


@instruction
def store_fast(m, name):
    value = m.pop()
    if value is NULL:
        m.locals.pop(name, None)
    else:
        m.locals[name] = value


text = "lines = [f'{n:>3}|{n * n!r:>4}' for n in numbers if n != 3]"
names = {"numbers": range(1, 6)}
Machine(compile(text, "<tour>", "exec"), names).run()
print(*names["lines"], sep="\n")

# %% [markdown]
# **Try it.** Make it a dictionary, `{n: n * n for n in numbers}`, and watch
# it. Is there a variable `n` in `names` afterwards? On 3.11 there is a
# function instead: look at its argument's name, which no program could have
# chosen.

# %% [markdown]
# ## Print, import, raise
#
# These are the last ones. `INTRINSIC_PRINT` is what mode `single` does with
# values. And our machine can raise exceptions, though it cannot handle them:
# they end the run.

# %%
RULES["PRINT_EXPR"] = lambda i: [Step("INTRINSIC_PRINT"), Step("POP_TOP")]
RULES["LOAD_COMMON_CONSTANT"] = lambda i: [Step("LOAD_CONST", AssertionError)]
RULES["LOAD_ASSERTION_ERROR"] = RULES["LOAD_COMMON_CONSTANT"]


@instruction
def intrinsic_print(m, _):
    sys.displayhook(m.pop())
    m.push(None)


@instruction
def import_name(m, name):
    level, names = m.take(2)
    m.push(__import__(name, m.globals, None, names, level))


@instruction
def import_from(m, name):
    m.push(getattr(m.stack[-1], name))


@instruction
def raise_varargs(m, count):
    if count == 0:
        raise RuntimeError("there is no exception to raise again")
    exception, *cause = m.take(count)
    if cause:
        raise exception from cause[0]
    raise exception


@instruction
def end_for(m, _):
    raise AssertionError("FOR_ITER passes this over")


text = "from math import sqrt\nassert sqrt(n) == int(sqrt(n)), 'no square'"
Machine(compile(text, "<tour>", "exec"), {"n": 49}).run()
try:
    Machine(compile(text, "<tour>", "exec"), {"n": 50}).run()
except AssertionError as error:
    print("AssertionError:", error)

# %% [markdown]
# What is left?

# %%
print(len(TABLE), "entries in the table")
Table(
    [(text, ", ".join(unknown(text))) for text in TEXTS if unknown(text)],
    head=["program", "not in the table"],
    code=[0, 1],
)

# %% [markdown]
# Classes, exception handlers, generators, closures, `with`, `match`: these
# are missing still. Each is a handful of instructions more, and some need a
# new idea. Chapter 8 shows a machine that has them all.
#
# **Try it.** Give yours classes. `LOAD_BUILD_CLASS` pushes
# `builtins.__build_class__`, but that insists on a function of CPython's.
# Write a function `build(body, name, *bases)` that runs `body.code` with a
# new dictionary as its locals and returns `type(name, bases, dictionary)`,
# and push that instead. Methods have to be bound when they are looked up:
# give `Function` a method `__get__(self, instance, owner)` that returns
# `types.MethodType(self, instance)`, or `self` if the instance is None.
# Python 3.14 also gives a class body a cell, for annotations: let
# `MAKE_CELL` keep a `types.CellType()` under its name, `LOAD_LOCALS` push
# the locals, and `STORE_DEREF` set the cell's `cell_contents`.
