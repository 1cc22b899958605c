"""Editing code objects."""

import dis
import marshal
import types

import pytest

from bytescope.code import Code
from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import OPMAP
from bytescope.code.object.raw import RawInstruction, Region


def run(code, *args, **kwargs):
    """Call a function made of a `Code`."""
    return types.FunctionType(code.to_host(), {"__builtins__": __builtins__})(*args, **kwargs)


def named(code, name, number=0):
    """An instruction by its opcode's name."""
    return [one for one in code.instructions if one.name == name][number]


def named_like(code, *beginnings):
    """The first instruction whose opcode's name begins so."""
    return next(one for one in code.instructions if one.name.startswith(beginnings))


def returns(function, value):
    """A `Code` of a function, which now returns another value."""
    code = Code.from_host(function.__code__)
    last = named_like(code, "RETURN_VALUE")
    code.insert_before(last, RawInstruction("POP_TOP"), RawInstruction("LOAD_CONST", code.add_const(value)))
    return code


def test_inserted_instructions_run():
    def f(a):
        return a + 1

    assert run(returns(f, "other"), 3) == "other"


def test_jumps_and_tables_follow_an_insertion():
    def f(n):
        total = 0
        for i in range(n):
            try:
                total += 10 // (i - 2)
            except ZeroDivisionError:
                total += 1000
        return total

    code = Code.from_host(f.__code__)
    bound = code.bound()
    code.rewrite(lambda one: None if one in bound else [*nops(200, one), one])
    inserted = {one for one in code.instructions if one.offset == -1}
    assert len(inserted) > 2000
    assert run(code, 6) == f(6)
    code.delete(*inserted)
    assert run(code, 6) == f(6)
    assert code.to_host().co_code == f.__code__.co_code


def nops(count, like):
    return [RawInstruction("NOP", 0, like.positions) for _ in range(count)]


def test_an_insertion_before_a_jumps_target_is_jumped_to_or_not():
    def f(a):
        if a:
            a = 1
        return a

    for jumps, expected in [(True, ["other", "other"]), (False, ["other", 0])]:
        code = Code.from_host(f.__code__)
        target = named_like(code, "POP_JUMP").target
        # The host may return early from both branches; then the jump's target is a branch of its own.
        store = [RawInstruction("LOAD_CONST", code.add_const("other")), RawInstruction("STORE_FAST", 0)]
        code.insert_before(target, *store, jumps=jumps)
        results = [run(code, 5), run(code, 0)]
        assert results[1] == expected[1]


def test_an_insertion_after_is_not_jumped_to():
    def f(a):
        while a:
            a -= 1
        return a

    code = Code.from_host(f.__code__)
    jump = named_like(code, "POP_JUMP")
    before = jump.target
    code.insert_after(jump, RawInstruction("NOP"))
    assert jump.target is before
    assert code.instructions[code.instructions.index(jump) + 1].name == "NOP"
    assert run(code, 5) == 0


def handled(a):
    try:
        b = a.missing
    except AttributeError:
        return "handled"
    return b


def test_an_insertion_before_is_in_the_regions_of_what_it_precedes():
    code = Code.from_host(handled.__code__)
    [region] = [r for r in code.regions if not r.lasti]
    nop = RawInstruction("NOP")
    code.insert_before(region.start, nop)
    assert region.start is nop
    after = RawInstruction("NOP")
    end = region.end
    code.insert_before(end, after)
    assert region.end is after
    assert run(code, 1) == "handled"


def test_an_insertion_after_is_in_the_regions_of_what_it_follows():
    code = Code.from_host(handled.__code__)
    [region] = [r for r in code.regions if not r.lasti]
    last = code.instructions[code.instructions.index(region.end) - 1]
    start, end = region.start, region.end
    nop = RawInstruction("NOP")
    code.insert_after(last, nop)
    assert (region.start, region.end) == (start, end)
    assert code.instructions.index(nop) < code.instructions.index(end)


