"""``python -m bytescope run ...`` leaves behind what ``python ...`` does: output, errors, exit status."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import HANG, environment
from tests.support.scale import chosen

RUN = ["-m", "bytescope", "run"]
WOVEN = [*RUN, "--analysis", "watching:Everything"]

pytestmark = [pytest.mark.process, pytest.mark.skipif(os.name != "posix", reason="needs signals and a shell")]

FILES: dict[str, str | bytes] = {
    "main.py": """
import sys
shown = {name: value for name, value in globals().items() if name not in ("__builtins__", "__loader__", "__spec__")}
print(shown, type(__loader__), getattr(__spec__, "name", None), __builtins__ is sys.modules["builtins"])
print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals(), __name__)
import atexit, inspect, traceback, warnings
@atexit.register
def at_exit():
    print("at exit", sorted(globals()), flush=True)
    traceback.print_stack()
class Late:
    def __del__(self):
        print("gone", self.name)
late = Late()
late.name = "late"
def frames():
    return [(frame.function, frame.lineno) for frame in inspect.stack()]
print([each for each in frames() if each[0] != "frames"])
def warn():
    warnings.warn("deep", stacklevel=9)
warn()
traceback.print_stack()
try:
    print(sys._getframe(9))
except ValueError as error:
    print(error)
print(sys.exc_info(), hasattr(sys, "last_value"), hasattr(sys, "last_exc"), sys.excepthook is sys.__excepthook__)
sys.exit(int(sys.argv[1]) if len(sys.argv) > 1 else None)
""",
    "annotated.py": "x: int = 3\nprint(globals().get('__annotations__'), type(__loader__).__name__, __file__)\n",
    "package/__init__.py": "print('package', __name__)\n",
    "package/__main__.py": (
        "from . import tool\nimport sys\nprint(__name__, __package__, __spec__.name, sys.argv, tool.f())\n1 / 0\n"
    ),
    "package/tool.py": "def f():\n    return [__name__ for _ in 'ab']\nif __name__ == '__main__':\n    print(f())\n",
    "folder/__main__.py": "import sys, other\nprint(sys.argv, sys.path[0], __file__, __package__, other.x)\n",
    "folder/other.py": "x = 5\n",
    "empty/readme.txt": "nothing",
    "raises.py": """
def outer(values):
    try:
        return inner(*values, key={"a": 1}["b"])
    except KeyError as error:
        raise ValueError("chained", values) from error
def inner(*args, **kwargs):
    return args
class Group(Exception):
    pass
try:
    outer([1,
        2, 3])
except ValueError as error:
    error.add_note("a note")
    try:
        (lambda: [1][5])()
    except IndexError as other:
        raise ExceptionGroup("several", [error, other, Group()])
""",
    "recursive.py": "import sys\nsys.setrecursionlimit(200)\ndef f(n):\n    return f(n + 1)\nf(0)\n",
    "hook.py": """
import sys
def hook(kind, value, trace):
    print("hook", kind, value, trace.tb_lineno, sys.exc_info(), sys.last_value is value, sys._getframe(0).f_back)
    raise LookupError("in the hook")
sys.excepthook = hook
1 / 0
""",
    "hook_exit.py": "import sys\nsys.excepthook = lambda *a: sys.exit('left in the hook')\n1 / 0\n",
    "hook_missing.py": "import sys\ndel sys.excepthook\n1 / 0\n",
    "hook_broken.py": "import sys\nsys.excepthook = 3\n1 / 0\n",
    "exits.py": "import sys\nprint('x', end='')\nsys.exit(eval(sys.argv[1]))\n",
    "interrupted.py": "try:\n    raise KeyboardInterrupt('by hand')\nfinally:\n    print('finally')\n",
    "signalled.py": """
import atexit, os, signal, time
atexit.register(print, "at exit")
def busy():
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass
busy()
""",
    "handled_signal.py": """
