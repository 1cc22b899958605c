"""A small shop: each page that is careless with what a request brings has a twin that is not."""

import html
import sqlite3
import subprocess
from pathlib import Path

from flask import Flask, Response, abort, request

INVOICES = Path(__file__).parent / "invoices"
SCHEMA = """
    create table orders (id integer primary key, name text, total integer);
    insert into orders (name, total) values ('Ada', 120), ('Grace', 80), ('O''Neil', 45);
"""


def make_app():
    """Return the application, with a database in memory."""
    app = Flask(__name__)
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.executescript(SCHEMA)

    @app.get("/orders")
    def orders():
        statement = "SELECT id, total FROM orders" + where("name", request.args["name"].strip())
        return listing(database.execute(statement + " ORDER BY id"))

    @app.get("/fixed/orders")
    def fixed_orders():
        name = request.args["name"].strip()
        return listing(database.execute("SELECT id, total FROM orders WHERE name = ? ORDER BY id", (name,)))

    @app.get("/escaped/orders")
    def escaped_orders():
        name = request.args["name"].strip().replace("'", "''")
        return listing(database.execute("SELECT id, total FROM orders" + where("name", name) + " ORDER BY id"))

    @app.post("/search")
    def search():
        return f"<h1>Results for {request.form['q']}</h1>"

    @app.post("/fixed/search")
    def fixed_search():
        return f"<h1>Results for {html.escape(request.form['q'])}</h1>"

    @app.get("/invoices/<path:name>")
    def invoice(name):
        with open(f"{INVOICES}/{request.view_args['name']}") as file:
            return Response(file.read(), mimetype="text/plain")

    @app.get("/fixed/invoices/<path:name>")
    def fixed_invoice(name):
        known = {path.name: path for path in INVOICES.iterdir()}
        if name not in known:
            abort(404)
        return Response(known[name].read_text(), mimetype="text/plain")

    @app.get("/count")
    def count():
        word = request.args["word"]
        command = f"grep -c {word} {INVOICES}/1.txt"
        return Response(
            subprocess.run(command, shell=True, capture_output=True, text=True).stdout, mimetype="text/plain"
        )

    @app.get("/fixed/count")
    def fixed_count():
        command = ["grep", "-c", "-e", request.args["word"], f"{INVOICES}/1.txt"]
        done = subprocess.run(command, capture_output=True, text=True)
        return Response(done.stdout, mimetype="text/plain")

    return app


def where(column, value):
    """Return a clause of SQL, the careless way."""
    return f" WHERE {column} = '{value}'"


def listing(rows):
    """Return rows as a page."""
    return "<ul>" + "".join(f"<li>{number}: {total}</li>" for number, total in rows) + "</ul>"
