// State at any step of a recording, reached forwards or backwards.

import type { SlotTable } from "./slots";
import { type FrameOwner, type Code, type Instruction, type Tape } from "./tape";
import { Mark, Thing, type Slots, type Value } from "./values";

/** Slots of frames besides their variables and operands. */
const NAMES = ["parent", "site", "status", "names", "signal", "task", "thread"] as const;

/** A slot and its value. */
export type Pair = readonly [Value, Value];

/** Kinds of objects whose contents never change. */
const FIXED = new Set(["tuple", "frozenset", "range", "slice", "method", "builtin_function_or_method"]);

/** A position on a tape, and the state there: before the step's instruction is executed. */
export class Cursor {
  step = 0;
  private place = 0;
  private readonly table: SlotTable;
  /** What is in each slot here. */
  private readonly state: Uint32Array;
  /** The slots of those that were asked for here. */
  private readonly asked = new Map<number, Slots>();
  readonly names: Readonly<Record<(typeof NAMES)[number], number>>;

  constructor(readonly tape: Tape) {
    this.names = Object.fromEntries(NAMES.map((name) => [name, tape.numberOf(name)])) as Record<(typeof NAMES)[number], number>;
    this.table = tape.slotTable;
    this.state = this.table.initial.slice();
  }

  /** Go to a step; that of the end is the number of steps. */
  go(step: number): void {
    if (!(step >= 0 && step <= this.tape.steps)) throw new RangeError(`step ${step}: the recording has steps 0 to ${this.tape.steps}`);
    const { tape, state } = this;
    const { old, now } = tape.columns;
    const { of } = this.table;
    const wanted = tape.place(step);
    for (let at = this.place; at < wanted; at++) state[of[at]!] = now[at]!;
    for (let at = this.place - 1; at >= wanted; at--) state[of[at]!] = old[at]!;
    this.step = step;
    this.place = wanted;
    this.asked.clear();
  }

  /** The slots of a frame or object here; some may hold the mark for what is not there. */
  slots(number: number): Slots {
    let found = this.asked.get(number);
    if (!found) this.asked.set(number, (found = this.table.slots(number, this.state, this.place)));
    return found;
  }

  private slot(owner: number, slot: number): Value | undefined {
    return this.tape.value(this.table.value(owner, slot, this.state, this.place));
  }

  /** A frame here, at an instruction, or at the one that it waits at. */
  frame(number: number, index?: number): Frame {
    const slots = this.slots(number);
    const site = this.tape.value(slots.get(this.names.site));
    return new Frame(this, this.tape.owners[number] as FrameOwner, slots, index ?? (typeof site === "number" ? Math.max(site, 0) : 0));
  }

  /** The frame that executes this step, null at the end. */
  get top(): Frame | null {
    if (this.step >= this.tape.steps) return null;
    return this.frame(this.tape.frame(this.step).number, this.tape.index(this.step));
  }

  /** The frames of the stack, the one that executes this step first; at the end there are none. */
  get frames(): Frame[] {
    const { top } = this;
    if (!top) return [];
    const found = [top];
    for (;;) {
      const parent = this.tape.value(found[found.length - 1]!.slots.get(this.names.parent));
      if (typeof parent !== "number") return found;
      found.push(this.frame(parent));
    }
  }

  /** The frames of generators and coroutines that are suspended here. */
  get suspended(): Frame[] {
    const active = new Set(this.frames.map((frame) => frame.owner.number));
    const found: Frame[] = [];
    for (const number of this.tape.suspending) {
      const status = this.slot(number, this.names.status);
      if ((status === "suspended" || status === "delegates") && !active.has(number)) found.push(this.frame(number));
    }
    return found;
  }

  /** The contents of an object here, by index, key or name; the first items of a large container. */
  contents(thing: Thing): Pair[] {
    return this.pairs(this.slots(thing.number));
  }

  /** The number of items, or attributes, that an object has here, of which not all may be recorded. */
  size(thing: Thing): number {
    const known = this.contents(thing).length;
    const logged = this.slot(thing.number, this.tape.size);
    const first = thing.size > (thing.initial?.size ?? 0) ? thing.size : known;
    return Math.max(typeof logged === "number" ? logged : first, known);
  }

