"""Equality of constants."""

from bytescope.startup.stdlib_lite import Hashable

__all__ = ["constant_key"]


def constant_key(value: object) -> Hashable:
    """Return what two constants have in common if one can stand for the other.

    Equality is not enough: `1 == True == 1.0`, `0.0 == -0.0`, and a nan differs from itself.

    Args:
        value: the constant.

    Returns:
        A key. Objects that no compiler makes a constant have keys of their own, by identity.
    """
    kind = type(value)
    if kind in (type(None), type(...), bool, int, str, bytes):
        return kind, value
    if isinstance(value, float) and kind is float:
        return kind, value.hex()
    if isinstance(value, complex) and kind is complex:
        return kind, value.real.hex(), value.imag.hex()
    if isinstance(value, tuple) and kind is tuple:
        return kind, tuple(map(constant_key, value))
    if isinstance(value, frozenset) and kind is frozenset:
        return kind, frozenset(map(constant_key, value))
    if isinstance(value, slice):
        return kind, constant_key((value.start, value.stop, value.step))
    return kind, id(value)
