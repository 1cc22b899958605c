// Runs pytest on CPython 3.14 inside Pyodide, with the repository mounted from disk and no network.
//
// usage: node run.mjs REPOSITORY PATHS -- PYTEST_ARGUMENT...
//
// PATHS go to the front of Python's path, separated by colons and as they are seen from inside; the arguments go to
// pytest, which runs in the repository's root. Compiled files are kept in .tmp/pyodide-cache: compiling takes longest.
// The exit status is pytest's, or 70 when Pyodide itself fails.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const MOUNT = "/repository";
const CACHE = ".tmp/pyodide-cache";

async function main([repository, paths, , ...pytestArguments]) {
  mkdirSync(join(repository, CACHE), { recursive: true });
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("BYTESCOPE_"));
  const pyodide = await loadPyodide({
    env: { HOME: "/home/pyodide", COLUMNS: "120", ...Object.fromEntries(settings) },
  });
  pyodide.mountNodeFS(MOUNT, repository);
  pyodide.globals.set("pytest_arguments", pyodide.toPy(pytestArguments));
  pyodide.globals.set("paths", pyodide.toPy(paths.split(":")));
  return pyodide.runPython(`
    import os, sys
    os.chdir("${MOUNT}")
    sys.path[:0] = paths
    sys.pycache_prefix = "${MOUNT}/${CACHE}"
    import pytest
    int(pytest.main(pytest_arguments))
  `);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Only the message: node's own report of an uncaught error quotes the source line, which here is a megabyte long.
  console.error(error?.stack ?? String(error));
  process.exitCode = 70;
}