  /** Whether code that is not observed may have changed an object since it was last looked at. */
  mayBeStale(thing: Thing): boolean {
    const { unobserved, forgotten, columns } = this.tape;
    let at = unobserved.length;
    while (at > 0 && unobserved[at - 1]! > this.place) at--;
    if (at === 0 || thing.label || FIXED.has(thing.kind)) return false;
    const since = unobserved[at - 1]!;
    if (thing.birth >= forgotten && this.tape.place(thing.birth - forgotten) >= since) return false;
    return !columns.owner.subarray(since, this.place).includes(thing.number);
  }

  /** What an object has in a slot here. */
  content(thing: Thing, slot: Value): Value | undefined {
    const number = this.tape.numberOf(slot);
    const value = number >= 0 ? this.table.value(thing.number, number, this.state, this.place) : undefined;
    return value === this.tape.absent ? undefined : this.tape.value(value);
  }

  private pairs(slots: Slots): Pair[] {
    const { absent, size, values } = this.tape;
    const found: Pair[] = [];
    for (const [slot, value] of slots) if (value !== absent && slot !== size) found.push([values[slot]!, values[value]!]);
    return found;
  }

  /** The namespace of class and module code. */
  namespace(slots: Slots): Value | undefined {
    return this.tape.value(slots.get(this.names.names));
  }
}

/** A variable of a frame: `number` is that of its value; a cell's contents are those of the cell. */
export interface Bound {
  name: string;
  scope: string;
  value: Value;
  owner: number;
  slot: number;
}

/** A frame at a step. */
export class Frame {
  constructor(
    readonly cursor: Cursor,
    readonly owner: FrameOwner,
    readonly slots: Slots,
    readonly index: number,
  ) {}

  get code(): Code {
    return this.cursor.tape.codes[this.owner.code]!;
  }

  get instruction(): Instruction {
    return this.code.instructions[this.index]!;
  }

  get line(): number | null {
    return this.instruction.position?.[0] ?? null;
  }

  /** The variables that are bound. */
  get variables(): Bound[] {
    const { tape } = this.cursor;
    const contents = tape.numberOf(0);
    const found = new Map<string, Bound>();
    for (const { slot, name, scope } of this.code.variables) {
      let owner = this.owner.number;
      let at = tape.numberOf(slot);
      let number = this.slots.get(at);
      const cell = tape.value(number);
      if (cell instanceof Thing && scope !== "local" && cell.kind === "cell") {
        [owner, at] = [cell.number, contents];
        number = this.cursor.slots(owner).get(at);
      }
      const value = tape.value(number);
      if (value === undefined || (value instanceof Mark && (value.name === "absent" || value.name === "unbound"))) continue;
      found.set(name, { name, scope, value, owner, slot: at });
    }
    return [...found.values()];
  }

  /** The name of the signal whose handler has called it, null if none has. */
  get signal(): string | null {
    return this.text("signal");
  }

  /** The name of the class whose method it executes, for private names. */
  get className(): string | null {
    const outer = this.code.name.split(".").slice(0, -1).pop();
    return outer && outer !== "<locals>" ? outer : null;
  }

  /** The name of the asyncio task that executes it, null if it is no coroutine's of one. */
  get task(): string | null {
    return this.text("task");
  }

  /** The name of the thread that executes it, null for the main one. */
  get thread(): string | null {
    const { tape, names } = this.cursor;
    const parent = tape.value(this.slots.get(names.parent));
    return typeof parent === "number" ? this.cursor.frame(parent).thread : this.text("thread");
  }

  private text(name: "signal" | "task" | "thread"): string | null {
    const value = this.cursor.tape.value(this.slots.get(this.cursor.names[name]));
    return typeof value === "string" ? value : null;
  }

  /** The namespace of class and module code, null in functions. */
  get names(): Thing | null {
    const found = this.cursor.namespace(this.slots);
    return found instanceof Thing ? found : null;
  }

  get globals(): Thing | null {
    const found = this.cursor.tape.value(this.owner.globals);
    return found instanceof Thing ? found : null;
  }

  /** The operands on the stack before the instruction, the lowest first. */
  get operands(): (Value | undefined)[] {
    const { tape } = this.cursor;
    const first = this.code.firstOperand;
    return Array.from({ length: Math.max(this.instruction.depth, 0) }, (_, at) => tape.value(this.slots.get(tape.numberOf(first + at))));
  }
}
