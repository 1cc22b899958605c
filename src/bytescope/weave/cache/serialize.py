"""Woven code in a form that does not depend on the process: bytes, and names for the objects that are constants in it.

An entry is about a code object and those nested in it. It has the parts of the woven ones, and once for all of them a
*pool*: the objects of the weaver's own that they refer to, each by a name. What belongs to one code object - its
original constants, its sites - is named by index. An object without a name keeps its code object out of the cache.
"""

from __future__ import annotations

import marshal
import types
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence

from bytescope.code.assembly.insertion import unindexed
from bytescope.startup.stdlib_lite import Any, Protocol
from bytescope.weave import hook_calls
from bytescope.weave.cache.store import Store
from bytescope.weave.failures import Failed, Raising
from bytescope.weave.hooks import on_calls, on_primitives
from bytescope.weave.parts import Parts
from bytescope.weave.stubs import register, settle

_STATICS: dict[str, Any] = {
    "value": hook_calls.VALUE,
    "identity": on_calls.identity,
    "split": on_calls.split,
    "special": on_primitives.bound_special,
    "missing": on_primitives.MISSING,
    "refuse": on_primitives.refuse_replacement,
    "unindexed": unindexed,
    "locals": locals,
    "register": register,
    "settle": settle,
}
"""Objects that woven code may refer to, and that are the same for all code objects."""

_STUB = ()
"""The entry of a code object that has a stub: it has an entry of its own, once it was woven."""

_PLAIN = (type(None), bool, int, float, complex, str, bytes, types.EllipsisType)


class Sites(Protocol):
    """The sites of a code object, made when they are asked for; those that there are."""

    sites: dict[int, Any]

    def site(self, index: int) -> Any:
        """The site of an instruction."""

    def several(self, indices: Iterable[int]) -> list[Any]:
        """The sites of several."""


class Names(Protocol):
    """Names for the objects of a planner."""

    def key(self, code: types.CodeType, module: str) -> str | None:
        """The key of an entry, in hexadecimal digits; None if what is woven depends on what has no name."""

    def name(self, value: object) -> tuple[Any, ...] | None:
        """The name of an object, None if it has none."""

    def named(self, name: tuple[Any, ...]) -> Any:
        """The object with a name."""

    def sites(self, code: types.CodeType, module: str) -> Sites:
        """The sites of a code object."""


class Cache:
    """A cache of woven code.

    Args:
        store: where it is.
        names: names for what hooks are made of.
    """

    def __init__(self, store: Store, names: Names) -> None:
        self.store = store
        self.names = names

    def load(
        self,
        key: str,
        code: types.CodeType,
        module: str,
        own: Mapping[str, Any],
        failed: Failed,
        finish: Callable[[types.CodeType, Parts | None], types.CodeType],
        stub: Callable[[types.CodeType, str], types.CodeType],
    ) -> types.CodeType | None:
        """The woven form of a code object, None if it is not known.

        Args:
            key: see `Names.key`.
            code: the code object.
            module: name of its module.
            own: the weaver's own objects, by name.
            failed: see `Raising`.
            finish: is given each code object, the nested ones first, with the parts of its woven form, None where it
                stays as it is; returns that form.
            stub: makes the stub of a code object of a module.
        """
        payload = self.store.read(key)
        if payload is None:
            return None
        try:
            names, entry = marshal.loads(payload)
        except (ValueError, EOFError, TypeError):
            return None
        pool = [self._named(kind, name, own) for kind, name in names]
        return _Reader(pool, self.names, module, failed, finish, stub).read(code, entry)

    def _named(self, kind: str, name: Any, own: Mapping[str, Any]) -> Any:
        if kind == "plain":
            return name
        if kind == "static":
            return _STATICS[name]
        return own[name] if kind == "own" else self.names.named(name)

    def keep(
        self,
        key: str,
        code: types.CodeType,
        module: str,
        own: Mapping[str, Any],
        made: Mapping[int, tuple[Parts | None, types.CodeType]],
    ) -> None:
        """Keep what was woven, if all of it has a name.

        Args:
            key: see `Names.key`.
            code: the code object.
            module: name of its module.
            own: the weaver's own objects, by name.
            made: the parts of the woven forms, and these, by id of the original.
        """
        writer = _Writer(self.names, module, own, made)
        try:
            entry = writer.write(code)
            payload = marshal.dumps((writer.pool, entry))
        except (_Nameless, ValueError):
            return
        self.store.write(key, payload)


class _Nameless(Exception):
    """An object has no name."""


