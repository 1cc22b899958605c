"""`bytescope dap`: the debug adapter."""

from __future__ import annotations

import click

from bytescope.dap.server import listen, serve


def dap(address: str | None) -> int:
    """Serve one client; returns the exit status.

    Args:
        address: `HOST:PORT` or `PORT` to wait at; None for standard input and output.

    Raises:
        click.ClickException: if it cannot be waited there.
    """
    if address is None:
        return serve()
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"{address!r} is no address: write HOST:PORT or PORT", param_hint="--listen")
    try:
        return listen(host.strip("[]") or "127.0.0.1", int(port))
    except OSError as error:
        raise click.ClickException(f"cannot listen on {address}: {error.strerror or error}") from None
    except KeyboardInterrupt:
        return 130
