// The viewer's model: a position in a recording, and what is asked there. It knows no document.

import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { NoExpression, NotRecorded } from "../recording/errors";
import type { Origin } from "../recording/origins";
import { lowerBound } from "../recording/lines";
import type { Divergence } from "../recording/compare";
import { placeOf } from "../recording/places";
import type { Recording } from "../recording/recording";
import type { Cursor, Frame } from "../recording/state";
import { Stepper, type Breakpoint } from "../recording/stepper";
import { FrameOwner, type Code } from "../recording/tape";
import { changesOf, type Changes } from "./changes";
import type { Margin } from "./margin";
import { sentence } from "./sentence";
import { watchOf, type Watch } from "./watch";

export const MOVES = ["instruction", "into", "over", "out", "run"] as const;
export type Move = (typeof MOVES)[number];

export const PANES = [
  "source", "bytecode", "graph", "stack", "frames", "objects", "heap", "output", "why", "calls", "lines", "compare",
] as const;
export type Pane = (typeof PANES)[number];

/** Panes that share a place on wide screens. */
export const DECKS: readonly (readonly Pane[])[] = [["bytecode", "graph"], ["objects", "heap"], ["why", "calls", "lines", "compare"]];

/** What is shown at a step. `frames` are those of the stack, the selected one is `frame`; at the end there is none. */
export interface Shown {
  step: number;
  cursor: Cursor;
  frames: Frame[];
  frame: Frame | null;
  code: Code | null;
  changes: Changes;
  sentence: string;
}

/** The answer to "why", or why there is none. */
export interface Answer {
  name: string;
  step: number;
  origin: Origin | null;
  refusal: string;
}

/** Another run to compare with, where it differs first, and a position in it. */
export interface Other {
  title: string;
  divergence: Divergence | null;
  cursor: Cursor;
}

/** A run that can be compared with at once: its title, and how it is read. */
export interface Earlier {
  title: string;
  read(): Promise<Recording>;
}

export class Viewer {
  readonly stepper: Stepper;
  readonly shown: ReadonlySignal<Shown>;
  /** Which frame of the stack is looked at; 0 is the one that executes. */
  readonly selected = signal(0);
  /** The pane that was chosen last, which is the one that narrow screens show. */
  readonly pane = signal<Pane>("source");
  /** Of panes that share a place, those in front. */
  readonly front = signal<ReadonlySet<Pane>>(new Set(DECKS.map(([first]) => first!)));
  /** Whether bytecode is shown as CPython has it, not as the machine executes it. */
  readonly raw = signal(false);
  /** What stands beside the lines of the source. */
  readonly margin: Signal<Margin>;
  /** The place whose writes are shown. */
  readonly watched = signal<Watch | null>(null);
  readonly other = signal<Other | null>(null);
  /** The run before this one, where there is one. */
  earlier: Earlier | null = null;
  /** Lines to stop at, as "line:file". */
  readonly breakpoints = signal<ReadonlySet<string>>(new Set());
  readonly stopsAtExceptions = signal(true);
  readonly answer = signal<Answer | null>(null);
  readonly found = signal("");
  /** The object that is looked at, by its number. */
  readonly object = signal<number | null>(null);
  /** The steps at which exceptions came up. */
  readonly raises: readonly number[];
  /** By "line:file", the steps at which control comes to a line. */
  private readonly comings: ReadonlyMap<string, number[]>;
  private readonly threads: readonly number[];
  private readonly position = signal({ step: 0, since: 0 });

  constructor(
    readonly recording: Recording,
    readonly title: string,
    step = 0,
  ) {
    this.stepper = new Stepper(recording);
    this.margin = signal(recording.tape.remarks.length ? "taint" : "passes");
    this.raises = [...new Set(recording.index.raises.map((each) => each.step))];
    this.comings = comingsOf(recording);
    this.threads = [...new Set(recording.tape.owners.flatMap((each) => (each instanceof FrameOwner ? [each.thread] : [])))];
    this.shown = computed(() => this.look());
    effect(() => this.bringForward(this.pane.value));
    this.go(Math.min(Math.max(step, 0), recording.steps));
  }

  get steps(): number {
    return this.recording.steps;
  }

  /** Which thread of the run executes a frame, by its name or as they came; "" if there is but one. */
  threadOf(frame: Frame): string {
    if (this.threads.length < 2 && frame.thread === null) return "";
    return `thread ${frame.thread ?? this.threads.indexOf(frame.owner.thread) + 1}`;
  }

  private bringForward(pane: Pane): void {
    const deck = DECKS.find((each) => each.includes(pane));
    if (deck) this.front.value = new Set([...this.front.peek()].filter((each) => !deck.includes(each)).concat(pane));
  }

  // --- moves

  go(step: number): void {
    this.moved(() => this.stepper.go(Math.min(Math.max(Math.round(step), 0), this.steps)), true);
  }

  move(how: Move, back = false): void {
    this.moved(() => {
      const start = this.stepper.step;
      if (how === "run") this.stepper.breakpoints = this.wanted;
      const end = this.stepper[how](back);
      const passed = this.stops.filter((step) => (back ? end < step && step < start : start < step && step < end));
      return passed.length ? this.stepper.go(passed.reduce((one, other) => (back ? Math.max(one, other) : Math.min(one, other)))) : end;
    });
  }

