// Runs pytest on CPython 3.14 inside Pyodide, with the repository mounted from disk and no network.
//
// usage: node run.mjs REPOSITORY WHEEL... -- PYTEST_ARGUMENT...
//
// The wheels are unpacked into site-packages; the arguments go to pytest, which runs in the repository's root.
// The exit status is pytest's, or 70 when Pyodide itself fails.

import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const MOUNT = "/repository";

async function main([repository, ...rest]) {
  const split = rest.indexOf("--");
  const wheels = rest.slice(0, split);
  const pytestArguments = rest.slice(split + 1);
  const pyodide = await loadPyodide({
    env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "120" },
  });
  const sitePackages = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const wheel of wheels) {
    pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: sitePackages });
  }
  pyodide.mountNodeFS(MOUNT, repository);
  pyodide.globals.set("pytest_arguments", pyodide.toPy(pytestArguments));
  return pyodide.runPython(`
    import importlib, os
    importlib.invalidate_caches()
    os.chdir("${MOUNT}")
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
