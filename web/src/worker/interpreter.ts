// Starts CPython with bytescope in it.

import type { PyodideAPI, PyodideConfig } from "pyodide";
import type { Bridge } from "./channel";
import { closeDoors, limitMemory, limitStack } from "./guard";
import type { Parts } from "./protocol";
import { SNAPSHOT, Snapshots } from "./snapshots";

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
  parts: Parts;
  /** What can be done once the reader has been told that the interpreter is ready. */
  afterwards(): Promise<void>;
}

const MEMORY = 1 << 30;
const PAGE = 1 << 16;
/** In bytes: the memory of an interpreter that is to become a snapshot. */
const ROOM = 576 * PAGE;
const PROGRAM = "pyodide/pyodide.asm.wasm";
/** In bytes: the modules that Pyodide makes to wrap single functions, of which a few dozen differ, have less. */
const SMALL = 100;
const PACKAGES = "/lib/python3.14/site-packages";

/** In bytes, about, without a snapshot: for the progress bar. */
const DOWNLOAD = 14_300_000;

/**
 * Start it.
 *
 * @param base the folder with the files.
 * @param build the name under which memory snapshots are kept; null for not at all.
 * @param given what an interpreter before this one has left.
 */
export async function start(
  base: string,
  build: string | null,
  given: Parts,
  bridge: Bridge,
  progress: (loaded: number, total: number) => void,
): Promise<Started> {
  const load = countedFetch(progress);
  const compiled = compile(base, load, given.module);
  const switching = "Suspending" in WebAssembly;
  const snapshots = build !== null && switching ? new Snapshots(build, base, load) : null;
  const pack = (name: string) => load(new URL(name, base).href).then(unpacked);
  const sources = pack("python.pack");
  const library = imported(base);
  let memory = given.memory ? new Uint8Array(given.memory).slice() : ((await snapshots?.load()) ?? null);
  limitMemory(MEMORY);
  let pyodide: PyodideAPI | null = null;
  const fromSnapshot = memory !== null;
  instantiateWith(compiled, memory?.length ?? ROOM);
  try {
    if (memory) pyodide = await (await library)({ _loadSnapshot: memory });
  } catch {
    await snapshots?.drop();
    memory = null;
  }
  pyodide ??= await (await library)({ _makeSnapshot: snapshots !== null && !fromSnapshot });
  write(pyodide, await sources);
  if (!memory) {
    write(pyodide, await pack("compiled.pack"));
    pyodide.runPython("import importlib; importlib.invalidate_caches()");
    pyodide.pyimport("bytescope_page.start").warm();
  }
  const made = fromSnapshot ? null : snapshot(pyodide);
  const save = made && snapshots?.save.bind(snapshots, made);
  limitStack((pyodide as unknown as { _module: object })._module, switching);
  const { connect } = pyodide.pyimport("bytescope_page.start");
  const [runner, python, version] = connect(bridge, switching) as [Runner, string, string];
  return {
    pyodide,
    runner,
    fromSnapshot: memory !== null,
    python,
    bytescope: version,
    parts: { module: await compiled, ...(given.memory ? given : shared(memory ?? made)) },
    afterwards: async () => await save?.(),
  };
}

function snapshot(pyodide: PyodideAPI): Uint8Array | null {
  try {
    return pyodide.makeMemorySnapshot();
  } catch {
    return null;
  }
}

function shared(memory: Uint8Array | null): Parts {
  if (!memory || !self.crossOriginIsolated) return {};
  const copy = new SharedArrayBuffer(memory.length);
  new Uint8Array(copy).set(memory);
  return { memory: copy };
}

/** Compile Pyodide while all else is loaded, and nothing twice: neither it, where a module is given, nor its small modules. */
function compile(base: string, load: typeof fetch, given?: WebAssembly.Module): Promise<WebAssembly.Module> {
  const module = given ? Promise.resolve(given) : WebAssembly.compileStreaming(load(new URL(PROGRAM, base)));
  module.catch(() => {}); // whoever waits for it says so
  const fetched = self.fetch;
  self.fetch = async (input, init) => (String(input).endsWith(PROGRAM) ? new Response() : fetched(input, init));
  const made = new Map<string, WebAssembly.Module>();
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct(kind, [bytes]: [Uint8Array<ArrayBuffer>]) {
      const key = bytes.length < SMALL ? String(bytes) : "";
      const known = made.get(key) ?? new kind(bytes);
      if (key) made.set(key, known);
      return known;
    },
  });
  return module;
}

/** Have Pyodide run a module that is compiled already, with so many bytes of memory: a snapshot has to fit into what there is at first. */
function instantiateWith(compiled: Promise<WebAssembly.Module>, bytes: number): void {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    const module = await compiled;
    const instance = await instantiate(module, imports);
    const memory = instance.exports.memory as WebAssembly.Memory;
    memory.grow(Math.max(0, bytes - memory.buffer.byteLength) / PAGE);
    return { module, instance };
  };
}

/** The files in a pack: deflated, the length of a list of names and sizes, the list, and their bytes. */
async function unpacked(answer: Response): Promise<[string, Uint8Array][]> {
  if (!answer.ok) throw new Error(`${answer.url} could not be fetched: ${answer.status}`);
  const body = answer.body!.pipeThrough(new DecompressionStream("deflate") as ReadableWritablePair<BufferSource, BufferSource>);
  const data = await new Response(body as ReadableStream).arrayBuffer();
  let at = 4 + new DataView(data).getUint32(0, true);
  const names = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, at - 4))) as [string, number][];
  return names.map(([name, size]) => [name, new Uint8Array(data, (at += size) - size, size)]);
}

function write({ FS }: PyodideAPI, files: readonly [string, Uint8Array][]): void {
  const folders = new Set<string>();
  for (const [name, data] of files) {
    const path = `${PACKAGES}/${name}`;
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folders.has(folder)) FS.mkdirTree(folder);
    folders.add(folder);
    FS.writeFile(path, data, { canOwn: true });
  }
}

/** What starts Pyodide, with both its modules on their way at once. */
async function imported(base: string): Promise<(more: Partial<PyodideConfig> & Record<string, unknown>) => Promise<PyodideAPI>> {
  const indexURL = new URL("pyodide/", base).href;
  const program = import(/* @vite-ignore */ `${indexURL}pyodide.asm.mjs`);
  const { loadPyodide } = (await import(/* @vite-ignore */ `${indexURL}pyodide.mjs`)) as typeof import("pyodide");
  await program;
  const env = { HOME: "/home/pyodide", BYTESCOPE_TRACES: "never", BYTESCOPE_CACHE: "0", PYTHONDONTWRITEBYTECODE: "1" };
  return (more) => loadPyodide({ indexURL, env, ...more });
}

/** `fetch` that counts what arrives, and mends the type of WebAssembly where a server does not know it. */
function countedFetch(progress: (loaded: number, total: number) => void): typeof fetch {
  const real = self.fetch.bind(self);
  let loaded = 0;
  let total = DOWNLOAD;
  const counted: typeof fetch = async (input, init) => {
    const answer = await real(input, init);
    if (!answer.ok || !answer.body) return answer;
    if (answer.url.endsWith(SNAPSHOT)) total += Number(answer.headers.get("content-length"));
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        progress(loaded, Math.max(total, loaded));
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
