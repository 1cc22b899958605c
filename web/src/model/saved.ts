// What was saved, by this build of the page or another: what does not fit is left out, so that the page opens whatever
// it finds. Nothing is taken out of the storage for that.

import { OUTCOMES, type CellKind, type KeptCell } from "./cell";
import type { Entry } from "./database";
import type { KeptNotebook } from "./notebook";
import type { Kept } from "./output";
import { pictureFrom } from "./pictures";

const KINDS: readonly CellKind[] = ["code", "prose", "raw"];
const STREAMS = ["stdout", "stderr", "typed"] as const;

type Data = Record<string, unknown>;

/** A saved notebook; null if it cannot be told what it is. */
export function entryFrom(data: unknown): Entry | null {
  if (!isData(data) || typeof data.id !== "string" || !isData(data.notebook)) return null;
  const notebook = notebookFrom(data.notebook);
  if (!notebook) return null;
  const entry: Entry = { id: data.id, revision: number(data.revision), saved: number(data.saved), notebook };
  if (typeof data.link === "string") entry.link = data.link;
  return entry;
}

function notebookFrom(data: Data): KeptNotebook | null {
  if (!Array.isArray(data.cells)) return null;
  const kept: KeptNotebook = { name: typeof data.name === "string" ? data.name : "Notebook", cells: all(data.cells, cellFrom) };
  if (data.engine === "cpython") kept.engine = data.engine;
  if (isData(data.metadata)) kept.metadata = data.metadata;
  if (Array.isArray(data.deleted)) {
    kept.deleted = all(data.deleted, (one) => {
      const cell = isData(one) ? cellFrom(one.cell) : null;
      return cell && { at: number((one as Data).at), cell };
    });
  }
  return kept;
}

function cellFrom(data: unknown): KeptCell | null {
  if (!isData(data) || typeof data.source !== "string") return null;
  const kept: KeptCell = { kind: KINDS.find((kind) => kind === data.kind) ?? "raw", source: data.source };
  if (data.engine === "cpython" || data.engine === "bytescope") kept.engine = data.engine;
  if (isData(data.extra)) kept.extra = data.extra;
  const outcome = OUTCOMES.find((one) => one === data.outcome);
  if (outcome) kept.outcome = outcome;
  if (isData(data.ran) && typeof data.ran.source === "string") {
    const { source, engine, seconds, instructions, reads, binds } = data.ran;
    kept.ran = {
      source,
      engine: engine === "cpython" ? engine : "bytescope",
      seconds: number(seconds),
      instructions: number(instructions),
      reads: all(reads, text),
      binds: all(binds, text),
    };
  }
  if (Array.isArray(data.output)) kept.output = all(data.output, outputFrom);
  return kept;
}

function outputFrom(data: unknown): Kept | null {
  if (!isData(data)) return null;
  if (data.kind === "text") return { kind: "text", pieces: all(data.pieces, pieceFrom) };
  if (data.kind === "picture") {
    const picture = pictureFrom(data.picture);
    return picture && { kind: "picture", picture, value: data.value === true };
  }
  if (typeof data.text !== "string") return null;
  if (data.kind === "value" || data.kind === "traceback") return { kind: data.kind, text: data.text };
  return { kind: "note", text: data.text, tone: data.tone === "hint" ? "hint" : "plain" };
}

function pieceFrom(data: unknown): { text: string; stream: (typeof STREAMS)[number] } | null {
  if (!isData(data) || typeof data.text !== "string") return null;
  return { text: data.text, stream: STREAMS.find((stream) => stream === data.stream) ?? "stdout" };
}

function all<T>(data: unknown, from: (one: unknown) => T | null): T[] {
  return Array.isArray(data) ? data.map(from).filter((one) => one !== null) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
