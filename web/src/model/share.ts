// A notebook in a link: everything is behind the `#`, which browsers send to nobody.
//
// `nb1.` and the cells as JSON, deflated, in base64url, `.` and a checksum of that. Links that arrive damaged are told
// apart from links that are whole, and what mail programs put at their ends is forgiven.

import type { CellKind, KeptCell } from "./cell";
import type { SharedStep } from "./invitation";
import type { KeptNotebook } from "./notebook";

const PREFIX = "nb1.";
/** Beyond this a link does not survive what people send it through. */
export const LONGEST_LINK = 8_000;
const LONGEST_READ = 400_000;
const LARGEST = 4_000_000;
const MOST_CELLS = 2_000;

export class BadLink extends Error {}

interface Shared {
  v: 1;
  title?: string;
  cells: (string | { kind: CellKind; source: string })[];
  step?: SharedStep;
}

export async function toLink(notebook: Pick<KeptNotebook, "name" | "cells">, step?: SharedStep): Promise<string> {
  const data: Shared = {
    v: 1,
    title: notebook.name,
    cells: notebook.cells.map(({ kind, source }) => (kind === "code" ? source : { kind, source })),
    ...(step ? { step } : {}),
  };
  return packed(JSON.stringify(data));
}

/** Any text as the part of a link behind the `#`. */
export async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const payload = base64(new Uint8Array(await new Response(stream).arrayBuffer()));
  return `${PREFIX}${payload}.${checksum(payload)}`;
}

/** Whether the part behind the `#` is meant as a notebook. */
export function isLink(hash: string): boolean {
  return plain(hash) !== "";
}

/** The notebook in the part of a link behind the `#`. Throws `BadLink` with a sentence for the reader. */
export async function fromLink(hash: string): Promise<{ notebook: KeptNotebook; key: string; step: SharedStep | null }> {
  const text = plain(hash);
  if (text.length > LONGEST_READ) throw new BadLink("This link is longer than any that this page makes.");
  const match = /^nb(\d+)\.([A-Za-z0-9_-]+)\.([a-z0-9]{7})(?:&.*)?$/s.exec(text);
  if (match && match[1] !== "1") throw new BadLink("This link was made by a later version of the page.");
  if (!match || checksum(match[2]!) !== match[3]) {
    throw new BadLink("This link is damaged: it did not arrive whole.");
  }
  let data: unknown;
  try {
    data = JSON.parse(await unpacked(match[2]!));
  } catch {
    throw new BadLink("This link is damaged: what it holds cannot be unpacked.");
  }
  return { notebook: notebookFrom(data), key: match[3]!, step: stepFrom((data as { step?: unknown }).step) };
}

/** Where the link leads; what is no such thing leads nowhere. */
function stepFrom(data: unknown): SharedStep | null {
  const { at, runs } = (data ?? {}) as Record<string, unknown>;
  const isNumber = (one: unknown): one is number => Number.isSafeInteger(one) && (one as number) >= 0;
  if (!isNumber(at) || !Array.isArray(runs) || !runs.length || runs.length > MOST_CELLS) return null;
  const isRun = (run: unknown): run is SharedStep["runs"][number] =>
    Array.isArray(run) && isNumber(run[0]) && Array.isArray(run[1]) && run[1].every((one) => one === null || typeof one === "string");
  return runs.every(isRun) ? { at, runs } : null;
}

function notebookFrom(data: unknown): KeptNotebook {
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw nothing();
  const { v, cells, title } = data as Record<string, unknown>;
  if (typeof v === "number" && v > 1) throw new BadLink("This link was made by a later version of the page.");
  if (v !== 1 || !Array.isArray(cells)) throw nothing();
  const kept = cells.slice(0, MOST_CELLS).map(cellFrom);
  const name = typeof title === "string" ? title.trim().slice(0, 100) : "";
  return { name: name || "From a link", cells: kept };
}

function cellFrom(cell: unknown): KeptCell {
  if (typeof cell === "string") return { kind: "code", source: cell };
  if (typeof cell !== "object" || cell === null) throw nothing();
  const { kind, source } = cell as Record<string, unknown>;
  if (typeof source !== "string") throw nothing();
  return { kind: kind === "prose" || kind === "raw" ? kind : "code", source };
}

function nothing(): BadLink {
  return new BadLink("This link is whole, but what it holds is no notebook.");
}

/** Without what mail and chat programs add or change. */
function plain(hash: string): string {
  let text = hash.replace(/^#/, "");
  for (let times = 0; times < 2 && text.includes("%"); times++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  text = text.replace(/[\s\u200b-\u200d\u2060\ufeff]+/g, "");
  return text.replace(/[.,;:!?)\]}>'"*%]+$/, "").replace(/\+/g, "-").replace(/\//g, "_");
}

async function unpacked(payload: string): Promise<string> {
  const stream = new Blob([bytes(payload)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > LARGEST) {
      await reader.cancel();
      throw new BadLink("too large");
    }
    chunks.push(value as Uint8Array<ArrayBuffer>);
  }
  return new Blob(chunks).text();
}

function base64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** FNV-1a over the characters, as seven characters of base 36. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, "0");
}
