"""Serve the shop on 127.0.0.1, send it requests over HTTP, and print what it answers."""

import logging
import threading
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

from app import make_app
from werkzeug.serving import make_server

ATTACKS = {
    "orders": "/orders?name=" + quote("nobody' OR '1'='1"),
    "search": ("/search", {"q": "<script>alert(1)</script>"}),
    "invoices": "/invoices/" + quote("../app.py", safe=""),
    "count": "/count?word=" + quote("total; echo pwned #"),
}
"""For each page, what an attacker sends."""


def requests():
    """Yield all requests: the attacks, and the same to the careful twins."""
    for prefix in ("", "/fixed"):
        for attack in ATTACKS.values():
            path, form = attack if isinstance(attack, tuple) else (attack, None)
            yield prefix + path, form
    yield "/escaped" + ATTACKS["orders"], None
    yield "/orders?name=Ada", None


def ask(address, path, form):
    """Send a request and return the answer's status and first line."""
    data = urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(address + path, data, timeout=60) as answer:
            return answer.status, answer.read().decode().partition("\n")[0]
    except urllib.error.HTTPError as error:
        return error.code, ""


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        for path, form in requests():
            status, line = ask(f"http://127.0.0.1:{server.server_port}", path, form)
            print(status, path, line[:70], sep="  ")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    main()
