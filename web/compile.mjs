// Compiles what the page's start imports: of our own sources into files of their own, of Pyodide's standard library, which is
// sources, into a copy of it. Without a memory snapshot, compiling it is most of the start.

import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [sources, own, library] = process.argv.slice(2);
const pyodide = await loadPyodide({ env: { BYTESCOPE_TRACES: "never", BYTESCOPE_CACHE: "0", PYTHONDONTWRITEBYTECODE: "1" } });
for (const [name, text] of Object.entries(JSON.parse(readFileSync(sources, "utf8")))) {
  const path = `/lib/python3.14/site-packages/${name}`;
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  pyodide.FS.writeFile(path, text);
}
const compiled = pyodide.runPython(`
import importlib, sys
importlib.invalidate_caches()
import bytescope_page.start
bytescope_page.start.warm()

import base64, json, zipfile
from importlib import _bootstrap_external
from importlib.util import cache_from_source, source_hash

folder = "/lib/python3.14/site-packages/"
[archive] = [path for path in sys.path if path.endswith(".zip")]
origins = {str(module.__spec__.origin) for module in list(sys.modules.values()) if getattr(module, "__spec__", None)}

def compiled(source, origin):
    code = compile(source, origin, "exec", dont_inherit=True)
    return bytes(_bootstrap_external._code_to_hash_pyc(code, source_hash(source), checked=False))

found = {}
with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
    for origin in sorted(origins):
        if origin.startswith(archive + "/") and origin.endswith(".py"):
            name = origin[len(archive) + 1:]
            file.writestr(zipfile.ZipInfo(name + "c"), compiled(file.read(name), origin), zipfile.ZIP_DEFLATED, 9)
        elif origin.startswith(folder):
            with open(origin, "rb") as source:
                data = compiled(source.read(), origin)
            found[cache_from_source(origin)[len(folder):]] = base64.b64encode(data).decode()
[archive, json.dumps(found)]
`);
const [archive, files] = compiled.toJs();
writeFileSync(library, pyodide.FS.readFile(archive));
writeFileSync(own, files);
