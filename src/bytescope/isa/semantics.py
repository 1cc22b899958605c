"""The semantics of every instruction, written once, against an abstract machine `m`.

Several machines run this text: the verifier (a value is nothing but a depth), the lifter (a value is a symbol; the
reference engine's handlers are made from what it records) and the weaver's planner (a value is an operand position).

Rules of the text:
- it branches on the instruction `i`, never on values;
- operands are popped before a primitive is called, results are pushed after it: depths follow from the text;
- at most one primitive of an instruction may run foreign code.

The text is one module, though a long one: it is a table with a function for a row, looked up by an instruction's name,
in which no row depends on another. A module for each of its sections would make every start longer, by one file each.
"""

from __future__ import annotations

from bytescope.isa.table import instruction
from bytescope.startup.stdlib_lite import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bytescope.code.instruction import Instruction

    Machine = Any
    """Anything that has `push`, `pop`, `popn`, `peek` and a method for every primitive and control operation."""

# ---- operand stack and constants


@instruction("--", raises=False)
def NOP(m: Machine, i: Instruction) -> None:
    pass


@instruction("--", raises=False)
def RESUME(m: Machine, i: Instruction) -> None:
    pass


@instruction("-- value", raises=False)
def LOAD_CONST(m: Machine, i: Instruction) -> None:
    m.push(m.const(i.arg))


@instruction("-- null", raises=False)
def PUSH_NULL(m: Machine, i: Instruction) -> None:
    m.push(m.null())


@instruction("value --", raises=False)
def POP(m: Machine, i: Instruction) -> None:
    m.pop()


@instruction("value ... -- value ... value", raises=False)
def COPY(m: Machine, i: Instruction) -> None:
    m.push(m.peek(i.arg))


@instruction("low ... top -- top ... low", raises=False)
def SWAP(m: Machine, i: Instruction) -> None:
    top = m.pop()
    between = m.popn(i.arg - 2)
    low = m.pop()
    for value in (top, *between, low):
        m.push(value)


# ---- variables


@instruction("-- value")
def LOAD_LOCAL(m: Machine, i: Instruction) -> None:
    m.push(m.load_local(i.arg))


@instruction("value --")
def STORE_LOCAL(m: Machine, i: Instruction) -> None:
    m.store_local(i.arg, m.pop())


@instruction("--")
def DELETE_LOCAL(m: Machine, i: Instruction) -> None:
    m.delete_local(i.arg)


@instruction("-- value", raises=False)
def SAVE_LOCAL(m: Machine, i: Instruction) -> None:
    m.push(m.save_local(i.arg))


@instruction("-- value")
def LOAD_CELL(m: Machine, i: Instruction) -> None:
    m.push(m.load_cell(i.arg))


@instruction("value --")
def STORE_CELL(m: Machine, i: Instruction) -> None:
    m.store_cell(i.arg, m.pop())


@instruction("--")
def DELETE_CELL(m: Machine, i: Instruction) -> None:
    m.delete_cell(i.arg)


@instruction("-- cell")
def LOAD_CLOSURE(m: Machine, i: Instruction) -> None:
    m.push(m.load_closure(i.arg))


@instruction("-- cell", raises=False)
def SAVE_CELL(m: Machine, i: Instruction) -> None:
    m.push(m.save_cell(i.arg))


@instruction("--", raises=False)
def MAKE_CELL(m: Machine, i: Instruction) -> None:
    m.make_cell(i.arg)


@instruction("cell --", raises=False)
def RESTORE_CELL(m: Machine, i: Instruction) -> None:
    m.restore_cell(i.arg, m.pop())


@instruction("-- null_below? value null_above?")
def LOAD_GLOBAL(m: Machine, i: Instruction) -> None:
    if i.flag == "null below":
        m.push(m.null())
    m.push(m.load_global(i.arg))
    if i.flag == "null above":
        m.push(m.null())


@instruction("value --")
def STORE_GLOBAL(m: Machine, i: Instruction) -> None:
    m.store_global(i.arg, m.pop())


@instruction("--")
def DELETE_GLOBAL(m: Machine, i: Instruction) -> None:
    m.delete_global(i.arg)


@instruction("-- value")
def LOAD_NAME(m: Machine, i: Instruction) -> None:
    m.push(m.load_name(i.arg))


@instruction("value --")
def STORE_NAME(m: Machine, i: Instruction) -> None:
    m.store_name(i.arg, m.pop())


