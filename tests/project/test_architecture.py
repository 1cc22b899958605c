"""The rules of the layout that a linter of imports cannot see."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

import bytescope
from bytescope.code.host.facts import SUPPORTED
from bytescope.code.versions.behaviour import Behaviour
from bytescope.code.versions.version import LOWERED
from bytescope.isa.builtins import METHODS
from bytescope.isa.primitives import PRIMITIVES

pytestmark = pytest.mark.any_host

PACKAGE = Path(bytescope.__file__).parent
CORE = ("code", "isa", "machine", "weave", "analysis", "shadow")

VERSION_ATTRIBUTES = {
    ("sys", "version_info"),
    ("sys", "version"),
    ("sys", "hexversion"),
    ("sys", "implementation"),
    ("platform", "python_version"),
    ("platform", "python_version_tuple"),
}
VERSION_MODULES = {"dis", "opcode", "_opcode", "_opcode_metadata"}


def sources(*folders: str) -> list[Path]:
    """The package's modules, or those of some of its folders."""
    roots = [PACKAGE / folder for folder in folders] if folders else [PACKAGE]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def module_name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every module that is imported by its absolute name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def version_knowledge(tree: ast.AST) -> list[str]:
    """What in a module depends on CPython's version, each as `line: what`."""
    found = [f"{line}: import {name}" for line, name in imported_modules(tree) if name in VERSION_MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in VERSION_ATTRIBUTES:
                found.append(f"{node.lineno}: {node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if (node.module, alias.name) in VERSION_ATTRIBUTES]
            found += [f"{node.lineno}: from {node.module} import {name}" for name in names]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import dis",
        "import dis as d",
        "from dis import opmap",
        "import opcode",
        "from opcode import opname",
        "import sys\nif sys.version_info >= (3, 12): pass",
        "from sys import version_info",
        "import sys\nprint(sys.hexversion)",
    ],
)
def test_version_knowledge_is_seen(source: str) -> None:
    assert version_knowledge(ast.parse(source))


def test_words_that_only_look_like_version_knowledge_are_not_seen() -> None:
    assert not version_knowledge(
        ast.parse("from bytescope.cli import dis\nself.version_info = 1\nimport sys\nsys.argv")
    )


@pytest.mark.parametrize(
    "path", [path for path in sources() if "code" not in path.parts[len(PACKAGE.parts) :][:1]], ids=module_name
)
def test_only_code_knows_cpython_versions(path: Path) -> None:
    found = version_knowledge(ast.parse(path.read_text(encoding="utf-8")))
    assert not found, f"{module_name(path)} knows CPython's version; that belongs in bytescope.code: {found}"


@pytest.mark.parametrize("path", sources(*CORE), ids=module_name)
def test_core_has_no_runtime_dependencies(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"bytescope"}
    imports = imported_modules(ast.parse(path.read_text(encoding="utf-8")))
    foreign = [f"{line}: {name}" for line, name in imports if name.partition(".")[0] not in allowed]
    assert not foreign, f"{module_name(path)} imports what the standard library does not have: {foreign}"


def version_choices(tree: ast.AST) -> set[int]:
    """Lines where something is chosen by the host's version: a comparison, a subscript, a look-up."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Subscript):
            parts = [node.value, node.slice]
        elif isinstance(node, ast.Match):
            parts = [node.subject]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            parts = [node.func.value, *node.args] if node.func.attr in ("get", "startswith", "split") else []
        else:
            continue
        names = (getattr(each, "attr", getattr(each, "id", "")) for part in parts for each in ast.walk(part))
        if {"HOST", "version_info", "hexversion"}.intersection(names):
            lines.add(node.lineno)
    return lines


@pytest.mark.parametrize(
    "source",
    [
        'x = HOST == "3.11"',
        'x = facts.HOST not in ("3.11", "3.12")',
        "x = table[HOST]",
        "x = table.get(facts.HOST, 5)",
        'x = HOST.startswith("3.1")',
        "x = sys.version_info >= (3, 12)",
        "x = sys.version_info[1]",
        "match HOST:\n    case _: pass",
    ],
)
def test_choices_by_version_are_seen(source: str) -> None:
    assert version_choices(ast.parse(source))


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_what_differs_between_versions_is_in_their_modules(path: Path) -> None:
    lines = version_choices(ast.parse(path.read_text(encoding="utf-8")))
    if path == PACKAGE / "code" / "host" / "facts.py":
        assert len(lines) == 1, "facts.py takes the version of Python apart once, to name it"
        return
    assert not lines, f"{module_name(path)} chooses by version in lines {sorted(lines)}: add a field to `Behaviour`"


def test_every_behaviour_is_documented_and_no_version_leaves_one_out() -> None:
    tree = ast.parse((PACKAGE / "code" / "versions" / "behaviour.py").read_text(encoding="utf-8"))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef)).body
    names = [node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    documented = [
        one.target.id
        for one, other in pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(other, ast.Expr)
        and isinstance(other.value, ast.Constant)
    ]
    assert names == documented
    for version in SUPPORTED:
        behaviour = import_module(f"bytescope.code.versions.v{version.replace('.', '_')}").BEHAVIOUR
        assert all(hasattr(behaviour, name) for name in names), version
        assert {name for name in vars(type(behaviour)) if not name.startswith("__")} <= set(names), version


def test_every_behaviour_differs_between_versions_and_is_used() -> None:
    records = [import_module(f"bytescope.code.versions.v{each.replace('.', '_')}").BEHAVIOUR for each in LOWERED]
    texts = "".join(path.read_text(encoding="utf-8") for path in sources() if "versions/v" not in path.as_posix())
    for name in Behaviour.__annotations__:
        values = [getattr(record, name) for record in records]
        assert any(value != values[0] for value in values), f"{name} is the same in all versions"
        assert f"ehaviour.{name}" in texts.replace("BEHAVIOUR", "behaviour"), f"nothing asks for {name}"


def raw_flags(tree: ast.AST) -> list[int]:
    """Lines where a number is combined with the flags of a code object."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.BitAnd)
        and any(getattr(each, "attr", "") == "co_flags" for each in ast.walk(node.left))
        and any(isinstance(each, ast.Constant) for each in ast.walk(node.right))
    ]


