"""What of the corpus is known to differ, where, and why."""

from __future__ import annotations

from collections.abc import Container

from bytescope.code.host.facts import OPMAP

LEFT_OUT = {
    "debuggers::reference_counts",
    "lifetime::operand_stack_temporaries",
    "lifetime::refcount_is_plausible",
    "recursion::infinite_recursion_through_c",
    "short_calls::arguments_go_when_they_are_overwritten",
}
"""Snippets that count references or tell when they go (the operands of an observed primitive live until its result has
been told), or show what the host says, on standard error, when its own stack is exhausted."""

LENDS_REFERENCES = any("_BORROW" in name for name in OPMAP)
"""Whether the host's own loads take no references of their own, from 3.14 on."""

LENDING_DIFFERS = {
    "debuggers::reference_counts": "CPython borrows the references that it loads",
    "lifetime::operand_stack_temporaries": "CPython lets go of a call's last argument first, of an operator's last",
}
"""What of the corpus differs there, and why."""

_LIMIT = "how deep a program gets depends on the frames that hooks need"
_LONG = "has too many events for its time"
_BYTECODE = "looks at the bytecode, or at how much there is of it"
_SHOWN = "woven code is shown as it is, hooks included"
_PLACES = "names of temporary folders, and how many modules there are"
_HOOKS = "traces instructions, those of the hooks included"
_BELOW = "names the frames that run the program, which the interpreter hides"
_TURNS = "which thread comes first"
_OWN = "traces or profiles what happens, the engine's own functions included"

_HELD = "operands of a call live until it returns, and there are weak references to objects"

RECORDED_DIFFERS = {
    "debuggers::no_growth": "counts blocks of memory, and the recording grows",
    "debuggers::reference_counts": _HELD,
    "lifetime::operand_stack_temporaries": _HELD,
    "lifetime::refcount_is_plausible": _HELD,
}
"""What of the corpus differs while the machine is recorded, and why."""

WOVEN_DIFFERS = {
    "big_code::big_displays": _LONG,
    "big_code::long_jumps": _LONG,
    "debuggers::counts_of_cprofile": _OWN,
    "debuggers::monitoring_callback_that_raises": "the callback is called, and raises, in hooks, too",
    "debuggers::monitoring_of_everything": _OWN,
    "debuggers::no_growth": _LONG,
    "debuggers::pdb_session": "steps into the hooks",
    "debuggers::profile_events": _LONG,
    "debuggers::settrace_ends_at_an_opcode": _HOOKS,
    "debuggers::settrace_opcodes": _HOOKS,
    "debuggers::trace_function_that_raises_where_nothing_else_can": "raises in hooks, too",
    "debuggers::trace_functions_that_raise": "frames of hooks are traced, too",
    "exec_eval::profilers_see_exec": "profiles the hooks, too",
    "exec_eval::code_with_free_variables": "exec is given code in the place of text, and says so",
    "inspection::bytecode_as_dis_and_marshal_show_it": _SHOWN,
    "inspection::code_of_functions_as_they_read_it": _SHOWN,
    "inspection::code_with_other_constants": _SHOWN,
    "inspection::distb_marks_the_place": _SHOWN,
    "inspection::offsets_of_frames_and_tracebacks": _SHOWN,
    "recursion::deep_methods_and_closures": _LIMIT,
    "recursion::limit_is_guarded": _LIMIT,
    "recursion::no_exception_is_left_behind_at_the_limit": _LIMIT,
    "short_calls::arguments_go_when_they_are_overwritten": "arguments live until the result of the call has been told",
    "recursion::traceback_of_recursion_error": _LIMIT,
    "short_calls::recursion_from_a_leaf": _LIMIT,
    "short_calls::recursion_is_as_deep": _LIMIT,
}
"""What of the corpus differs from CPython when it is woven, and why."""

EVENTS_DIFFER = WOVEN_DIFFERS | {
    "asyncio_programs::shield_and_done_order": "as_completed starts tasks in the order of a set",
    "asyncio_programs::streams_between_coroutines": "a port that the system chooses",
    "asyncio_programs::timeout_and_wait": "the tasks that are done come in the order of a set",
    "big_code::long_line_columns": _BYTECODE,
    "debuggers": _OWN,
    "frames::get_caller_name": _BELOW,
    "frames::globals_and_builtins": _BYTECODE,
    "frames::setprofile_calls": _OWN,
    "frames::settrace_lines": _OWN,
    "functools_and_callbacks::copy_reduce_callbacks": "addresses",
    "exec_eval": "temporary files, code objects as they are marshalled",
    "host_services::aliased_eval_and_locals": "code that eval is given is woven only where it is called by its name",
    "imports": _PLACES,
    "inspection": _BYTECODE,
    "lifetime::copies_of_code_that_is_gone": "gc.collect() counts what the engine has left behind, too",
    "recursion": _LIMIT,
    "standard_library::pathlib_and_tempfile": _PLACES,
    "standard_library::unittest_run": "tells how long it took",
    "threads::executor": _TURNS,
    "threads::locked_counter": _TURNS,
    "threads::queue_pipeline": _TURNS,
    "threads::recursion_in_thread": _LIMIT,
    "tracebacks::stack_summary_from_inside": _BELOW,
    "tracebacks::tb_lasti_and_positions": _BYTECODE,
    "tracebacks::with_traceback_and_construct": _BYTECODE,
}
"""Snippets, or whole topics, of which the engines tell different things, and why."""


def is_known(name: str, differing: Container[str]) -> bool:
    """Whether a snippet is one of those in a table above, by its id or by its topic."""
    return name in differing or name.partition("::")[0] in differing