@instruction("--")
def DELETE_NAME(m: Machine, i: Instruction) -> None:
    m.delete_name(i.arg)


@instruction("-- mapping")
def LOAD_LOCALS(m: Machine, i: Instruction) -> None:
    m.push(m.load_locals())


@instruction("mapping -- value")
def LOAD_FROM_DICT_OR_GLOBALS(m: Machine, i: Instruction) -> None:
    m.push(m.load_from_dict_or_globals(i.arg, m.pop()))


@instruction("mapping -- value")
def LOAD_FROM_DICT_OR_CELL(m: Machine, i: Instruction) -> None:
    m.push(m.load_from_dict_or_cell(i.arg, m.pop()))


@instruction("--")
def SETUP_ANNOTATIONS(m: Machine, i: Instruction) -> None:
    m.setup_annotations()


# ---- operators


@instruction("value -- result")
def UNARY(m: Machine, i: Instruction) -> None:
    m.push(m.unary(i.arg, m.pop()))


@instruction("left right -- result")
def BINARY(m: Machine, i: Instruction) -> None:
    right = m.pop()
    left = m.pop()
    m.push(m.binary(i.arg, left, right))


@instruction("left right -- result")
def INPLACE(m: Machine, i: Instruction) -> None:
    right = m.pop()
    left = m.pop()
    m.push(m.inplace(i.arg, left, right))


@instruction("left right -- result")
def COMPARE(m: Machine, i: Instruction) -> None:
    right = m.pop()
    left = m.pop()
    m.push(m.compare(i.arg, left, right))


@instruction("item container -- result")
def CONTAINS(m: Machine, i: Instruction) -> None:
    container = m.pop()
    item = m.pop()
    m.push(m.contains(i.arg, item, container))


@instruction("left right -- result")
def IS(m: Machine, i: Instruction) -> None:
    right = m.pop()
    left = m.pop()
    m.push(m.identity(i.arg, left, right))


@instruction("value -- result")
def TRUTH(m: Machine, i: Instruction) -> None:
    m.push(m.truth(m.pop()))


@instruction("value -- result")
def NOT(m: Machine, i: Instruction) -> None:
    m.push(m.negation(m.pop()))


# ---- attributes and items


@instruction("object -- value null?")
def GETATTR(m: Machine, i: Instruction) -> None:
    m.push(m.getattr(i.arg, m.pop()))
    if i.flag:
        m.push(m.null())


@instruction("value object --")
def SETATTR(m: Machine, i: Instruction) -> None:
    target = m.pop()
    value = m.pop()
    m.setattr(i.arg, target, value)


@instruction("object --")
def DELATTR(m: Machine, i: Instruction) -> None:
    m.delattr(i.arg, m.pop())


@instruction("super class self -- value null?")
def SUPER_ATTR(m: Machine, i: Instruction) -> None:
    receiver = m.pop()
    cls = m.pop()
    m.push(m.super_attr(i.arg, m.pop(), cls, receiver))
    if i.flag:
        m.push(m.null())


@instruction("object -- method null")
def LOAD_SPECIAL(m: Machine, i: Instruction) -> None:
    m.push(m.special(i.arg, m.pop()))
    m.push(m.null())


@instruction("container key -- value")
def GETITEM(m: Machine, i: Instruction) -> None:
    key = m.pop()
    m.push(m.getitem(m.pop(), key))


@instruction("value container key --")
def SETITEM(m: Machine, i: Instruction) -> None:
    key = m.pop()
    container = m.pop()
    m.setitem(container, key, m.pop())


@instruction("container key --")
def DELITEM(m: Machine, i: Instruction) -> None:
    key = m.pop()
    m.delitem(m.pop(), key)


@instruction("container start stop -- value")
def GETSLICE(m: Machine, i: Instruction) -> None:
    stop = m.pop()
    start = m.pop()
    m.push(m.getslice(m.pop(), start, stop))


@instruction("value container start stop --")
def SETSLICE(m: Machine, i: Instruction) -> None:
    stop = m.pop()
    start = m.pop()
    container = m.pop()
    m.setslice(container, start, stop, m.pop())


# ---- building and taking apart


@instruction("items... -- tuple")
def BUILD_TUPLE(m: Machine, i: Instruction) -> None:
    m.push(m.build("tuple", *m.popn(i.arg)))


@instruction("items... -- list")
def BUILD_LIST(m: Machine, i: Instruction) -> None:
    m.push(m.build("list", *m.popn(i.arg)))


