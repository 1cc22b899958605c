// The cells of one notebook, and what can be done with them. Deleting, moving, adding can be undone; typing is undone in
// the editor.

import { signal } from "@preact/signals";
import type { Engine } from "../worker/protocol";
import { keepCell, makeCell, type Cell, type CellKind, type KeptCell } from "./cell";

export interface KeptNotebook {
  name: string;
  cells: KeptCell[];
  engine?: Engine;
  /** Deleted cells, the latest last, with the places where they were. */
  deleted?: { at: number; cell: KeptCell }[];
  /** The notebook's metadata in nbformat: kept for the export. */
  metadata?: Record<string, unknown>;
}

interface Step {
  label: string;
  undo(): Cell | null;
  redo(): Cell | null;
}

const MOST_STEPS = 200;
const MOST_DELETED = 20;

export class Notebook {
  readonly name = signal("Notebook");
  readonly cells = signal<readonly Cell[]>([]);
  readonly engine = signal<Engine>("bytescope");
  /** Changes with everything that is to be saved. */
  readonly revision = signal(0);
  readonly canUndo = signal<string | null>(null);
  readonly canRedo = signal<string | null>(null);
  metadata: Record<string, unknown> | undefined;
  private done: Step[] = [];
  private undone: Step[] = [];
  private deleted: { at: number; cell: Cell }[] = [];

  constructor(kept?: KeptNotebook) {
    this.load(kept ?? { name: "Notebook", cells: [] });
  }

  private load(kept: KeptNotebook): void {
    this.name.value = kept.name;
    this.engine.value = kept.engine ?? "bytescope";
    this.metadata = kept.metadata;
    this.cells.value = kept.cells.length ? kept.cells.map(makeCell) : [makeCell()];
    for (const { at, cell } of kept.deleted ?? []) {
      const deleted = { at, cell: makeCell(cell) };
      this.deleted.push(deleted);
      this.done.push(this.deletion(deleted));
    }
    this.note();
  }

  keep(): KeptNotebook {
    const kept: KeptNotebook = { name: this.name.peek(), cells: this.cells.peek().map(keepCell) };
    if (this.engine.peek() !== "bytescope") kept.engine = this.engine.peek();
    if (this.metadata) kept.metadata = this.metadata;
    if (this.deleted.length) kept.deleted = this.deleted.map(({ at, cell }) => ({ at, cell: keepCell(cell) }));
    return kept;
  }

  touch(): void {
    this.revision.value++;
  }

  indexOf(cell: Cell): number {
    return this.cells.peek().indexOf(cell);
  }

  find(id: number): Cell | undefined {
    return this.cells.peek().find((cell) => cell.id === id);
  }

  /** The number that the reader sees, from 1; 0 for a cell that is not there. */
  numberOf(cell: Cell): number {
    return this.cells.value.indexOf(cell) + 1;
  }

  engineOf(cell: Cell): Engine {
    return cell.engine.value ?? this.engine.value;
  }

  /** Have a cell run by an interpreter. */
  choose(cell: Cell, engine: Engine): void {
    cell.engine.value = engine === this.engine.peek() ? null : engine;
    this.touch();
  }

  edit(cell: Cell, source: string): void {
    if (cell.source.peek() === source) return;
    cell.source.value = source;
    this.touch();
  }

  add(at: number, kind: CellKind = "code", source = ""): Cell {
    const cell = makeCell({ kind, source });
    this.do({
      label: "adding a cell",
      undo: () => this.takeOut(cell),
      redo: () => this.putIn(at, cell),
    });
    return cell;
  }

  /** Take a cell out; the neighbour that is next in line is returned. There is always a cell to type in. */
  delete(cell: Cell): Cell {
    const at = this.indexOf(cell);
    const deleted = { at, cell };
    this.deleted.push(deleted);
    if (this.deleted.length > MOST_DELETED) this.deleted.shift();
    this.do(this.deletion(deleted));
    const rest = this.cells.peek();
    return rest[Math.min(at, rest.length - 1)]!;
  }

  private deletion(deleted: { at: number; cell: Cell }): Step {
    const { at, cell } = deleted;
    let filler: Cell | null = null;
    return {
      label: "deleting a cell",
      undo: () => {
        this.deleted = this.deleted.filter((other) => other !== deleted);
        const cells = this.cells.peek();
        const lone = cells.length === 1 && cells[0]!.source.peek() === "" && cells[0]!.outcome.peek() === "new";
        if (lone && (filler === null || filler === cells[0])) this.takeOut(cells[0]!);
        return this.putIn(at, cell);
      },
      redo: () => {
        if (!this.deleted.includes(deleted)) this.deleted.push(deleted);
        this.takeOut(cell);
        if (!this.cells.peek().length) this.putIn(0, (filler = makeCell()));
        return this.cells.peek()[Math.min(at, this.cells.peek().length - 1)]!;
      },
    };
  }

  /** Move a cell by so many places; false if it is at the end already. */
  move(cell: Cell, by: number): boolean {
    const from = this.indexOf(cell);
    const to = Math.max(0, Math.min(from + by, this.cells.peek().length - 1));
    if (from === to) return false;
    this.do({
      label: "moving a cell",
      undo: () => (this.takeOut(cell), this.putIn(from, cell)),
      redo: () => (this.takeOut(cell), this.putIn(to, cell)),
    });
    return true;
  }

  turn(cell: Cell, kind: CellKind): void {
    const before = cell.kind.peek();
    if (before === kind) return;
    const set = (to: CellKind): Cell => ((cell.kind.value = to), cell);
    this.do({ label: "changing a cell's kind", undo: () => set(before), redo: () => set(kind) });
  }

  /** Take the last step back; the cell that it was about is returned. */
  undo(): { label: string; cell: Cell | null } | null {
    const step = this.done.pop();
    if (!step) return null;
    const cell = step.undo();
    this.undone.push(step);
    this.note();
    return { label: step.label, cell };
  }

  redo(): { label: string; cell: Cell | null } | null {
    const step = this.undone.pop();
    if (!step) return null;
    const cell = step.redo();
    this.done.push(step);
    this.note();
    return { label: step.label, cell };
  }

  private do(step: Step): void {
    step.redo();
    this.done.push(step);
    if (this.done.length > MOST_STEPS) this.done.shift();
    this.undone = [];
    this.note();
  }

  private note(): void {
    this.canUndo.value = this.done.at(-1)?.label ?? null;
    this.canRedo.value = this.undone.at(-1)?.label ?? null;
    this.touch();
  }

  private putIn(at: number, cell: Cell): Cell {
    this.cells.value = this.cells.peek().toSpliced(Math.min(at, this.cells.peek().length), 0, cell);
    return cell;
  }

  private takeOut(cell: Cell): null {
    this.cells.value = this.cells.peek().filter((other) => other !== cell);
    return null;
  }
}
