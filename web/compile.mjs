// Adds to Pyodide's standard library, which is sources, the compiled form of what the page's start imports: without a
// memory snapshot, compiling it is most of the start.

import { readFileSync, writeFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const [sources, target] = process.argv.slice(2);
const pyodide = await loadPyodide({ env: { BYTESCOPE_TRACES: "never", BYTESCOPE_CACHE: "0", PYTHONDONTWRITEBYTECODE: "1" } });
for (const [name, text] of Object.entries(JSON.parse(inflateSync(readFileSync(sources))))) {
  if (name.endsWith(".pyc")) continue;
  const path = `/lib/python3.14/site-packages/${name}`;
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  pyodide.FS.writeFile(path, text);
}
const archive = pyodide.runPython(`
import importlib, sys
importlib.invalidate_caches()
import bytescope_page.start
bytescope_page.start.warm()

import zipfile
from importlib import _bootstrap_external
from importlib.util import source_hash

[archive] = [path for path in sys.path if path.endswith(".zip")]
origins = {str(module.__spec__.origin) for module in list(sys.modules.values()) if getattr(module, "__spec__", None)}
with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
    for origin in sorted(origins):
        if origin.startswith(archive + "/") and origin.endswith(".py"):
            source = file.read(origin[len(archive) + 1:])
            code = compile(source, origin, "exec", dont_inherit=True)
            data = _bootstrap_external._code_to_hash_pyc(code, source_hash(source), checked=False)
            file.writestr(zipfile.ZipInfo(origin[len(archive) + 1:] + "c"), data, zipfile.ZIP_DEFLATED, 9)
archive
`);
writeFileSync(target, pyodide.FS.readFile(archive));
