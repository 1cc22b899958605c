// Compiles what a recorded run imports of bytescope: the memory snapshot has no room for it, and compiling it takes a second.

import { readFileSync, writeFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const [sources, target] = process.argv.slice(2);
const pyodide = await loadPyodide({ env: { BYTESCOPE_TRACES: "never", BYTESCOPE_CACHE: "0", PYTHONDONTWRITEBYTECODE: "1" } });
for (const [name, text] of Object.entries(JSON.parse(inflateSync(readFileSync(sources))))) {
  const path = `/lib/python3.14/site-packages/${name}`;
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  pyodide.FS.writeFile(path, text);
}
const compiled = pyodide.runPython(`
import base64, importlib, json, sys
importlib.invalidate_caches()
import bytescope_page.start
bytescope_page.start.warm()
before = set(sys.modules)

import bytescope_page.recordings
from importlib import _bootstrap_external
from importlib.util import cache_from_source, source_hash

folder = "/lib/python3.14/site-packages/"
found = {}
for name in sorted(set(sys.modules) - before):
    path = getattr(sys.modules[name], "__file__", None) or ""
    if path.startswith(folder):
        with open(path, "rb") as file:
            source = file.read()
        code = compile(source, path, "exec", dont_inherit=True)
        data = _bootstrap_external._code_to_hash_pyc(code, source_hash(source), checked=False)
        found[cache_from_source(path)[len(folder):]] = base64.b64encode(data).decode()
json.dumps(found)
`);
writeFileSync(target, compiled);
