// What stands beside the lines of a source: passes, coverage, comparisons, calls, or texts from outside, of the whole run.

import { comparisonsOf } from "../recording/analyses/comparisons";
import { coverageOf } from "../recording/analyses/coverage";
import type { Recording } from "../recording/recording";
import { repr, Thing, type Value } from "../recording/values";
import { nameOf } from "./preview";

export const MARGINS = ["passes", "coverage", "comparisons", "calls", "taint"] as const;
export type Margin = (typeof MARGINS)[number];

/** What can stand beside the lines of a recording: texts from outside only if they were followed. */
export const marginsOf = ({ tape }: Recording): Margin[] => MARGINS.filter((each) => each !== "taint" || tape.remarks.length > 0);

/** A note beside a line, in parts, of which some are marked; `bad` if something of it was never executed, or does harm. */
export interface Note {
  text: string;
  bad: boolean;
  parts?: readonly (readonly [text: string, mark: string])[];
}

const ROOM = 20;
const MOST = 3;

/** The notes beside the lines of a source; passes, which depend on the step, are none. */
export function notesOf(recording: Recording, source: string, margin: Margin): ReadonlyMap<number, Note> {
  if (margin === "coverage") return covered(recording, source);
  if (margin === "comparisons") return compared(recording, source);
  if (margin === "taint") return tainted(recording, source);
  return margin === "calls" ? called(recording, source) : new Map();
}

const times = (count: number): string => `${count.toLocaleString("en")}×`;

function covered(recording: Recording, source: string): Map<number, Note> {
  const { lines, arcs } = coverageOf(recording, source);
  const found = new Map<number, Note>();
  for (const [line, count] of lines) {
    const never = (arcs.get(line) ?? []).filter((each) => each.count === 0).map((each) => each.to);
    const ways = never.length ? `, never to ${[...new Set(never)].join(", ")}` : "";
    found.set(line, { text: count ? times(count) + ways : "never", bad: count === 0 || never.length > 0 });
  }
  return found;
}

function compared(recording: Recording, source: string): Map<number, Note> {
  const found = new Map<number, Note>();
  for (const [line, each] of comparisonsOf(recording, source)) {
    const texts = each.map(({ operator, yes, no, last }) => {
      const counts = [yes ? `true ${times(yes)}` : "", no ? `false ${times(no)}` : ""].filter(Boolean).join(", ");
      return `${short(last.left)} ${operator} ${short(last.right)}${counts ? `: ${counts}` : ""}`;
    });
    found.set(line, { text: joined(texts), bad: false });
  }
  return found;
}

function called({ calls, tape }: Recording, source: string): Map<number, Note> {
  const ofLine = new Map<number, Map<string, { count: number; last: Value | undefined }>>();
  for (const call of calls.all) {
    const site = calls.site(call);
    const line = site === null || tape.code(site).source !== source ? null : (tape.instruction(site).position?.[0] ?? null);
    if (line === null) continue;
    const names = ofLine.get(line) ?? new Map<string, { count: number; last: Value | undefined }>();
    ofLine.set(line, names);
    names.set(call.code.name, { count: (names.get(call.code.name)?.count ?? 0) + 1, last: calls.returned(call.number) });
  }
  const text = (name: string, count: number, last: Value | undefined): string =>
    `${name.slice(name.lastIndexOf(".") + 1)}()${count > 1 ? ` ${times(count)}` : ""}${last === undefined ? "" : `${count > 1 ? ", last" : ""} = ${short(last)}`}`;
  return new Map([...ofLine].map(([line, names]) => [line, { text: joined([...names].map(([name, { count, last }]) => text(name, count, last))), bad: false }]));
}

function tainted({ tape }: Recording, source: string): Map<number, Note> {
  const files = new Set(tape.codes.filter((each) => each.source === source).map((each) => each.file));
  const found = new Map<number, Note>();
  for (const { file, line, what, pieces } of tape.remarks) {
    if (!files.has(file)) continue;
    const before = found.get(line);
    const parts = [...(before ? [...before.parts!, ["; ", ""] as const] : []), [what, ""] as const, ...pieces];
    const outside = parts.filter(([, mark]) => mark).map(([text]) => text).join(" ");
    const text = `${parts.map(([each]) => each).join("")} (from outside: ${outside})`;
    found.set(line, { text, bad: before?.bad || pieces.some(([, mark]) => mark === "meaning"), parts });
  }
  return found;
}

const joined = (texts: readonly string[]): string => (texts.length > MOST ? [...texts.slice(0, MOST), `${texts.length - MOST} more`] : texts).join("; ");

function short(value: Value | undefined): string {
  if (value === undefined) return "?";
  const text = value instanceof Thing ? value.label || nameOf(value) : repr(value);
  return text.length > ROOM ? `${text.slice(0, ROOM - 1)}…` : text;
}
