// The tape: what a run did, one row for each instruction and one entry for each change. The state before a step is what the
// entries before its place in the log say.

import { SlotTable } from "./slots";
import { Float, Mark, Thing, type Slots, type Value } from "./values";

/** Line, end line, column, end column: columns in bytes of UTF-8, null where CPython knows none. */
export type Position = readonly [number | null, number | null, number | null, number | null];

/** An instruction: `depth` operands are on the stack before it, -1 if it is never reached; it takes `operands` of them. */
export interface Instruction {
  op: string;
  text: string;
  position: Position | null;
  offset: number;
  target: number | null;
  depth: number;
  operands: number;
}

/** An instruction of CPython's: its offset in bytes, itself as text, and the offset it jumps to. */
export interface HostInstruction {
  offset: number;
  text: string;
  target: number | null;
}

export interface Variable {
  slot: number;
  name: string;
  scope: "local" | "cell" | "free";
}

/** A code object. `starts`: the instructions at which lines start; `handlers`: regions (start, end, target, depth). */
export interface Code {
  name: string;
  file: string;
  firstLine: number;
  module: string;
  instructions: readonly Instruction[];
  starts: ReadonlyMap<number, number>;
  variables: readonly Variable[];
  firstOperand: number;
  handlers: readonly (readonly [number, number, number, number])[];
  suspends: boolean;
  /** What its text is called among the sources. */
  source: string;
  /** The code objects in it, which may never have run: their lines with code. */
  inner: readonly { name: string; lines: readonly number[] }[];
  /** CPython's instructions; none in files of early versions. */
  raw: readonly HostInstruction[];
}

/** A frame: its number, that of its code object, its thread, and its globals as the number of a value. */
export class FrameOwner {
  constructor(
    readonly number: number,
    readonly code: number,
    readonly thread: number,
    readonly globals: number,
  ) {}
}

export type Owner = FrameOwner | Thing | null;

/** The columns of rows (frames, indices, places) and of entries (owner, slot, old, now); values by their numbers. */
export interface Columns {
  frames: Uint32Array;
  indices: Uint32Array;
  places: Uint32Array;
  owner: Uint32Array;
  slot: Uint32Array;
  old: Uint32Array;
  now: Uint32Array;
}

/** What the program has written to a standard stream: before this step, and in no earlier one. */
export interface Written {
  at: number;
  stream: string;
  text: string;
}

/** What an analysis says of a line: what it is about, and a text in parts; those from outside are marked. */
export interface Remark {
  file: string;
  line: number;
  what: string;
  pieces: readonly (readonly [text: string, mark: string])[];
}

/** A step that stands for many: those in the middle of a long run are left out. */
export interface LeftOut {
  step: number;
  count: number;
}

/** What a file says before its columns. */
export interface Head {
  forgotten: number;
  leftOut: LeftOut | null;
  sources: ReadonlyMap<string, string>;
  codes: readonly Code[];
  owners: readonly Owner[];
  base: ReadonlyMap<number, Slots>;
  values: readonly Value[];
  output: readonly Written[];
  /** The places in the log at which code has run that may have changed any object, in order. */
  unobserved: readonly number[];
  remarks: readonly Remark[];
}

const NOTHING: Slots = new Map();

export class Tape {
  readonly steps: number;
  readonly entries: number;
  readonly forgotten: number;
  readonly leftOut: LeftOut | null;
  readonly sources: ReadonlyMap<string, string>;
  readonly codes: readonly Code[];
  readonly owners: readonly Owner[];
  readonly base: ReadonlyMap<number, Slots>;
  readonly values: readonly Value[];
  readonly output: readonly Written[];
  readonly unobserved: readonly number[];
  readonly remarks: readonly Remark[];
  /** The frames that may be suspended, by their numbers. */
  readonly suspending: readonly number[];
  /** The number of the mark for what is not there, -1 if this tape has none; likewise the others. */
  readonly absent: number;
  readonly unbound: number;
  readonly null: number;
  readonly size: number;
  private table: SlotTable | null = null;
  private readonly numbers = new Map<Value, number>();
  /** Numbers of values that are equal though of different types, such as 1 and True: they are one slot. */
  private readonly equal: (readonly number[] | undefined)[] = [];

  constructor(
    head: Head,
    readonly columns: Columns,
  ) {
    this.steps = columns.frames.length;
    this.entries = columns.owner.length;
    ({ forgotten: this.forgotten, sources: this.sources, codes: this.codes, owners: this.owners, base: this.base } = head);
    ({ values: this.values, output: this.output, unobserved: this.unobserved, leftOut: this.leftOut, remarks: this.remarks } = head);
    const frames = this.owners.filter((owner) => owner instanceof FrameOwner);
    this.suspending = frames.filter(({ code }) => this.codes[code]!.suspends).map(({ number }) => number);
    const marks = new Map<string, number>();
    const atNumber = new Map<number, number[]>();
    this.values.forEach((value, number) => {
      if (value instanceof Mark) marks.set(value.name, number);
      else if (!(value instanceof Float)) this.numbers.set(value, number);
      const amount = value instanceof Float ? value.value : typeof value === "boolean" ? Number(value) : value;
      if (typeof amount === "number" && !Number.isNaN(amount)) {
        const others = atNumber.get(amount + 0);
        if (others) others.push(number);
        else atNumber.set(amount + 0, [number]);
      }
    });
    for (const numbers of atNumber.values()) if (numbers.length > 1) for (const number of numbers) this.equal[number] = numbers;
    this.absent = marks.get("absent") ?? -1;
    this.null = marks.get("null") ?? -1;
    this.unbound = marks.get("unbound") ?? -1;
    this.size = marks.get("size") ?? -1;
  }

  /** The number of a value in the table, -1 if it is not there. */
  numberOf(value: Value): number {
    return this.numbers.get(value) ?? -1;
  }

  value(number: number | undefined): Value | undefined {
    return number === undefined ? undefined : this.values[number];
  }

  same(one: number, other: number): boolean {
    return one === other || (this.equal[one]?.includes(other) ?? false);
  }

  /** The slot under which slots have what this slot means. */
  slotIn(slots: Slots, slot: number): number {
    const others = this.equal[slot];
    return others === undefined || slots.has(slot) ? slot : (others.find((each) => slots.has(each)) ?? slot);
  }

  get(slots: Slots, slot: number): number | undefined {
    return slots.get(this.slotIn(slots, slot));
  }

  /** What an owner has in its slots at the beginning, or when it was first seen. */
  initial(owner: number): Slots {
    const found = this.owners[owner];
    return (found instanceof Thing ? found.initial : this.base.get(owner)) ?? NOTHING;
  }

  /** All slots that are written. */
  get slotTable(): SlotTable {
    return (this.table ??= new SlotTable(this));
  }

  frame(step: number): FrameOwner {
    return this.owners[this.columns.frames[step]!] as FrameOwner;
  }

  code(step: number): Code {
    return this.codes[this.frame(step).code]!;
  }

  index(step: number): number {
    return this.columns.indices[step]!;
  }

  instruction(step: number): Instruction {
    return this.code(step).instructions[this.index(step)]!;
  }

  /** The number of entries before a step; all of them for the end. */
  place(step: number): number {
    return step >= this.steps ? this.entries : this.columns.places[step]!;
  }

  /** The step that made an entry: the last one whose row is at or before it. */
  stepOf(entry: number): number {
    const { places } = this.columns;
    let low = 0;
    let high = this.steps;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle]! <= entry) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}
