"""Code objects of every version taken apart on this host: instructions, lines, handlers, lowering, control flow."""

import bisect

import pytest

from bytescope.code import Code, read_pyc
from bytescope.code.errors import InvalidBytecode, InvalidPyc
from bytescope.code.format.exception_table import decode_exceptions
from bytescope.code.format.line_table import decode_locations
from bytescope.code.format.old_line_tables import decode_line_ranges, decode_lnotab
from bytescope.code.host.facts import HOST
from bytescope.code.lowering.lower import lower, lower_stored
from bytescope.code.object.describe import constant_text
from bytescope.code.object.raw import RawInstruction, decode_instructions
from bytescope.code.stored import stored_codes
from bytescope.code.versions.version import LOWERED, load_version
from bytescope.flow.control_flow import ControlFlow
from bytescope.flow.verify import verify
from tests.support.all_pythons import found_pythons, oracle
from tests.unit.code.test_pyc import PROGRAM, host_pyc

pytestmark = pytest.mark.any_host


def library_of(version):
    [library] = found_pythons()[version].parent.parent.glob(f"lib/python{version}")
    return library


def nested(code):
    yield code
    for const in code.consts:
        if isinstance(const, Code):
            yield from nested(const)


def row_of(instruction, has_columns):
    opcodes, position = instruction.opcodes, instruction.positions
    arg = instruction.arg if instruction.opcode in opcodes.has_arg else None
    target = None if instruction.target is None else instruction.target.offset
    line = position[0] if position else None
    place = list(position or [None] * 4) if has_columns else line
    return [instruction.offset, instruction.name, arg, target, place]


def check_against(version, folder, sources):
    answers = oracle(version, folder, sources, "instructions")
    assert answers.keys() >= {"program"} or len(answers) > 100
    for name, rows in answers.items():
        path = folder / f"{name}.pyc"
        codes = [*nested(Code.from_pyc(path))]
        stored = [*stored_codes(read_pyc(path.read_bytes()).code)]
        assert len(codes) == len(rows) == len(stored)
        for code, row, one in zip(codes, rows, stored, strict=True):
            assert code.version == version
            offsets = [each.offset for each in code.instructions]
            found = [row_of(each, load_version(version).opcodes.joint_variables) for each in code.instructions]
            # A target is shown as the first of its EXTENDED_ARGs, which are part of the instruction here.
            wanted = [
                [offset, op, arg, None if target is None else offsets[bisect.bisect_left(offsets, target)], place]
                for offset, op, arg, target, place in row["instructions"]
            ]
            assert found == wanted, f"{name}, {code.qualname}"
            entries = decode_exceptions(one.co_exceptiontable)
            assert [[2 * e.start, 2 * e.end, 2 * e.target, e.depth, e.lasti] for e in entries] == row["exceptions"]
            if version in LOWERED:
                flow = ControlFlow(lower_stored(one))
                verify(flow.lowered)
                assert flow.blocks and flow.lowered.code is one


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_instructions_of_each_version_are_what_its_own_dis_shows(version, tmp_path):
    source = tmp_path / "program.py"
    source.write_text(PROGRAM, encoding="utf-8")
    check_against(version, tmp_path, [source, library_of(version) / "enum.py"])


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("version", found_pythons())
def test_instructions_of_all_test_modules_are_what_their_own_dis_shows(version, part, tmp_path):
    library = library_of(version)
    check_against(version, tmp_path, [*sorted(library.glob("*.py")), *sorted(library.glob("test/test_*.py"))][part::4])


def what(instruction):
    arg = "code" if "<code" in repr(instruction.arg) else instruction.arg
    return (instruction.op, arg, instruction.target, instruction.position, instruction.offset, instruction.flag)


def test_code_of_the_host_is_lowered_from_a_file_as_from_an_object():
    source = "def f(a, *b):\n    for i in b:\n        try: yield a[i:1]\n        except KeyError: return lambda: a\n"
    [stored, inner, _] = stored_codes(read_pyc(host_pyc(source)).code)
    module = compile(source, "<test>", "exec")
    for one, other in [(stored, module), (inner, module.co_consts[0])]:
        assert [*map(what, lower_stored(one).instructions)] == [*map(what, lower(other).instructions)]
        assert lower_stored(one).handlers == lower(other).handlers
        assert lower_stored(one).variables == lower(other).variables


def test_code_from_a_file_of_the_host_can_be_put_together(tmp_path):
    path = tmp_path / "module.pyc"
    path.write_bytes(host_pyc("def f(n): return n + 1\nanswer = f(41)"))
    namespace = {}
    exec(Code.from_pyc(path).to_host(), namespace)
    assert namespace["answer"] == 42


@pytest.mark.process
@pytest.mark.parametrize("version", [version for version in found_pythons() if version != HOST])
def test_code_of_another_version_is_not_changed_or_put_together(version, tmp_path):
    (tmp_path / "program.py").write_text("x = 1\n", encoding="utf-8")
    oracle(version, tmp_path, [tmp_path / "program.py"])
    code = Code.from_pyc(tmp_path / "program.pyc")
    assert code.names == ["x"] and type(code.instructions[0]) is not RawInstruction
    for change in (code.to_host, code.bound, lambda: code.add_varname("y"), lambda: code.add_freevar("y")):
        with pytest.raises(ValueError, match=f"the code of <module> is of CPython {version}, and this is {HOST}"):
            change()


