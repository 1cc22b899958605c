// What is shown under a cell: text, pictures, a value, a traceback and the page's own remarks, in the order in which they came.

import { signal } from "@preact/signals";
import type { Stream } from "../worker/protocol";
import { pictureFrom, type Picture } from "./pictures";
import { Terminal } from "./terminal";

export type Item =
  | { kind: "text"; terminal: Terminal }
  | { kind: "picture"; picture: Picture; value: boolean }
  | { kind: "value"; text: string }
  | { kind: "traceback"; text: string }
  | { kind: "note"; text: string; tone: "hint" | "plain" };

/** How items are kept and sent: plain data. */
export type Kept =
  | { kind: "text"; pieces: { text: string; stream: "stdout" | "stderr" | "typed" }[] }
  | { kind: "picture"; picture: Picture; value: boolean }
  | { kind: "value" | "traceback"; text: string }
  | { kind: "note"; text: string; tone: "hint" | "plain" };

const MOST_ITEMS = 500;
const MOST_KEPT = 60_000;

export class Output {
  items: Item[] = [];
  /** Changes with every change of the items. */
  readonly revision = signal(0);
  /** Whether the program waits for a line of input. */
  readonly asking = signal(false);
  private next: number | undefined;

  write(text: string, stream: Stream): void {
    if (stream === "picture") {
      const picture = pictureFrom(parsed(text));
      if (picture) this.add({ kind: "picture", picture, value: false });
      return;
    }
    this.terminal().write(text, stream);
    this.changed();
  }

  typed(text: string): void {
    this.terminal().write(`${text}\n`, "typed");
    this.changed();
  }

  add(item: Item): void {
    if (this.items.length < MOST_ITEMS) this.items.push(item);
    else if (this.items.length === MOST_ITEMS) {
      this.items.push({ kind: "note", text: `More than ${MOST_ITEMS} pictures and texts: the rest is not shown.`, tone: "plain" });
    }
    this.changed();
  }

  clear(): void {
    this.items = [];
    this.asking.value = false;
    this.changed();
  }

  /** The text before the place where the reader types. */
  prompt(): string {
    const last = this.items.at(-1);
    return last?.kind === "text" ? last.terminal.prompt().trim() : "";
  }

  get empty(): boolean {
    return this.items.length === 0;
  }

  keep(): Kept[] {
    let left = MOST_KEPT;
    const kept: Kept[] = [];
    for (const item of this.items) {
      const data: Kept = item.kind === "text" ? { kind: "text", pieces: item.terminal.pieces() } : item;
      left -= JSON.stringify(data).length;
      if (left < 0) {
        kept.push({ kind: "note", text: "The rest of this output was too long to be kept.", tone: "plain" });
        break;
      }
      kept.push(data);
    }
    return kept;
  }

  restore(kept: readonly Kept[]): void {
    this.items = kept.map((data): Item => {
      if (data.kind !== "text") return data;
      const terminal = new Terminal();
      for (const piece of data.pieces) terminal.write(piece.text, piece.stream);
      return { kind: "text", terminal };
    });
    this.changed();
  }

  private terminal(): Terminal {
    const last = this.items.at(-1);
    if (last?.kind === "text") return last.terminal;
    const terminal = new Terminal();
    this.items.push({ kind: "text", terminal });
    return terminal;
  }

  /** Tell the view, but not more often than it can paint. */
  private changed(): void {
    this.next ??= setTimeout(() => {
      this.next = undefined;
      this.revision.value++;
    }, 16) as unknown as number;
  }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