def test_numbers_of_flags_are_seen() -> None:
    assert raw_flags(ast.parse("code.co_flags & 1")) and raw_flags(ast.parse("frame.f_code.co_flags & (4 | 8)"))


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_flags_of_code_objects_are_named(path: Path) -> None:
    lines = raw_flags(ast.parse(path.read_text(encoding="utf-8")))
    assert not lines, f"{module_name(path)}, lines {lines}: name the flag; see bytescope.code.flags"


OTHER_MEANINGS = {
    ("analysis/planning/method_purity.py", "count"),  # a parameter of an event
    ("machine/handlers/introspected.py", "replace"),  # a method of code objects
    ("weave/cache/serialize.py", "split"),  # what refuses keywords in woven code, see `_STATICS`
}
"""Modules with words that are names of builtin methods, too."""


def named_methods(tree: ast.AST) -> set[str]:
    """The names of builtin methods in a module's tables, sets and comparisons."""
    found = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Set | ast.List):
            parts += node.elts
        elif isinstance(node, ast.Dict):
            parts += filter(None, node.keys)
        elif isinstance(node, ast.Compare):
            for each in (node.left, *node.comparators):
                parts += each.elts if isinstance(each, ast.Tuple) else [each]
        elif isinstance(node, ast.Call):  # "append pop".split(), METHODS.get("append"), dict.fromkeys(("append",))
            words = node.func.value if isinstance(node.func, ast.Attribute) else None
            if isinstance(words, ast.Constant) and isinstance(words.value, str):
                parts += map(ast.Constant, words.value.split())
            if isinstance(node.func, ast.Attribute) and node.func.attr == "fromkeys":
                parts += [one for each in node.args if isinstance(each, ast.Tuple) for one in each.elts]
        words = (each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str))
        found.update(word.removeprefix(".") for word in words)
    return found & {row.name for row in METHODS.values()} - set(PRIMITIVES)


@pytest.mark.parametrize(
    "source",
    [
        "KEEPS = {'append'}",
        "KEEPS = frozenset(['append'])",
        "if name == '.append': pass",
        "if name in ('append', 'x'): pass",
        "KEEPS = frozenset('append x'.split())",
        "RESULTS = {'append': None}",
        "RESULTS = dict.fromkeys(('append', 'x'))",
    ],
)
def test_names_of_builtin_methods_are_seen(source: str) -> None:
    assert named_methods(ast.parse(source)) == {"append"}


@pytest.mark.parametrize("path", sources("machine", "weave", "shadow", "analysis", "flow"), ids=module_name)
def test_only_isa_names_builtin_methods(path: Path) -> None:
    found = named_methods(ast.parse(path.read_text(encoding="utf-8")))
    found -= {word for module, word in OTHER_MEANINGS if module == module_name(path)}
    assert not found, f"{module_name(path)} has a table of builtin methods; they belong in isa/builtins.py: {found}"


@pytest.mark.parametrize("path", [path for path in sources() if path.name != "purity.py"], ids=module_name)
def test_only_purity_looks_past_metaclasses(path: Path) -> None:
    assert 'type.__dict__["__mro__"]' not in path.read_text(encoding="utf-8")
    assert 'type.__dict__["__dict__"]' not in path.read_text(encoding="utf-8")


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NOT_FIRST = frozenset(
    "What Whether Where When Which Who Whom Why How That Those These This There It Have Say Tell".split()
)
"""Words that begin a clause, a causative or a report; a docstring begins with a noun or an imperative."""


def unnamed_docstrings(tree: ast.AST) -> Iterator[str]:
    """Yield the docstrings, those of attributes included, that begin neither with a noun nor with an imperative."""
    for node in ast.walk(tree):
        for each in getattr(node, "body", ()) if isinstance(node, DOCUMENTED) else ():
            if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and type(each.value.value) is str:
                text = each.value.value.lstrip()
                if text.startswith("Take note") or re.split(r"\W", text, maxsplit=1)[0] in NOT_FIRST:
                    yield f"{each.lineno}: {text.splitlines()[0]}"


@pytest.mark.parametrize(
    "source",
    [
        '"""What a module does."""',
        'def f():\n    """Whether it holds."""',
        'async def f():\n    """Take note of a value."""',
        'class C:\n    """A class."""\n    x = 1\n    """How many."""',
    ],
)
def test_docstrings_that_name_nothing_are_seen(source: str) -> None:
    assert list(unnamed_docstrings(ast.parse(source)))


def test_docstrings_begin_with_a_noun_or_an_imperative() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): texts
        for path in sources()
        if (texts := list(unnamed_docstrings(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert not found, f'begin with a noun or an imperative, such as "Return True if ...": {found}'