def test_code_that_is_not_of_the_version_it_claims_is_not_lowered():
    code = read_pyc(host_pyc()).code
    code.version = "3.8"
    with pytest.raises(InvalidBytecode, match="no instruction has opcode"):
        lower_stored(code)


def lines(positions):
    return [position[0] if position else None for position in positions]


def test_line_tables_of_old_versions():
    assert lines(decode_lnotab(bytes([0, 1, 4, 2, 2, 255, 0, 1]), 10, 5)) == [11, 11, 13, 13, 13]
    assert lines(decode_lnotab(b"", 7, 2)) == [7, 7]
    assert lines(decode_lnotab(bytes([200, 1]), 7, 2)) == [7, 7]
    assert lines(decode_line_ranges(bytes([4, 1, 2, 128, 2, 255]), 10, 5)) == [11, 11, None, 10, None]
    assert lines(decode_line_ranges(bytes([4]), 10, 1)) == [None]


def test_jumps_of_old_versions_go_to_bytes_or_instructions():
    for version, distance in [("3.8", 4), ("3.10", 2)]:
        opcodes = load_version(version).opcodes
        nop, ahead, there = opcodes.opmap["NOP"], opcodes.opmap["JUMP_FORWARD"], opcodes.opmap["JUMP_ABSOLUTE"]
        code = bytes([ahead, distance, nop, 0, nop, 0, there, distance])
        first, _, third, last = decode_instructions("f", code, [], opcodes)[0]
        assert first.target is last and last.target is third
        assert (first.name, last.copy().name) == ("JUMP_FORWARD", "JUMP_ABSOLUTE")


def test_numbers_without_end_are_refused():
    opcodes = load_version("3.8").opcodes
    with pytest.raises(InvalidBytecode, match="out of range"):
        decode_instructions(
            "f", bytes([opcodes.extended_arg, 255]) * 1000 + bytes([opcodes.opmap["NOP"], 0]), [], opcodes
        )
    with pytest.raises(InvalidBytecode, match="a number in the line table is too large"):
        decode_locations(bytes([128 | 13 << 3, *[127] * 100]), 1)
    with pytest.raises(InvalidBytecode, match="a number in the exception table is too large"):
        decode_exceptions(bytes([255] + [127] * 100))


@pytest.mark.parametrize(
    "value",
    [
        None,
        (),
        (1,),
        (1, ("a", b"b")),
        frozenset(),
        frozenset({1}),
        frozenset({("x",)}),
        slice(1, None, 2),
        "a'b",
        -(2**70),
        2.5,
    ],
    ids=repr,
)
def test_constants_are_shown_as_python_writes_them(value):
    assert constant_text(value) == repr(value)


def test_constants_that_are_long_or_deep_are_cut():
    deep, wide = (), ("x" * 50,)
    for _ in range(1500):
        deep = (deep, 1)
        wide = (wide, wide)
    for value in (
        "x" * 10**6,
        b"x" * 10**6,
        10**10000,
        deep,
        wide,
        tuple(range(10**5)),
        (("y" * 1000,) * 1000,) * 1000,
    ):
        assert len(constant_text(value)) < 10_000
    assert constant_text([1]) == "<list>"


def test_code_objects_nested_too_deep_are_refused(tmp_path, monkeypatch):
    code = read_pyc(host_pyc()).code
    monkeypatch.setattr("bytescope.code.format.pyc.unmarshal", lambda *_: code)
    code.co_consts = (code,)
    (tmp_path / "module.pyc").write_bytes(host_pyc())
    with pytest.raises(InvalidPyc, match="code objects are nested too deep"):
        Code.from_pyc(tmp_path / "module.pyc")


ITERATIONS = """
lazy import json
def f(xs):
    for x in xs:
        if x: break
        yield from x
    a = any(x for x in xs)
    return a, tuple(y async for y in x), [*y for y in x], {**y for y in x}
async def g(xs):
    async for x in (await y for y in xs):
        await x
"""


@pytest.mark.process
@pytest.mark.skipif("3.15" not in found_pythons(), reason="there is no CPython 3.15 here")
def test_generator_expressions_begin_with_their_iterator(tmp_path):
    (tmp_path / "program.py").write_text(ITERATIONS, encoding="utf-8")
    oracle("3.15", tmp_path, [tmp_path / "program.py"])
    codes = {
        (c.co_name, c.co_firstlineno): c for c in stored_codes(read_pyc((tmp_path / "program.pyc").read_bytes()).code)
    }
    lowered = lower_stored(codes["<genexpr>", 7])
    kinds = verify(lowered).kinds
    first = next(index for index, each in enumerate(lowered.instructions) if each.op == "FOR_ITER")
    assert len(kinds[first]) == 2 and [each.op for each in lowered.instructions[:4]] == ["NOP"] * 3 + ["SAVE_LOCAL"]
    for code in codes.values():
        ControlFlow(lower_stored(code))
        verify(lower_stored(code))
    code = codes["<genexpr>", 7]
    load, make = (bytes([load_version("3.15").opcodes.opmap[name], 0]) for name in ("LOAD_FAST", "GET_ITER"))
    assert load + make in code.co_code
    code.co_code = code.co_code.replace(load + make, make + load)
    with pytest.raises(InvalidBytecode, match="does not begin a generator expression"):
        lower_stored(code)
