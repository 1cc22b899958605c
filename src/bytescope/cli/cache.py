"""`bytescope cache`: the cache of woven code."""

from __future__ import annotations

import click

from bytescope.weave.cache.store import AGE, LIMIT, Info, Store, folder

_MEGABYTE = 2**20


def info() -> None:
    """Print where the cache is, and what it takes."""
    store = _store()
    if store is not None:
        limits = f"at most {_size(LIMIT)}, unused for {AGE // 86400} days at most"
        click.echo(f"{store.folder}\n{_text(store.info())}; {limits}")


def clear() -> None:
    """Remove all entries, and print what they were."""
    store = _store()
    if store is not None:
        click.echo(f"removed {_text(store.clear())}")


def _store() -> Store | None:
    path = folder()
    if path is None:
        click.echo("there is no cache: BYTESCOPE_CACHE switches it off, or there is no place for it")
        return None
    return Store(path)


def _text(found: Info) -> str:
    return f"{found.entries} {'entry' if found.entries == 1 else 'entries'}, {_size(found.size)}"


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:.1f} MB"
