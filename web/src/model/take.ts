// A recorded run of a cell, and how a cell is to be recorded.

import type { Cell } from "./cell";

/** What a reader answers to `input()`; null is the end of the input. */
export type Answer = string | null;

/** Steps of a recording that are kept unless told otherwise. */
export const STEPS = 1_000_000;

/** How the next run of a cell is to be: recorded, with text from outside followed, with answers that are given by themselves, shown from a step. */
export interface Plan {
  record: boolean;
  following: boolean;
  answers: readonly Answer[];
  step: number | null;
}

export interface Take {
  cell: Cell;
  /** The text that ran. */
  source: string;
  title: string;
  data: Uint8Array;
  /** The step to begin with; null for the last one if the run has raised, or the first. */
  step: number | null;
  raised: boolean;
}

/** The step that a take opens at, of so many. */
export function openingStep(take: Take, steps: number): number {
  return Math.min(take.step ?? (take.raised ? steps : 0), steps);
}
