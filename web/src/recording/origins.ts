// Where a value comes from: the write, the operands of the instruction that has written, their writes, and so on.

import type { Index } from "./lines";
import { placeOfName, type Place } from "./places";
import { Cursor, type Frame } from "./state";
import { FrameOwner, type Instruction, type Tape } from "./tape";
import { isInt, Thing, type Value } from "./values";

/** A step in the history of a value: the step whose instruction has written or made it, and what that has used. */
export interface Origin {
  step: number;
  value: Value;
  how: "write" | "load" | "result" | "argument" | "constant" | "made" | "before" | "left out";
  function: string;
  file: string;
  line: number | null;
  instruction: string;
  sources: Origin[];
}

const ATTRIBUTES = new Set(["GETATTR", "SUPER_ATTR"]);
const MOVES = new Set(["COPY", "SWAP"]);
const NOWHERE = new Set(["LOAD_CONST", "LOAD_CLOSURE", "LOAD_BUILD_CLASS", "LOAD_LOCALS", "LOAD_SPECIAL"]);

interface Operand {
  slot: number;
  value: number | undefined;
}

/** Where what a place holds before a step comes from. */
export function originOf(index: Index, place: Place, step: number, depth = 12): Origin {
  return new Search(index).ofPlace(place, index.tape.place(step), depth);
}

class Search {
  private readonly tape: Tape;
  private readonly cursor: Cursor;

  constructor(private readonly index: Index) {
    this.tape = index.tape;
    this.cursor = new Cursor(this.tape);
  }

  ofPlace({ owner, slot }: Place, before: number, depth: number): Origin {
    const entry = this.index.lastEntry(owner, slot, before);
    if (entry >= 0) return this.ofEntry(entry, "write", depth);
    const value = this.initial(owner, slot);
    const thing = this.tape.owners[owner];
    if (thing instanceof Thing && thing.birth >= this.tape.forgotten) return this.made(thing, value, depth);
    return nowhere(0, value, "before");
  }

  private initial(owner: number, slot: number): Value {
    const thing = this.tape.owners[owner];
    const slots = thing instanceof Thing ? thing.initial : this.tape.base.get(owner);
    return (slots && this.tape.value(this.tape.get(slots, slot))) ?? null;
  }

  private ofEntry(entry: number, by: Origin["how"], depth: number): Origin {
    const { tape } = this;
    const owner = tape.owners[tape.columns.owner[entry]!];
    let step = tape.stepOf(entry);
    let how = by;
    if (step === tape.leftOut?.step) return nowhere(step, tape.values[tape.columns.now[entry]!]!, "left out");
    if (owner instanceof FrameOwner && tape.frame(step) !== owner) {
      const asked = this.index.previousOf(owner.number, step);
      how = asked === null ? "argument" : "result";
      step = asked ?? step;
    }
    this.cursor.go(step);
    const frame = this.cursor.frames[0]!;
    const { instruction, code } = frame;
    const number = tape.columns.now[entry]!;
    const origin: Origin = {
      step, value: tape.values[number]!, how,
      function: code.name, file: code.file, line: frame.line, instruction: instruction.text, sources: [],
    };
    if (depth > 0) {
      origin.sources = how === "argument" ? this.given(frame, instruction, number, depth) : this.sources(frame, instruction, entry, depth);
    }
    return origin;
  }

  /** The origin of a value that an object has had since it was made. */
  private made(thing: Thing, value: Value, depth: number): Origin {
    const step = thing.birth - this.tape.forgotten;
    if (step === this.tape.leftOut?.step) return nowhere(step, value, "left out");
    this.cursor.go(step);
    const frame = this.cursor.frames[0]!;
    const { instruction, code } = frame;
    const how = instruction.op.startsWith("LOAD_") ? "before" : "made";
    const sources: Origin[] = [];
    if (depth > 0 && how === "made") {
      const found = this.operands(frame, instruction).filter((each) => this.holds(this.tape.value(each.value), value));
      for (const { slot } of found.slice(-1)) sources.push(this.ofPlace({ owner: frame.owner.number, slot }, this.tape.place(step), depth - 1));
    }
    return { step, value, how, function: code.name, file: code.file, line: frame.line, instruction: instruction.text, sources };
  }

