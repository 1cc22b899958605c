// Recordings as files: the reader of `.bscope`. What it reads is data of strangers: everything is checked before it is used.

import { NoRecording } from "./errors";
import { FrameOwner, Tape, type Code, type Columns, type Instruction, type Owner, type Position, type Variable } from "./tape";
import { Bytes, Complex, floatFrom, Mark, Text, Thing, toInt, type Slots, type Value } from "./values";

export const VERSION = 1;

const MAGIC = [0x93, 0x42, 0x53, 0x43, 0x4f, 0x50, 0x45, 0x0a];
const HEADER = 22;

/** The tape in a file. */
export async function decode(data: Uint8Array): Promise<Tape> {
  if (data.length < HEADER || MAGIC.some((byte, at) => data[at] !== byte)) throw new NoRecording("this is no recording");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const version = view.getUint16(8, true);
  if (version > VERSION) {
    throw new NoRecording(`the recording has format ${version}: this viewer reads up to ${VERSION}`);
  }
  const packed = data.subarray(HEADER);
  if (checksum(packed) !== view.getUint32(18, true)) throw new NoRecording("the recording is damaged: its checksum is wrong");
  try {
    const block = await inflate(packed);
    if (BigInt(block.length) !== view.getBigUint64(10, true)) throw new Error("its size is wrong");
    return tapeOf(block);
  } catch (error) {
    throw new NoRecording(`the recording is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Response(packed as Uint8Array<ArrayBuffer>).body!.pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) value = CRC[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return ~value >>> 0;
}

function tapeOf(block: Uint8Array): Tape {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const length = view.getUint32(0, true);
  const steps = view.getUint32(4, true);
  const entries = view.getUint32(8, true);
  const begin = 12 + length;
  if (begin + 4 * (3 * steps + 4 * entries) !== block.length) throw new Error("its columns have the wrong length");
  const head = JSON.parse(new TextDecoder().decode(block.subarray(12, begin))) as RawHead;
  const numbers = columnsFrom(block.slice(begin));
  let at = 0;
  const column = (size: number): Uint32Array => numbers.subarray(at, (at += size));
  const columns: Columns = {
    frames: column(steps), indices: column(steps), places: column(steps),
    owner: column(entries), slot: column(entries), old: column(entries), now: column(entries),
  };
  const codes = head.codes.map((each, number) => codeOf(each, head.raw?.[number] ?? []));
  const owners = head.owners.map((each, number) => ownerOf(each, number, codes));
  const values = head.values.map((each) => valueOf(each, owners));
  const slotsOf = (pairs: [number, number][]): Slots => new Map(pairs);
  head.owners.forEach((each, number) => {
    const owner = owners[number];
    if (owner instanceof Thing && each![4]) owner.initial = slotsOf(each![4] as [number, number][]);
  });
  const base = new Map(head.base.map(([owner, pairs]) => [owner, slotsOf(pairs)]));
  check(columns, codes, owners, values.length);
  const output = head.output.map(([at, stream, text]) => ({ at, stream, text }));
  const remarks = (head.notes ?? []).map(([file, line, what, pieces]) => ({ file, line, what: String(what), pieces: pieces.map(([text, mark]) => [String(text), mark] as const) }));
  const { forgotten, left_out: left } = head;
  const leftOut = left ? { step: Number(left[0]), count: Number(left[1]) } : null;
  return new Tape({ forgotten, leftOut, sources: new Map(Object.entries(head.sources)), codes, owners, base, values, output, unobserved: head.unobserved ?? [], remarks }, columns);
}

function columnsFrom(bytes: Uint8Array): Uint32Array {
  if (new Uint8Array(Uint32Array.of(1).buffer)[0] === 1) return new Uint32Array(bytes.buffer);
  const view = new DataView(bytes.buffer);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

function check(columns: Columns, codes: Code[], owners: Owner[], values: number): void {
  const { frames, indices, places, owner, slot, old, now } = columns;
  for (let step = 0, before = 0; step < frames.length; step++) {
    const found = owners[frames[step]!];
    if (!(found instanceof FrameOwner) || indices[step]! >= codes[found.code]!.instructions.length) {
      throw new Error("a row refers to nothing");
    }
    if (places[step]! < before || places[step]! > owner.length) throw new Error("its rows are not in order");
    before = places[step]!;
  }
  const none = (column: Uint32Array, limit: number): boolean => column.some((number) => number >= limit);
  if (none(owner, owners.length) || [slot, old, now].some((column) => none(column, values))) {
    throw new Error("an entry refers to nothing");
  }
}

// --- the head, as JSON has it

interface RawHead {
  forgotten: number;
  left_out?: [number, number] | null;
  sources: Record<string, string>;
  codes: RawCode[];
  owners: (unknown[] | null)[];
  base: [number, [number, number][]][];
  values: unknown[];
  output: [number, string, string][];
  unobserved?: number[];
  raw?: [number, string, number | null][][];
  notes?: [string, number, string, [string, string][]][];
}

interface RawCode {
  name: string;
  file: string;
  first_line: number;
  module: string;
  instructions: [string, string, Position | null, number, number | null, number, number][];
  starts: [number, number][];
  variables: [number, string, Variable["scope"]][];
  first_operand: number;
  handlers: [number, number, number, number][];
  suspends: boolean;
  source: string;
  inner?: [string, number, number[]][];
}

function codeOf(raw: RawCode, rawInstructions: [number, string, number | null][]): Code {
  const instructions = raw.instructions.map(([op, text, position, offset, target, depth, operands]): Instruction => {
    return { op, text, position, offset, target, depth, operands };
  });
  return {
    name: raw.name, file: raw.file, firstLine: raw.first_line, module: raw.module, instructions,
    starts: new Map(raw.starts),
    variables: raw.variables.map(([slot, name, scope]) => ({ slot, name, scope })),
    firstOperand: raw.first_operand, handlers: raw.handlers, suspends: raw.suspends, source: raw.source || raw.file,
    inner: (raw.inner ?? []).map(([name, , lines]) => ({ name, lines })),
    raw: rawInstructions.map(([offset, text, target]) => ({ offset, text, target })),
  };
}

/** [kind, label, birth, size, contents, folded] of an object, [code, thread, globals] of a frame. */
function ownerOf(raw: unknown[] | null, number: number, codes: Code[]): Owner {
  if (raw === null) return null;
  if (raw.length === 6) {
    const thing = new Thing(number, String(raw[0]), String(raw[1]), Number(raw[2]));
    thing.size = Number(raw[3]);
    return thing;
  }
  const [code, thread, globals] = raw as [number, number, number];
  if (!codes[code]) throw new Error("a frame refers to nothing");
  return new FrameOwner(number, code, thread, globals);
}

function valueOf(raw: unknown, owners: readonly Owner[]): Value {
  if (!Array.isArray(raw)) return raw as Value;
  const [kind, first, second, third] = raw as [string, never, unknown, number];
  switch (kind) {
    case "object": {
      const found = owners[first];
      if (!(found instanceof Thing)) throw new Error("a value refers to nothing");
      return found;
    }
    case "int":
      return String(first).startsWith("-") ? toInt(-BigInt(String(first).slice(1))) : toInt(BigInt(first));
    case "float":
      return floatFrom(first);
    case "complex":
      return new Complex(first);
    case "bytes":
      return new Bytes(Uint8Array.from(atob(first), (character) => character.charCodeAt(0)));
    case "text":
      return new Text(first, valueOf(second, owners) as string | Bytes, third);
    case "mark":
      return new Mark(first);
    default:
      throw new Error(`it has a value of an unknown kind, ${kind}`);
  }
}
