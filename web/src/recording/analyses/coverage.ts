// Which lines of a source were executed, and which ways its conditions went.

import { flowOf } from "../flow";
import type { Recording } from "../recording";

/** A way from a line to another one, and how often it was gone. */
export interface Arc {
  from: number;
  to: number;
  count: number;
}

export interface Coverage {
  /** By line with code, how often control has come to it. */
  lines: ReadonlyMap<number, number>;
  /** By line with conditional jumps, where they may lead. */
  arcs: ReadonlyMap<number, readonly Arc[]>;
}

/** What was executed of a source, of all of its code that is known. */
export function coverageOf({ tape, index, passes }: Recording, source: string): Coverage {
  const lines = new Map<number, number>();
  const arcs = new Map<number, Arc[]>();
  const add = (from: number, to: number, count: number): void => {
    const ways = arcs.get(from) ?? [];
    arcs.set(from, ways);
    const known = ways.find((each) => each.to === to);
    if (known) known.count += count;
    else ways.push({ from, to, count });
  };
  for (const code of tape.codes.filter((each) => each.source === source)) {
    for (const each of code.inner) for (const line of each.lines) lines.set(line, lines.get(line) ?? 0);
    for (const [at, line] of code.starts) lines.set(line, (lines.get(line) ?? 0) + passes.at(code, at).filter((step) => index.beginsLine(step)).length);
    const { blocks } = flowOf(code);
    const lineAt = (at: number): number | null => code.instructions.slice(at).find((each) => each.position?.[0] != null)?.position?.[0] ?? null;
    for (const { end } of blocks) {
      const { op, target, position } = code.instructions[end - 1]!;
      const line = position?.[0] ?? null;
      const went = [...passes.at(code, end - 1)].map((step) => index.nextOf(tape.frame(step).number, step));
      if (target === null || op === "JUMP" || line === null || !went.length) continue;
      for (const way of [target, end]) {
        const to = lineAt(way);
        if (to !== null) add(line, to, went.filter((step) => step !== null && tape.index(step) === way).length);
      }
    }
  }
  return { lines, arcs };
}