  /** Whether an operand is a value, or contains it. */
  private holds(operand: Value | undefined, value: Value): boolean {
    const within = operand instanceof Thing ? this.cursor.contents(operand).map(([, each]) => each) : [];
    return [operand ?? null, ...within].includes(value);
  }

  private operands(frame: Frame, instruction: Instruction): Operand[] {
    const top = frame.code.firstOperand + instruction.depth;
    return Array.from({ length: instruction.operands }, (_, at) => {
      const slot = this.tape.numberOf(top - instruction.operands + at);
      return { slot, value: frame.slots.get(slot) };
    });
  }

  /** The origins of the operands of a call that are the argument. */
  private given(frame: Frame, instruction: Instruction, value: number, depth: number): Origin[] {
    const before = this.tape.place(this.cursor.step);
    const found = this.operands(frame, instruction).find((each) => each.value === value);
    return found ? [this.ofPlace({ owner: frame.owner.number, slot: found.slot }, before, depth - 1)] : [];
  }

  private sources(frame: Frame, instruction: Instruction, entry: number, depth: number): Origin[] {
    const { tape, index } = this;
    const { step } = this.cursor;
    const before = tape.place(step);
    const { op } = instruction;
    if (op.startsWith("LOAD_")) {
      const found = loaded(frame, instruction);
      return found && this.isThere(found, before) ? [this.ofPlace(found, before, depth - 1)] : [];
    }
    let operands = this.operands(frame, instruction);
    if (op.startsWith("CALL")) {
      const returned = this.returned(step, entry);
      if (returned >= 0) return [this.ofEntry(returned, "result", depth - 1)];
    }
    if (ATTRIBUTES.has(op) || op === "GETITEM") {
      const owner = tape.value(operands[0]?.value);
      const key = ATTRIBUTES.has(op) ? restOf(instruction.text) : (tape.value(operands[1]?.value) ?? null);
      const fromEnd = owner instanceof Thing && isInt(key) && key < 0 && (owner.kind === "list" || owner.kind === "tuple");
      const slot = fromEnd ? tape.numberOf(Number(key) + this.cursor.size(owner)) : ATTRIBUTES.has(op) ? tape.numberOf(key) : (operands[1]?.value ?? -1);
      if (owner instanceof Thing && slot >= 0 && index.lastEntry(owner.number, slot, before) >= 0) {
        return [this.ofPlace({ owner: owner.number, slot }, before, depth - 1)];
      }
    }
    if (MOVES.has(op)) operands = operands.filter((each) => each.value === tape.columns.now[entry]).slice(-1);
    const given = operands.filter((each) => each.value !== tape.null);
    return given.map(({ slot }) => this.ofPlace({ owner: frame.owner.number, slot }, before, depth - 1));
  }

  /** Whether a place has, or had, a value: the name of a builtin is in no namespace of the program. */
  private isThere({ owner, slot }: Place, before: number): boolean {
    const thing = this.tape.owners[owner];
    const slots = thing instanceof Thing ? thing.initial : this.tape.base.get(owner);
    return (slots != null && this.tape.get(slots, slot) !== undefined) || this.index.lastEntry(owner, slot, before) >= 0;
  }

  /** The entry about the return that has answered a call, -1 if it was a native one. */
  private returned(step: number, entry: number): number {
    const slot = this.tape.numberOf("returned");
    for (let at = entry - 1; at >= this.tape.place(step); at--) if (this.tape.columns.slot[at] === slot) return at;
    return -1;
  }
}

/** The origin of a value that was written where nothing is recorded. */
function nowhere(step: number, value: Value, how: Origin["how"]): Origin {
  return { step, value, how, function: "", file: "", line: null, instruction: "", sources: [] };
}

function restOf(text: string): string {
  const space = text.indexOf(" ");
  return space < 0 ? "" : text.slice(space + 1);
}

/** The place that an instruction loads from, null if it is none. */
function loaded(frame: Frame, instruction: Instruction): Place | null {
  if (NOWHERE.has(instruction.text.split(" ", 1)[0]!)) return null;
  return placeOfName(restOf(instruction.text), frame);
}
