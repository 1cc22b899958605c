// A cell of a notebook: its text, what became of it when it ran, and its output.

import { signal, type Signal } from "@preact/signals";
import type { Engine } from "../worker/protocol";
import { Output, type Kept } from "./output";

export type CellKind = "code" | "prose" | "raw";

/**
 * What became of a code cell. `lost`: its interpreter or its tab ended while it ran; `skipped`: Run all ended before it.
 */
export type Outcome = "new" | "waiting" | "running" | "ran" | "raised" | "stopped" | "ended" | "lost" | "skipped";

export const OUTCOMES: readonly Outcome[] = [
  "new", "waiting", "running", "ran", "raised", "stopped", "ended", "lost", "skipped",
]; // prettier-ignore

/** One run of a cell. */
export interface Ran {
  source: string;
  engine: Engine;
  /** Which interpreter, counted since the page was opened; 0 for one before. */
  life: number;
  /** Which run of that interpreter. */
  turn: number;
  seconds: number;
  instructions: number;
  reads: string[];
  binds: string[];
  /** What was answered to its `input()`. */
  answers?: (string | null)[];
}

export interface Cell {
  readonly id: number;
  readonly kind: Signal<CellKind>;
  readonly source: Signal<string>;
  readonly outcome: Signal<Outcome>;
  readonly ran: Signal<Ran | null>;
  readonly output: Output;
  /** By which interpreter it is run; null for the notebook's. */
  readonly engine: Signal<Engine | null>;
  /** What an imported notebook said of the cell beside its text: kept for the export. */
  extra: Extra;
  /** Whether its text is out of sight, as the notebook wants it at first. */
  readonly folded: Signal<boolean>;
}

export interface Extra {
  /** nbformat's id. */
  id?: string;
  /** What a `.py` file says behind `# %%`, but for kind and tags: a title, mostly. */
  mark?: string;
  metadata?: Record<string, unknown>;
  attachments?: Record<string, Record<string, string>>;
}

/** A cell as plain data. */
export interface KeptCell {
  kind: CellKind;
  source: string;
  engine?: Engine | null;
  outcome?: Outcome;
  ran?: Omit<Ran, "life" | "turn"> | null;
  output?: Kept[];
  extra?: Extra;
}

let last = 0;

export function makeCell(kept: KeptCell = { kind: "code", source: "" }): Cell {
  const outcome = kept.outcome ?? "new";
  const broken = outcome === "running" || outcome === "waiting";
  const cell: Cell = {
    id: ++last,
    kind: signal(kept.kind),
    source: signal(kept.source),
    outcome: signal(broken ? "lost" : outcome),
    ran: signal(kept.ran ? { ...kept.ran, life: 0, turn: 0 } : null),
    output: new Output(),
    engine: signal(kept.engine ?? null),
    extra: kept.extra ?? {},
    folded: signal(canFold(kept)),
  };
  if (kept.output) cell.output.restore(kept.output);
  return cell;
}

/** Whether a notebook wants the text of a cell out of sight: the tag is Jupyter Book's, the setting JupyterLab's. */
export function canFold({ extra }: { extra?: Extra }): boolean {
  const { tags, jupyter } = extra?.metadata ?? {};
  return (Array.isArray(tags) && tags.includes("hide-input")) || (jupyter as { source_hidden?: unknown } | undefined)?.source_hidden === true;
}

export function keepCell(cell: Cell): KeptCell {
  const kept: KeptCell = { kind: cell.kind.peek(), source: cell.source.peek() };
  if (cell.engine.peek()) kept.engine = cell.engine.peek();
  if (cell.outcome.peek() !== "new") kept.outcome = cell.outcome.peek();
  const ran = cell.ran.peek();
  if (ran) {
    const { life: _life, turn: _turn, ...rest } = ran;
    kept.ran = rest;
  }
  if (!cell.output.empty) kept.output = cell.output.keep();
  if (Object.keys(cell.extra).length) kept.extra = cell.extra;
  return kept;
}
