"""Type inference under the assumption that guards pass."""

from __future__ import annotations

from types import CodeType

from bytescope.code.host.facts import BEHAVIOUR
from bytescope.code.lowering.lower import lower
from bytescope.flow.types import TypeInference
from bytescope.flow.verify import verify
from bytescope.isa.moves import references
from bytescope.isa.typesets import ATOMIC


def guarded(body: str, primitive: str, observed: frozenset[str] = frozenset()) -> list[bool]:
    """Return whether each instruction with a primitive guards its operands in a function of x and y."""
    inferred, names = inference(body, observed)
    return [inferred.is_guarded(index) for index, name in enumerate(names) if name == primitive]


def inference(body: str, observed: frozenset[str] = frozenset()) -> tuple[TypeInference, list[str]]:
    module = compile("def f(x, y):\n" + "".join(f"    {line}\n" for line in body.splitlines()), "f", "exec")
    lowered = lower(next(each for each in module.co_consts if isinstance(each, CodeType)))
    calls = [references(each).call for each in lowered.instructions]
    names = [call.name if call is not None else "" for call in calls]
    hooked = {index for index, name in enumerate(names) if name in observed}
    depths = verify(lowered).depths
    inferred = TypeInference(
        lowered, depths, 0, frozenset(), hooked, set(), lambda index: True, lambda index, name: True
    )
    return inferred, names


def test_an_operand_is_guarded_once() -> None:
    assert guarded("return (x + y) * x", "binary") == [True, False]
    assert guarded("x + y\ny = g()\nreturn x + y", "binary") == [True, True]


def test_variables_keep_what_is_known_of_the_values_stored_in_them() -> None:
    assert guarded("x = 1\ny = x\nreturn x + y", "binary") == [False]
    assert guarded("x = len(y)\nreturn x + 1", "binary") == [False]
    assert guarded("x = max(y, 1)\nreturn x + 1", "binary") == [True]


def test_paths_are_joined() -> None:
    assert guarded("if y: x = 1\nelse: x = 2\nfor i in y: x + 1", "binary") == [False]
    assert guarded("if y: x = 1\nfor i in y: x + 1", "binary") == [True]


def test_a_handler_knows_nothing() -> None:
    assert guarded("x = 1\ntry: g()\nexcept E: return x + 1\nreturn x + 2", "binary").count(True) == 1


def test_results_that_an_analysis_can_replace_are_unknown() -> None:
    body = "z = x + y\nreturn z - 1"
    assert guarded(body, "binary") == [True, False]
    assert guarded(body, "binary", observed=frozenset({"binary"}))[1]


def test_a_loop_over_a_range_gives_atomic_values() -> None:
    inferred, names = inference("for i in range(y):\n    x += i\nreturn x")
    header = names.index("next")
    assert inferred.gives_atomic(header)
    guards = inferred.guards(header)
    assert guards is not None
    assert [(each.variable, each.depth) for each in guards] == [(-1, 1 + BEHAVIOUR.null_above_iterator)]
    assert all(int not in each.types for each in guards)


def test_guards_establish_the_types_of_variables() -> None:
    inferred, names = inference("x + y\nwhile g():\n    x += 1\nreturn x")
    guards = inferred.guards(names.index("inplace"))
    assert guards is not None
    assert {each.variable: each.types for each in guards if each.variable >= 0} == {0: ATOMIC, 1: ATOMIC}