import os, signal
def handler(number, frame):
    print(number, frame.f_code.co_name, frame.f_lineno, frame.f_back.f_code.co_name)
    raise TimeoutError("signal")
signal.signal(signal.SIGTERM, handler)
def f():
    os.kill(os.getpid(), signal.SIGTERM)
    for i in range(1000): i += 1
try:
    f()
except TimeoutError as error:
    print(repr(error))
""",
    "unraisable.py": """
import atexit, sys, threading
class Bad:
    def __del__(self):
        raise RuntimeError("in __del__")
Bad()
@atexit.register
def bad_exit():
    raise RuntimeError("in exit handler")
def thread():
    raise RuntimeError("in thread")
t = threading.Thread(target=thread, name="worker")
t.start(); t.join()
def late():
    threading.main_thread().join(); print("thread outlives main", flush=True)
threading.Thread(target=late).start()
print(threading.main_thread() is threading.current_thread())
x = Bad()
""",
    "full.py": "import sys\nsys.stdout = open('/dev/full', 'w')\nprint('lost')\n",
    "closed.py": "import sys\nprint('out')\nsys.stdout.close()\nprint('lost')\n",
    "no_stderr.py": "import sys\nsys.stderr = None\n1 / 0\n",
    "os_exit.py": "import os\nprint('a', flush=True)\ntry:\n    os._exit(9)\nfinally:\n    print('b')\n",
    "syntax.py": "x = 1\ndef f(:\n    pass\n",
    "tabs.py": "if 1:\n\tx = 1\n        y = 2\n",
    "unclosed.py": "x = (\n1 +\n",
    "null.py": b"x = 1\0\n",
    "latin.py": b'x = 1\n# a comment\nprint("\xe9")\n',
    "coding.py": b'# coding: latin-1\nprint(ascii("\xe9"))\nraise ValueError("\xe9")\n',
    "bad_coding.py": b"# -*- coding: nonsense -*-\nx = 1\n",
    "bom.py": b'\xef\xbb\xbfprint("bom", __file__)\n1/0',
    "warns.py": 'x = "\\d"\nassert (x, "always")\nx is 3\nimport warnings\nwarnings.warn("old", DeprecationWarning)\n',
    "imports_broken.py": "import broken_module\n",
    "broken_module.py": "def f():\n    import syntax\nf()\n",
    "stdin_reader.py": "import sys\nprint(sys.stdin.read().upper(), input if 0 else '')\n",
    "pickles.py": """
import pickle, copy
class Point:
    def __init__(self, x): self.x = x
    def __reduce__(self): return Point, (self.x,)
def f(): return 1
print(pickle.loads(pickle.dumps(Point(3))).x, pickle.loads(pickle.dumps(f))(), Point.__module__, Point)
""",
    "asynchronous.py": """
import asyncio
async def fail(n):
    await asyncio.sleep(0)
    if n == 2: raise ValueError(n)
    return n
async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fail(n)) for n in range(4)]
asyncio.run(main())
""",
    "logs.py": """
import logging
logging.basicConfig(format="%(module)s %(funcName)s %(lineno)d %(message)s")
def f():
    logging.warning("here", stack_info=True)
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("there")
f()
""",
    "watching.py": """
import bytescope
class Everything(bytescope.Analysis):
    pass
for event in bytescope.EVENTS.values():
    setattr(Everything, event.method, eval(f"lambda self, {', '.join(event.parameters)}: None"))
""",
    "headless.py": "def f():\n    if x:\n    # nothing\n\n",
    "classless.py": b"x = 1\r\nclass A:\r\n",
    "tryless.py": "try:\n    x\n",
    "continued.py": "if 1: \\\n\n",
    "endless.py": "f'{a\n",
    "bom_latin.py": b"\xef\xbb\xbf# coding: latin-1\nprint(1)\n",
    "not_ascii.py": b"# coding: ascii\nprint('\xe9')\n",
    "not_text.py": "# coding: rot13\nprint(1)\n",
    "short.pyc": importlib.util.MAGIC_NUMBER + bytes(14),
    "traced.py": """
