// A link that leads to a step: which cells are run for it, with which answers, once the reader presses Step.

import type { Cell } from "./cell";
import type { Kernel } from "./kernel";
import type { KeptNotebook, Notebook } from "./notebook";
import type { Answer, Take } from "./take";

/** What a link says of a step. The last of the runs is that of the cell; cells are numbered from 0. */
export interface SharedStep {
  at: number;
  runs: [cell: number, answers: Answer[]][];
}

export interface Invitation {
  cell: Cell;
  step: number;
  runs: { cell: Cell; source: string; answers: Answer[] }[];
}

/** The cells that have run in this interpreter up to a take, in order, and a step of it. */
export function sharedStep(kernel: Kernel, take: Take, at: number): SharedStep {
  const cells = kernel.notebook.cells.peek();
  const life = kernel.life.peek();
  const turn = take.cell.ran.peek()?.turn ?? 0;
  const runs = cells.flatMap((cell, index) => {
    const ran = cell.ran.peek();
    return ran?.life === life && ran.turn <= turn ? [{ index, ran }] : [];
  });
  runs.sort((one, other) => one.ran.turn - other.ran.turn);
  return { at, runs: runs.map(({ index, ran }) => [index, ran.answers ?? []]) };
}

/** What a link asks for, if the notebook still is what the link has brought. */
export function invitationFrom(notebook: Notebook, kept: KeptNotebook, { at, runs }: SharedStep): Invitation | null {
  const cells = notebook.cells.peek();
  const found = runs.map(([index, answers]) => ({ cell: cells[index], source: kept.cells[index]?.source ?? "", answers }));
  const invitation = { cell: found.at(-1)?.cell, step: at, runs: found };
  return isValid(invitation) ? invitation : null;
}

/** Whether the cells are there and unchanged. */
export function isValid(invitation: { cell: Cell | undefined; step: number; runs: { cell: Cell | undefined; source: string; answers: Answer[] }[] }): invitation is Invitation {
  return invitation.cell !== undefined && invitation.runs.every(({ cell, source }) => cell?.kind.peek() === "code" && cell.source.peek() === source);
}
