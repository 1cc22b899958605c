"""Build the page, static files with Pyodide, bytescope and the notebook, for any static host; and the viewer.

The viewer is one file, of which `bytescope record` makes copies with a recording inside.

The files go to src/bytescope/playground/static, from where `bytescope playground` serves them and the wheel takes them.
What is needed for it is Node with npm; packages are fetched once, as web/package-lock.json locks them.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

from tools.bootstrap import ROOT, SetupError, alone
from tools.console import Stopwatch, run, say

WEB = ROOT / "web"
ASSEMBLED = WEB / ".assembled"
VIEWER = "viewer.html"
BUILT = ROOT / "src" / "bytescope" / "playground" / "static"
SNAPSHOT = "snapshot.pack"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_OLDEST_NODE = (20, 19)
_LIBRARY = "python_stdlib.zip"
_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json")
_LEFT_OUT = ("cli", "dap", "playground", "pytest_plugin.py", "tui")


def missing() -> str | None:
    """Say what this machine lacks to build the page; None when nothing."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"there is no {program} on PATH"
    oldest = ".".join(map(str, _OLDEST_NODE))
    found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if tuple(int(part) for part in re.findall(r"\d+", found)[:2]) < _OLDEST_NODE:
        return f"node is older than {oldest}: {found}"
    return None


def without_browser() -> str | None:
    """Say that there is no browser to test the page in; None where there is one."""
    if browser():
        return None
    return f"there is no Chromium: none of {', '.join(CHROMIUM)}, and CHROMIUM names none"


def browser() -> str | None:
    """Return the path of Chromium, if it is there."""
    return next((path for path in (os.environ.get("CHROMIUM"), *CHROMIUM) if path and Path(path).exists()), None)


def set_up() -> None:
    """Fetch the packages; what is there and still matches the lock is left alone.

    Raises:
        SetupError: they could not be fetched.
    """
    stamp = WEB / "node_modules" / ".fetched"
    digest = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    watch = Stopwatch()
    say("fetching web/node_modules as web/package-lock.json says ...")
    if run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=WEB, quiet=True):
        raise SetupError("could not fetch what web/package-lock.json names")
    stamp.write_text(digest, encoding="utf-8")
    say(f"fetched web/node_modules in {watch}")


def build() -> None:
    """Build the page.

    Raises:
        SetupError: something is missing, or could not be fetched or built.
    """
    lacking = missing()
    if lacking:
        raise SetupError(f"the page cannot be built: {lacking}")
    with alone():
        _build()


def lacking_in(wheel: Path) -> list[str]:
    """Say which of the built page's files a wheel does not have, or has only empty."""
    with zipfile.ZipFile(wheel) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    built = [path.relative_to(ROOT / "src").as_posix() for path in BUILT.rglob("*") if path.is_file()]
    needed = {f"{BUILT.relative_to(ROOT / 'src').as_posix()}/{name}" for name in ("index.html", VIEWER, SNAPSHOT)}
    return sorted(name for name in needed.union(built) if not sizes.get(name))


def _build() -> None:
    set_up()
    watch = Stopwatch()
    build = _assemble()
    if run(["npx", "vite", "build", "--logLevel", "warn"], cwd=WEB, env={"BYTESCOPE_BUILD": build}):
        raise SetupError("the page could not be built")
    build_viewer()
    _add_snapshot(build)
    _list_files()
    say(f"built {BUILT.relative_to(ROOT)} in {watch}")


def build_viewer() -> None:
    """Build the viewer of recordings alone.

    Raises:
        SetupError: a package could not be fetched, or it could not be built.
    """
    set_up()
    if run(["npx", "vite", "build", "-c", "vite.viewer.config.ts", "--logLevel", "warn"], cwd=WEB):
        raise SetupError("the viewer of recordings could not be built")


def with_browser() -> dict[str, str]:
    """Return the environment in which scripts of web/ find Chromium."""
    return os.environ | {"CHROMIUM": browser() or ""}


