// Two runs compared: the first step at which they differ.

import type { Recording } from "./recording";
import type { Frame } from "./state";
import { Bytes, Complex, Float, Mark, Text, Thing, type Value } from "./values";

/** The first step at which two recordings differ: in the instruction, in a variable or operand, or in that one ends. */
export interface Divergence {
  step: number;
  what: "control" | "value" | "length";
  /** The variable, or "operand" with its place on the stack; "" for the others. */
  name: string;
  values: readonly [Value | undefined, Value | undefined];
}

/** Where two recordings differ first, null if they do not. Objects are compared by type, not by identity. */
export function compare(one: Recording, other: Recording): Divergence | null {
  const [ours, theirs] = [one.at(0), other.at(0)];
  const steps = Math.min(one.steps, other.steps);
  for (let step = 0; step < steps; step++) {
    ours.go(step);
    theirs.go(step);
    const [mine, its] = [ours.top!, theirs.top!];
    if (mine.code.name !== its.code.name || mine.instruction.op !== its.instruction.op) {
      return { step, what: "control", name: "", values: [mine.instruction.text, its.instruction.text] };
    }
    const [name, values] = differing(valuesOf(mine), valuesOf(its)).next().value ?? [];
    if (name !== undefined) return { step, what: "value", name, values: values! };
  }
  return one.steps === other.steps ? null : { step: steps, what: "length", name: "", values: [undefined, undefined] };
}

export type Values = ReadonlyMap<string, Value>;

/** The variables of a frame and its operands, by name. */
export function valuesOf(frame: Frame): Map<string, Value> {
  const found = new Map<string, Value>(frame.variables.map(({ name, value }) => [name, value]));
  frame.operands.forEach((value, place) => found.set(`operand ${place}`, value ?? null));
  return found;
}

/** The names at which values differ, with these. */
export function* differing(one: Values, other: Values): Generator<[string, [Value | undefined, Value | undefined]]> {
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const [mine, its] = [one.get(name), other.get(name)];
    if (differ(mine, its)) yield [name, [mine, its]];
  }
}

export function differ(one: Value | undefined, other: Value | undefined): boolean {
  if (one === undefined || other === undefined) return one !== other;
  if (one instanceof Float && other instanceof Float) return one.value !== other.value && !(Number.isNaN(one.value) && Number.isNaN(other.value));
  if (one instanceof Complex && other instanceof Complex) return one.text !== other.text;
  if (one instanceof Bytes && other instanceof Bytes) return String(one.data) !== String(other.data);
  if (one instanceof Text && other instanceof Text) return one.length !== other.length || one.kind !== other.kind || differ(one.start, other.start);
  if (one instanceof Mark && other instanceof Mark) return one.name !== other.name;
  if (one instanceof Thing && other instanceof Thing) return one.kind !== other.kind;
  return one !== other;
}