class Plain:
    def __init__(self): self.x = 1
    def m(self): return self.x
def f(n):
    class Local(Plain): pass
    return [Local().m() for _ in range(n)]
f(2)
f(1)
""",
    "settrace.py": """
import sys
events = []
def trace(frame, event, arg):
    if frame.f_code.co_filename == __file__:
        events.append((event, frame.f_code.co_name, frame.f_lineno))
    return trace
def f():
    return 1
""",
}


@dataclass(frozen=True)
class Case:
    """A command line behind ``python``, and what standard input holds."""

    words: tuple[str, ...]
    stdin: str = ""
    interpreter: tuple[str, ...] = ()
    redirect: str = ""

    def __str__(self) -> str:
        return " ".join((*self.interpreter, *self.words, self.redirect)).replace("\n", ";")[:60] or "stdin"


def case(line: str, **options) -> Case:
    return Case(tuple(line.split()), **options)


SCRIPT = "import sys\ndef f(x):\n    return x / 0\nprint(sys.argv, sys.path[0], __file__, sys.stdin.read())\nf(1)\n"

CASES = [
    case("main.py"),
    case("main.py 3 --stats -c x"),
    case("./folder/../main.py"),
    case("link.py 1"),
    case("-m main 4"),
    Case(("-c", str(FILES["main.py"]), "5")),
    case("- 6", stdin=str(FILES["main.py"])),
    Case((), stdin=str(FILES["main.py"])),
    case("main.pyc 7"),
    case("compiled 8"),
    case("-m package 9 -x"),
    case("-m package.tool"),
    case("-mpackage.tool"),
    case("folder a"),
    case("folder/ a"),
    case("folder.zip b"),
    case("empty"),
    case("annotated.py"),
    case("-m annotated"),
    case("raises.py"),
    case("-m raises"),
    Case(("-c", str(FILES["raises.py"]))),
    case("-", stdin=str(FILES["raises.py"])),
    case("- x y", stdin=SCRIPT),
    case("recursive.py"),
    case("hook.py"),
    case("hook_exit.py"),
    case("hook_missing.py"),
    case("hook_broken.py"),
    case("exits.py None"),
    case("exits.py 3"),
    case("exits.py 256+7"),
    case("exits.py -1"),
    case("exits.py 'text'"),
    case("exits.py [1,2]"),
    case("exits.py True"),
    case("exits.py object"),
    case("interrupted.py"),
    case("-m interrupted"),
    case("signalled.py"),
    case("handled_signal.py"),
    case("unraisable.py"),
    case("full.py"),
    case("closed.py"),
    case("no_stderr.py"),
    case("os_exit.py"),
    case("main.py", redirect=">/dev/full"),
    case("main.py", redirect=">&-"),
    case("main.py", redirect="2>&-"),
    case("-", redirect="<&-"),
    case("syntax.py"),
    case("tabs.py"),
    case("unclosed.py"),
    case("null.py"),
    case("latin.py"),
    case("coding.py"),
    case("bad_coding.py"),
    case("bom.py"),
    case("warns.py"),
    case("warns.py", interpreter=("-W", "error")),
    case("short.pyc"),
    case("headless.py"),
    case("classless.py"),
    case("tryless.py"),
    case("continued.py"),
    case("-", stdin=str(FILES["continued.py"])),
    case("endless.py"),
    case("bom_latin.py"),
    case("not_ascii.py"),
    case("not_text.py"),
    Case(("-c", "import sys; del sys.stdout; print(1)")),
    Case(("",)),
    Case((".",)),
    case("-m trace --trace traced.py"),
    case("-m syntax"),
    Case(("-c", "def f(:")),
    Case(("-c", "  x = 1")),
    Case(("-cprint(1);1/0",)),
    Case(("-c", "")),
    Case(("-c", "if 1:\n  def f():\n    raise OSError(2, 'text', 'name')\n  f()")),
    case("imports_broken.py"),
    case("missing.py x"),
    case("missing/"),
    case("-m missing"),
    case("-m package.missing"),
    case("-m os.path.missing"),
    case("-m sys"),
    case("-m json"),
    case("-m annotated.py"),
    case("-m .package"),
    case("stdin_reader.py", stdin="some input"),
    case("pickles.py"),
    case("asynchronous.py"),
    case("logs.py"),
    case("main.py 2", interpreter=("-P",)),
    case("-m annotated", interpreter=("-I",)),
    case("main.py", interpreter=("-O", "-X", "utf8")),
    case("main.py", interpreter=("-E", "-s", "-B")),
]


_WOVEN = (
    "main folder.zip raises hook signalled handled_signal unraisable os_exit warns pickles asynchronous logs".split()
)
"""Programs that are also run with an analysis of every event; a recursion without end is some frames shorter then."""


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files."""
    import compileall
    import zipfile

    folder = tmp_path_factory.mktemp("programs")
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "link.py").symlink_to("main.py")
    with zipfile.ZipFile(folder / "folder.zip", "w") as archive:
        for path in (folder / "folder").iterdir():
            archive.write(path, path.name)
    import py_compile

    py_compile.compile(str(folder / "main.py"), str(folder / "main.pyc"), doraise=True)
    py_compile.compile(str(folder / "main.py"), str(folder / "compiled"), doraise=True)
    compileall.compile_dir(str(folder / "package"), quiet=2)
    return folder


