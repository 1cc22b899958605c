// What steps have changed: by place, the value that was there; and what has happened, in words.

import type { Recording } from "../recording/recording";
import type { Cursor } from "../recording/state";
import { FrameOwner, type Tape } from "../recording/tape";
import { Mark, repr, Thing, type Value } from "../recording/values";
import { titleOf } from "./naming";
import { errorText, nameOf, preview } from "./preview";

/** Entries of the log that are looked through for changes. */
const MOST = 20_000;

/** By owner and slot, the value that was there before. */
export type Changes = ReadonlyMap<string, Value>;

export const placeKey = (owner: number, slot: number): string => `${owner}:${slot}`;

/** What was written between two steps; of far ones, what the last step before the second has written. */
export function changesOf(tape: Tape, from: number, to: number): Changes {
  const found = new Map<string, Value>();
  const end = tape.place(to);
  const begin = end - tape.place(from) > MOST ? tape.place(to - 1) : tape.place(from);
  for (let entry = begin; entry < end; entry++) {
    const key = placeKey(tape.columns.owner[entry]!, tape.columns.slot[entry]!);
    if (!found.has(key)) found.set(key, tape.values[tape.columns.old[entry]!]!);
  }
  return found;
}

const isNothing = (value: Value | undefined): boolean => value instanceof Mark && (value.name === "absent" || value.name === "unbound");

/** What the step before this one has done, as parts of a sentence. */
export function happened(recording: Recording, cursor: Cursor): string[] {
  const { tape } = recording;
  const { step } = cursor;
  if (step === 0) return [];
  const found: string[] = [];
  const { owner, slot, old, now } = tape.columns;
  for (let entry = tape.place(step - 1); entry < tape.place(step); entry++) {
    const said = saidOf(recording, cursor, owner[entry]!, tape.values[slot[entry]!]!, tape.values[old[entry]!]!, tape.values[now[entry]!]!);
    if (said && !found.includes(said)) found.push(said);
  }
  const entered = step < tape.steps && recording.index.previousOf(tape.frame(step).number, step) === null && tape.index(step) === 0;
  if (!entered) return found;
  const signal = cursor.top?.signal;
  if (signal) return [`${signal} comes in, which ${tape.code(step).name} handles`];
  const call = recording.calls.of(tape.frame(step).number)!;
  return [recording.calls.isBody(call) ? `${titleOf(recording.calls, call)} begins` : `${titleOf(recording.calls, call)} is called`];
}

function saidOf({ tape, index }: Recording, cursor: Cursor, number: number, slot: Value, old: Value, now: Value): string | null {
  const owner = tape.owners[number];
  const value = (of: Value): string => preview(of, cursor, 40);
  if (owner instanceof FrameOwner) {
    const code = tape.codes[owner.code]!;
    if (slot === "raised" && now instanceof Thing) {
      const comes = index.raises.some((each) => each.exception === now && each.step === cursor.step - 1);
      return comes ? `${errorText(now, cursor)} comes up` : null;
    }
    if (slot === "returned") return `${code.name} returns ${value(now)}`;
    if (slot === "status" && now === "suspended") return `${code.name} is suspended`;
    if (slot === "status" && now === "done") {
      const error = index.raisedIn(number, tape.place(cursor.step));
      return `${code.name} is left by ${error ? nameOf(error) : "an exception"}`;
    }
    const variable = code.variables.find((each) => each.slot === slot);
    if (!variable || (now instanceof Thing && now.kind === "cell")) return null;
    return written(variable.name, old, now, value);
  }
  if (!(owner instanceof Thing)) return null;
  if (owner.kind === "cell") {
    const name = cursor.frames.flatMap((frame) => frame.variables).find((each) => each.owner === number)?.name;
    return name ? written(name, old, now, value) : null;
  }
  const { top } = cursor;
  if (number === top?.names?.number || number === top?.globals?.number) return written(String(slot), old, now, value);
  const name = `${nameOf(owner)} #${number}`;
  return written(typeof slot === "string" && owner.kind !== "dict" ? `${slot} of ${name}` : `item ${repr(slot)} of ${name}`, old, now, value);
}

function written(name: string, old: Value, now: Value, value: (of: Value) => string): string {
  if (isNothing(now)) return `${name} is deleted`;
  if (isNothing(old)) return `${name} becomes ${value(now)}`;
  return old === now ? `${name} is written again, ${value(now)}` : `${name} becomes ${value(now)}, was ${value(old)}`;
}
