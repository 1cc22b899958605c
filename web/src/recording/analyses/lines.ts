// Where a run spends its steps: the instructions executed in each line.

import type { Recording } from "../recording";

/** A line of a source text, with how many steps were made in it and in how many passes. */
export interface HotLine {
  source: string;
  line: number;
  steps: number;
  functions: readonly string[];
}

/** The lines of a run, those with most steps first. */
export function hotLines({ tape }: Recording): HotLine[] {
  const counts = new Map<string, HotLine & { functions: string[] }>();
  const ofCode = tape.codes.map((code) => code.instructions.map((each) => each.position?.[0] ?? null));
  for (let step = 0; step < tape.steps; step++) {
    const frame = tape.frame(step);
    const line = ofCode[frame.code]![tape.index(step)]!;
    if (line === null) continue;
    const { source, name } = tape.codes[frame.code]!;
    const key = `${line}:${source}`;
    const found = counts.get(key) ?? { source, line, steps: 0, functions: [] };
    counts.set(key, found);
    found.steps++;
    if (!found.functions.includes(name)) found.functions.push(name);
  }
  return [...counts.values()].sort((one, other) => other.steps - one.steps || one.line - other.line);
}
