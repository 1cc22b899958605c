// Sentences about runs.

import type { Death, Engine, Place } from "../worker/protocol";
import type { Cell, Outcome, Ran } from "./cell";

export const ENGINE_NAMES: Record<Engine, string> = { bytescope: "bytescope", cpython: "CPython" };

export const OUTCOME_WORDS: Record<Outcome, string> = {
  new: "not run yet",
  waiting: "waiting",
  running: "running",
  ran: "ran",
  raised: "raised",
  stopped: "stopped",
  ended: "ended the program",
  lost: "broken off",
  skipped: "not run",
};

export function stoppedAt(place: Place | null, bound = 0): string {
  const where = place ? ` at ${place[0].replace(/^<|>$/g, "")}, line ${place[1]}` : "";
  return bound ? `Stopped${where}: it was recorded for ${bound.toLocaleString("en")} instructions, which is the most.` : `Stopped${where}.`;
}

export function endedWith(status: number): string {
  return `The program ended with status ${status}.`;
}

const REASONS: Record<Exclude<Death, "start" | "stopped">, string> = {
  stack:
    "The browser's stack ended, and the interpreter with it: some thousand objects, each held by the one before, were freed " +
    "or compared at once, or calls went too deep.",
  memory: "The interpreter ran out of memory.",
  exit: "The program ended the interpreter itself.",
  other: "The interpreter broke.",
};

/** Why there is a new interpreter, and what to do about it. */
export function afterDeath(reason: Death, message: string, again: readonly number[]): string {
  const why =
    reason === "stopped"
      ? "The program did not stop by itself, so its interpreter was ended."
      : reason === "start"
        ? message
        : REASONS[reason];
  const which = again.length ? ` Run again what you need of ${cells(again)}.` : "";
  return `${why} A new one is started: names are gone.${which}`;
}

function cells(numbers: readonly number[]): string {
  if (numbers.length === 1) return `cell ${numbers[0]}`;
  const sorted = [...numbers].sort((one, other) => one - other);
  return `cells ${sorted.slice(0, -1).join(", ")} and ${sorted.at(-1)}`;
}

/** What was measured: `1,234 instructions · 5 ms`. */
export function measured(ran: Ran): string {
  const time = ran.seconds < 1 ? `${Math.max(1, Math.round(ran.seconds * 1000))} ms` : `${ran.seconds.toFixed(1)} s`;
  if (ran.engine !== "bytescope") return time;
  const count = ran.instructions.toLocaleString("en");
  return `${count} ${ran.instructions === 1 ? "instruction" : "instructions"} · ${time}`;
}

/**
 * Why what is shown under a cell may not be what it would show now; null if it is. Of cells that bind names which it
 * reads, those above it count: the ones below are expected to come later.
 */
export function staleness(cell: Cell, cells: readonly Cell[], life: number): string | null {
  const ran = cell.ran.value;
  if (!ran || !["ran", "raised", "stopped", "ended"].includes(cell.outcome.value)) return null;
  if (ran.source !== cell.source.value) return "changed since it ran";
  if (ran.life !== life) return "its interpreter is gone";
  const needed = new Set(ran.reads);
  for (const [index, other] of cells.slice(0, cells.indexOf(cell)).entries()) {
    const later = other.ran.value;
    if (!later || later.life !== life || later.turn < ran.turn || !later.binds.some((name) => needed.has(name))) continue;
    return `cell ${index + 1} ran since`;
  }
  return null;
}
