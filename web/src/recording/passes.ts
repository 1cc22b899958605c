// When the instructions of each code object were executed: the steps of each, in order.

import { lowerBound } from "./lines";
import type { Code, Tape } from "./tape";
import { FrameOwner } from "./tape";

const NONE = new Uint32Array();

export class Passes {
  private readonly found = new Map<Code, Uint32Array[]>();

  constructor(private readonly tape: Tape) {}

  /** The steps at which an instruction of a code object was executed. */
  at(code: Code, index: number): Uint32Array {
    let steps = this.found.get(code);
    if (!steps) this.found.set(code, (steps = this.of(code)));
    return steps[index] ?? NONE;
  }

  /** How often it was executed before a step. */
  before(code: Code, index: number, step: number): number {
    return lowerBound(this.at(code, index), step);
  }

  private of(code: Code): Uint32Array[] {
    const { columns, owners, codes } = this.tape;
    const is = owners.map((owner) => owner instanceof FrameOwner && codes[owner.code] === code);
    const counts = new Uint32Array(code.instructions.length);
    const { frames, indices } = columns;
    for (let step = 0; step < frames.length; step++) if (is[frames[step]!]) counts[indices[step]!]!++;
    const found = Array.from(counts, (count) => new Uint32Array(count));
    counts.fill(0);
    for (let step = 0; step < frames.length; step++) {
      if (!is[frames[step]!]) continue;
      const index = indices[step]!;
      found[index]![counts[index]!++] = step;
    }
    return found;
  }
}
