// The worker's end: what the interpreter's streams, input and sleep do, with shared memory or without.

import {
  ANSWERED, ANSWER_LENGTH, INTERRUPT, WAKE,
  type Place, type Report, type Shared, type Stream,
} from "./protocol";
import { RingWriter } from "./ring";

/** What `bytescope_page.runner` gets. */
export interface Bridge {
  /** Whether reading and sleeping block the worker; otherwise they give promises. */
  blocks: boolean;
  write(cell: number, stream: Stream, text: string): void;
  show(cell: number, data: string): void;
  read_line(cell: number): string | undefined | Promise<string | undefined>;
  nap(seconds: number): boolean | Promise<boolean>;
  stopping(place: string): void;
  tasks(cells: string): void;
  recorded(data: PyBytes): void;
}

/** Bytes of Python's. */
interface PyBytes {
  getBuffer(type: "u8"): { data: Uint8Array<ArrayBuffer>; release(): void };
}

export type Post = (report: Report, transfer?: Transferable[]) => void;

abstract class Base {
  /** The run that goes on. */
  run = 0;

  constructor(protected readonly post: Post) {}

  recorded(data: PyBytes): void {
    const buffer = data.getBuffer("u8");
    const copy = buffer.data.slice().buffer;
    buffer.release();
    this.post({ event: "recorded", run: this.run, data: copy }, [copy]);
  }

  stopping(place: string): void {
    this.post({ event: "stopping", place: JSON.parse(place) as Place | null });
  }

  tasks(cells: string): void {
    this.post({ event: "tasks", cells: JSON.parse(cells) as number[] });
  }
}

/** With shared memory: the worker waits where it is. */
export class Blocking extends Base implements Bridge {
  readonly blocks = true;
  private readonly control: Int32Array;
  private readonly answer: Uint8Array;
  private readonly ring: RingWriter;

  constructor(post: Post, shared: Shared) {
    super(post);
    this.control = new Int32Array(shared.control);
    this.answer = new Uint8Array(shared.answer);
    this.ring = new RingWriter(shared.ring, () => post({ event: "ring" }), () => this.sleep(20));
  }

  write(cell: number, stream: Stream, text: string): void {
    this.ring.write({ cell, stream, text });
  }

  show(cell: number, data: string): void {
    this.ring.write({ cell, stream: "picture", text: data });
  }

  read_line(cell: number): string | undefined {
    Atomics.store(this.control, ANSWERED, 0);
    this.post({ event: "input", cell });
    while (Atomics.load(this.control, ANSWERED) === 0) {
      if (this.interrupted()) return undefined;
      this.sleep(1000);
    }
    Atomics.store(this.control, ANSWERED, 0);
    return new TextDecoder().decode(this.answer.slice(0, Atomics.load(this.control, ANSWER_LENGTH)));
  }

  nap(seconds: number): boolean {
    const until = performance.now() + seconds * 1000;
    for (let left = seconds * 1000; left > 0; left = until - performance.now()) {
      if (this.interrupted()) return true;
      this.sleep(Math.min(left, 1000));
    }
    return this.interrupted();
  }

  /** Whether Stop was pressed; that is then dealt with. */
  private interrupted(): boolean {
    return Atomics.exchange(this.control, INTERRUPT, 0) !== 0;
  }

  private sleep(milliseconds: number): void {
    Atomics.wait(this.control, WAKE, Atomics.load(this.control, WAKE), milliseconds);
  }
}

const AT_ONCE = 200;
const GATHER = 30;

/** Without shared memory: reading and sleeping give promises, for which a browser with stack switching can wait. */
export class Messages extends Base implements Bridge {
  readonly blocks = false;
  private wake: ((stopped: boolean) => void) | null = null;
  private answered: ((text: string | undefined) => void) | null = null;
  private held: { cell: number; stream: Stream; text: string } | null = null;
  private free = AT_ONCE;
  private last = 0;

  write(cell: number, stream: Stream, text: string): void {
    const now = performance.now();
    this.free = Math.min(AT_ONCE, this.free + (now - this.last) / 5);
    if (this.held && (this.held.cell !== cell || this.held.stream !== stream)) this.flush();
    if (this.held) this.held.text += text;
    else this.held = { cell, stream, text };
    if (this.free >= 1 || now - this.last > GATHER) {
      this.free = Math.max(0, this.free - 1);
      this.last = now;
      this.flush();
    }
  }

  show(cell: number, data: string): void {
    this.flush();
    this.post({ event: "output", cell, stream: "picture", text: data });
  }

  flush(): void {
    if (this.held) this.post({ event: "output", ...this.held });
    this.held = null;
  }

  read_line(cell: number): Promise<string | undefined> {
    this.flush();
    this.post({ event: "input", cell });
    return new Promise((resolve) => (this.answered = resolve));
  }

  nap(seconds: number): Promise<boolean> {
    this.flush();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), seconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  answer(text: string): void {
    this.answered?.(text);
    this.answered = null;
  }

  /** End whatever is waited for; false if nothing was. */
  interrupt(): boolean {
    const waits = this.answered ?? this.wake;
    this.answered?.(undefined);
    this.wake?.(true);
    this.answered = this.wake = null;
    return waits !== null;
  }
}
