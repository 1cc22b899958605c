"""Scopes: the request or test that is served in this context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("scope", default="")


def scope() -> str:
    """Return the name of the scope that code runs in, "" for none."""
    return _current.get()


@contextmanager
def scoped(name: str) -> Iterator[None]:
    """Give what happens in this context, as far as contexts of variables reach, a scope.

    Args:
        name: such as `GET /orders`.
    """
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)
