// The calls of a run: when each frame began and ended, what it was given, who has called it, and who has made its function.

import { FrameOwner, type Code } from "./tape";
import type { Recording } from "./recording";
import { Mark, Thing, type Value } from "./values";

/** A call: the frame, its first step, the one behind its last, its caller's number, and which call of its code it is. */
export interface Call {
  number: number;
  code: Code;
  begin: number;
  end: number;
  parent: number | null;
  ordinal: number;
}

/** A stretch of steps during which a frame is on the stack, at this depth. */
export interface Stretch {
  frame: number;
  depth: number;
  begin: number;
  end: number;
}

export class Calls {
  /** In the order in which they began. */
  readonly all: readonly Call[];
  private readonly byFrame = new Map<number, Call>();
  private readonly children = new Map<number | null, Call[]>();
  private makers: Map<number, number> | null = null;

  constructor(private readonly recording: Recording) {
    const { tape, index } = recording;
    const found: Call[] = [];
    tape.owners.forEach((owner, number) => {
      const steps = owner instanceof FrameOwner ? index.ofFrame(number) : [];
      if (!(owner instanceof FrameOwner) || !steps.length) return;
      const [begin, end] = [steps[0]!, steps[steps.length - 1]! + 1];
      found.push({ number, code: tape.codes[owner.code]!, begin, end, parent: index.parent(number, begin), ordinal: 0 });
    });
    this.all = found.sort((one, other) => one.begin - other.begin);
    const counts = new Map<Code, number>();
    for (const call of this.all) {
      counts.set(call.code, (call.ordinal = (counts.get(call.code) ?? 0) + 1));
      this.byFrame.set(call.number, call);
      const siblings = this.children.get(call.parent);
      if (siblings) siblings.push(call);
      else this.children.set(call.parent, [call]);
    }
  }

  of(frame: number): Call | undefined {
    return this.byFrame.get(frame);
  }

  /** The calls that a frame has made, or those that nobody has. */
  by(frame: number | null): readonly Call[] {
    return this.children.get(frame) ?? [];
  }

  /** How many calls of a code object there are. */
  count(code: Code): number {
    return this.all.reduce((sum, call) => sum + Number(call.code === code), 0);
  }

  /** The step of the caller's instruction that has led to a call, null if nobody recorded has called. */
  site({ parent, begin }: Call): number | null {
    return parent === null ? null : this.recording.index.previousOf(parent, begin);
  }

  /** What a call was given; nothing if its beginning is not kept. */
  given({ number, code, begin }: Call): [string, Value][] {
    const { tape, index } = this.recording;
    const { slot: slots, now } = tape.columns;
    if (tape.index(begin) !== 0) return [];
    const values = new Map<Value, Value>();
    for (const entry of index.entriesBefore(number, tape.place(begin))) values.set(tape.values[slots[entry]!]!, tape.values[now[entry]!]!);
    const contents = (value: Value | undefined): Value | undefined =>
      value instanceof Thing && value.kind === "cell" && value.initial ? tape.value(tape.get(value.initial, tape.numberOf(0))) : value;
    return code.variables.flatMap(({ name, scope, slot }): [string, Value][] => {
      const value = scope === "cell" ? contents(values.get(slot)) : scope === "local" ? values.get(slot) : undefined;
      return value === undefined || value instanceof Mark ? [] : [[name, value]];
    });
  }

  /** Whether it is the body of a class or a module: its names are in a namespace. */
  isBody({ number, begin }: Call): boolean {
    const { tape, index } = this.recording;
    const names = tape.numberOf("names");
    return index.entriesBefore(number, tape.place(begin)).some((entry) => tape.columns.slot[entry] === names);
  }

  /** What a frame has returned, undefined if it has not, or not by then. */
  returned(frame: number): Value | undefined {
    const { tape, index } = this.recording;
    const entry = index.lastEntry(frame, tape.numberOf("returned"), tape.entries);
    return entry < 0 ? undefined : tape.values[tape.columns.now[entry]!];
  }

  /** The call that has made the function of a frame, as far as its cells tell: they are that call's. */
  makerOf(frame: number): Call | null {
    const { tape, index } = this.recording;
    const owner = tape.owners[frame];
    const free = owner instanceof FrameOwner ? tape.codes[owner.code]!.variables.find(({ scope, name }) => scope === "free" && name !== "__class__") : undefined;
    if (!free) return null;
    const slot = tape.numberOf(free.slot);
    const entry = index.firstEntry(frame, slot);
    const cell = entry >= 0 ? tape.values[tape.columns.now[entry]!] : tape.value(tape.base.get(frame)?.get(slot));
    const maker = cell instanceof Thing ? this.cellMakers.get(cell.number) : undefined;
    return maker === undefined || maker === frame ? null : (this.of(maker) ?? null);
  }

  /** The call that has made a function, null if that is not recorded. */
  makerOfFunction(thing: Thing): Call | null {
    const { tape } = this.recording;
    const step = thing.birth - tape.forgotten;
    if (thing.kind !== "function" || step < 0 || step >= tape.steps || tape.instruction(step).op !== "MAKE_FUNCTION") return null;
    return this.of(tape.frame(step).number) ?? null;
  }

  /** By cell, the frame that has made it: the first one that has it as a variable of its own. */
  private get cellMakers(): Map<number, number> {
    if (this.makers) return this.makers;
    const { columns, owners, values, codes } = this.recording.tape;
    const found = new Map<number, number>();
    const own = new Map<Code, Set<Value>>();
    const slotsOf = (code: Code): Set<Value> => {
      const slots = own.get(code) ?? new Set<Value>(code.variables.filter((each) => each.scope === "cell").map((each) => each.slot));
      own.set(code, slots);
      return slots;
    };
    columns.now.forEach((number, entry) => {
      const cell = values[number]!;
      if (!(cell instanceof Thing) || cell.kind !== "cell" || found.has(cell.number)) return;
      const owner = owners[columns.owner[entry]!];
      if (owner instanceof FrameOwner && slotsOf(codes[owner.code]!).has(values[columns.slot[entry]!]!)) found.set(cell.number, owner.number);
    });
    return (this.makers = found);
  }

  /** The stack over the whole run: for each depth, which frame was there when. */
  stretches(): Stretch[] {
    const { tape, index } = this.recording;
    const open: Stretch[] = [];
    const found: Stretch[] = [];
    for (let step = 0, last = -1; step < tape.steps; step++) {
      const frame = tape.columns.frames[step]!;
      if (frame === last) continue;
      last = frame;
      const stack: number[] = [];
      for (let each: number | null = frame; each !== null && !(open[index.depths[step]! - 1 - stack.length]?.frame === each); each = index.parent(each, step)) stack.push(each);
      const kept = index.depths[step]! - stack.length;
      for (const each of open.splice(Math.max(kept, 0))) each.end = step;
      while (stack.length) {
        const stretch = { frame: stack.pop()!, depth: open.length, begin: step, end: tape.steps };
        open.push(stretch);
        found.push(stretch);
      }
    }
    return found;
  }
}
