"""The behaviour in which supported versions of CPython differ, as one record."""

from __future__ import annotations

from bytescope.startup.stdlib_lite import Mapping

__all__ = ["Behaviour"]


class Behaviour:
    """The differences in behaviour of one version of CPython from other versions.

    Code outside of `bytescope.code.versions` asks for a behaviour by name, never for a version. A version's class is a
    subclass of its predecessor's, with the values that are its own.
    """

    # --- arguments of instructions

    compare_to_bool: int
    """The bit of COMPARE_OP's argument for converting the result to bool; 0 if there is none."""
    yield_arg: int
    """The argument of a YIELD_VALUE that the compiler emits for a `yield`."""
    yield_from_arg: int
    """The argument of a YIELD_VALUE that the compiler emits for a `yield from`."""
    closed_unresumed: tuple[str, int] | None
    """Opcode, and argument or bit of the argument, at which a suspended generator is closed without being resumed; None
    if every generator is resumed."""

    # --- neighbours that an instruction relies on

    followers: Mapping[str, str]
    """Opcode to the opcode that the interpreter assumes next: it skips that one, or reads its argument."""
    short_jumps: tuple[str, ...]
    """Jumps of which only the last eight bits of the distance are read when an exception is thrown into a generator."""

    # --- operands

    null_first: bool
    """True if the NULL of a call lies below the callable."""
    calls_with_empty_kwargs: bool
    """True if CALL_FUNCTION_EX always finds a place for keyword arguments on the stack, NULL if there are none."""
    unpacked_calls_use_c_stack: bool
    """True if CALL_FUNCTION_EX takes some of the stack of C for a function in Python, as CALL does not."""
    callable_below_dict: int
    """Depth of the callable below the dict of DICT_MERGE, whose error messages name the callable."""
    null_above_iterator: bool
    """True if a NULL lies above what is iterated over or delegated to, or an index where the host needs no iterator."""
    load_fast_may_fail: bool
    """True if LOAD_FAST may find the variable unbound."""
    branches_on_bool: bool
    """True if branches and UNARY_NOT take it for granted that their operand is a bool."""
    inlines_comprehensions: bool
    """True if the compiler inlines comprehensions, which then save, clear and restore variables, cells among them."""
    offsets_are_objects: bool
    """True if the offset pushed below an exception is an ordinary object, which instructions may read."""
    sets_up_blocks: bool
    """True if instructions set handlers up on a stack of blocks; else they are in a table."""
    converts_stop_iteration: bool
    """True if the bytecode of a generator converts a StopIteration that leaves it; else the generator does."""
    send_keeps_value: bool
    """True if a value sent to a generator stays alive until the generator yields again."""

    # --- code objects and frames

    defers_annotations: bool
    """True if annotations are evaluated when somebody asks for them, by a function of their own."""
    flags_docstrings: bool
    """True if `CO_HAS_DOCSTRING` says whether the first constant is a docstring; else its type does."""
    merges_locations: bool
    """True if the compiler gives neighbours of equal location a common entry in the line table."""
    imports_lazily: bool
    """True if globals and builtins may hold imports that are put off until they are loaded."""
    hides_locals: bool
    """True if fast locals of module and class code (from inlined comprehensions) are hidden from `locals()`."""
    copies_f_locals: bool
    """True if `f_locals` of a function's frame is a copy that the frame keeps (before PEP 667)."""

    # --- interrupts and limits

    interrupts_at_target: bool
    """True if an interrupt at a backward jump goes to the handler in force before its target, not at the jump."""
    counts_builtin_calls: bool
    """True if calls of builtin functions count for the recursion limit."""

    # --- error messages

    unpack_error_has_length: bool
    """True if the error about too many values to unpack says how many there were."""
    unpacked_calls_name_function: bool
    """True if the error about `*` in a call, before something else than an iterable, names the function."""
    class_pattern_error: str
    """Message about a class pattern without a class."""
    cannot_await: str
    """Message for `await` on something else, to be formatted with the type's name."""
    awaited_no_iterator: str
    """Message about a result of `__await__`, to be formatted with the type of the awaitable and that of the result."""
    awaited_coroutine: str
    """The same for a result that is a coroutine."""
    names_missed_enter: bool
    """True if the error for a context manager without `__enter__` names that method, as it does for `__exit__`."""
    suggests_other_with: bool
    """True if the error for a `with` suggests `async with` where that would do, and the other way round; and shows the
    type's qualified name, module included, instead of its name."""

    # --- the command line

    shows_source_of_strings: bool
    """True if tracebacks of `python -c` show its source lines."""
    dedents_strings: bool
    """True if `python -c` removes common indentation of its source text."""
    forgets_file_first: bool
    """True if a script's `__file__` is deleted before the exception that ended it is shown, and also at `sys.exit`."""
    encoding_errors_say_where: bool
    """True if errors about the encoding of a source file say the line, and include the codec's message."""
    exec_notes_interrupt: bool
    """True if a process ends as if killed once a KeyboardInterrupt has left `exec`; else, once one was displayed."""
