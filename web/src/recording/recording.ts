// A recording: a run that is over, and questions about it.

import { Calls } from "./calls";
import { compare, type Divergence } from "./compare";
import { evaluate, holds, parse, type Expression } from "./expressions";
import { decode } from "./format";
import { Index } from "./lines";
import { originOf, type Origin } from "./origins";
import { Passes } from "./passes";
import { placeOf } from "./places";
import { Cursor } from "./state";
import type { Tape } from "./tape";
import type { Value } from "./values";

/** A write to a place: the step whose instruction has written, and the values. */
export interface Write {
  step: number;
  old: Value;
  now: Value;
}

export class Recording {
  readonly index: Index;
  readonly passes: Passes;
  private madeCalls: Calls | null = null;

  constructor(readonly tape: Tape) {
    this.index = new Index(tape);
    this.passes = new Passes(tape);
  }

  /** Read the bytes of a file; `NoRecording` if they are none. */
  static async read(data: Uint8Array): Promise<Recording> {
    return new Recording(await decode(data));
  }

  get steps(): number {
    return this.tape.steps;
  }

  /** The calls of the run. */
  get calls(): Calls {
    return (this.madeCalls ??= new Calls(this));
  }

  /** Where another run differs first, null if it does not. */
  compare(other: Recording): Divergence | null {
    return compare(this, other);
  }

  /** The state before a step. */
  at(step: number): Cursor {
    const cursor = new Cursor(this.tape);
    cursor.go(step);
    return cursor;
  }

  evaluate(text: string, step: number, frame = 0): Value {
    return evaluate(parse(text), this.frame(step, frame));
  }

  holds(condition: Expression, cursor: Cursor): boolean {
    const { top } = cursor;
    return top !== null && holds(condition, top);
  }

  /** The next step at which a line begins and an expression is true, null if there is none. */
  find(condition: string, start = 0, back = false): number | null {
    const parsed = parse(condition);
    const cursor = this.at(Math.min(start, this.steps));
    for (let step = start; back ? step >= 0 : step < this.steps; step += back ? -1 : 1) {
      if (step >= this.steps || !this.index.beginsLine(step)) continue;
      cursor.go(step);
      if (this.holds(parsed, cursor)) return step;
    }
    return null;
  }

  /** The writes to what a name, an attribute or an item means at a step. */
  writes(name: string, step: number, frame = 0): Write[] {
    const { tape } = this;
    const place = placeOf(name, this.frame(step, frame));
    const value = (number: number): Value => tape.values[number === tape.unbound && tape.absent >= 0 ? tape.absent : number]!;
    return this.index.entriesOf(place.owner, place.slot).map((entry) => {
      return { step: tape.stepOf(entry), old: value(tape.columns.old[entry]!), now: value(tape.columns.now[entry]!) };
    });
  }

  /** Where the value of a name, an attribute or an item comes from. */
  why(name: string, step: number, frame = 0): Origin {
    return originOf(this.index, placeOf(name, this.frame(step, frame)), step);
  }

  private frame(step: number, number: number) {
    const found = this.at(step).frames[number];
    if (!found) throw new RangeError(`step ${step} has no frame ${number}`);
    return found;
  }
}