def test_a_replaced_instruction_hands_on_what_refers_to_it():
    def f(a):
        return [1, 2][a]

    code = Code.from_host(f.__code__)
    last = named(code, "RETURN_VALUE")
    jump = RawInstruction("JUMP_FORWARD", target=last)
    code.insert_before(last, jump)
    new = [RawInstruction("POP_TOP"), RawInstruction("LOAD_CONST", code.add_const("new")), last]
    code.replace(last, *new)
    assert jump.target is new[0]
    assert run(code, 1) == "new"


def test_a_deleted_target_hands_on_to_what_follows():
    def f(a):
        while a:
            a -= 1
        return a

    code = Code.from_host(f.__code__)
    target = named_like(code, "JUMP_BACKWARD", "POP_JUMP_BACKWARD").target
    nop = RawInstruction("NOP")
    code.insert_before(target, nop)
    assert named_like(code, "JUMP_BACKWARD", "POP_JUMP_BACKWARD").target is nop
    code.delete(nop)
    assert named_like(code, "JUMP_BACKWARD", "POP_JUMP_BACKWARD").target is target
    assert run(code, 5) == 0


def test_the_last_instruction_cannot_go_while_it_is_a_target():
    end = RawInstruction("RETURN_VALUE")
    load = RawInstruction("LOAD_CONST")
    code = Code([load, RawInstruction("JUMP_FORWARD", target=end), end], consts=[1], flags=3)
    with pytest.raises(InvalidBytecode, match="deleted, and nothing follows"):
        code.delete(end)
    assert code.instructions[-1] is end
    assert run(code) == 1


def test_a_region_vanishes_with_its_instructions():
    code = Code.from_host(handled.__code__)
    [region] = [r for r in code.regions if not r.lasti]
    first, last = code.instructions.index(region.start), code.instructions.index(region.end)
    others = len(code.regions) - 1
    load = RawInstruction("LOAD_CONST", code.add_const("set"))
    code.insert_after(code.instructions[last - 1], load, RawInstruction("STORE_FAST", code.add_varname("b")))
    region.end = load
    code.delete(*code.instructions[first:last])
    assert region not in code.regions
    assert len(code.regions) == others
    assert run(code, 1) == "set"


def test_a_region_and_its_handler_can_be_deleted_at_the_end():
    start, handler, end = RawInstruction("RETURN_VALUE"), RawInstruction("NOP"), RawInstruction("RERAISE")
    region = Region(start, handler, handler, 0)
    code = Code([RawInstruction("LOAD_CONST"), start, handler, end], [region], consts=[1], flags=3)
    code.replace(start, RawInstruction("RETURN_VALUE"))
    assert code.regions == [region]
    code.regions[:] = [Region(handler, None, end, 0)]
    code.delete(handler, end)
    assert code.regions == []
    assert run(code) == 1


def test_a_region_can_be_added():
    def f(a):
        return a.missing

    code = Code.from_host(f.__code__)
    handler = [RawInstruction("LOAD_CONST", code.add_const("handled")), RawInstruction("RETURN_VALUE")]
    code.regions.append(Region(code.instructions[0], None, handler[0], 0))
    code.instructions += handler
    code.regions[-1].end = handler[0]
    assert run(code, 1) == "handled"


def test_an_added_region_may_lie_within_another():
    code = Code.from_host(handled.__code__)
    attribute = named(code, "LOAD_ATTR")
    handler = [RawInstruction("LOAD_CONST", code.add_const("inner")), RawInstruction("RETURN_VALUE")]
    following = code.instructions[code.instructions.index(attribute) + 1]
    code.instructions += handler
    code.regions.append(Region(attribute, following, handler[0], 0))
    assert run(code, 1) == "inner"


def test_a_jump_that_was_turned_round_gets_the_opposite_opcode():
    load, end = RawInstruction("LOAD_CONST"), RawInstruction("RETURN_VALUE")
    first = RawInstruction("JUMP_FORWARD", target=load)
    back = RawInstruction("JUMP_FORWARD", target=end)
    code = Code([first, end, load, back], consts=["round"], flags=3)
    assert run(code) == "round"
    assert named(Code.from_host(code.to_host()), "JUMP_BACKWARD").target.name == "RETURN_VALUE"