@instruction("items... -- set")
def BUILD_SET(m: Machine, i: Instruction) -> None:
    m.push(m.build_set(*m.popn(i.arg)))


@instruction("keys_and_values... -- dict")
def BUILD_MAP(m: Machine, i: Instruction) -> None:
    m.push(m.build_map(*m.popn(2 * i.arg)))


@instruction("values... keys -- dict")
def BUILD_CONST_KEY_MAP(m: Machine, i: Instruction) -> None:
    keys = m.pop()
    m.push(m.build_const_key_map(keys, *m.popn(i.arg)))


@instruction("strings... -- string")
def BUILD_STRING(m: Machine, i: Instruction) -> None:
    m.push(m.build("string", *m.popn(i.arg)))


@instruction("start stop step? -- slice")
def BUILD_SLICE(m: Machine, i: Instruction) -> None:
    m.push(m.build("slice", *m.popn(i.arg)))


@instruction("value string spec? -- interpolation")
def BUILD_INTERPOLATION(m: Machine, i: Instruction) -> None:
    operands = m.popn(3 if i.flag else 2)
    m.push(m.build_interpolation(i.arg, *operands))


@instruction("strings interpolations -- template")
def BUILD_TEMPLATE(m: Machine, i: Instruction) -> None:
    interpolations = m.pop()
    m.push(m.build_template(m.pop(), interpolations))


@instruction("list ... value -- list ...")
def LIST_APPEND(m: Machine, i: Instruction) -> None:
    value = m.pop()
    m.list_append(m.peek(i.arg), value)


@instruction("set ... value -- set ...")
def SET_ADD(m: Machine, i: Instruction) -> None:
    value = m.pop()
    m.set_add(m.peek(i.arg), value)


@instruction("dict ... key value -- dict ...")
def MAP_ADD(m: Machine, i: Instruction) -> None:
    value = m.pop()
    key = m.pop()
    m.map_add(m.peek(i.arg), key, value)


@instruction("list ... iterable -- list ...")
def LIST_EXTEND(m: Machine, i: Instruction) -> None:
    iterable = m.pop()
    m.list_extend(m.peek(i.arg), iterable)


@instruction("set ... iterable -- set ...")
def SET_UPDATE(m: Machine, i: Instruction) -> None:
    iterable = m.pop()
    m.set_update(m.peek(i.arg), iterable)


@instruction("dict ... mapping -- dict ...")
def DICT_UPDATE(m: Machine, i: Instruction) -> None:
    mapping = m.pop()
    m.dict_update(m.peek(i.arg), mapping)


@instruction("function ... dict others... mapping -- function ... dict others...")
def DICT_MERGE(m: Machine, i: Instruction) -> None:
    mapping = m.pop()
    m.dict_merge(m.peek(i.arg[0]), mapping, m.peek(i.arg[1]))


@instruction("list -- tuple")
def LIST_TO_TUPLE(m: Machine, i: Instruction) -> None:
    m.push(m.list_to_tuple(m.pop()))


@instruction("iterable -- values...")
def UNPACK(m: Machine, i: Instruction) -> None:
    for value in reversed(m.unpack(i.arg, m.pop())):
        m.push(value)


@instruction("iterable -- after... rest before...")
def UNPACK_EX(m: Machine, i: Instruction) -> None:
    for value in reversed(m.unpack_ex(i.arg, m.pop())):
        m.push(value)


@instruction("value -- string")
def CONVERT(m: Machine, i: Instruction) -> None:
    m.push(m.convert(i.arg, m.pop()))


@instruction("value -- string")
def FORMAT(m: Machine, i: Instruction) -> None:
    m.push(m.format(m.pop()))


@instruction("value spec -- string")
def FORMAT_WITH_SPEC(m: Machine, i: Instruction) -> None:
    spec = m.pop()
    m.push(m.format_with_spec(m.pop(), spec))


# ---- calls, functions, classes, imports


@instruction("callable self_or_null args... -- result")
def CALL(m: Machine, i: Instruction) -> None:
    args = m.popn(i.arg)
    second = m.pop()
    m.push(m.call(m.pop(), second, *args))


@instruction("callable self_or_null args... names -- result")
def CALL_KW(m: Machine, i: Instruction) -> None:
    names = m.pop()
    args = m.popn(i.arg)
    second = m.pop()
    m.push(m.call_kw(m.pop(), second, names, *args))


