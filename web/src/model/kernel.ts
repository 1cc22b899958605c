// Runs cells, one after the other, in an interpreter that can be stopped and replaced.

import { computed, signal } from "@preact/signals";
import { Interpreter, type Home } from "../worker/client";
import type { Death, Facts, Place } from "../worker/protocol";
import type { Cell } from "./cell";
import type { Invitation } from "./invitation";
import type { Notebook } from "./notebook";
import { parsed } from "./output";
import { resultFrom, type Result } from "./result";
import { STEPS, type Answer, type Plan, type Take } from "./take";
import { afterDeath, endedWith, stoppedAt } from "./words";

export type Status = "off" | "loading" | "ready" | "running" | "failed";

export class Kernel {
  readonly status = signal<Status>("off");
  readonly progress = signal(0);
  readonly facts = signal<Facts | null>(null);
  readonly current = signal<Cell | null>(null);
  /** Cells whose tasks go on. */
  readonly tasks = signal<ReadonlySet<number>>(new Set());
  readonly stopping = signal(false);
  readonly busy = computed(() => this.current.value !== null || this.queue.value.length > 0);
  readonly canStop = computed(() => this.busy.value || this.tasks.value.size > 0);
  /** What a screen reader is told. */
  readonly said = signal("");
  readonly failure = signal("");
  /** The cell at which running came to an end before its time. */
  readonly ended = signal<Cell | null>(null);
  /** File names of texts that ran, with the cell and the text. */
  readonly names = new Map<string, { cell: number; source: string }>();
  /** Which interpreter this is, counted since the notebook was opened. */
  readonly life = signal(0);
  /** The run that was recorded last, and is looked at. */
  readonly take = signal<Take | null>(null);
  /** Where the link leads that has brought the notebook. */
  readonly invitation = signal<Invitation | null>(null);
  /** How many steps of a recording are kept. */
  readonly steps = signal(STEPS);
  private readonly plans = new Map<Cell, Plan>();
  private plan: Plan | null = null;
  private ahead: Answer[] = [];
  private data: Uint8Array | null = null;
  private turn = 0;
  private run = 0;
  private interpreter: Interpreter | null = null;
  private readonly queue = signal<readonly Cell[]>([]);
  private whole = false;

  constructor(
    private readonly home: Home,
    readonly notebook: Notebook,
  ) {}

  get isolated(): boolean {
    return this.interpreter?.isolated ?? false;
  }

  start(): void {
    this.interpreter?.end();
    this.life.value++;
    this.turn = 0;
    this.status.value = "loading";
    this.progress.value = 0;
    this.tasks.value = new Set();
    this.stopping.value = false;
    this.interpreter = this.home.first ?? new Interpreter(this.home);
    this.home.first = null;
    this.interpreter.listen({
      progress: (loaded, total) => (this.progress.value = Math.min(1, loaded / total)),
      ready: (facts) => {
        this.facts.value = facts;
        this.status.value = "ready";
        this.next();
      },
      output: (cell, stream, text) => this.find(cell)?.output.write(text, stream),
      input: (cell) => {
        const output = this.find(cell)?.output;
        if (!output || !this.current.peek()) return;
        output.asking.value = true;
        const given = this.ahead.shift();
        if (given !== undefined) this.answer(given);
        else this.said.value = "The program waits for input.";
      },
      tasks: (cells) => {
        this.tasks.value = new Set(cells);
        if (!this.busy.peek()) this.stopping.value = false;
      },
      recorded: (data) => (this.data = data),
      done: (_run, result) => this.done(resultFrom(parsed(result))),
      dead: (reason, message, place) => this.died(reason, message, place),
    });
  }

  /** Run cells in this order; those that are no code are passed over. */
  runCells(cells: readonly Cell[], whole = false): void {
    const code = cells.filter((cell) => cell.kind.peek() === "code");
    if (!code.length || (whole && this.busy.peek())) return;
    if (this.status.peek() === "off" || this.status.peek() === "failed") this.start();
    this.whole = whole;
    const waiting = new Set(this.queue.peek());
    const added = code.filter((cell) => cell !== this.current.peek() && !waiting.has(cell));
    for (const cell of added) cell.outcome.value = "waiting";
    this.queue.value = [...this.queue.peek(), ...added];
    this.next();
  }

  /** Run a cell, recorded by bytescope, after others; and show its steps. */
  step(cell: Cell, plan: Partial<Plan> = {}, before: readonly (readonly [Cell, readonly Answer[]])[] = []): void {
    for (const [other, answers] of before) this.plans.set(other, { record: false, following: false, answers, step: null });
    this.plans.set(cell, { record: true, following: false, answers: [], step: null, ...plan });
    this.runCells([...before.map(([other]) => other), cell]);
  }

  runAll(): void {
    this.runCells(this.notebook.cells.peek(), true);
  }

  /** End what runs, waits for its turn, or goes on as a task. */
  stop(): void {
    if (this.stopping.peek()) return;
    this.skip("skipped");
    if (!this.current.peek() && !this.tasks.peek().size) return;
    if (this.status.peek() === "loading") return;
    this.stopping.value = true;
    const asking = this.current.peek()?.output.asking;
    if (asking) asking.value = false;
    this.interpreter?.stop();
  }

  /** A new interpreter, on the reader's wish. */
  reset(): void {
    const cell = this.current.peek();
    this.skip("skipped");
    if (cell) {
      cell.output.asking.value = false;
      cell.output.add({ kind: "note", text: "The interpreter was reset while this cell ran.", tone: "plain" });
      cell.outcome.value = "stopped";
    }
    this.current.value = null;
    this.start();
    this.said.value = "The interpreter is new: all names are gone.";
    this.notebook.touch();
  }

