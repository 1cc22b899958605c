// One line of a terminal: text with styled runs, which can be written over.

import { sameStyle, type Style } from "./style";

export interface Segment {
  text: string;
  style: Style;
}

/** A line longer than this keeps its beginning and its end. */
export const LONGEST_LINE = 10_000;
const KEPT_HEAD = 6_000;
const KEPT_TAIL = 1_000;

export class Line {
  private parts: Segment[] = [];
  length = 0;
  /** How many characters were left out after the first `KEPT_HEAD`. */
  cut = 0;

  /** Write over what is at a place, or append; returns the place behind it. */
  write(at: number, text: string, style: Style): number {
    if (at > this.length) {
      text = " ".repeat(at - this.length) + text;
      at = this.length;
    }
    if (at === this.length) this.append(text, style);
    else this.replace(at, text, style);
    const shortened = this.shorten();
    return at + text.length - shortened;
  }

  /** Erase from a place on, or all up to it. */
  erase(from: number, to: number, style: Style): void {
    if (to >= this.length) {
      this.parts = slice(this.parts, 0, from);
      this.length = Math.min(this.length, from);
    } else if (to > from) this.replace(from, " ".repeat(to - from), style);
  }

  segments(): Segment[] {
    if (!this.cut) return this.parts;
    const count = this.cut.toLocaleString("en");
    const note: Segment = { text: ` … ${count} characters left out … `, style: { stream: "stdout", dim: true, italic: true } };
    return [...slice(this.parts, 0, KEPT_HEAD), note, ...slice(this.parts, KEPT_HEAD, this.length)];
  }

  text(): string {
    return this.segments().map((part) => part.text).join("");
  }

  /** Where so many characters from a place on end. */
  private after(at: number, characters: number): number {
    const plain = this.plain();
    for (let count = 0; count < characters && at < plain.length; count++) at += plain.codePointAt(at)! > 0xffff ? 2 : 1;
    return at;
  }

  private plain(): string {
    return this.parts.map((part) => part.text).join("");
  }

  /** Where the character before a place begins. */
  before(at: number): number {
    if (at <= 0) return 0;
    const plain = this.plain();
    const pair = /[\uDC00-\uDFFF]/.test(plain[at - 1] ?? "") && /[\uD800-\uDBFF]/.test(plain[at - 2] ?? "");
    return at - (pair ? 2 : 1);
  }

  private append(text: string, style: Style): void {
    const last = this.parts.at(-1);
    if (last && sameStyle(last.style, style)) last.text += text;
    else if (text) this.parts.push({ text, style });
    this.length += text.length;
  }

  private replace(at: number, text: string, style: Style): void {
    const after = slice(this.parts, this.after(at, Array.from(text).length), this.length);
    this.parts = slice(this.parts, 0, at);
    this.length = at;
    this.append(text, style);
    for (const part of after) this.append(part.text, part.style);
  }

  private shorten(): number {
    if (this.length <= LONGEST_LINE) return 0;
    const left = this.length - KEPT_HEAD - KEPT_TAIL;
    const rest = slice(this.parts, this.length - KEPT_TAIL, this.length);
    this.parts = [...slice(this.parts, 0, KEPT_HEAD), ...rest];
    this.length = KEPT_HEAD + KEPT_TAIL;
    this.cut += left;
    return left;
  }
}

function slice(parts: readonly Segment[], from: number, to: number): Segment[] {
  const found: Segment[] = [];
  let at = 0;
  for (const { text, style } of parts) {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (piece) found.push({ text: piece, style });
    at += text.length;
    if (at >= to) break;
  }
  return found;
}
