"""Code objects taken apart and put together again: the only place that knows the versions of CPython."""

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from bytescope.code.format.pyc import read_pyc
    from bytescope.code.object.code import Code

__all__ = ["Code", "read_pyc"]


def __getattr__(name: str) -> object:
    if name == "Code":
        from bytescope.code.object.code import Code

        return Code
    if name == "read_pyc":
        from bytescope.code.format.pyc import read_pyc

        return read_pyc
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
