"""The assembler."""

import dis
import types

import pytest

from bytescope.code.assembly.assembler import Assembler, flatten
from bytescope.code.errors import InvalidBytecode
from bytescope.code.host.facts import CACHES, OPMAP


def function(assembled, consts=(), stacksize=8, first_line=1):
    code = (lambda: None).__code__.replace(
        co_code=assembled.code,
        co_linetable=assembled.linetable,
        co_exceptiontable=assembled.exceptiontable,
        co_consts=tuple(consts),
        co_stacksize=stacksize,
        co_firstlineno=first_line,
        co_names=("missing",),
    )
    return types.FunctionType(code, {})


def test_a_function_that_returns_a_constant():
    asm = Assembler()
    asm.emit("RESUME")
    asm.emit("LOAD_CONST", 1)
    asm.emit(OPMAP["RETURN_VALUE"])
    assert len(asm) == 3
    assert function(asm.finish(), ["no", "yes"])() == "yes"


def test_caches_and_extended_args_are_added():
    asm = Assembler()
    asm.emit("LOAD_GLOBAL", 0x123)
    asm.emit("LOAD_CONST", 0x1020304)
    assembled = asm.finish()
    caches = CACHES[OPMAP["LOAD_GLOBAL"]]
    extended, load, const = OPMAP["EXTENDED_ARG"], OPMAP["LOAD_GLOBAL"], OPMAP["LOAD_CONST"]
    assert assembled.code == (
        bytes([extended, 1, load, 0x23]) + bytes(2 * caches) + bytes([extended, 1, extended, 2, extended, 3, const, 4])
    )
    assert assembled.offsets == [0, 2 + caches, 6 + caches]


@pytest.mark.parametrize("gap", [0, 1, 254, 255, 256, 257, 65534, 65535, 65536, 65540])
def test_forward_jumps_of_every_length(gap):
    asm = Assembler()
    end = asm.label()
    asm.emit("RESUME")
    asm.jump("JUMP_FORWARD", end)
    for _ in range(gap):
        asm.emit("NOP")
    asm.place(end)
    asm.emit("LOAD_CONST", 0)
    asm.emit("RETURN_VALUE")
    assembled = asm.finish()
    made = function(assembled, ["there"])
    assert made() == "there"
    assert asm.offset(end) == len(assembled.code) // 2 - 2
    [jump] = [i for i in dis.get_instructions(made) if i.opname == "JUMP_FORWARD"]
    assert jump.argval == 2 * asm.offset(end)


@pytest.mark.parametrize("gap", [0, 1, 200, 251, 252, 253, 254, 255, 256, 65530, 65536])
def test_backward_jumps_of_every_length(gap):
    asm = Assembler()
    done, back = asm.label(), asm.label()
    asm.jump("JUMP_FORWARD", back)
    start = asm.here()
    asm.jump("JUMP_FORWARD", done)
    for _ in range(gap):
        asm.emit("NOP")
    asm.place(back)
    asm.jump("JUMP_BACKWARD", start)
    asm.place(done)
    asm.emit("LOAD_CONST", 0)
    asm.emit("RETURN_VALUE")
    assert function(asm.finish(), ["there"])() == "there"


def test_jumps_that_lengthen_each_other():
    asm = Assembler()
    ends = [asm.label() for _ in range(300)]
    for end in ends:
        asm.jump("JUMP_FORWARD", end)
    for end in ends:
        asm.place(end)
        asm.emit("NOP")
    asm.emit("LOAD_CONST", 0)
    asm.emit("RETURN_VALUE")
    made = function(asm.finish(), ["there"])
    targets = [i.argval for i in dis.get_instructions(made) if i.opname == "JUMP_FORWARD"]
    assert targets == [2 * asm.offset(end) for end in ends]
    assert made() == "there"


def test_an_opcode_goes_its_way_only():
    asm = Assembler("f")
    start = asm.here()
    asm.emit("NOP")
    asm.jump("JUMP_FORWARD", start)
    with pytest.raises(InvalidBytecode, match="JUMP_FORWARD cannot go backward") as caught:
        asm.finish()
    assert (caught.value.code, caught.value.offset) == ("f", 2)
    asm = Assembler()
    end = asm.label()
    asm.jump("JUMP_BACKWARD", end)
    asm.emit("NOP")
    asm.place(end)
    asm.emit("NOP")
    with pytest.raises(InvalidBytecode, match="JUMP_BACKWARD cannot go forward"):
        asm.finish()


def test_labels_need_a_place():
    asm = Assembler()
    asm.jump("JUMP_FORWARD", asm.label())
    with pytest.raises(InvalidBytecode, match="label without a place"):
        asm.finish()
    asm = Assembler()
    asm.region(asm.here(), asm.here(), asm.label(), 0)
    asm.emit("NOP")
    with pytest.raises(InvalidBytecode, match="never bound"):
        asm.finish()


def test_only_jumps_have_labels():
    asm = Assembler()
    with pytest.raises(InvalidBytecode, match="NOP is not a jump"):
        asm.jump("NOP", asm.here())


