// Index of a tape: the steps of each frame, who called it, how deep the stack is, and where lines begin.

import { FrameOwner, type Tape } from "./tape";
import { Thing } from "./values";

/** The first place in a sorted array at which what is there is not less than a number. */
export function lowerBound(sorted: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The positions of each number in a column, in order. */
function positionsOf(column: Uint32Array, size: number): Uint32Array[] {
  const counts = new Uint32Array(size);
  for (const number of column) counts[number]!++;
  const all = new Uint32Array(column.length);
  const begins = new Uint32Array(size);
  for (let number = 1; number < size; number++) begins[number] = begins[number - 1]! + counts[number - 1]!;
  const ends = begins.slice();
  column.forEach((number, position) => (all[ends[number]!++] = position));
  return Array.from(begins, (begin, number) => all.subarray(begin, ends[number]));
}

/** How a line begins at a step: a loop within it goes on, or control comes to it. */
const AGAIN = 1;
const COMES = 2;

/** An exception that comes up: the step whose instruction raises it, and it. */
export interface Raise {
  step: number;
  exception: Thing;
}

export class Index {
  private readonly steps: Uint32Array[];
  private readonly entries: Uint32Array[];
  private readonly begins: Uint8Array;
  private readonly parents = new Map<number, { places: number[]; frames: (number | null)[] }>();
  /** How many frames are on the stack at each step. */
  readonly depths: Uint16Array;
  /** The exceptions that come up, in order, without those that only pass a frame. */
  readonly raises: readonly Raise[];
  /** The exception that has ended the run, null if none has. */
  readonly endedBy: Thing | null;

  constructor(readonly tape: Tape) {
    this.steps = positionsOf(tape.columns.frames, tape.owners.length);
    this.entries = positionsOf(tape.columns.owner, tape.owners.length);
    this.begins = this.findLines();
    this.depths = this.findCallers();
    this.raises = this.findRaises();
    this.endedBy = this.findEnd();
  }

  /** The steps of a frame, in order. */
  ofFrame(number: number): Uint32Array {
    return this.steps[number] ?? new Uint32Array();
  }

  /** The frame that has called or resumed a frame at a step, null if none that is recorded has. */
  parent(number: number, step: number): number | null {
    const found = this.parents.get(number);
    if (!found) return null;
    const at = lowerBound(found.places, this.tape.place(step) + 1) - 1;
    return at >= 0 ? found.frames[at]! : null;
  }

  nextOf(number: number, step: number): number | null {
    const steps = this.ofFrame(number);
    return steps[lowerBound(steps, step + 1)] ?? null;
  }

  previousOf(number: number, step: number): number | null {
    const steps = this.ofFrame(number);
    const at = lowerBound(steps, step);
    return at > 0 ? steps[at - 1]! : null;
  }

  /** Whether control comes to a line at a step: to another one than before, or back to it. */
  beginsLine(step: number): boolean {
    return this.begins[step]! > 0;
  }

  /** Whether a line begins at a step and the frame was at another one before: no loop within it goes on. */
  comesToLine(step: number): boolean {
    return this.begins[step] === COMES;
  }

  /** The last entry about a slot before a place in the log, -1 if there is none. */
  lastEntry(owner: number, slot: number, before: number): number {
    const entries = this.entries[owner] ?? new Uint32Array();
    const slots = this.tape.columns.slot;
    for (let at = lowerBound(entries, before) - 1; at >= 0; at--) {
      if (this.tape.same(slots[entries[at]!]!, slot)) return entries[at]!;
    }
    return -1;
  }

  /** The exception that has arrived last in a frame before a place in the log, null if none has. */
  raisedIn(frame: number, before: number): Thing | null {
    const { tape } = this;
    const found = tape.value(tape.columns.now[this.lastEntry(frame, tape.numberOf("raised"), before)]);
    return found instanceof Thing ? found : null;
  }

  /** The first entry about a slot, -1 if there is none. */
  firstEntry(owner: number, slot: number): number {
    return this.entries[owner]?.find((entry) => this.tape.same(this.tape.columns.slot[entry]!, slot)) ?? -1;
  }

  /** The entries about an owner before a place in the log, in order. */
  entriesBefore(owner: number, place: number): Uint32Array {
    const entries = this.entries[owner] ?? new Uint32Array();
    return entries.subarray(0, lowerBound(entries, place));
  }

  /** All entries about a slot, in order. */
  entriesOf(owner: number, slot: number): number[] {
    const slots = this.tape.columns.slot;
    return Array.from(this.entries[owner] ?? []).filter((entry) => this.tape.same(slots[entry]!, slot));
  }

  private findLines(): Uint8Array {
    const { tape } = this;
    const found = new Uint8Array(tape.steps);
    const lines = new Map<number, number>();
    const indices = new Map<number, number>();
    tape.columns.frames.forEach((number, step) => {
      const index = tape.index(step);
      const line = tape.code(step).starts.get(index);
      if (line === undefined) return;
      found[step] = lines.get(number) !== line ? COMES : indices.get(number)! >= index ? AGAIN : 0;
      lines.set(number, line);
      indices.set(number, index);
    });
    return found;
  }

  private findCallers(): Uint16Array {
    const { tape } = this;
    const { owner, slot, now, frames, places } = tape.columns;
    const parentSlot = tape.numberOf("parent");
    const depthOf = new Map<number, number>();
    const link = (frame: number, place: number, value: unknown): void => {
      const parent = typeof value === "number" ? value : null;
      const found = this.parents.get(frame) ?? { places: [], frames: [] };
      this.parents.set(frame, found);
      found.places.push(place);
      found.frames.push(parent);
      depthOf.set(frame, parent === null ? 1 : (depthOf.get(parent) ?? 1) + 1);
    };
    const based = [...tape.base].filter(([, slots]) => slots.has(parentSlot));
    for (const [frame, slots] of based) link(frame, -1, tape.value(slots.get(parentSlot)));
    const found = new Uint16Array(tape.steps);
    let entry = 0;
    for (let step = 0; step < tape.steps; step++) {
      for (; entry < places[step]!; entry++) if (slot[entry] === parentSlot) link(owner[entry]!, entry, tape.values[now[entry]!]);
      found[step] = Math.min(depthOf.get(frames[step]!) ?? 1, 65_535);
    }
    return found;
  }

  private findRaises(): Raise[] {
    const { tape } = this;
    const { owner, slot, now } = tape.columns;
    const raised = tape.numberOf("raised");
    const known = new Set<Thing>();
    const found: Raise[] = [];
    for (let entry = 0; entry < tape.entries; entry++) {
      const exception = tape.values[now[entry]!];
      if (slot[entry] !== raised || !(exception instanceof Thing)) continue;
      const step = tape.stepOf(entry);
      const again = tape.frame(step).number === owner[entry] && tape.instruction(step).op === "RAISE" && tape.instruction(step).operands > 0;
      if (known.has(exception) && !again) continue;
      known.add(exception);
      found.push({ step, exception });
    }
    return found;
  }

  private findEnd(): Thing | null {
    const { tape } = this;
    const { owner, slot, now } = tape.columns;
    const [returned, status] = [tape.numberOf("returned"), tape.numberOf("status")];
    for (let entry = tape.entries - 1; entry >= tape.place(tape.steps - 1); entry--) {
      if (!(tape.owners[owner[entry]!] instanceof FrameOwner)) continue;
      if (slot[entry] === returned) return null;
      if (slot[entry] === status && tape.values[now[entry]!] === "done") return this.raisedIn(owner[entry]!, tape.entries);
    }
    return null;
  }
}
