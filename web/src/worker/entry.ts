// The worker: starts the interpreter when told to, then runs one cell after the other.

import { Blocking, Messages, type Bridge, type Post } from "./channel";
import { closeDoors, start, type Started } from "./interpreter";
import { INTERRUPT, type Death, type Report, type Request, type Run, type Stream } from "./protocol";

// When a program breaks the interpreter, Pyodide says so in the console and has its stack written, the machine's frames
// included; the page says under the cell what it means.
let broken = false;
console.error = (text: unknown) => {
  broken ||= /fatal error/.test(String(text));
};
console.warn = () => {};

let post: Post = () => {};
let started: Started | null = null;
let bridge: Blocking | Messages | null = null;
let control: Int32Array | null = null;
let current = 0;
let cell = 0;

self.addEventListener("message", function first(event: MessageEvent) {
  self.removeEventListener("message", first);
  const port = event.ports[0];
  if (!port) return;
  const send = port.postMessage.bind(port);
  post = (report: Report, transfer: Transferable[] = []) => send(report, transfer);
  port.onmessage = (message: MessageEvent<Request>) => void answer(message.data);
});

async function answer(request: Request): Promise<void> {
  switch (request.do) {
    case "start":
      return begin(request);
    case "run":
      return run(request);
    case "stop":
      return stop(request.run);
    case "answer":
      if (bridge instanceof Messages) bridge.answer(request.text);
  }
}

async function begin(request: Request & { do: "start" }): Promise<void> {
  const before = performance.now();
  try {
    bridge = request.shared ? new Blocking(post, request.shared) : new Messages(post);
    const { base, snapshots, parts } = request;
    let last = 0;
    started = await start(base, snapshots, parts, bridge, (loaded, total) => {
      const now = performance.now();
      if (now - last > 50) post({ event: "progress", loaded, total });
      last = now;
    });
    if (request.shared) {
      control = new Int32Array(request.shared.control);
      started.pyodide.setInterruptBuffer(control);
    }
    const { pyodide } = started;
    pyodide.setStdout(descriptor("stdout", bridge));
    pyodide.setStderr(descriptor("stderr", bridge));
    const seconds = (performance.now() - before) / 1000;
    const { python, bytescope, fromSnapshot } = started;
    const later = started.afterwards();
    closeDoors(self);
    post({ event: "parts", parts: started.parts });
    post({ event: "ready", facts: { python, bytescope, fromSnapshot, seconds } });
    await later;
  } catch (error) {
    post({ event: "dead", reason: "start", message: textOf(error) });
  }
}

/** What is written past Python's streams, as by `os.write`, is for the cell that ran last. */
function descriptor(stream: Stream, to: Bridge): { write(data: Uint8Array): number } {
  const decoder = new TextDecoder();
  return {
    write(data) {
      const text = decoder.decode(data, { stream: true });
      if (text && !broken) to.write(cell, stream, text);
      return data.length;
    },
  };
}

async function run(request: Run): Promise<void> {
  if (!started) return;
  current = request.run;
  if (control) Atomics.store(control, INTERRUPT, 0);
  const { runner } = started;
  const { number, source, engine, record, following } = request;
  cell = request.cell;
  if (bridge) bridge.run = current;
  try {
    const call = runner.run.callPromising;
    const answer = await (call
      ? runner.run.callPromising!(cell, number, source, engine, record, following)
      : runner.run(cell, number, source, engine, record, following));
    const result = typeof answer === "string" ? answer : ((await answer) as string);
    if (bridge instanceof Messages) bridge.flush();
    post({ event: "done", run: request.run, result });
  } catch (error) {
    if (bridge instanceof Messages) bridge.flush();
    post({ event: "dead", reason: reasonOf(error), message: textOf(error) });
  } finally {
    current = 0;
  }
}

function stop(run: number): void {
  if (!started || run !== current) return;
  if (control) Atomics.store(control, INTERRUPT, 0);
  if (bridge instanceof Messages && bridge.interrupt()) return;
  try {
    started.runner.stop();
  } catch (error) {
    post({ event: "dead", reason: reasonOf(error), message: textOf(error) });
  }
}

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  const reason = reasonOf(event.reason);
  if (reason !== "other") post({ event: "dead", reason, message: textOf(event.reason) });
});

function reasonOf(error: unknown): Death {
  const text = `${(error as Error)?.name} ${textOf(error)}`;
  if (/Exit\b|exited with|ExitStatus/.test(text)) return "exit";
  if (/call stack|recursion|stack overflow/i.test(text)) return "stack";
  if (/memory/i.test(text)) return "memory";
  return "other";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