def _assemble() -> str:
    """Gather what is served as it is: Pyodide, the Python sources in one file, and a few files.

    Returns a name for what a memory snapshot depends on.
    """
    shutil.rmtree(ASSEMBLED, ignore_errors=True)
    shutil.copytree(WEB / "static", ASSEMBLED)
    (ASSEMBLED / "pyodide").mkdir()
    for name in _PYODIDE:
        shutil.copy(WEB / "node_modules" / "pyodide" / name, ASSEMBLED / "pyodide" / name)
    lock = ASSEMBLED / "pyodide" / "pyodide-lock.json"
    lock.write_text(json.dumps(json.loads(lock.read_text(encoding="utf-8")) | {"packages": {}}), encoding="utf-8")
    sources = {name: path.read_bytes() for path, name in sorted(_sources(), key=lambda pair: pair[1])}
    compiled, later, library = _compiled(sources)
    packs = _pack(sources | later), _pack(compiled)
    for name, data in zip(("python.pack", "compiled.pack"), packs, strict=True):
        (ASSEMBLED / name).write_bytes(data)
    (ASSEMBLED / "pyodide" / _LIBRARY).write_bytes(library)
    (ASSEMBLED / SNAPSHOT).touch()
    return hashlib.sha256(b"".join([*packs, library, (WEB / "package-lock.json").read_bytes()])).hexdigest()[:12]


def _pack(files: dict[str, bytes]) -> bytes:
    """Return files as one: deflated, the length of a list of names and sizes as JSON, the list, and their bytes."""
    names = json.dumps([[name, len(data)] for name, data in files.items()]).encode()
    return zlib.compress(b"".join([len(names).to_bytes(4, "little"), names, *files.values()]), 9)


def _compiled(sources: dict[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes], bytes]:
    """Return what the start imports of the sources, compiled; what is imported later; and the library with its own."""
    kept = WEB / "node_modules" / ".compiled"
    stamp, library = kept / "digest", kept / _LIBRARY
    found = kept / "start.json", kept / "later.json"
    script = (WEB / "compile.mjs").read_bytes() + (WEB / "package-lock.json").read_bytes()
    digest = hashlib.sha256(script + b"".join(sources.values())).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
        stamp.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        texts = {name: data.decode() for name, data in sources.items()}
        (kept / "sources.json").write_text(json.dumps(texts), encoding="utf-8")
        if run(["node", "compile.mjs", kept / "sources.json", *found, library], cwd=WEB):
            raise SetupError("the Python sources could not be compiled")
        stamp.write_text(digest, encoding="utf-8")
    start, later = (
        {name: base64.b64decode(data) for name, data in json.loads(path.read_text(encoding="utf-8")).items()}
        for path in found
    )
    return start, later, library.read_bytes()


def _add_snapshot(build: str) -> None:
    """Put a memory snapshot of the interpreter beside the page: the first visit then starts from it as well."""
    kept = WEB / ".snapshot"
    if not kept.is_file() or not kept.read_bytes().startswith(build.encode()):
        path = browser()
        made = path and not run(["node", "snapshot.mjs", kept, build], cwd=WEB, env={"CHROMIUM": path})
        if not made:
            why = "it could not be made" if path else without_browser()
            say(f"the page goes without a memory snapshot, so first visits take longer: {why}", "note")
            return
    shutil.copyfile(kept, BUILT / SNAPSHOT)


def _list_files() -> None:
    """Tell the service worker what there is to keep."""
    script = BUILT / "sw.js"
    files = sorted(path for path in BUILT.rglob("*") if path.is_file() and path not in (script, BUILT / VIEWER))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    names = json.dumps([path.relative_to(BUILT).as_posix() for path in files])
    text = script.read_text(encoding="utf-8").replace('["__FILES__"]', names).replace("__BUILD__", digest)
    script.write_text(text, encoding="utf-8")


def _sources() -> list[tuple[Path, str]]:
    """What is importable in the page, with its path there."""
    package = ROOT / "src" / "bytescope"
    files = [*package.rglob("*.py"), *package.glob("taint/policy/*.toml")]
    core = [path for path in files if path.relative_to(package).parts[0] not in _LEFT_OUT]
    found = [(path, f"bytescope/{path.relative_to(package)}") for path in core]
    own = WEB / "python"
    found += [(path, str(path.relative_to(own))) for path in own.rglob("*.py")]
    found += [(path, path.name) for path in (WEB / "tour").glob("*.py") if not re.match(r"\d", path.name)]
    return found
