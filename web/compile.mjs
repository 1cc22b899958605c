// Compiles what the page's start imports: of our own sources into files of their own, of Pyodide's standard library, which is
// sources, into a copy of it. Without a memory snapshot, compiling it is most of the start. What is imported only when text
// from outside is followed comes apart: no snapshot has it.

import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [sources, own, later, library] = process.argv.slice(2);
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
known = set(sys.modules)
import bytescope_page.following

import base64, json, zipfile
from importlib import _bootstrap_external
from importlib.util import cache_from_source, source_hash

folder = "/lib/python3.14/site-packages/"
[archive] = [path for path in sys.path if path.endswith(".zip")]
origins = {name: str(module.__spec__.origin) for name, module in sys.modules.items() if getattr(module, "__spec__", None)}

def compiled(source, origin):
    code = compile(source, origin, "exec", dont_inherit=True)
    return bytes(_bootstrap_external._code_to_hash_pyc(code, source_hash(source), checked=False))

start, later = {}, {}
with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
    for module, origin in sorted(origins.items()):
        if origin.startswith(archive + "/") and origin.endswith(".py"):
            name = origin[len(archive) + 1:]
            file.writestr(zipfile.ZipInfo(name + "c"), compiled(file.read(name), origin), zipfile.ZIP_DEFLATED, 9)
        elif origin.startswith(folder):
            with open(origin, "rb") as source:
                data = compiled(source.read(), origin)
            found = start if module in known else later
            found[cache_from_source(origin)[len(folder):]] = base64.b64encode(data).decode()
[archive, json.dumps(start), json.dumps(later)]
`);
const [archive, ...files] = compiled.toJs();
writeFileSync(library, pyodide.FS.readFile(archive));
writeFileSync(own, files[0]);
writeFileSync(later, files[1]);