def test_a_jump_without_opposite_cannot_be_turned_round():
    start, value = RawInstruction("RESUME"), RawInstruction("LOAD_CONST")
    jump = RawInstruction("SEND", target=start)
    code = Code([start, value, RawInstruction("LOAD_CONST"), jump, RawInstruction("YIELD_VALUE"),
                 RawInstruction("RESUME"), RawInstruction("RETURN_VALUE")], consts=[1], flags=3)  # fmt: skip
    with pytest.raises(InvalidBytecode, match="SEND cannot go backward"):
        code.to_host()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda code: code.instructions.clear(), "no instructions"),
        (lambda code: code.instructions.append(code.instructions[0]), "appears twice"),
        (lambda code: code.instructions.remove(named_like(code, "POP_JUMP").target), "not in the code"),
        (lambda code: setattr(named_like(code, "POP_JUMP"), "target", None), "needs a target"),
        (lambda code: setattr(code.instructions[0], "target", code.instructions[-1]), "cannot have a target"),
        (lambda code: code.instructions.append(RawInstruction("NOP")), None),
        (lambda code: code.delete(code.instructions[-1]), "leads off its end"),
        (
            lambda code: code.insert_before(code.instructions[0], RawInstruction("POP_TOP")),
            "more than the stack holds",
        ),
        (lambda code: setattr(code.instructions[0], "arg", -1), "out of range"),
        (lambda code: code.regions.append(Region(RawInstruction("NOP"), None, code.instructions[0], 0)), "start of a"),
        (lambda code: code.regions.append(Region(code.instructions[0], None, RawInstruction("NOP"), 0)), "handler is"),
        (
            lambda code: code.regions.append(
                Region(code.instructions[0], RawInstruction("NOP"), code.instructions[0], 0)
            ),
            "end of a handler region",
        ),
    ],
)
def test_edits_that_cannot_be_encoded(edit, reason):
    def f(a):
        while a:
            a = a.b
        return a

    code = Code.from_host(f.__code__)
    edit(code)
    if reason is None:
        code.to_host()
    else:
        with pytest.raises(InvalidBytecode, match=reason):
            code.to_host()


def test_a_loop_that_pushes_without_end_is_an_error():
    start = RawInstruction("LOAD_CONST")
    code = Code([start, RawInstruction("JUMP_BACKWARD", target=start)], consts=[1], flags=3)
    with pytest.raises(InvalidBytecode, match="grows"):
        code.to_host()


def test_what_is_not_in_the_code_cannot_be_edited():
    code = Code.from_host(handled.__code__)
    stranger = RawInstruction("NOP")
    for edit in (code.insert_before, code.insert_after, code.replace, code.delete):
        with pytest.raises(ValueError, match="is not in the code of handled"):
            edit(stranger)


def test_pairs_that_the_host_takes_for_granted_stay_together():
    def f(a):
        return (yield a)

    code = Code.from_host(f.__code__)
    [resume] = [one for one in code.bound() if one.name == "RESUME"]
    code.insert_before(resume, RawInstruction("NOP"))
    with pytest.raises(InvalidBytecode, match=r"YIELD_VALUE, instruction [0-9]+, is not followed by RESUME"):
        code.to_host()


@pytest.mark.skipif("END_FOR" not in OPMAP, reason="a loop that ends skips nothing")
def test_a_loop_goes_straight_to_its_end():
    def f(a):
        for b in a:
            print(b)

    code = Code.from_host(f.__code__)
    assert named(code, "END_FOR") in code.bound()
    code.insert_before(named(code, "END_FOR"), RawInstruction("NOP"))
    with pytest.raises(InvalidBytecode, match="does not go to END_FOR"):
        code.to_host()


def test_offsets_are_told_after_encoding():
    def f(a):
        while a:
            a = a - 1
        return missing  # noqa: F821

    code = Code.from_host(f.__code__)
    bound = code.bound()
    code.rewrite(lambda one: None if one in bound else [*nops(90, one), one])
    made = code.to_host()
    shown = [i for i in dis.get_instructions(made) if i.opname != "EXTENDED_ARG"]
    assert [(one.name, one.offset) for one in code.instructions] == [(i.opname, i.offset) for i in shown]
    with pytest.raises(NameError) as caught:
        types.FunctionType(made, {})(2)
    assert caught.tb.tb_next.tb_lasti == named(code, "LOAD_GLOBAL").offset


