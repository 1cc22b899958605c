// The stepper: a position in a recording that moves in both directions.

import { parse, type Expression } from "./expressions";
import type { Recording } from "./recording";
import { Cursor, type Frame } from "./state";

/** A place or an event to stop at; what is left out is not asked for. */
export interface Breakpoint {
  line?: number;
  file?: string;
  function?: string;
  exception?: boolean;
  condition?: string;
}

export class Stepper {
  readonly cursor: Cursor;
  breakpoints: readonly Breakpoint[] = [];
  private readonly raises: ReadonlySet<number>;

  constructor(
    readonly recording: Recording,
    step = 0,
  ) {
    this.cursor = new Cursor(recording.tape);
    this.raises = new Set(recording.index.raises.map((each) => each.step));
    this.cursor.go(step);
  }

  get step(): number {
    return this.cursor.step;
  }

  get frames(): Frame[] {
    return this.cursor.frames;
  }

  go(step: number): number {
    this.cursor.go(step);
    return this.step;
  }

  /** To the next instruction, of whatever frame. */
  instruction(back = false): number {
    return this.first(back, () => true);
  }

  /** To the next line, of whatever frame. */
  into(back = false): number {
    return this.first(back, (step) => this.recording.index.beginsLine(step));
  }

  /** To the next line of this frame; at its end, into its caller. */
  over(back = false): number {
    const { index, tape } = this.recording;
    if (this.step >= tape.steps) return back ? this.into(back) : this.step;
    const { number } = tape.frame(this.step);
    const following = (step: number): number | null => (back ? index.previousOf(number, step) : index.nextOf(number, step));
    for (let step = following(this.step); step !== null; step = following(step)) if (index.comesToLine(step)) return this.go(step);
    return this.out(back);
  }

  /** To where the caller goes on, or back to where it has called; to the end if there is none. */
  out(back = false): number {
    const { index, tape } = this.recording;
    if (this.step < tape.steps) {
      const parent = index.parent(tape.frame(this.step).number, this.step);
      const step = parent === null ? null : back ? index.previousOf(parent, this.step) : index.nextOf(parent, this.step);
      if (step !== null) return this.go(step);
    }
    return this.go(back ? 0 : tape.steps);
  }

  /** To the next breakpoint, or to the end. */
  run(back = false): number {
    const wanted = this.breakpoints.map((each) => ({ each, condition: each.condition === undefined ? null : parse(each.condition) }));
    return this.first(back, (step) => wanted.some(({ each, condition }) => this.reached(each, condition, step)));
  }

  private first(back: boolean, wanted: (step: number) => boolean): number {
    const { steps } = this.recording;
    for (let step = this.step + (back ? -1 : 1); back ? step >= 0 : step < steps; step += back ? -1 : 1) {
      if (wanted(step)) return this.go(step);
    }
    return this.go(back ? 0 : steps);
  }

  private reached(each: Breakpoint, condition: Expression | null, step: number): boolean {
    const { index, tape } = this.recording;
    const code = tape.code(step);
    if (each.file !== undefined && code.source !== each.file) return false;
    if (each.line !== undefined && (tape.instruction(step).position?.[0] !== each.line || !index.beginsLine(step))) return false;
    if (each.function !== undefined && (code.name !== each.function || index.previousOf(tape.frame(step).number, step) !== null)) return false;
    if (each.exception && !this.raises.has(step)) return false;
    if (condition === null) return true;
    this.cursor.go(step);
    return this.recording.holds(condition, this.cursor);
  }
}
