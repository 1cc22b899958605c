"""Finding functions: a walk over what namespaces, frames and callables refer to.

The walk follows code without limit: functions with their closures, defaults and attributes, classes with their bases,
and what wraps functions. Other objects - containers and instances - are followed breadth first and up to a limit, so
what a search costs does not depend on how much data a program holds. The collector's list of all objects is not asked:
frozen objects (`gc.freeze`) are found like any other. No code of the program runs.
"""

from __future__ import annotations

import builtins
import gc
import sys
import types

from bytescope.code.host.frame_locals import local_values
from bytescope.startup.stdlib_lite import Any, Callable, Iterable, Iterator, cache, deque, partial

Namespace = dict[str, Any]
Belongs = Callable[[Namespace], bool]

DATA_OBJECTS = 4096
"""Containers and instances that one search visits, at most."""

LARGE = 1024
"""Containers with more items than this are taken for data and not looked through."""


def _ids(*kinds: type) -> frozenset[int]:
    """Types by identity: to compare or hash a class may run a method of its metaclass."""
    return frozenset(map(id, kinds))


_CONTAINERS = _ids(list, tuple, dict, set, frozenset, deque)
_PARTS = _ids(tuple, dict)
_WRAPPERS = _ids(
    types.MethodType, staticmethod, classmethod, property, types.CellType, partial, type(cache(len)),
)  # fmt: skip
_SKIPPED = _ids(
    type(None), bool, int, float, complex, str, bytes, bytearray, types.ModuleType, types.CodeType, types.FrameType,
    types.BuiltinFunctionType, types.TracebackType, types.EllipsisType, types.NotImplementedType,
)  # fmt: skip


def is_namespace(value: object) -> bool:
    """Return True if an object is a dict in which Python code was executed."""
    return type(value) is dict and "__builtins__" in value


def name_of(namespace: Namespace) -> str:
    """Return the name of the module that a namespace belongs to, "" if it has none."""
    name = namespace.get("__name__")
    return name if type(name) is str else ""


def is_own(namespace: Namespace) -> bool:
    """Return True if a namespace belongs to a module of bytescope."""
    return name_of(namespace).partition(".")[0] == "bytescope"


def find_functions(roots: Iterable[object], belongs: Belongs) -> list[types.FunctionType]:
    """Return the functions that can be reached from some objects and have one of the wanted namespaces.

    Args:
        roots: where to begin: namespaces, functions, classes or any other objects.
        belongs: whether a namespace, which is some function's globals, is wanted. Those that are wanted are searched,
            too, once they are met.
    """
    return _Search(belongs).run(roots)


class _Search:
    """One search.

    _seen: what has been met, by id; that it is kept keeps ids unique. _code: what is still to be followed, whatever it
    costs; _data: what is followed as long as the limit allows. _wanted: whether a namespace belongs, by id.
    """

    def __init__(self, belongs: Belongs) -> None:
        self._belongs = belongs
        self._seen: dict[int, object] = {id(vars(builtins)): vars(builtins)}
        self._code: list[Any] = []
        self._data: deque[object] = deque()
        self._found: list[types.FunctionType] = []
        self._wanted: dict[int, bool] = {}

    def run(self, roots: Iterable[object]) -> list[types.FunctionType]:
        self._add(roots)
        left = DATA_OBJECTS
        while True:
            while self._code:
                self._follow(self._code.pop())
            if not self._data or not left:
                return self._found
            left -= 1
            self._add(gc.get_referents(self._data.popleft()))

    def _add(self, values: Iterable[Any]) -> None:
        """Record objects that have been reached."""
        seen = self._seen
        for value in values:
            kind = type(value)
            if id(kind) in _SKIPPED or id(value) in seen:
                continue
            seen[id(value)] = value
            if kind is types.FunctionType or id(kind) in _WRAPPERS or issubclass(kind, type):
                self._code.append(value)
            elif kind is dict and "__builtins__" in value:
                self._enter(value)
            elif id(kind) not in _CONTAINERS or len(value) <= LARGE:
                self._data.append(value)

    def _enter(self, namespace: Namespace) -> bool:
        """Search a namespace if it is wanted, and say whether it is."""
        key = id(namespace)
        wanted = self._wanted.get(key)
        if wanted is None:
            wanted = self._wanted[key] = self._belongs(namespace)
            self._seen[key] = namespace
            if wanted:
                self._add(list(namespace.values()))
        return wanted

    def _follow(self, value: Any) -> None:
        """Add what a function, a class or a wrapper refers to."""
        referents = gc.get_referents(value)
        if type(value) is types.FunctionType:
            namespace = value.__globals__
            if self._enter(namespace):
                self._found.append(value)
            builtin = vars(builtins)  # which every function refers to: it would be gone through for each of them
            referents = [each for each in referents if each is not namespace and each is not builtin]
        elif issubclass(type(value), type):
            referents.append(type(value))
        parts = [each for each in referents if id(type(each)) in _PARTS and not is_namespace(each)]
        self._add(gc.get_referents(*parts))  # which are no data: closures, defaults, attributes, members of classes
        self._add(each for each in referents if id(type(each)) not in _PARTS)


