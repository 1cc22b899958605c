"""`bytescope playground`: serves the page on this machine, for this machine."""

from __future__ import annotations

import errno
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

STATIC = Path(__file__).resolve().parent.parent / "playground" / "static"
"""The built page: `make playground` puts it there, and released wheels have it."""

PORT = 8547
"""Default port of the page. Browsers store what is written there under its address, port included."""

NOT_BUILT = "the page is not part of this installation: say `make playground` in a clone, or install a released wheel"

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; "
        "script-src 'self' 'sha256-+i7EwVzZxrL+4CEPrDva4TedVRAr/TW00sA+MLmYh+M=' 'wasm-unsafe-eval'; "
        "worker-src 'self' blob:; connect-src 'self'; "
        "style-src 'self' 'nonce-bytescope'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""With the first two, a browser lets the page and its worker share memory: only so can a program be stopped."""

TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}


class Handler(SimpleHTTPRequestHandler):
    """Serves the built files."""

    protocol_version = "HTTP/1.1"
    extensions_map = TYPES

    def end_headers(self) -> None:
        """Add the headers that the page needs."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def parse_request(self) -> bool:
        """Refuse requests for another host: no page elsewhere is to reach this one through a name of its own."""
        if not super().parse_request():
            return False
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in ("127.0.0.1", "localhost"):
            self.send_error(421, "This server answers for 127.0.0.1 and localhost only")
            return False
        return True

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Refuse to list a folder."""
        self.send_error(404, "There is no such file")

    def log_message(self, format: str, *args: object) -> None:
        """Log no requests."""


class Server(ThreadingHTTPServer):
    """Ends with the process, whatever a browser still asks for."""

    daemon_threads = True
    allow_reuse_address = False


def playground(port: int, browser: bool) -> None:
    """Serve the page until Ctrl-C.

    Args:
        port: where; 0 for any free port. If it is taken, a free one is used.
        browser: whether to open the page in a browser.

    Raises:
        click.ClickException: if the page is not built.
    """
    if not (STATIC / "index.html").is_file():
        raise click.ClickException(NOT_BUILT)
    with _server(port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        try:
            click.echo(f"bytescope's page is at {address} (Ctrl-C ends it)")
            if browser and not _open(address):
                click.echo("no browser could be opened here: open that address in one", err=True)
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            click.echo("ended")


def _server(port: int) -> Server:
    handler = partial(Handler, directory=str(STATIC))
    try:
        return Server(("127.0.0.1", port), handler)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        click.echo(f"port {port} is taken: another one is used, where the browser keeps notebooks of its own", err=True)
        return Server(("127.0.0.1", 0), handler)


def _open(address: str) -> bool:
    import webbrowser  # here, because it imports much

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