class _Writer:
    def __init__(
        self,
        names: Names,
        module: str,
        own: Mapping[str, Any],
        made: Mapping[int, tuple[Parts | None, types.CodeType]],
    ) -> None:
        self.names = names
        self.module = module
        self.made = made
        self.pool: list[tuple[str, Any]] = []
        self._places: dict[int, int] = {}
        self._kept: list[Any] = []
        self._known = {id(value): ("own", name) for name, value in own.items()}
        self._known |= {id(value): ("static", name) for name, value in _STATICS.items()}

    def write(self, code: types.CodeType) -> tuple[Any, ...] | None:
        """The entry of a code object, None if it stays as it is."""
        if id(code) not in self.made:
            raise _Nameless  # it was woven before, with another
        parts, woven = self.made[id(code)]
        if woven is code:
            return None
        if parts is None:  # it is a stub, or has an entry of its own
            return _STUB
        nested = tuple(self.write(each) for each in code.co_consts if type(each) is types.CodeType)
        return self.parts(parts), nested

    def parts(self, parts: Parts) -> tuple[Any, ...]:
        """The parts of a woven code object."""
        code, raising, place = parts.code, parts.raising, self.place
        sites = self.names.sites(code, self.module).sites
        indices = array("I", sites)
        replaced = [self.woven(each) for each in code.co_consts]
        functions = raising.functions()
        local = {id(value): number for number, value in enumerate((*functions, *code.co_consts, *replaced))}
        count = len(functions) + 2 * len(replaced)
        site_places = {id(site): number for number, site in enumerate(sites.values())}
        local.update((identity, count + number) for identity, number in site_places.items())
        base = count + len(indices)

        def find(value: Any) -> int:
            known = local.get(id(value))
            return base + place(value) if known is None else known

        def at(site: Any) -> int:
            return 0 if site is None else site_places[id(site)] + 1

        return (
            parts.bytecode,
            parts.linetable,
            parts.exceptiontable,
            parts.stacksize,
            parts.names[len(code.co_names) :],
            parts.box,
            () if parts.box is None else tuple(parts.plain[parts.box + 1 :]),
            indices.tobytes(),
            array("I", map(find, parts.own)).tobytes(),
            array("I", raising.units).tobytes(),
            array("I", raising.indices).tobytes(),
            array("I", raising.call_units).tobytes(),
            array("I", [place(hook) for hook, _ in raising.calls]).tobytes(),
            array("I", [at(site) for _, site in raising.calls]).tobytes(),
            place(raising.raised),
            place(raising.unwound),
            tuple((offset, place(hook), at(site), operands) for offset, hook, site, operands in parts.hits),
        )

    def woven(self, value: Any) -> Any:
        """Return the replacement of a constant."""
        return self.made[id(value)][1] if type(value) is types.CodeType else value

    def place(self, value: Any) -> int:
        """The place of an object in the pool."""
        found = self._places.get(id(value))
        if found is None:
            found = self._places[id(value)] = len(self.pool)
            self._kept.append(value)  # or another might get its id
            self.pool.append(self._name(value))
        return found

    def _name(self, value: Any) -> tuple[str, Any]:
        if _is_plain(value):
            return "plain", value
        known = self._known.get(id(value))
        if known is not None:
            return known
        name = self.names.name(value)
        if name is None:
            raise _Nameless
        return "named", name


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind in _PLAIN or (kind is tuple and all(map(_is_plain, value)))


class _Reader:
    def __init__(
        self,
        pool: list[Any],
        names: Names,
        module: str,
        failed: Failed,
        finish: Callable[[types.CodeType, Parts | None], types.CodeType],
        stub: Callable[[types.CodeType, str], types.CodeType],
    ) -> None:
        self.pool = pool
        self.names = names
        self.module = module
        self.failed = failed
        self.finish = finish
        self.stub = stub

    def read(self, code: types.CodeType, entry: tuple[Any, ...] | None) -> types.CodeType:
        """The woven form of a code object."""
        if entry is None:
            return self.finish(code, None)
        if entry == _STUB:
            return self.stub(code, self.module)
        kept, nested = entry
        entries = iter(nested)
        consts = [
            self.read(value, next(entries)) if type(value) is types.CodeType else value for value in code.co_consts
        ]
        return self.finish(code, self.parts(code, consts, kept))

    def parts(self, code: types.CodeType, replaced: list[Any], kept: tuple[Any, ...]) -> Parts:
        """The parts of a woven code object."""
        bytecode, linetable, exceptiontable, stacksize, names, box, numbers, indices, order, *tables, hits = kept
        units, at, call_units, call_hooks, call_sites, raised, unwound = tables
        pool, table = self.pool, self.names.sites(code, self.module)
        sites = table.several(array("I", indices))
        raising = Raising(pool[raised], pool[unwound], table.site, self.failed)
        raising.units, raising.indices, raising.call_units = (array("I", each) for each in (units, at, call_units))
        raising.calls = _Calls(pool, sites, array("I", call_hooks), array("I", call_sites))
        functions = raising.functions()
        values = (*functions, *code.co_consts, *replaced, *sites, *pool)
        return Parts(
            code=code,
            bytecode=bytecode,
            linetable=linetable,
            exceptiontable=exceptiontable,
            stacksize=stacksize,
            names=(*code.co_names, *names),
            plain=replaced if box is None else [*code.co_consts, [], *numbers],
            own=[values[place] for place in array("I", order)],
            box=box,
            raising=raising,
            hits=[(offset, pool[hook], sites[site - 1] if site else None, given) for offset, hook, site, given in hits],
        )


class _Calls(Sequence[tuple[Any, Any]]):
    """Hooks and sites of calls, put together when one is asked for: only a hook that fails asks."""

    def __init__(self, pool: list[Any], sites: list[Any], hooks: array[int], places: array[int]) -> None:
        self.pool = pool
        self.sites = sites
        self.hooks = hooks
        self.places = places

    def __len__(self) -> int:
        return len(self.hooks)

    def __getitem__(self, number: Any) -> Any:
        place = self.places[number]
        return self.pool[self.hooks[number]], self.sites[place - 1] if place else None
