// The page's end of one worker, from its start to its end.

import {
  ANSWERED, ANSWER_BYTES, ANSWER_LENGTH, CONTROL_BYTES, INTERRUPT, RING_BYTES, SIGINT, WAKE, factsFrom, placeFrom,
  type Death, type Facts, type Parts, type Place, type Report, type Request, type Run, type Shared, type Stream,
} from "./protocol";
import { RingReader } from "./ring";

/** How long a program may take to stop by itself before its worker is ended. */
const PATIENCE = 600;
/** The same for a program that is recorded, once it has been told: what is recorded is then gathered. */
const GATHERING = 30_000;
const PAUSE = 30;
const AT_ONCE = 1 << 18;

export interface Events {
  progress(loaded: number, total: number): void;
  ready(facts: Facts): void;
  output(cell: number, stream: Stream, text: string): void;
  input(cell: number): void;
  tasks(cells: number[]): void;
  recorded(data: Uint8Array): void;
  done(run: number, result: string): void;
  dead(reason: Death, message: string, place: Place | null): void;
}

export interface Home {
  /** The folder that holds `pyodide/` and `python.pack`. */
  base: string;
  /** The worker's script. */
  script: string;
  /** Under which name memory snapshots are kept; null for not at all. */
  snapshots: string | null;
  /** What makes every start but the first one short. */
  parts: Parts;
  /** An interpreter that has been started already, for whoever needs one first. */
  first?: Interpreter | null;
}

export class Interpreter {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly shared: Shared | null;
  private readonly ring: RingReader | null;
  private run = 0;
  private records = false;
  private place: Place | null = null;
  private stopTimer: ReturnType<typeof setTimeout> | undefined;
  private drainTimer: ReturnType<typeof setTimeout> | undefined;
  private ready = false;
  private over = false;

  private events: Events | null = null;
  /** How it ended before anybody listened. */
  private lost: readonly [Death, string] | null = null;

  constructor(private readonly where: Home) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.shared = shared();
    this.ring = this.shared && new RingReader(this.shared.ring);
    // A worker made from a blob has the page's security policy, whatever headers its script is served with.
    const up = `import(${JSON.stringify(where.script)}).then(() => postMessage("up"), (e) => postMessage(String(e)))`;
    const url = URL.createObjectURL(new Blob([up], { type: "text/javascript" }));
    this.worker = new Worker(url, { type: "module", name: "bytescope" });
    this.worker.onmessage = (message) => {
      this.worker.onmessage = null; // whatever a program sends this way is ignored
      URL.revokeObjectURL(url);
      if (message.data !== "up") return this.die("start", String(message.data));
      this.worker.postMessage(null, [port2]);
      this.send({ do: "start", base: where.base, shared: this.shared, snapshots: where.snapshots, parts: where.parts });
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.die(/call stack/i.test(event.message) ? "stack" : "other", event.message);
    };
  }

  /** Tell what it reports, from its start on. */
  listen(events: Events): void {
    this.events = events;
    this.port.onmessage = (message: MessageEvent<Report>) => this.hear(message.data);
    const { lost } = this;
    if (lost) queueMicrotask(() => this.die(...lost));
  }

  /** Whether the program can be told to stop without ending its worker, whatever it does. */
  get isolated(): boolean {
    return this.shared !== null;
  }

  start(run: Run): void {
    this.run = run.run;
    this.records = run.record > 0;
    this.place = null;
    this.send({ do: "run", ...run });
  }

  /** Stop what runs; if it does not within a moment, the worker is ended and `dead` is reported. */
  stop(): void {
    if (this.over || this.stopTimer !== undefined) return;
    if (this.shared) {
      const control = new Int32Array(this.shared.control);
      Atomics.store(control, INTERRUPT, SIGINT);
      Atomics.add(control, WAKE, 1);
      Atomics.notify(control, WAKE);
    }
    this.send({ do: "stop", run: this.run });
    this.stopTimer = setTimeout(() => this.die("stopped", ""), PATIENCE);
  }

  /** A line of input; none is the end of the input. */
  answer(text: string | null): void {
    const line = text === null ? "" : `${text}\n`;
    if (!this.shared) return this.send({ do: "answer", text: line });
    const control = new Int32Array(this.shared.control);
    const data = new TextEncoder().encode(line).subarray(0, ANSWER_BYTES);
    new Uint8Array(this.shared.answer).set(data);
    Atomics.store(control, ANSWER_LENGTH, data.length);
    Atomics.store(control, ANSWERED, 1);
    Atomics.add(control, WAKE, 1);
    Atomics.notify(control, WAKE);
  }

  end(): void {
    this.over = true;
    clearTimeout(this.stopTimer);
    clearTimeout(this.drainTimer);
    this.port.onmessage = null;
    this.port.close();
    this.worker.terminate();
  }

  private send(request: Request): void {
    this.port.postMessage(request);
  }

  private hear(report: Report): void {
    const { events } = this;
    if (this.over || !events || typeof report !== "object" || report === null) return;
    switch (report.event) {
      case "progress":
        return events.progress(Number(report.loaded), Number(report.total));
      case "parts":
        if (!this.ready) this.where.parts = report.parts;
        return;
      case "ready":
        this.ready = true;
        return events.ready(factsFrom(report.facts));
      case "output":
        return events.output(Number(report.cell), report.stream, String(report.text));
      case "ring":
        return this.drain();
      case "input":
        this.drainAll();
        return events.input(Number(report.cell));
      case "stopping":
        this.place = placeFrom(report.place);
        if (this.records && this.stopTimer !== undefined) {
          clearTimeout(this.stopTimer);
          this.stopTimer = setTimeout(() => this.die("stopped", ""), GATHERING);
        }
        return;
      case "recorded":
        if (report.run === this.run && report.data instanceof ArrayBuffer) events.recorded(new Uint8Array(report.data));
        return;
      case "tasks":
        this.drainAll();
        this.stopped();
        return events.tasks(Array.isArray(report.cells) ? report.cells.map(Number) : []);
      case "done":
        if (report.run !== this.run) return;
        this.run = 0;
        this.stopped();
        this.drainAll();
        return events.done(report.run, String(report.result));
      case "dead":
        return this.die(report.reason, String(report.message));
    }
  }

  private stopped(): void {
    clearTimeout(this.stopTimer);
    this.stopTimer = undefined;
  }

  /** Hand out what was printed, a part at a time, so that the page stays alive whatever comes. */
  private drain(): void {
    if (!this.ring || this.drainTimer !== undefined) return;
    this.hand(AT_ONCE);
    this.drainTimer = setTimeout(() => {
      this.drainTimer = undefined;
      if (!this.over && !this.ring!.empty) this.drain();
    }, PAUSE);
  }

  private drainAll(): void {
    if (this.ring) this.hand(RING_BYTES);
  }

  private hand(most: number): void {
    for (const piece of this.ring!.read(most)) this.events!.output(piece.cell, piece.stream, piece.text);
  }

  private die(reason: Death, message: string): void {
    if (this.over) return;
    if (!this.events) {
      this.lost ??= [reason, message];
      return;
    }
    this.drainAll();
    this.end();
    this.events.dead(reason, message, this.place);
  }
}

function shared(): Shared | null {
  if (!globalThis.crossOriginIsolated || typeof SharedArrayBuffer === "undefined") return null;
  return {
    control: new SharedArrayBuffer(CONTROL_BYTES),
    ring: new SharedArrayBuffer(RING_BYTES),
    answer: new SharedArrayBuffer(ANSWER_BYTES),
  };
}
