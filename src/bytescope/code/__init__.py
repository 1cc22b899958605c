"""Code objects taken apart and put together again: the only place that knows the versions of CPython."""

TYPE_CHECKING = False  # typing's own would cost its import
if TYPE_CHECKING:
    from bytescope.code.object.code import Code

__all__ = ["Code"]


def __getattr__(name: str) -> object:
    if name != "Code":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bytescope.code.object.code import Code

    return Code
