"""Runs one of CPython's test modules in this process and streams what every test did.

The parent starts it as ``python child.py SPEC STREAM``. SPEC is a Python literal (see ``supervise.Job``), STREAM the
file that receives one JSON array a line: ``["start", id]`` before a test and ``[outcome, id, seconds, detail]`` after
it, so that the stream still tells everything when a test takes the whole process with it.

This file imports as little as it can and keeps private references to what it uses: the tests patch everything.
"""

import faulthandler
import gc
import os
import resource
import signal
import sys
import time
import types
import unittest
from _json import encode_basestring_ascii as quote
from ast import literal_eval
from fnmatch import fnmatchcase
from importlib import import_module
from unittest.case import _SubTest as SubTest

# doctest executes the examples, so that they are guests only if it is one; 3.11 has some tests outside of `test`
GUESTS = ["doctest", "test.*", "unittest.test.*", "ctypes.test.*"]
GUESTS += ["!test.support", "!test.support.*", "!test.libregrtest", "!test.libregrtest.*"]


def json(value):
    """JSON of strings, numbers and sequences of them."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(json, value))}]"
    return quote(value) if isinstance(value, str) else repr(value)


class Stream:
    """The line-wise report to the parent; deaf to forks of this process."""

    def __init__(self, path, write=os.write, getpid=os.getpid):
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
        self._pid = getpid()
        self._write, self._getpid = write, getpid

    def send(self, *fields):
        if self._getpid() == self._pid:
            self._write(self._fd, f"{json(fields)}\n".encode())


class Result(unittest.TestResult):
    """Streams the outcome of each test; a failing subtest fails the test that holds it."""

    def __init__(self, stream, clock=time.perf_counter):
        super().__init__()
        self._stream = stream
        self._clock = clock
        self._began = clock()

    def startTest(self, test):
        super().startTest(test)
        self._began = self._clock()
        self._stream.send("start", test.id())

    def _send(self, outcome, test, detail=""):
        if isinstance(test, SubTest):
            test = test.test_case
        self._stream.send(outcome, test.id(), round(self._clock() - self._began, 3), detail[-4000:])

    def addSuccess(self, test):
        self._send("pass", test)

    def addFailure(self, test, err):
        self._send("fail", test, self._text(test, err))

    def addError(self, test, err):
        self._send("error", test, self._text(test, err))

    def addSkip(self, test, reason):
        self._send("skip", test, str(reason))

    def addExpectedFailure(self, test, err):
        self._send("xfail", test)

    def addUnexpectedSuccess(self, test):
        self._send("upass", test)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self._send("fail" if failed else "error", test, f"{subtest}\n{self._text(test, err)}")

    def _text(self, test, err):
        try:
            return self._exc_info_to_string(err, test)
        except BaseException as exc:  # a test may have left the traceback module unusable
            return f"{err[0].__name__} (its traceback cannot be shown: {type(exc).__name__})"


class Native:
    """CPython itself: the baseline."""

    instructions = 0

    def functions(self):
        return 0, []


class Interpreter:
    """bytescope's reference engine: the test module and its helpers are guests, at L2 the library under test too."""

    def __init__(self, libraries):
        import bytescope

        self._bytescope = bytescope
        self._vm = bytescope.VM(guests=[*libraries, *GUESTS])
        self._running = self._vm.running()
        self._running.__enter__()  # for the rest of the process: threads and exit handlers are guests too
        self._globs = ["doctest", *libraries]
        for name, module in sorted(sys.modules.items()):
            if isinstance(module, types.ModuleType) and any(fnmatchcase(name, glob) for glob in self._globs):
                bytescope.convert_module(module)

    @property
    def instructions(self):
        return self._vm.instructions

    def functions(self):
        """How many live functions come from guest source files, and the names of those that are not guests."""
        files = {file for name, module in list(sys.modules.items()) if (file := self._guest_file(name, module))}
        functions = [
            obj for obj in gc.get_objects() if type(obj) is types.FunctionType and obj.__code__.co_filename in files
        ]
        natives = {f"{f.__module__}.{f.__qualname__}" for f in functions if not self._bytescope.is_guest(f)}
        return len(functions), sorted(natives)

    def _guest_file(self, name, module):
        guest = name.startswith(("test.", "unittest.test.", "ctypes.test."))
        guest = guest and not name.startswith(("test.support", "test.libregrtest"))
        if guest or any(fnmatchcase(name, glob) for glob in self._globs):
            return getattr(module, "__file__", None)
        return None


class Observed:
    """An engine with an analysis attached that observes every event of the guests: then nothing is left as it was."""

    def __init__(self, engine, libraries):
        import bytescope

        self.instructions = 0  # events, rather

        def told(analysis, *given):
            self.instructions += 1

        events = {event.method: told for event in bytescope.EVENTS.values() if event.name not in ("begin", "end")}
        everything = type("Everything", (bytescope.Analysis,), events)
        globs = [*libraries, *GUESTS]
        self._attached = bytescope.attach(
            everything(),
            include=[glob for glob in globs if not glob.startswith("!")],
            exclude=[glob[1:] for glob in globs if glob.startswith("!")],
            engine=engine,
        )
        self._attached.__enter__()  # for the rest of the process

    def functions(self):
        return 0, []


ENGINES = {
    "cpython": lambda libraries: Native(),
    "interpreter": Interpreter,
    "observed": lambda libraries: Observed("interpreter", libraries),
    "woven": lambda libraries: Observed("woven", libraries),
}


def tests_of(suite):
    """Every single test of nested suites."""
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            yield from tests_of(test)
        else:
            yield test


def prune(suite, keep):
    """Takes the tests whose id ``keep`` refuses out of nested suites, in place."""
    for position, test in enumerate(suite._tests):
        if isinstance(test, unittest.BaseTestSuite):
            prune(test, keep)
        elif not keep(test.id()):
            suite._tests[position] = unittest.TestSuite()


def limit(memory):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born ignoring it
    faulthandler.enable(file=os.dup(2))


def main(spec, stream):
    limit(spec["memory"])
    sys.path.append(spec["src"])
    engine = ENGINES[spec["engine"]](spec["libraries"])
    began = engine.instructions
    import test.support

    test.support.verbose = 0
    test.support.use_resources = spec["resources"]
    try:
        module = import_module(spec["module"])
    except unittest.SkipTest as skip:
        stream.send("skipped", str(skip))
        return
    suite = unittest.TestSuite([unittest.defaultTestLoader.loadTestsFromModule(module)])
    skip, match = frozenset(spec["skip"]), spec["match"]
    prune(suite, lambda id: id not in skip and (not match or any(fnmatchcase(id, glob) for glob in match)))
    stream.send("loaded", sum(1 for _ in tests_of(suite)))
    result = Result(stream)
    suite.run(result)
    total, natives = engine.functions()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stream.send("end", engine.instructions - began, total, natives, peak)


if __name__ == "__main__":
    arguments, path = literal_eval(sys.argv[1]), sys.argv[2]
    del sys.argv[1:]
    sys.path.pop(0)  # this file's folder: the tests import modules of their own by short names
    main(arguments, Stream(path))