def running_frames() -> list[types.FrameType]:
    """Return the frames of all threads, those of bytescope excepted."""
    found = []
    frame: types.FrameType | None
    for frame in sys._current_frames().values():
        while frame is not None:
            if not is_own(frame.f_globals):
                found.append(frame)
            frame = frame.f_back
    frame = None  # or this frame could refer to itself
    return found


def running_code(belongs: Belongs) -> Iterator[object]:
    """Yield where to look for functions that frames can call although no module has them.

    Of frames in other namespaces only those variables count that are functions, classes and namespaces themselves.

    Args:
        belongs: see `find_functions`.
    """
    for frame in running_frames():
        if belongs(frame.f_globals):
            yield frame.f_globals
            yield from local_values(frame)
        else:
            for value in local_values(frame):
                if type(value) is types.FunctionType or is_namespace(value) or issubclass(type(value), type):
                    yield value


def executed_namespaces() -> Iterator[Namespace]:
    """Yield the namespaces that modules have in variables: what `exec` and `runpy` leave behind."""
    for module in list(sys.modules.values()):
        if issubclass(type(module), types.ModuleType):
            for value in list(vars(module).values()):
                if type(value) is dict and "__builtins__" in value:
                    yield value


def functions_of(namespace: Namespace) -> list[types.FunctionType]:
    """Return the functions that have a namespace as their globals, wherever its code keeps them."""
    return find_functions((namespace,), lambda other: other is namespace)


def functions_in_modules(names: Iterable[str]) -> list[types.FunctionType]:
    """Return the functions of the modules with these names, those included that only running frames have."""
    wanted = frozenset(names)

    def belongs(namespace: Namespace) -> bool:
        return name_of(namespace) in wanted

    modules = [vars(module) for name in wanted if isinstance(module := sys.modules.get(name), types.ModuleType)]
    return find_functions((*modules, *filter(belongs, executed_namespaces()), *running_code(belongs)), belongs)


def all_functions(codes: Iterable[types.CodeType]) -> list[types.FunctionType]:
    """Return the functions that the collector knows of, for what cannot be reached otherwise.

    That are all which have the usual builtins, or one of the given code objects. The search takes time in proportion
    to all objects of the process, and leaves out what was frozen. It refers to none but those that it returns: other
    threads have objects that must not be referred to, such as a tuple that still grows.

    Args:
        codes: code objects.
    """
    return [each for each in gc.get_referrers(vars(builtins), *codes) if type(each) is types.FunctionType]


def executed_codes() -> Iterator[types.CodeType]:
    """Yield the code objects that frames execute, and those nested in them."""
    pending = [frame.f_code for frame in running_frames()]
    seen = set()
    while pending:
        code = pending.pop()
        if id(code) not in seen:
            seen.add(id(code))
            pending += [each for each in code.co_consts if type(each) is types.CodeType]
            yield code
