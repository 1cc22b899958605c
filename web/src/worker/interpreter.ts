// Starts CPython with bytescope in it.

import type { PyodideAPI, PyodideConfig } from "pyodide";
import type { Bridge } from "./channel";
import { closeDoors, limitMemory } from "./guard";
import { Snapshots } from "./snapshots";

export interface Runner {
  run: { callPromising?(...values: unknown[]): Promise<unknown> } & ((...values: unknown[]) => unknown);
  stop(): void;
}

export interface Started {
  pyodide: PyodideAPI;
  runner: Runner;
  fromSnapshot: boolean;
  python: string;
  bytescope: string;
  /** What can be done once the reader has been told that the interpreter is ready. */
  afterwards(): Promise<void>;
}

const MEMORY = 1 << 30;
const PACKAGES = "/lib/python3.14/site-packages";

/** In bytes, about: for a progress bar where the server does not say. */
const DOWNLOAD = 14_300_000;

const PREPARE = `
import importlib
importlib.invalidate_caches()
import bytescope_page.runner as page, bytescope, sys, asyncio, json, random
if not hasattr(page, "warm"):
    vm = bytescope.VM(stoppable=True)
    vm.exec("""
class Warm:
    def __init__(self, n): self.n = n
    def each(self):
        for i in range(self.n): yield i
def f(n): return n if n < 2 else f(n - 1) + f(n - 2)
total, seen = 0, {}
for i in Warm(4).each():
    total += f(i); seen[i] = [j * j for j in range(i) if j]
try: 1 / 0
except ZeroDivisionError as error: text = f"{error} {total:>3}"
with open("/dev/null") as file: file.read()
while total: total -= 1
""")
    page.warm = True
`;

const CONNECT = `
def connect(bridge):
    import random, sys
    from pyodide.ffi import run_sync
    import bytescope, bytescope_page.runner as page
    random.seed()
    runner = page.Runner(bridge, run_sync if stack_switching else None)
    return runner, f"{sys.version.split()[0]}", bytescope.__version__
`;

export async function start(
  base: string,
  build: string,
  keeps: boolean,
  bridge: Bridge,
  progress: (loaded: number, total: number) => void,
): Promise<Started> {
  const load = countedFetch(progress);
  const snapshots = new Snapshots(build, base);
  const switching = "Suspending" in WebAssembly;
  const sources = load(new URL("python.pack", base).href).then(unpacked);
  const kept = keeps && switching ? await snapshots.load() : null;
  limitMemory(MEMORY);
  let pyodide: PyodideAPI;
  let fromSnapshot = kept !== null;
  try {
    pyodide = await begin(base, kept ? { _loadSnapshot: kept } : { _makeSnapshot: keeps && switching });
  } catch (error) {
    if (!kept) throw error;
    await snapshots.drop();
    fromSnapshot = false;
    pyodide = await begin(base, {});
  }
  write(pyodide, await sources);
  if (!fromSnapshot) pyodide.runPython(PREPARE);
  let made: Uint8Array | null = null;
  if (!kept && keeps && switching) {
    try {
      made = pyodide.makeMemorySnapshot();
    } catch {
      made = null;
    }
  }
  const save = snapshots.save.bind(snapshots);
  const connect = globalsWith(pyodide, { stack_switching: switching });
  pyodide.runPython(CONNECT, { globals: connect });
  const [runner, python, version] = connect.get("connect")(bridge) as [Runner, string, string];
  const memory = made;
  return {
    pyodide,
    runner,
    fromSnapshot,
    python,
    bytescope: version,
    async afterwards() {
      if (memory) await save(memory);
    },
  };
}

/** The Python sources: a deflated JSON object, which takes a fraction of the time that Python needs for an archive. */
async function unpacked(answer: Response): Promise<Record<string, string>> {
  if (!answer.ok) throw new Error(`python.pack could not be fetched: ${answer.status}`);
  const body = answer.body!.pipeThrough(new DecompressionStream("deflate") as ReadableWritablePair<BufferSource, BufferSource>);
  return (await new Response(body as ReadableStream).json()) as Record<string, string>;
}

function write(pyodide: PyodideAPI, sources: Record<string, string>): void {
  const { FS } = pyodide;
  for (const [name, text] of Object.entries(sources)) {
    const path = `${PACKAGES}/${name}`;
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, text);
  }
}

async function begin(base: string, more: Partial<PyodideConfig> & Record<string, unknown>): Promise<PyodideAPI> {
  const indexURL = new URL("pyodide/", base).href;
  const { loadPyodide } = (await import(/* @vite-ignore */ `${indexURL}pyodide.mjs`)) as typeof import("pyodide");
  return loadPyodide({
    indexURL,
    env: { HOME: "/home/pyodide", BYTESCOPE_TRACES: "never", BYTESCOPE_CACHE: "0", PYTHONDONTWRITEBYTECODE: "1" },
    ...more,
  });
}

function globalsWith(pyodide: PyodideAPI, values: Record<string, unknown>): ReturnType<PyodideAPI["toPy"]> {
  return pyodide.toPy({ ...values, __name__: "page" });
}

/** `fetch` that counts what arrives, and mends the type of WebAssembly where a server does not know it. */
function countedFetch(progress: (loaded: number, total: number) => void): typeof fetch {
  const real = self.fetch.bind(self);
  let loaded = 0;
  const counted: typeof fetch = async (input, init) => {
    const answer = await real(input, init);
    if (!answer.ok || !answer.body) return answer;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        progress(loaded, Math.max(DOWNLOAD, loaded));
        controller.enqueue(chunk);
      },
    });
    const headers = new Headers(answer.headers);
    if (answer.url.endsWith(".wasm")) headers.set("content-type", "application/wasm");
    return new Response(answer.body.pipeThrough(counter), { status: answer.status, headers });
  };
  self.fetch = counted;
  return counted;
}

export { closeDoors };
