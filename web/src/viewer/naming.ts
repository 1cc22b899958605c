// Calls by name: what was called, with what, and which of several.

import type { Call, Calls } from "../recording/calls";
import { repr, Thing, type Value } from "../recording/values";
import { nameOf } from "./preview";

const ROOM = 18;
const MOST = 4;

/** A call as its function's name with what it was given. */
export function titleOf(calls: Calls, call: Call): string {
  const { name } = call.code;
  if (name.endsWith("<module>")) return name;
  if (calls.isBody(call)) return `class ${name}`;
  const given = calls.given(call).map(([parameter, value]) => `${parameter}=${short(value)}`);
  return `${name}(${given.length > MOST ? [...given.slice(0, MOST), "…"].join(", ") : given.join(", ")})`;
}

/** The same with what it has returned, and how many steps it took. */
export function resultOf(calls: Calls, call: Call): string {
  const value = calls.returned(call.number);
  return value === undefined || calls.isBody(call) ? titleOf(calls, call) : `${titleOf(calls, call)} = ${short(value)}`;
}

function short(value: Value): string {
  const text = value instanceof Thing ? value.label || `${nameOf(value)} #${value.number}` : repr(value);
  return text.length > ROOM ? `${text.slice(0, ROOM - 1)}…` : text;
}