  answer(text: string | null): void {
    const cell = this.current.peek();
    if (!cell?.output.asking.peek()) return;
    cell.output.asking.value = false;
    cell.output.typed(text ?? "(no more input)");
    (cell.ran.peek()!.answers ??= []).push(text);
    this.interpreter?.answer(text);
  }

  end(): void {
    this.interpreter?.end();
    this.interpreter = null;
    this.status.value = "off";
  }

  /** Whether a deleted cell still waits for its turn. */
  forget(cell: Cell): void {
    this.queue.value = this.queue.peek().filter((other) => other !== cell);
    this.plans.delete(cell);
    if (cell.outcome.peek() === "waiting") cell.outcome.value = "skipped";
  }

  private next(): void {
    if (this.status.peek() !== "ready" || this.current.peek()) return;
    const [cell, ...rest] = this.queue.peek();
    if (!cell) return;
    this.queue.value = rest;
    if (this.notebook.indexOf(cell) < 0) return this.next();
    this.plan = this.plans.get(cell) ?? null;
    this.plans.delete(cell);
    this.ahead = [...(this.plan?.answers ?? [])];
    this.data = null;
    const record = this.plan?.record ? this.steps.peek() : 0;
    if (this.take.peek()?.cell === cell) this.take.value = null;
    this.current.value = cell;
    this.status.value = "running";
    this.stopping.value = false;
    cell.output.clear();
    cell.outcome.value = "running";
    cell.ran.value = {
      source: cell.source.peek(),
      engine: record ? "bytescope" : this.notebook.engineOf(cell),
      life: this.life.peek(),
      turn: ++this.turn,
      seconds: 0,
      instructions: 0,
      reads: [],
      binds: [],
      answers: [],
    };
    const { source, engine } = cell.ran.peek()!;
    const number = this.notebook.numberOf(cell);
    this.interpreter!.start({ run: ++this.run, cell: cell.id, number, source, engine, record, following: this.plan?.following ?? false });
  }

  private done(result: Result): void {
    const cell = this.current.peek();
    if (!cell) return;
    const ran = cell.ran.peek()!;
    const { seconds, instructions, reads, binds } = result;
    cell.ran.value = { ...ran, seconds, instructions, reads, binds };
    if (result.file) this.names.set(result.file, { cell: cell.id, source: ran.source });
    this.show(cell, result);
    if (this.plan?.record && this.data?.length) {
      const title = `Cell ${this.notebook.numberOf(cell)}`;
      this.take.value = { cell, source: ran.source, title, data: this.data, step: this.plan.step, raised: result.outcome === "raised" };
    }
    this.data = null;
    this.finish(cell, result.outcome);
  }

  private show(cell: Cell, result: Result): void {
    const { output } = cell;
    if (result.picture) output.add({ kind: "picture", picture: result.picture, value: true });
    else if (result.value !== null) output.add({ kind: "value", text: result.value });
    if (result.outcome === "raised") output.add({ kind: "traceback", text: result.traceback });
    if (result.hint) output.add({ kind: "note", text: result.hint, tone: "hint" });
    if (result.outcome === "stopped") output.add({ kind: "note", text: stoppedAt(result.place, result.bound), tone: "plain" });
    if (result.outcome === "ended") output.add({ kind: "note", text: endedWith(result.status), tone: "plain" });
  }

  private finish(cell: Cell, outcome: Cell["outcome"]["value"]): void {
    cell.output.asking.value = false;
    cell.outcome.value = outcome;
    this.current.value = null;
    this.stopping.value = false;
    if (this.status.peek() === "running") this.status.value = "ready";
    const number = this.notebook.numberOf(cell);
    const left = this.queue.peek().length;
    if (outcome !== "ran") {
      this.skip("skipped");
      this.ended.value = null;
      this.ended.value = cell;
    }
    if (outcome !== "ran" || !left) {
      const rest = outcome !== "ran" && left ? ` ${left === 1 ? "One cell was" : `${left} cells were`} not run.` : "";
      const all = outcome === "ran" && this.whole ? "All cells ran." : `Cell ${number} ${outcome}.`;
      this.said.value = all + rest;
    }
    this.notebook.touch();
    this.next();
  }

  private died(reason: Death, message: string, place: Place | null): void {
    this.interpreter = null;
    this.tasks.value = new Set();
    const cell = this.current.peek();
    if (reason === "start") {
      this.skip("skipped");
      if (cell) this.finish(cell, "lost");
      this.failure.value = message;
      this.status.value = "failed";
      return;
    }
    const ran = this.notebook.cells.peek().filter((other) => other.ran.peek()?.life === this.life.peek() && other !== cell);
    const again = ran.map((other) => this.notebook.numberOf(other));
    this.skip("skipped");
    if (cell) {
      if (reason === "stopped") cell.output.add({ kind: "note", text: stoppedAt(place), tone: "plain" });
      cell.output.add({ kind: "note", text: afterDeath(reason, message, again), tone: "hint" });
      this.finish(cell, reason === "stopped" ? "stopped" : reason === "exit" ? "ended" : "raised");
    }
    this.start();
  }

  private skip(outcome: "skipped"): void {
    for (const cell of this.queue.peek()) {
      cell.outcome.value = outcome;
      this.plans.delete(cell);
    }
    this.queue.value = [];
  }

  private find(id: number): Cell | undefined {
    const current = this.current.peek();
    return current?.id === id ? current : this.notebook.find(id);
  }
}