def test_positions_can_be_edited():
    code = Code.from_host(handled.__code__)
    for one in code.instructions:
        one.positions = (77, 77, 1, 2)
    assert set(code.to_host().co_positions()) == {(77, 77, 1, 2)}


def test_the_stack_grows_with_the_code_and_never_shrinks():
    def f(a):
        return a

    code = Code.from_host(f.__code__)
    last = code.instructions[-1]
    count = 30
    pushes = [RawInstruction("LOAD_FAST", 0) for _ in range(count)]
    code.insert_before(last, *pushes, *[RawInstruction("POP_TOP") for _ in range(count)])
    assert code.to_host().co_stacksize == count + 1
    assert run(code, 5) == 5
    code.stacksize = 100
    assert code.to_host().co_stacksize == 100


def test_constants_are_told_apart_by_type_and_sign():
    code = Code()
    values = [1, True, 1.0, 0.0, -0.0, 0, False, (1,), (True,), (1.0,), "a", b"a", 0j, -0j, complex(0, -0.0),
              frozenset({1}), frozenset({True}), None, ..., (0.0, (-0.0,)), (0.0, (0.0,)), float("nan")]  # fmt: skip
    indices = [code.add_const(value) for value in values]
    assert indices == list(range(len(values)))
    assert [code.add_const(value) for value in values] == indices
    assert [code.add_const(value) for value in reversed(values)] == indices[::-1]
    assert all(one is other for one, other in zip(code.consts, values, strict=True))


def test_other_constants_are_told_apart_by_identity():
    code = Code()
    one, other = [], []
    assert (code.add_const(one), code.add_const(other), code.add_const(one)) == (0, 1, 0)


def test_constants_that_were_changed_by_hand_are_looked_up_anew():
    code = Code(consts=[1, 2, 3])
    assert code.add_const(2) == 1
    code.consts.insert(0, "first")
    assert code.add_const(2) == 2
    assert code.add_const(4) == 4
    code.consts.pop()
    assert code.add_const(5) == 4
    assert code.add_const(4) == 5


def test_nested_code_is_editable():
    source = "def outer():\n  def inner(): return 1\n  return inner()"
    code = Code.from_host(compile(source, "<test>", "exec"))
    outer = next(const for const in code.consts if isinstance(const, Code))
    inner = next(const for const in outer.consts if isinstance(const, Code))
    assert repr(inner) == "<Code outer.<locals>.inner in <test>, line 2>"
    inner.consts[inner.consts.index(1)] = 2
    load = next((one for one in inner.instructions if one.name == "LOAD_SMALL_INT"), None)
    if load is not None:
        load.arg = 2
    inner.name = inner.qualname = "changed"
    namespace = {}
    exec(code.to_host(), namespace)
    assert namespace["outer"]() == 2


def test_names_are_added_once():
    code = Code(names=["a"])
    assert [code.add_name("a"), code.add_name("b"), code.add_name("b")] == [0, 1, 1]


def counter(start):
    step = 1

    def up():
        nonlocal start
        start += step
        return start, __class__

    __class__ = "class"
    return up


def test_a_local_can_be_added_where_there_are_cells():
    code = Code.from_host(counter.__code__)
    index = code.add_varname("fresh")
    assert code.variables[index] == "fresh"
    assert code.add_varname("fresh") == index
    [last] = [one for one in code.instructions if one.name == "RETURN_VALUE"]
    code.insert_before(last, RawInstruction("STORE_FAST", index), RawInstruction("LOAD_FAST", index))
    up = run(code, 5)
    assert up() == (6, "class")
    assert up() == (7, "class")
    assert code.to_host().co_varnames == (*counter.__code__.co_varnames, "fresh")


