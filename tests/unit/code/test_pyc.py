"""`.pyc` files of every version on this host, and what is said of those that cannot be read."""

import importlib.util
import marshal
import pickle
import py_compile
import struct

import pytest

from bytescope.code.errors import InvalidPyc
from bytescope.code.format.pyc import read_pyc
from bytescope.code.host.facts import HOST
from bytescope.code.stored import stored_codes
from bytescope.code.versions.pyc_forms import FORMS
from tests.support.all_pythons import found_pythons, oracle
from tests.support.version_oracle import fields

pytestmark = pytest.mark.any_host

PROGRAM = """\
def outer(a, b, /, c=1, *args, d=2, **kwargs):
    '''Doc \\u20ac'''
    global inner_global
    def inner(): return a, inner
    class Local:
        x = [inner for _ in b]
        def method(self): return super().method() if self in {1, 2, 3, 1 + 2j, -0.0, b"x"} else lambda: c
    return inner, Local
async def f(x):
    async with x as y: return [i async for i in y if i not in ("a", ("b", (None, True, False, ...)))]
big = (10 ** 30, -10 ** 30, 1 << 15, 2 ** 31, -2 ** 31, 1e308, 5e-324, "name", "\\udc80", "two words" * 40, b"", ())
part = big[1:2], big[::3]
"""


def magic(number: int) -> bytes:
    return number.to_bytes(2, "little") + b"\r\n"


def host_pyc(source: str = "x = 1") -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(source, "<test>", "exec"))


def check_against(version, folder, sources):
    answers = oracle(version, folder, sources, "fields")
    assert answers.keys() >= {"program"} or len(answers) > 100
    for name, rows in answers.items():
        pyc = read_pyc((folder / f"{name}.pyc").read_bytes())
        assert (pyc.version, pyc.mtime, pyc.source_size) == (version, 1234567890, 0)
        codes = list(stored_codes(pyc.code))
        assert len(codes) == len(rows)
        for code, row in zip(codes, rows, strict=True):
            found = fields(code) | {"linetable": code.co_linetable.hex()}
            if "qualname" in row["fields"]:
                found |= {"qualname": ascii(code.co_qualname), "exceptiontable": code.co_exceptiontable.hex()}
            assert found == row["fields"], f"{name}, {code.co_qualname}"


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_code_objects_of_each_version_are_what_its_own_marshal_reads(version, tmp_path):
    source = tmp_path / "program.py"
    source.write_text(PROGRAM, encoding="utf-8")
    [library] = found_pythons()[version].parent.parent.glob(f"lib/python{version}")
    check_against(
        version, tmp_path, [source, *(library / f"{name}.py" for name in ("asyncio/tasks", "enum", "inspect"))]
    )


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_code_objects_of_each_standard_library_are_what_its_own_marshal_reads(version, tmp_path):
    [library] = found_pythons()[version].parent.parent.glob(f"lib/python{version}")
    check_against(version, tmp_path, [*library.glob("*.py"), *library.glob("test/test_*.py")])


@pytest.mark.process
@pytest.mark.parametrize("version", found_pythons())
def test_every_version_has_qualified_names(version, tmp_path):
    source = tmp_path / "program.py"
    source.write_text(PROGRAM, encoding="utf-8")
    oracle(version, tmp_path, [source])
    names = {code.co_qualname for code in stored_codes(read_pyc((tmp_path / "program.pyc").read_bytes()).code)}
    assert {
        "outer.<locals>.inner",
        "outer.<locals>.Local.method",
        "outer.<locals>.Local.method.<locals>.<lambda>",
    } <= names