def outcome(words: list[str], case: Case, folder: Path) -> tuple[int, str, str]:
    command = [sys.executable, *case.interpreter, *words, *case.words]
    if case.redirect:
        command = ["sh", "-c", f'exec "$0" "$@" {case.redirect}', *command]
    done = subprocess.run(
        command,
        input=case.stdin.encode(),
        capture_output=True,
        timeout=HANG,
        cwd=folder,
        env=environment(folder),
    )
    return done.returncode, normal(done.stdout), normal(done.stderr)


def normal(output: bytes) -> str:
    """The text without what differs between any two runs."""
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", output.decode("utf-8", "backslashreplace"))


WAYS = {"": [], "machine": RUN, "woven": WOVEN}
Outcomes = Callable[[Case, str], tuple[int, str, str]]


@pytest.fixture(scope="session")
def outcomes(place: Path, request: pytest.FixtureRequest):
    """What each case leaves behind, on CPython and in other ways: two at a time, ahead of the tests."""
    params = [item.callspec.params for item in request.session.items if "outcomes" in item.fixturenames]
    wanted = dict.fromkeys((param["case"], way) for param in params for way in ("", param["way"]))
    with ThreadPoolExecutor(2) as pool:
        futures: dict[tuple[Case, str], Future] = {
            (case, way): pool.submit(outcome, WAYS[way], case, place) for case, way in wanted
        }
        yield lambda case, way: futures[case, way].result()


WOVEN_CASES = [
    each
    for each in CASES
    if each.words[0:1] and not each.redirect and not each.interpreter and each.words[0].removesuffix(".py") in _WOVEN
] + [case("-m package 9 -x"), Case(("-c", str(FILES["raises.py"]))), case("-", stdin=str(FILES["raises.py"]))]


@pytest.mark.parametrize(
    ("case", "way"),
    chosen([(each, "machine") for each in CASES] + [(each, "woven") for each in WOVEN_CASES]),
    ids=str,
)
def test_run_does_what_python_does(case: Case, way: str, outcomes: Outcomes) -> None:
    status, output, errors = outcomes(case, "")
    guest_status, guest_output, guest_errors = outcomes(case, way)
    assert guest_errors == errors
    assert guest_output == output
    assert guest_status == status