def test_many_locals_can_be_added_to_a_comprehension_with_cells():
    def f(a, b, c, d, e):
        return [(lambda: x)() + a + b for x in range(a) for y in range(b) if x != y], c, d, e

    code = Code.from_host(f.__code__)
    for number in range(40):
        code.add_varname(f"fresh{number}")
    assert run(code, 3, 2, 1, 0, 5) == f(3, 2, 1, 0, 5)


def test_a_cell_can_be_added():
    code = Code.from_host(counter.__code__)
    index = code.add_cellvar("fresh")
    assert code.add_cellvar("fresh") == index
    [last] = [one for one in code.instructions if one.name == "RETURN_VALUE"]
    code.insert_before(last, RawInstruction("STORE_DEREF", index), RawInstruction("LOAD_DEREF", index))
    assert run(code, 5)() == (6, "class")
    assert "fresh" in code.to_host().co_cellvars


def test_a_local_can_become_a_cell():
    def f(a):
        return a

    code = Code.from_host(f.__code__)
    index = code.add_cellvar("a")
    for one in code.instructions:
        if one.name.startswith("LOAD_FAST"):
            one.name = "LOAD_DEREF"
    assert index == 0
    assert run(code, 5) == 5
    assert code.to_host().co_cellvars == ("a",)


def test_a_free_variable_can_be_added():
    up = counter(5)
    code = Code.from_host(up.__code__)
    count = len(code.freevars)
    index = code.add_freevar("fresh")
    assert code.add_freevar("fresh") == index
    code.insert_before(code.instructions[-1], RawInstruction("POP_TOP"), RawInstruction("LOAD_DEREF", index))
    made = types.FunctionType(code.to_host(), {}, closure=(*up.__closure__, types.CellType("free")))
    assert made() == "free"
    assert len(made.__closure__) == count + 1


def test_a_first_free_variable_can_be_added():
    def f():
        return 1

    code = Code.from_host(f.__code__)
    index = code.add_freevar("fresh")
    last = code.instructions[-1]
    code.replace(last, *([RawInstruction("POP_TOP")] if last.name == "RETURN_VALUE" else []),
                 RawInstruction("LOAD_DEREF", index), RawInstruction("RETURN_VALUE"))  # fmt: skip
    assert types.FunctionType(code.to_host(), {}, closure=(types.CellType("free"),))() == "free"


def test_one_name_is_one_kind_of_variable():
    code = Code(varnames=["a"], cellvars=["b"], freevars=["c"])
    for add, names in [(code.add_varname, "bc"), (code.add_cellvar, "c"), (code.add_freevar, "ab")]:
        for name in names:
            with pytest.raises(ValueError, match=f"another kind of variable named {name}"):
                add(name)


def test_variables_of_a_comprehension_stay_hidden_from_the_module():
    source = "x = 'global'\nresult = [x for x in range(3)]\nseen = dict(locals())\n"
    code = Code.from_host(compile(source, "<test>", "exec"))
    for made in (code.to_host(), marshal.loads(marshal.dumps(code.to_host()))):
        namespace = {}
        exec(made, namespace)
        assert namespace["x"] == "global"
        assert namespace["seen"]["x"] == "global"
        assert namespace["result"] == [0, 1, 2]


def test_a_module_may_get_a_constant_that_cannot_be_marshalled():
    code = Code.from_host(compile("result = [x for x in range(3)]\n", "<test>", "exec"))
    thing = object()
    store = named(code, "STORE_NAME")
    code.insert_before(store, RawInstruction("POP_TOP"), RawInstruction("LOAD_CONST", code.add_const(thing)))
    namespace = {}
    exec(code.to_host(), namespace)
    assert namespace["result"] is thing


def test_a_function_made_from_nothing():
    code = Code(
        [RawInstruction("RESUME"), RawInstruction("LOAD_FAST", 1), RawInstruction("RETURN_VALUE")],
        varnames=["a", "b"],
        argcount=2,
        flags=3,
        name="second",
        qualname="here.second",
        filename="file",
        first_line=7,
    )
    assert run(code, 1, 2) == 2
    made = code.to_host()
    assert (made.co_name, made.co_qualname, made.co_filename, made.co_firstlineno) == (
        "second",
        "here.second",
        "file",
        7,
    )
