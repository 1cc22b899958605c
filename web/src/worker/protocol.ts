// What the page and the worker tell each other. Everything that comes from the worker is data that a program may have
// forged: the page shows it as text and believes nothing in it.

export type Engine = "bytescope" | "cpython";

export type Stream = "stdout" | "stderr" | "picture";

export interface Run {
  run: number;
  cell: number;
  number: number;
  source: string;
  engine: Engine;
  /** How many steps of a recording are kept; 0 records nothing. */
  record: number;
  /** Whether text from outside is followed through what is recorded. */
  following: boolean;
}

export type Request =
  | { do: "start"; base: string; shared: Shared | null; snapshots: string | null; parts: Parts }
  | ({ do: "run" } & Run)
  | { do: "stop"; run: number }
  | { do: "answer"; text: string };

export type Report =
  | { event: "progress"; loaded: number; total: number }
  | { event: "parts"; parts: Parts }
  | { event: "ready"; facts: Facts }
  | { event: "output"; cell: number; stream: Stream; text: string }
  | { event: "ring" }
  | { event: "input"; cell: number }
  | { event: "stopping"; place: Place | null }
  | { event: "tasks"; cells: number[] }
  | { event: "recorded"; run: number; data: ArrayBuffer }
  | { event: "done"; run: number; result: string }
  | { event: "dead"; reason: Death; message: string };

export type Death = "start" | "stack" | "memory" | "exit" | "stopped" | "other";

export interface Facts {
  python: string;
  bytescope: string;
  fromSnapshot: boolean;
  seconds: number;
}

export type Place = [name: string, line: number];

export function placeFrom(data: unknown): Place | null {
  if (!Array.isArray(data) || typeof data[0] !== "string") return null;
  return [data[0].slice(0, 200), Number(data[1]) || 0];
}

export function factsFrom(data: unknown): Facts {
  const { python, bytescope, fromSnapshot, seconds } = (data ?? {}) as Partial<Facts>;
  return {
    python: String(python).slice(0, 40),
    bytescope: String(bytescope).slice(0, 40),
    fromSnapshot: fromSnapshot === true,
    seconds: Number(seconds) || 0,
  };
}

/** What an interpreter leaves, before it runs any program, for the one that comes after it in the same tab. */
export interface Parts {
  /** Pyodide, compiled. */
  module?: WebAssembly.Module;
  /** The memory snapshot, where memory can be shared. */
  memory?: SharedArrayBuffer;
}

/** Memory that both sides see; there is none where the page is not isolated. */
export interface Shared {
  control: SharedArrayBuffer;
  ring: SharedArrayBuffer;
  answer: SharedArrayBuffer;
}

/** Slots of `control`, which holds 32-bit integers. */
export const INTERRUPT = 0;
export const WAKE = 1;
export const ANSWERED = 2;
export const ANSWER_LENGTH = 3;

export const CONTROL_BYTES = 64;
export const RING_BYTES = (1 << 20) + 16;
export const ANSWER_BYTES = 1 << 18;

export const SIGINT = 2;
