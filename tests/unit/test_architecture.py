"""The rules of the layout that a linter of imports cannot see."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bytescope

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
