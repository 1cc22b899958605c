"""Middleware for WSGI and ASGI: each request is a scope, so that findings say which one brought the characters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from bytescope.taint.scope import scoped


class TaintWSGI:
    """A WSGI application around another one.

    Args:
        app: the application.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, in a scope with its name."""
        query = environ.get("QUERY_STRING")
        path = environ.get("PATH_INFO", "/") + (f"?{query}" if query else "")
        with scoped(f"{environ.get('REQUEST_METHOD', 'GET')} {path}"):
            return self.app(environ, start_response)


class TaintASGI:
    """An ASGI application around another one.

    Args:
        app: the application.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request, in a scope with its name."""
        if scope.get("type") != "http":
            await self.app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        path = scope.get("path", "/") + (f"?{query}" if query else "")
        with scoped(f"{scope.get('method', 'GET')} {path}"):
            await self.app(scope, receive, send)


__all__ = ["TaintASGI", "TaintWSGI"]
