// What became of a run, as the worker tells it: checked, because a program may have forged it.

import { placeFrom, type Place } from "../worker/protocol";
import { pictureFrom, type Picture } from "./pictures";

export interface Result {
  outcome: "ran" | "raised" | "stopped" | "ended";
  file: string;
  value: string | null;
  picture: Picture | null;
  traceback: string;
  hint: string;
  status: number;
  place: Place | null;
  /** The number of instructions after which a recorded run was stopped; 0 if it was not. */
  bound: number;
  seconds: number;
  instructions: number;
  reads: string[];
  binds: string[];
}

export function resultFrom(data: unknown): Result {
  const found = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const value = found.value as { kind?: unknown; text?: unknown } | null | undefined;
  const outcomes = ["ran", "raised", "stopped", "ended"] as const;
  return {
    outcome: outcomes.find((outcome) => outcome === found.outcome) ?? "raised",
    file: text(found.file),
    value: value?.kind === "text" ? text(value.text) : null,
    picture: pictureFrom(value),
    traceback: text(found.traceback),
    hint: text(found.hint),
    status: number(found.status),
    place: placeFrom(found.place),
    bound: number(found.bound),
    seconds: number(found.seconds),
    instructions: number(found.instructions),
    reads: names(found.reads),
    binds: names(found.binds),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 500_000) : "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string").slice(0, 1_000) : [];
}