@pytest.mark.parametrize("mode", py_compile.PycInvalidationMode)
def test_headers_of_every_kind_are_read(mode, tmp_path):
    source = tmp_path / "module.py"
    source.write_text("x = 1\n", encoding="utf-8")
    made = py_compile.compile(str(source), str(tmp_path / "module.pyc"), invalidation_mode=mode)
    with open(made, "rb") as file:
        pyc = read_pyc(file.read())
    assert (pyc.version, pyc.code.co_filename, pyc.code.version) == (HOST, str(source), HOST)
    if mode is py_compile.PycInvalidationMode.TIMESTAMP:
        assert (pyc.source_size, pyc.mtime) == (source.stat().st_size, int(source.stat().st_mtime))
        assert (pyc.source_hash, pyc.check_source) == (None, False)
    else:
        assert pyc.source_hash == importlib.util.source_hash(source.read_bytes())
        assert pyc.check_source == (mode is py_compile.PycInvalidationMode.CHECKED_HASH)
        assert (pyc.source_size, pyc.mtime) == (None, None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a .pyc file: it is empty"),
        (b"print(1)\n", "not a .pyc file: it starts with no magic number"),
        (b"\xe3" + bytes(40), "not a .pyc file: it starts with a marshalled code object without a header"),
        (magic(240) + bytes(12), "compiled by PyPy (magic number 240), and only CPython 3.8 to 3.15 can be read"),
        (
            magic(3394) + bytes(12),
            "compiled by CPython 3.7 (magic number 3394), and only CPython 3.8 to 3.15 can be read",
        ),
        (
            magic(62211) + bytes(12),
            "compiled by Python 2 (magic number 62211), and only CPython 3.8 to 3.15 can be read",
        ),
        (
            magic(21290) + bytes(12),
            "compiled by GraalPy (magic number 21290), and only CPython 3.8 to 3.15 can be read",
        ),
        (
            magic(3712) + bytes(12),
            "compiled by CPython 3.16 or newer (magic number 3712), and only CPython 3.8 to 3.15 can be read",
        ),
        (
            magic(3520) + bytes(12),
            "compiled by a pre-release of CPython 3.12 (magic number 3520; its releases have 3531)",
        ),
        (
            magic(3667) + bytes(12),
            "compiled by a later form of CPython 3.15 (magic number 3667; its releases have 3666)",
        ),
        (magic(3413) + bytes(4), "damaged at offset 8: the file ends within its header of 16 bytes"),
        (
            magic(3413) + bytes(8) + b"\xe3" + bytes(50),
            "its header has 12 bytes, as before CPython 3.7, and should have 16",
        ),
        (
            magic(3413) + bytes(4) + b"c" + bytes(50),
            "its header has 8 bytes, as before CPython 3.3, and should have 16",
        ),
        (magic(3413) + b"\4" + bytes(11) + b"N", "damaged at offset 4: the header has unknown flags (0x4)"),
        (magic(3413) + bytes(12) + b"N", "damaged at offset 16: a module's code object is expected, not NoneType"),
        (magic(3413) + bytes(12), "damaged at offset 16: an object takes 1 byte, and none are left"),
    ],
)
def test_what_cannot_be_read_gets_one_clear_line(data, message):
    with pytest.raises(InvalidPyc) as caught:
        read_pyc(data)
    assert str(caught.value) == message


def test_a_file_that_ends_early_gets_the_offset_where_it_ends():
    data = host_pyc()
    for size in range(16, len(data)):
        with pytest.raises(InvalidPyc, match="left") as caught:
            read_pyc(data[:size])
        assert 16 <= caught.value.offset <= size


def test_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(InvalidPyc(4, "a reason")))
    assert (error.offset, error.reason, str(error)) == (4, "a reason", "damaged at offset 4: a reason")


def old_code(**changed) -> bytes:
    """A code object as 3.8 to 3.10 store it."""
    field = {"argcount": 0, "posonlyargcount": 0, "kwonlyargcount": 0, "nlocals": 0, "stacksize": 1, "flags": 64}
    field |= {"code": b"d\0S\0", "consts": (None,), "names": (), "varnames": (), "freevars": (), "cellvars": ()}
    field |= {"filename": "f", "name": "n", "firstlineno": 1, "linetable": b""} | changed
    bare = {"argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "firstlineno"}
    stored = (
        struct.pack("<i", field[name]) if name in bare else marshal.dumps(field[name], 2)
        for name in FORMS["3.8"].fields
    )
    return magic(3413) + bytes(12) + b"c" + b"".join(stored)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "text"}, "co_code of a code object is not bytes"),
        ({"names": ("a", 1)}, "co_names of a code object is not a tuple of strings"),
        ({"consts": [None]}, "co_consts of a code object is not a tuple"),
        ({"name": b"n"}, "co_name of a code object is not a string"),
        ({"stacksize": -1}, "co_stacksize of a code object is not a number from 0"),
        ({"argcount": 1}, "a code object has more parameters than local variables"),
        ({"flags": 64 | 4}, "a code object has more parameters than local variables"),
        ({"posonlyargcount": 1}, "a code object has more positional-only parameters than positional ones"),
    ],
)
def test_code_objects_that_cannot_be_are_refused(changed, reason):
    assert read_pyc(old_code()).code.co_names == ()
    with pytest.raises(InvalidPyc) as caught:
        read_pyc(old_code(**changed))
    assert (caught.value.offset, caught.value.reason) == (16, reason)
