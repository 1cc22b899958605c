// A place that is watched: when it was written, and when that has changed what was in it.

import { differ } from "../recording/compare";
import type { Place } from "../recording/places";
import type { Recording } from "../recording/recording";
import { Mark, Thing, type Value } from "../recording/values";

/** `writes` and `changes`: the steps behind those that have written, in order. */
export interface Watch extends Place {
  text: string;
  writes: readonly number[];
  changes: readonly number[];
}

export function watchOf({ tape, index }: Recording, text: string, place: Place): Watch {
  const { old, now } = tape.columns;
  const entries = index.entriesOf(place.owner, place.slot);
  const step = (entry: number): number => tape.stepOf(entry) + 1;
  const changed = entries.filter((entry) => old[entry] !== now[entry] && isChange(tape.values[old[entry]!]!, tape.values[now[entry]!]!));
  return { ...place, text, writes: entries.map(step), changes: changed.map(step) };
}

const isNothing = (value: Value): boolean => value instanceof Mark && (value.name === "absent" || value.name === "unbound");

function isChange(old: Value, now: Value): boolean {
  if (isNothing(old) && isNothing(now)) return false;
  return old instanceof Thing && now instanceof Thing ? old !== now : differ(old, now);
}
