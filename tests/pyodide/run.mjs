// Runs pytest on CPython 3.14 inside Pyodide, with the repository mounted from disk and no network.
//
// usage: node run.mjs REPOSITORY PATHS -- PYTEST_ARGUMENT...
//
// PATHS go to the front of Python's path, separated by colons and as they are seen from inside; the arguments go to
// pytest, which runs in the repository's root. Compiled files are kept in .tmp/pyodide-cache: compiling takes longest.
// A test that takes longer than three minutes ends the run, and the stack is shown. The exit status is pytest's, or 70
// when Pyodide itself fails or is ended.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { loadPyodide } from "pyodide";

const MOUNT = "/repository";
const CACHE = ".tmp/pyodide-cache";
const LIMIT = 180; // seconds for a test

const WATCHDOG = `
  const { workerData } = require("node:worker_threads");
  const [signal, begun] = [new Uint8Array(workerData, 0, 1), new Int32Array(workerData, 4, 1)];
  const SIGINT = 2;
  let last = 0, since = Date.now();
  setInterval(() => {
    const now = Atomics.load(begun, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (Date.now() - since > ${LIMIT * 1000}) [signal[0], since] = [SIGINT, Date.now()];
  }, 1000);
`;

/** Have a thread interrupt Python when no test begins for too long; returns the function that says that one does. */
function watch(pyodide) {
  const shared = new SharedArrayBuffer(8);
  const begun = new Int32Array(shared, 4, 1);
  pyodide.setInterruptBuffer(new Uint8Array(shared, 0, 1));
  new Worker(WATCHDOG, { eval: true, workerData: shared }).unref();
  return () => void Atomics.add(begun, 0, 1);
}

async function main([repository, paths, , ...pytestArguments]) {
  mkdirSync(join(repository, CACHE), { recursive: true });
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("BYTESCOPE_"));
  const pyodide = await loadPyodide({
    env: { HOME: "/home/pyodide", COLUMNS: "120", ...Object.fromEntries(settings) },
  });
  pyodide.mountNodeFS(MOUNT, repository);
  pyodide.globals.set("pytest_arguments", pyodide.toPy(pytestArguments));
  pyodide.globals.set("paths", pyodide.toPy(paths.split(":")));
  pyodide.globals.set("test_begins", watch(pyodide));
  return pyodide.runPython(`
    import faulthandler, os, signal, sys
    os.chdir("${MOUNT}")
    sys.path[:0] = paths
    sys.pycache_prefix = "${MOUNT}/${CACHE}"
    import pytest

    class Watched:
        def pytest_runtest_logstart(self):
            test_begins()

    def give_up(signal, frame, dump=faulthandler.dump_traceback, file=os.dup(2), end=os._exit):
        dump(file)
        end(70)

    signal.signal(signal.SIGINT, give_up)
    int(pytest.main(pytest_arguments, plugins=[Watched()]))
  `);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Only the message: node's own report of an uncaught error quotes the source line, which here is a megabyte long.
  console.error(error?.stack ?? String(error));
  process.exitCode = 70;
}
