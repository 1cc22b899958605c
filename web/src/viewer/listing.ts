// The bytecode of a code object as rows, of the machine's instructions or of CPython's, with what is drawn beside them:
// jumps as arcs, and the regions of exception handlers.

import { flowOf } from "../recording/flow";
import { lowerBound } from "../recording/lines";
import type { Code } from "../recording/tape";

/** A row: `line` where another one begins, `target` the row that it jumps to. */
export interface Row {
  offset: number;
  text: string;
  line: number | null;
  target: number | null;
  block: number;
  /** Whether it is the first one of its block. */
  leads: boolean;
}

/** A stretch of rows, drawn so many lanes away from them: a jump from its `from` to its `to`, or a region. */
export interface Span {
  from: number;
  to: number;
  lane: number;
}

/** Rows in [from, to] whose exceptions go to the row `target`. */
export interface Region extends Span {
  target: number;
}

export interface Listing {
  rows: readonly Row[];
  jumps: readonly Span[];
  regions: readonly Region[];
  /** The row of an instruction of the machine. */
  rowOf(index: number): number;
}

/** Lanes beside the rows: what would need more is not drawn, and still told by its row. */
export const LANES = 5;

export function listingOf(code: Code, raw: boolean): Listing {
  const { blockOf } = flowOf(code);
  const { instructions } = code;
  const whole = raw && code.raw.length > 0;
  const offsets = whole ? code.raw.map((each) => each.offset) : [];
  const rowOf = (index: number): number => (whole ? rowAt(offsets, instructions[index]?.offset ?? Infinity) : index);
  const first = whole ? firstOf(code, rowOf) : [];
  const shown = whole
    ? code.raw.map(({ offset, text, target }, row) => ({ offset, text, target: target === null ? null : rowAt(offsets, target), index: first[row]! }))
    : instructions.map(({ offset, text, target }, index) => ({ offset, text, target, index }));
  let before: number | null = null;
  const rows = shown.map(({ offset, text, target, index }, row): Row => {
    const line = instructions[index]?.position?.[0] ?? null;
    const begins = line !== null && line !== before;
    before = line ?? before;
    const block = blockOf[index] ?? 0;
    return { offset, text, target, line: begins ? line : null, block, leads: row > 0 && block !== (blockOf[shown[row - 1]!.index] ?? 0) };
  });
  const jumps = inLanes(rows.flatMap(({ target }, from) => (target === null ? [] : [{ from, to: target }])));
  const regions = code.handlers.map(([start, end, target]) => ({ from: rowOf(start), to: Math.max(rowOf(start), rowOf(end - 1)), target: rowOf(target) }));
  return { rows, jumps, regions: inLanes(regions), rowOf };
}

/** The last row that begins at or before an offset. */
function rowAt(offsets: readonly number[], offset: number): number {
  return Math.max(lowerBound(offsets, offset + 1) - 1, 0);
}

/** By row of CPython's instructions, the instruction of the machine that it has become, or the next one. */
function firstOf(code: Code, rowOf: (index: number) => number): number[] {
  const found: number[] = [];
  for (let index = code.instructions.length - 1; index >= 0; index--) found[rowOf(index)] = index;
  for (let row = code.raw.length - 1; row >= 0; row--) found[row] ??= found[row + 1] ?? code.instructions.length - 1;
  return found;
}

/** Give each stretch the nearest lane in which no other one crosses it, the short ones first. */
function inLanes<T extends { from: number; to: number }>(spans: readonly T[]): (T & Span)[] {
  const taken: [number, number][][] = [];
  const found: (T & Span)[] = [];
  const size = ({ from, to }: T): number => Math.abs(to - from);
  for (const span of [...spans].sort((one, other) => size(one) - size(other))) {
    const [low, high] = [Math.min(span.from, span.to), Math.max(span.from, span.to)];
    const free = taken.findIndex((lane) => lane.every(([begin, end]) => high < begin || end < low));
    const lane = free < 0 ? taken.length : free;
    if (lane >= LANES) continue;
    (taken[lane] ??= []).push([low, high]);
    found.push({ ...span, lane });
  }
  return found;
}

/** A stretch beside one row: whether it begins or ends there, and goes on above and below. */
export interface Beside {
  lane: number;
  begins: boolean;
  ends: boolean;
  above: boolean;
  below: boolean;
}

export function beside(spans: readonly Span[], row: number): Beside[] {
  const found: Beside[] = [];
  for (const { from, to, lane } of spans) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    if (low <= row && row <= high) found.push({ lane, begins: row === from, ends: row === to, above: low < row, below: row < high });
  }
  return found;
}
