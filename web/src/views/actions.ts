// What the reader can do to cells, with the focus going where it should afterwards.

import type { Cell, CellKind } from "../model/cell";
import { isValid } from "../model/invitation";
import type { Kernel } from "../model/kernel";
import { STEPS } from "../model/take";
import type { Engine } from "../worker/protocol";
import { editorOf } from "./editor";
import { fetchSteps } from "./use_steps";

export class Actions {
  constructor(readonly kernel: Kernel) {}

  private get notebook() {
    return this.kernel.notebook;
  }

  run(cell: Cell): void {
    this.kernel.runCells([cell]);
  }

  runWith(cell: Cell, engine: Engine): void {
    this.notebook.choose(cell, engine);
    this.run(cell);
  }

  /** Step through a cell: as a link says that leads to it, if one does. */
  step(cell: Cell, keep?: number, following = false): void {
    void fetchSteps();
    const { invitation, steps } = this.kernel;
    steps.value = keep ?? STEPS;
    const invited = invitation.peek();
    if (invited?.cell !== cell || !isValid(invited)) return this.kernel.step(cell, { following });
    invitation.value = null;
    const [last, ...before] = invited.runs.toReversed();
    this.kernel.step(cell, { answers: last!.answers, step: invited.step, following }, before.toReversed().map((run) => [run.cell, run.answers] as const));
  }

  /** Run and go on to the next cell; there is always one. */
  runAndGoOn(cell: Cell): void {
    this.run(cell);
    const cells = this.notebook.cells.peek();
    const next = cells[cells.indexOf(cell) + 1] ?? this.notebook.add(cells.length);
    this.focus(next, !next.folded.peek());
  }

  runToHere(cell: Cell): void {
    const cells = this.notebook.cells.peek();
    this.kernel.runCells(cells.slice(0, cells.indexOf(cell) + 1));
  }

  runFromHere(cell: Cell): void {
    const cells = this.notebook.cells.peek();
    this.kernel.runCells(cells.slice(cells.indexOf(cell)));
  }

  add(at: number, kind: CellKind = "code"): void {
    this.focus(this.notebook.add(at, kind));
  }

  addBelow(cell: Cell): void {
    this.add(this.notebook.indexOf(cell) + 1);
  }

  delete(cell: Cell): void {
    this.kernel.forget(cell);
    if (this.kernel.current.peek() === cell) this.kernel.stop();
    const next = this.notebook.delete(cell);
    this.kernel.said.value = "The cell is deleted. Undo brings it back.";
    this.focus(next, false);
  }

  move(cell: Cell, by: number): void {
    if (!this.notebook.move(cell, by)) return;
    this.kernel.said.value = `This is now cell ${this.notebook.indexOf(cell) + 1}.`;
    this.focus(cell, null);
  }

  turn(cell: Cell, kind: CellKind): void {
    this.kernel.forget(cell);
    this.notebook.turn(cell, kind);
    this.focus(cell);
  }

  undo(): void {
    this.tell(this.notebook.undo(), "Undone");
  }

  redo(): void {
    this.tell(this.notebook.redo(), "Done again");
  }

  private tell(step: { label: string; cell: Cell | null } | null, word: string): void {
    this.kernel.said.value = step ? `${word}: ${step.label}.` : "There is nothing to undo.";
    if (step) this.focus(step.cell ?? this.notebook.cells.peek()[0]!, false);
  }

  /** Have a cell on the screen, the focus where it is. */
  reveal(cell: Cell): void {
    requestAnimationFrame(() => document.getElementById(`cell-${cell.id}`)?.scrollIntoView({ block: "nearest" }));
  }

  /** Show a cell and put the focus into its editor, onto it, or where it was in it (null). */
  focus(cell: Cell, inside: boolean | null = true, patience = 10): void {
    const before = document.activeElement;
    if (inside) cell.folded.value = false;
    requestAnimationFrame(() => {
      const element = document.getElementById(`cell-${cell.id}`);
      const editor = editorOf(cell);
      if (!element || (inside && !editor && patience > 0)) {
        element?.scrollIntoView({ block: "nearest" });
        if (patience > 0) this.focus(cell, inside, patience - 1); // it is about to be shown
        return;
      }
      if (inside === null && before && element.contains(before)) (before as HTMLElement).focus();
      else if (inside && editor) editor.focus();
      else element.focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
    });
  }
}