@instruction("callable null args kwargs? -- result")
def CALL_EX(m: Machine, i: Instruction) -> None:
    kwargs = m.pop() if i.arg else m.null()
    args = m.pop()
    second = m.pop()
    m.push(m.call_ex(m.pop(), second, args, kwargs))


@instruction("defaults? kwdefaults? annotations? annotate? closure? code -- function")
def MAKE_FUNCTION(m: Machine, i: Instruction) -> None:
    code = m.pop()
    attributes = m.popn(i.arg.bit_count())
    m.push(m.make_function(i.arg, code, *attributes))


@instruction("-- build_class")
def LOAD_BUILD_CLASS(m: Machine, i: Instruction) -> None:
    m.push(m.load_build_class())


@instruction("level fromlist -- module")
def IMPORT_NAME(m: Machine, i: Instruction) -> None:
    fromlist = m.pop()
    m.push(m.import_name(i.arg, m.pop(), fromlist))


@instruction("module -- module value")
def IMPORT_FROM(m: Machine, i: Instruction) -> None:
    m.push(m.import_from(i.arg, m.peek(1)))


@instruction("module -- none")
def IMPORT_STAR(m: Machine, i: Instruction) -> None:
    m.push(m.import_star(m.pop()))


@instruction("value -- result")
def DISPLAY(m: Machine, i: Instruction) -> None:
    m.push(m.display(m.pop()))


@instruction("value -- result")
def TYPE_INTRINSIC_1(m: Machine, i: Instruction) -> None:
    m.push(m.type_intrinsic(i.arg, m.pop()))


@instruction("first second -- result")
def TYPE_INTRINSIC_2(m: Machine, i: Instruction) -> None:
    second = m.pop()
    m.push(m.type_intrinsic(i.arg, m.pop(), second))


# ---- structural pattern matching


@instruction("subject -- subject length")
def GET_LEN(m: Machine, i: Instruction) -> None:
    m.push(m.length(m.peek(1)))


@instruction("subject -- subject result")
def MATCH_MAPPING(m: Machine, i: Instruction) -> None:
    m.push(m.match_mapping(m.peek(1)))


@instruction("subject -- subject result")
def MATCH_SEQUENCE(m: Machine, i: Instruction) -> None:
    m.push(m.match_sequence(m.peek(1)))


@instruction("subject keys -- subject keys values_or_none")
def MATCH_KEYS(m: Machine, i: Instruction) -> None:
    m.push(m.match_keys(m.peek(2), m.peek(1)))


@instruction("subject class names -- attributes_or_none")
def MATCH_CLASS(m: Machine, i: Instruction) -> None:
    names = m.pop()
    cls = m.pop()
    m.push(m.match_class(i.arg, m.pop(), cls, names))


# ---- control flow


@instruction("--", jumps=True, falls_through=False, raises=False)
def JUMP(m: Machine, i: Instruction) -> None:
    m.jump(i.target)


@instruction("condition --", jumps=True)
def JUMP_IF_TRUE(m: Machine, i: Instruction) -> None:
    m.branch(m.truth(m.pop()), True, i.target)


@instruction("condition --", jumps=True)
def JUMP_IF_FALSE(m: Machine, i: Instruction) -> None:
    m.branch(m.truth(m.pop()), False, i.target)


@instruction("value --", jumps=True)
def JUMP_IF_NONE(m: Machine, i: Instruction) -> None:
    m.branch(m.is_none(m.pop()), True, i.target)


@instruction("value --", jumps=True)
def JUMP_IF_NOT_NONE(m: Machine, i: Instruction) -> None:
    m.branch(m.is_none(m.pop()), False, i.target)


@instruction("iterable -- iterator null?")
def GET_ITER(m: Machine, i: Instruction) -> None:
    m.push(m.iter(m.pop()))
    if i.flag:
        m.push(m.null())


@instruction("iterator null? -- iterator null? value |", jumps=True)
def FOR_ITER(m: Machine, i: Instruction) -> None:
    null = m.popn(1 if i.flag else 0)
    iterator = m.pop()
    value = m.next(iterator, exhausted=i.target)
    for operand in (iterator, *null, value):
        m.push(operand)


@instruction("value --", falls_through=False)
def RETURN(m: Machine, i: Instruction) -> None:
    m.return_value(m.pop())


# ---- exceptions


@instruction("exception? cause? --", falls_through=False)
def RAISE(m: Machine, i: Instruction) -> None:
    m.raise_exception(*m.popn(i.arg))