  /** What is marked as changed is what a move forward has passed; after a jump or a move back, what the last step did. */
  private moved(move: () => number, jumps = false): void {
    const before = this.stepper.step;
    const step = move();
    batch(() => {
      this.position.value = { step, since: before < step && !jumps ? before : Math.max(0, step - 1) };
      this.selected.value = 0;
    });
  }

  private get wanted(): Breakpoint[] {
    const lines = [...this.breakpoints.value].map((each): Breakpoint => {
      const colon = each.indexOf(":");
      return { line: Number(each.slice(0, colon)), file: each.slice(colon + 1) };
    });
    return this.stopsAtExceptions.value ? [...lines, { exception: true }] : lines;
  }

  // --- what is there

  private look(): Shown {
    const { step, since } = this.position.value;
    const { recording } = this;
    const { cursor } = this.stepper;
    const { frames } = cursor;
    const frame = frames[Math.min(this.selected.value, frames.length - 1)] ?? null;
    const code = frame?.code ?? (recording.steps ? recording.tape.code(recording.steps - 1) : null);
    const changes = changesOf(recording.tape, since, step);
    return { step, cursor, frames, frame, code, changes, sentence: sentence(recording, cursor) };
  }

  /** How often control has come to a line up to this step. */
  passes(line: number, file: string): number {
    const steps = this.comings.get(`${line}:${file}`) ?? [];
    return lowerBound(steps, this.stepper.step + 1);
  }

  /** The steps at which control comes to breakpoints. */
  get stops(): number[] {
    return [...this.breakpoints.value].flatMap((each) => this.comings.get(each) ?? []);
  }

  // --- questions

  toggleBreakpoint(line: number, file: string): void {
    const changed = new Set(this.breakpoints.value);
    if (!changed.delete(`${line}:${file}`)) changed.add(`${line}:${file}`);
    this.breakpoints.value = changed;
  }

  why(name: string): void {
    const { step } = this.shown.value;
    this.pane.value = "why";
    const answer: Answer = { name, step, origin: null, refusal: "" };
    try {
      answer.origin = this.recording.why(name, step, this.selected.value);
    } catch (error) {
      answer.refusal = refusal(error);
    }
    this.answer.value = answer;
  }

  /** Watch what a name, an attribute or an item means here; what is watched already, no more. */
  watch(text: string): void {
    if (this.watched.value?.text === text) {
      this.watched.value = null;
      return;
    }
    const { frame, step } = this.shown.value;
    try {
      if (!frame) throw new RangeError("no frame");
      const watch = watchOf(this.recording, text, placeOf(text, frame));
      if (!watch.writes.length) throw new NotRecorded(`${text} is never written in this recording`);
      this.watched.value = watch;
    } catch (error) {
      this.answer.value = { name: text, step, origin: null, refusal: refusal(error) };
      this.pane.value = "why";
    }
  }

  /** Go to where what is watched changes next, or did last: behind the step that has written. */
  toChange(back = false): void {
    const { changes = [] } = this.watched.value ?? {};
    const { step } = this.stepper;
    const at = back ? lowerBound(changes, step) - 1 : lowerBound(changes, step + 1);
    this.go(changes[at] ?? (back ? 0 : this.steps));
  }

  /** Go to the next pass of a line, or to its first one if there is none. */
  toLine(line: number, file: string): void {
    const steps = this.comings.get(`${line}:${file}`) ?? [];
    const step = steps[lowerBound(steps, this.stepper.step + 1)] ?? steps[0];
    if (step !== undefined) this.go(step);
  }

  /** Show another run beside this one. */
  compareWith(other: Recording, title: string): void {
    this.other.value = { title, divergence: this.recording.compare(other), cursor: other.at(0) };
    this.pane.value = "compare";
  }

  /** Go to the next step at which an expression is true, or the previous one. */
  find(condition: string, back = false): void {
    try {
      const step = this.recording.find(condition, this.stepper.step + (back ? -1 : 1), back);
      const where = back ? "before" : "after";
      this.found.value = step === null ? `${condition} holds at no line ${where} this step` : `${condition} holds at step ${step.toLocaleString("en")}`;
      if (step !== null) this.go(step);
    } catch (error) {
      this.found.value = refusal(error);
    }
  }
}

function comingsOf({ index, tape }: Recording): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const ofCodes = new Map<Code, (number[] | undefined)[]>();
  for (let step = 0; step < tape.steps; step++) {
    if (!index.beginsLine(step)) continue;
    const code = tape.code(step);
    const at = tape.index(step);
    let known = ofCodes.get(code);
    if (!known) ofCodes.set(code, (known = []));
    let steps = known[at];
    if (!steps) {
      const key = `${code.starts.get(at)}:${code.source}`;
      found.set(key, (known[at] = steps = found.get(key) ?? []));
    }
    steps.push(step);
  }
  return found;
}

function refusal(error: unknown): string {
  if (error instanceof NoExpression || error instanceof NotRecorded) return error.message;
  if (error instanceof RangeError) return "there is no frame at the end";
  throw error;
}
