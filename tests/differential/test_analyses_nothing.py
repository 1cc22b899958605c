"""An analysis that only takes note of all events changes no program, and is told the same in both engines."""

from __future__ import annotations

from functools import cache

import pytest

from . import corpus, harness
from .corpus import Snippet

LEFT_OUT = {
    "debuggers::reference_counts",
    "lifetime::operand_stack_temporaries",
    "lifetime::refcount_is_plausible",
    "recursion::infinite_recursion_through_c",
    "short_calls::arguments_go_when_they_are_overwritten",
}
"""Snippets that count references or tell when they go (the operands of an observed primitive live until its result has
been told), or show what the host says, on standard error, when its own stack is exhausted."""

_LIMIT = "how deep a program gets depends on the frames that hooks need"
_LONG = "has too many events for its time"
_BYTECODE = "looks at the bytecode, or at how much there is of it"
_NAMES = "co_names of woven code has a name of the weaver's, too"
_PLACES = "names of temporary folders, and how many modules there are"
_OWN = "traces or profiles what happens, the engine's own functions included"

WOVEN_DIFFERS = {
    "big_code::big_displays": _LONG,
    "big_code::long_jumps": _LONG,
    "debuggers::no_growth": _LONG,
    "debuggers::pdb_session": "steps into the hooks",
    "debuggers::profile_events": _LONG,
    "exec_eval::code_attributes_and_replace": _NAMES,
    "exec_eval::code_with_free_variables": "exec is given code in the place of text, and says so",
    "inspection::closure_vars_and_callargs": _NAMES,
    "inspection::co_lines_and_consts": _NAMES,
    "recursion::deep_methods_and_closures": _LIMIT,
    "recursion::limit_is_guarded": _LIMIT,
    "recursion::no_exception_is_left_behind_at_the_limit": _LIMIT,
    "short_calls::arguments_go_when_they_are_overwritten": "arguments live until the result of the call has been told",
    "recursion::traceback_of_recursion_error": _LIMIT,
    "short_calls::recursion_from_a_leaf": _LIMIT,
    "short_calls::recursion_is_as_deep": _LIMIT,
    "warnings_module::warning_from_compiling_in_eval": "the warning names the line that compiles what eval is given",
}
"""What of the corpus differs from CPython when it is woven, and why."""

EVENTS_DIFFER = WOVEN_DIFFERS | {
    "asyncio_programs::shield_and_done_order": "as_completed starts tasks in the order of a set",
    "asyncio_programs::streams_between_coroutines": "a port that the system chooses",
    "big_code::long_line_columns": _BYTECODE,
    "debuggers": _OWN,
    "evaluation_order::import_as_binding_order": "__builtins__ is a dict where CPython executes it with exec",
    "functools_and_callbacks::copy_reduce_callbacks": "addresses",
    "exec_eval": "__builtins__, temporary files, code objects as they are marshalled",
    "host_services::aliased_eval_and_locals": "code that eval is given is woven only where it is called by its name",
    "imports": _PLACES,
    "inspection": _BYTECODE,
    "recursion": _LIMIT,
    "standard_library::pathlib_and_tempfile": _PLACES,
    "standard_library::unittest_run": "tells how long it took",
    "tracebacks::tb_lasti_and_positions": _BYTECODE,
    "tracebacks::with_traceback_and_construct": _BYTECODE,
}
"""Snippets, or whole topics, of which the engines tell different things, and why."""

SHARED = [snippet for snippet in corpus.load() if not snippet.own_process and snippet.id not in LEFT_OUT]


@cache
def _topic(topic: str, engine: str) -> dict[str, harness.Outcome]:
    return harness.run([snippet for snippet in SHARED if snippet.topic == topic], engine, seconds=60)


def _cases(differing: dict[str, str]) -> list[object]:
    # A topic runs as a whole, so its tests belong into one process of a parallel run.
    return [
        pytest.param(snippet, id=snippet.id, marks=pytest.mark.xdist_group(snippet.topic))
        for snippet in SHARED
        if snippet.id not in differing and snippet.topic not in differing
    ]


@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases({}))
def test_same_as_unobserved(snippet: Snippet) -> None:
    plain = _topic(snippet.topic, "machine")[snippet.id]
    observed = _topic(snippet.topic, "observed")[snippet.id]
    found = harness.differences(plain, observed)
    assert not found, "\n".join(found)


@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases(WOVEN_DIFFERS))
def test_woven_same_as_cpython(snippet: Snippet) -> None:
    native = _topic(snippet.topic, "cpython")[snippet.id]
    woven = _topic(snippet.topic, "woven")[snippet.id]
    found = harness.differences(native, woven)
    assert not found, "\n".join(found)


@pytest.mark.slow  # as long as all else here together; the golden streams are compared always
@pytest.mark.process
@pytest.mark.parametrize("snippet", _cases(EVENTS_DIFFER))
def test_same_events_in_both_engines(snippet: Snippet) -> None:
    interpreted = _topic(snippet.topic, "recorded")[snippet.id]
    woven = _topic(snippet.topic, "woven")[snippet.id]
    assert woven["events"], "every event is observed"
    found = harness.event_differences(interpreted, woven)
    assert not found, "\n".join(found)