@instruction("lasti? ... exception --", falls_through=False)
def RERAISE(m: Machine, i: Instruction) -> None:
    exception = m.pop()
    m.reraise(exception, m.peek(i.arg) if i.arg else m.null())


@instruction("exception -- previous exception", raises=False)
def PUSH_EXC_INFO(m: Machine, i: Instruction) -> None:
    exception = m.pop()
    m.push(m.push_exc_info(exception))
    m.push(exception)


@instruction("previous --", raises=False)
def POP_EXCEPT(m: Machine, i: Instruction) -> None:
    m.pop_except(m.pop())


@instruction("exception type -- exception result")
def CHECK_EXC_MATCH(m: Machine, i: Instruction) -> None:
    kind = m.pop()
    m.push(m.exception_match(m.peek(1), kind))


@instruction("exception type -- rest match")
def CHECK_EG_MATCH(m: Machine, i: Instruction) -> None:
    kind = m.pop()
    for value in m.group_match(m.pop(), kind):
        m.push(value)


@instruction("original raised -- exception_or_none")
def PREP_RERAISE_STAR(m: Machine, i: Instruction) -> None:
    raised = m.pop()
    m.push(m.prepare_reraise_star(m.pop(), raised))


@instruction("manager -- exit result")
def ENTER_WITH(m: Machine, i: Instruction) -> None:
    for value in m.enter_with(m.pop()):
        m.push(value)


@instruction("manager -- exit awaitable")
def ENTER_ASYNC_WITH(m: Machine, i: Instruction) -> None:
    for value in m.enter_async_with(m.pop()):
        m.push(value)


@instruction("exit ... exception -- exit ... exception result")
def WITH_EXCEPT(m: Machine, i: Instruction) -> None:
    exit_function = m.peek(5 if i.arg == "bound" else 4)
    receiver = m.peek(4) if i.arg == "bound" else m.null()
    m.push(m.with_except(exit_function, receiver, m.peek(1)))


@instruction("awaitable exception --")
def END_ASYNC_FOR(m: Machine, i: Instruction) -> None:
    exception = m.pop()
    m.pop()
    m.end_async_for(exception)


@instruction("receiver null? sent exception -- none null? value")
def CLEANUP_THROW(m: Machine, i: Instruction) -> None:
    exception = m.pop()
    m.pop()
    null = m.popn(1 if i.flag else 0)
    m.pop()
    value = m.cleanup_throw(exception)
    for operand in (m.const(None), *null, value):
        m.push(operand)


@instruction("exception -- error")
def STOPITERATION_ERROR(m: Machine, i: Instruction) -> None:
    m.push(m.stopiteration_error(m.pop()))


# ---- generators and coroutines


@instruction("value -- sent")
def YIELD(m: Machine, i: Instruction) -> None:
    m.push(m.suspend(m.pop()))


@instruction("receiver null? value -- receiver null? yielded | receiver? null? result", jumps=True)
def SEND(m: Machine, i: Instruction) -> None:
    value = m.pop()
    null = m.popn(1 if i.flag else 0)
    receiver = m.pop()
    result = m.delegate(receiver, value)
    if not i.arg:
        m.push(receiver)
    for operand in (*null, result):
        m.push(operand)
    m.jump(i.target)
    if i.arg:
        m.pop()
        m.push(receiver)
        m.push(result)


@instruction("receiver null? value -- value")
def END_SEND(m: Machine, i: Instruction) -> None:
    value = m.pop()
    m.popn(2 if i.flag else 1)
    m.push(value)


@instruction("iterable -- iterator null?")
def GET_YIELD_FROM_ITER(m: Machine, i: Instruction) -> None:
    m.push(m.yield_from_iter(m.pop()))
    if i.flag:
        m.push(m.null())


@instruction("object -- iterator")
def GET_AWAITABLE(m: Machine, i: Instruction) -> None:
    m.push(m.awaitable(i.arg, m.pop()))


@instruction("iterable -- iterator")
def GET_AITER(m: Machine, i: Instruction) -> None:
    m.push(m.aiter(m.pop()))


@instruction("iterator -- iterator awaitable")
def GET_ANEXT(m: Machine, i: Instruction) -> None:
    m.push(m.anext(m.peek(1)))


@instruction("value -- wrapped")
def ASYNC_GEN_WRAP(m: Machine, i: Instruction) -> None:
    m.push(m.async_gen_wrap(m.pop()))
