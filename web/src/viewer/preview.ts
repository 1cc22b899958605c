// Values in a few characters, and what the objects pane shows of them.

import type { Cursor, Pair } from "../recording/state";
import { Bytes, Mark, repr, Text, Thing, type Value } from "../recording/values";

const BRACKETS: Record<string, readonly [string, string]> = {
  list: ["[", "]"], tuple: ["(", ")"], dict: ["{", "}"], set: ["{", "}"], frozenset: ["frozenset({", "})"], "collections.deque": ["deque([", "])"],
};
const SEQUENCES = new Set(["list", "tuple", "bytearray", "collections.deque"]);
const SUSPENDING = new Set(["generator", "coroutine", "async_generator"]);
const SETS = new Set(["set", "frozenset"]);

export const ROOM = 60;

const cut = (text: string, room: number): string => (text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text);

/** A value as one line of text with room for about so many characters. */
export function preview(value: Value | undefined, cursor: Cursor, room = ROOM): string {
  if (value === undefined) return "";
  if (value instanceof Mark) return value.name === "null" ? "NULL" : value.name === "absent" ? "nothing" : repr(value);
  if (value instanceof Text) {
    const start = repr(value.start instanceof Bytes ? new Bytes(value.start.data.slice(0, room)) : value.start.slice(0, room));
    return `${cut(start, room)} (length ${value.length.toLocaleString("en")})`;
  }
  return value instanceof Thing ? previewOf(value, cursor, room) : cut(repr(value), room);
}

function previewOf(thing: Thing, cursor: Cursor, room: number): string {
  const name = nameOf(thing);
  if (SUSPENDING.has(thing.kind)) return cut(`${thing.kind} ${thing.label} #${thing.number}`, room);
  if (thing.label) return cut(thing.kind === "type" || thing.kind === "module" ? `${thing.kind} ${thing.label}` : thing.label, room);
  const pairs = cursor.contents(thing);
  const [open, close] = BRACKETS[thing.kind] ?? [`${name}(`, ")"];
  if (!pairs.length && !BRACKETS[thing.kind]) return name;
  const parts: string[] = [];
  let left = room - open.length - close.length;
  for (const [slot, item] of pairs) {
    if (left < 4) {
      parts.push("…");
      break;
    }
    const key = keyed(thing) && (thing.kind === "dict" || typeof slot === "string") ? `${thing.kind === "dict" ? preview(slot, cursor, 20) : String(slot)}: ` : "";
    const part = key + preview(SETS.has(thing.kind) ? slot : item, cursor, Math.min(left, 24));
    parts.push(part);
    left -= part.length + 2;
  }
  return open + parts.join(", ") + close;
}

/** Whether what an object contains goes by keys or names, not by positions. */
export function keyed(thing: Thing): boolean {
  return !SEQUENCES.has(thing.kind) && !SETS.has(thing.kind);
}

/** The name of an object's class without its module. */
export function nameOf(thing: Thing): string {
  return thing.kind.slice(thing.kind.lastIndexOf(".") + 1);
}

/** An exception as the last line of a traceback has it, as far as no code of the program is needed for that. */
export function errorText(error: Thing, cursor: Cursor, room = 160): string {
  const args = cursor.contents(error).flatMap(([slot, value]) => (typeof slot === "number" ? [value] : []));
  const plain = args.length === 1 && typeof args[0] === "string" && error.kind !== "KeyError";
  const shown = plain ? String(args[0]) : args.map((each) => preview(each, cursor, room)).join(", ");
  const text = cut(args.length > 1 ? `(${shown})` : shown, room);
  return text ? `${nameOf(error)}: ${text}` : nameOf(error);
}

/** The contents of an object in the order of its kind. */
export function itemsOf(thing: Thing, cursor: Cursor): Pair[] {
  const pairs = cursor.contents(thing);
  return SEQUENCES.has(thing.kind) ? [...pairs].sort(([one], [other]) => Number(one) - Number(other)) : pairs;
}

/** Whether there is anything in an object to look at. */
export function isShown(value: Value | undefined): value is Thing {
  return value instanceof Thing && !value.label && value.kind !== "cell";
}
