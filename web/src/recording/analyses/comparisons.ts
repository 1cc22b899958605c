// What was compared in each line of a source, and how it came out.

import type { Recording } from "../recording";
import type { Code } from "../tape";
import type { Value } from "../values";

/** A comparison of a line: how often it was true and false, and what was compared the last time, and then came out. */
export interface Comparison {
  code: Code;
  /** The instruction. */
  at: number;
  line: number;
  operator: string;
  column: number;
  yes: number;
  no: number;
  last: { step: number; left: Value | undefined; right: Value | undefined; result: Value | undefined };
}

const COMPARES = new Set(["COMPARE", "IS", "CONTAINS"]);

/** The comparisons in a source, by line. */
export function comparisonsOf({ tape, index, passes }: Recording, source: string): Map<number, Comparison[]> {
  const found = new Map<number, Comparison[]>();
  for (const code of tape.codes.filter((each) => each.source === source)) {
    code.instructions.forEach((instruction, at) => {
      const steps = passes.at(code, at);
      const [line, , column] = instruction.position ?? [null, null, null];
      if (!COMPARES.has(instruction.op) || !steps.length || line === null) return;
      const slots = [2, 1].map((below) => tape.numberOf(code.firstOperand + instruction.depth - below));
      const valueAt = (step: number, slot: number, before: number): Value | undefined => {
        const entry = index.lastEntry(tape.frame(step).number, slot, before);
        return entry < 0 ? undefined : tape.values[tape.columns.now[entry]!];
      };
      const after = (step: number): number => tape.place(index.nextOf(tape.frame(step).number, step) ?? tape.steps);
      const results = [...steps].map((step) => valueAt(step, slots[0]!, after(step)));
      const step = steps[steps.length - 1]!;
      const [left, right] = slots.map((slot) => valueAt(step, slot, tape.place(step)));
      const comparison: Comparison = {
        code, at, line, operator: instruction.text.slice(instruction.op.length + 1), column: column ?? 0,
        yes: results.filter((each) => each === true).length, no: results.filter((each) => each === false).length,
        last: { step, left, right, result: results[results.length - 1] },
      };
      const others = found.get(line);
      if (others) others.push(comparison);
      else found.set(line, [comparison]);
    });
  }
  return found;
}