@pytest.mark.parametrize("arg", [-1, 2**31])
def test_arguments_out_of_range(arg):
    asm = Assembler()
    asm.emit("NOP")
    asm.emit("LOAD_CONST", arg)
    with pytest.raises(InvalidBytecode, match="out of range") as caught:
        asm.finish()
    assert caught.value.offset == 2


def test_positions_are_the_hosts():
    asm = Assembler()
    asm.emit("RESUME", 0, (7, 7, 0, 0))
    asm.emit("LOAD_CONST", 0x123, (8, 9, 3, 400))
    asm.emit("NOP")
    asm.emit("RETURN_VALUE", 0, (5, 5, None, None))
    code = function(asm.finish(6), first_line=6).__code__
    assert list(code.co_positions()) == [
        *[(7, 7, 0, 0)] * (1 + CACHES[OPMAP["RESUME"]]),
        (8, 9, 3, 400),
        (8, 9, 3, 400),
        (None, None, None, None),
        (5, 5, None, None),
    ]


def test_the_traceback_shows_the_line_of_the_instruction():
    asm = Assembler()
    asm.emit("RESUME", 0, (1, 1, 0, 0))
    asm.emit("LOAD_GLOBAL", 0, (41, 41, 4, 11))
    asm.emit("RETURN_VALUE", 0, (42, 42, 0, 0))
    with pytest.raises(NameError) as caught:
        function(asm.finish())()
    assert caught.tb.tb_next.tb_lineno == 41


def nested_handlers():
    """Outer and inner region, the outer one added first; what each handler returns is a constant."""
    asm = Assembler()
    labels = {name: asm.label() for name in ("outer", "inner", "inner end", "outer end", "one", "two")}
    asm.emit("RESUME")
    asm.place(labels["outer"])
    asm.emit("NOP")
    asm.place(labels["inner"])
    asm.emit("LOAD_GLOBAL", 0)
    asm.place(labels["inner end"])
    asm.emit("LOAD_GLOBAL", 0)
    asm.emit("RETURN_VALUE")
    asm.place(labels["outer end"])
    asm.place(labels["one"])
    asm.emit("LOAD_CONST", 0)
    asm.emit("RETURN_VALUE")
    asm.place(labels["two"])
    asm.emit("LOAD_CONST", 1)
    asm.emit("RETURN_VALUE")
    return asm, labels


@pytest.mark.parametrize("outer_first", [True, False])
def test_the_innermost_region_is_in_force(outer_first):
    asm, labels = nested_handlers()
    regions = [(labels["outer"], labels["outer end"], labels["one"], 0)]
    regions.insert(outer_first, (labels["inner"], labels["inner end"], labels["two"], 0))
    for region in regions:
        asm.region(*region)
    assert function(asm.finish(), ["outer", "inner"])() == "inner"


def test_outside_the_inner_region_the_outer_one_is_in_force():
    asm, labels = nested_handlers()
    asm.region(labels["outer"], labels["outer end"], labels["one"], 0)
    asm.region(labels["outer"], labels["inner"], labels["two"], 0)
    assert function(asm.finish(), ["outer", "inner"])() == "outer"


def test_regions_keep_depth_and_lasti():
    asm, labels = nested_handlers()
    asm.region(labels["inner"], labels["inner end"], labels["two"], 3, lasti=True)
    [entry] = dis._parse_exception_table(function(asm.finish()).__code__)
    assert (entry.start, entry.end, entry.target, entry.depth, entry.lasti) == (
        2 * asm.offset(labels["inner"]),
        2 * asm.offset(labels["inner end"]),
        2 * asm.offset(labels["two"]),
        3,
        True,
    )


@pytest.mark.parametrize(
    ("regions", "flat"),
    [
        ([], []),
        ([(3, 3, 9, 0, False)], []),
        ([(5, 6, 9, 0, False), (0, 2, 9, 1, False)], [(0, 2, 9, 1, False), (5, 6, 9, 0, False)]),
        (
            [(0, 10, 20, 0, False), (2, 4, 30, 1, True)],
            [(0, 2, 20, 0, False), (2, 4, 30, 1, True), (4, 10, 20, 0, False)],
        ),
        ([(0, 6, 20, 0, False), (4, 10, 30, 0, False)], [(0, 4, 20, 0, False), (4, 10, 30, 0, False)]),
        ([(0, 6, 20, 0, False), (0, 10, 30, 0, False)], [(0, 6, 20, 0, False), (6, 10, 30, 0, False)]),
        ([(0, 6, 20, 0, False), (0, 6, 30, 0, False)], [(0, 6, 30, 0, False)]),
        ([(0, 9, 20, 0, False), (3, 4, 30, 0, False), (3, 4, 40, 0, False)],
         [(0, 3, 20, 0, False), (3, 4, 40, 0, False), (4, 9, 20, 0, False)]),
        ([(0, 2, 20, 0, False), (2, 4, 20, 0, False)], [(0, 2, 20, 0, False), (2, 4, 20, 0, False)]),
        ([(0, 9, 20, 0, False), (4, 6, 20, 0, False)],
         [(0, 4, 20, 0, False), (4, 6, 20, 0, False), (6, 9, 20, 0, False)]),
    ],
)  # fmt: skip
def test_flatten(regions, flat):
    assert flatten(regions) == flat
