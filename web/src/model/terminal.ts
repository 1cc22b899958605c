// What a program prints, as a terminal shows it: carriage returns, backspaces and ANSI sequences act. Of very long
// output the beginning and the end are kept.

import { Line, type Segment } from "./line";
import { PLAIN, restyled, type Style } from "./style";

const KEPT_HEAD = 500;
const KEPT_TAIL = 1_000;
const SLACK = 500;
const FURTHEST = 2_000;

const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const SEQUENCE = /^\x1b(?:\[([0-9;:?<=>]*)([ -/]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][\s\S]|[^[\]()*+])/;
const UNFINISHED = /^\x1b(?:\[[0-9;:?<=>]*[ -/]*|\][^\x07\x1b]{0,4096}\x1b?|[()*+])?$/;

export class Terminal {
  private lines: Line[] = [new Line()];
  /** How many lines after the first `KEPT_HEAD` were left out. */
  dropped = 0;
  private row = 0;
  private column = 0;
  private style: Style = PLAIN;
  private rest = "";

  write(text: string, stream: Style["stream"]): void {
    if (this.style.stream !== stream) this.style = { ...this.style, stream };
    text = this.rest + text;
    this.rest = "";
    while (text) {
      const at = text.search(SPECIAL);
      const plain = at < 0 ? text : text.slice(0, at);
      if (plain) this.column = this.line.write(this.column, plain, this.style);
      if (at < 0) break;
      text = this.special(text.slice(at));
    }
    if (this.lines.length > KEPT_HEAD + KEPT_TAIL + SLACK) this.shorten();
  }

  /** Lines before what was left out, and lines after it. */
  parts(): { head: Segment[][]; tail: Segment[][] } {
    const all = this.lines;
    const end = all.at(-1)!.length ? all.length : all.length - 1; // what follows the last line feed is no line yet
    const split = this.dropped ? KEPT_HEAD : end;
    const shown = (lines: Line[]): Segment[][] => lines.map((line) => line.segments());
    return { head: shown(all.slice(0, split)), tail: shown(all.slice(split, end)) };
  }

  /** The text, with a sentence for what was left out. */
  text(): string {
    const { head, tail } = this.parts();
    const joined = (lines: Segment[][]): string => lines.map((line) => line.map((part) => part.text).join("")).join("\n");
    if (!this.dropped) return joined(head);
    return `${joined(head)}\n${leftOut(this.dropped)}\n${joined(tail)}`;
  }

  /** The text with the sequences that style it, to be written to another terminal. */
  pieces(): { text: string; stream: Style["stream"] }[] {
    const found: { text: string; stream: Style["stream"] }[] = [];
    const { head, tail } = this.parts();
    const lines = this.dropped ? [...head, [{ text: leftOut(this.dropped), style: PLAIN }], ...tail] : head;
    lines.forEach((line, index) => {
      const next = index < lines.length - 1 || !this.lines.at(-1)!.length ? "\n" : "";
      for (const { text, style } of [...line, { text: next, style: PLAIN }]) {
        const stream = text === "\n" ? (found.at(-1)?.stream ?? style.stream) : style.stream;
        const last = found.at(-1);
        const styled = ansi(style, text);
        if (last && last.stream === stream) last.text += styled;
        else if (styled) found.push({ text: styled, stream });
      }
    });
    return found;
  }

  /** What stands before the cursor: a prompt, perhaps. */
  prompt(): string {
    return this.line.text();
  }

  get empty(): boolean {
    return this.lines.length === 1 && this.lines[0]!.length === 0;
  }

  private get line(): Line {
    return this.lines[this.row]!;
  }

  /** Deal with the special character that a text begins with; returns what follows it. */
  private special(text: string): string {
    const character = text[0]!;
    switch (character) {
      case "\n":
      case "\v":
      case "\f":
        this.move(this.row + 1);
        this.column = 0;
        return text.slice(1);
      case "\r":
        this.column = 0;
        return text.slice(1);
      case "\b":
        this.column = this.line.before(this.column);
        return text.slice(1);
      case "\x07":
        return text.slice(1);
      case "\x1b":
        return this.escape(text);
    }
    this.column = this.line.write(this.column, visible(character), { ...this.style, dim: true });
    return text.slice(1);
  }

  private escape(text: string): string {
    const match = SEQUENCE.exec(text);
    if (!match) {
      if (UNFINISHED.test(text)) {
        this.rest = text;
        return "";
      }
      return text.slice(1);
    }
    const [whole, parameters, , final] = match;
    if (final !== undefined && !/[?<=>]/.test(parameters!)) this.control(final, parameters!.split(/[;:]/).map(Number));
    return text.slice(whole.length);
  }

  private control(final: string, numbers: number[]): void {
    const count = Math.min(Math.max(1, numbers[0] || 1), FURTHEST);
    switch (final) {
      case "m":
        this.style = restyled(this.style, numbers);
        return;
      case "A":
        return this.move(this.row - count);
      case "B":
        return this.move(this.row + count);
      case "C":
        this.column = Math.min(this.column + count, FURTHEST);
        return;
      case "D":
        this.column = Math.max(0, this.column - count);
        return;
      case "E":
      case "F":
        this.move(this.row + (final === "E" ? count : -count));
        this.column = 0;
        return;
      case "G":
        this.column = count - 1;
        return;
      case "K":
        if (!numbers[0]) this.line.erase(this.column, Infinity, this.style);
        else this.line.erase(0, numbers[0] === 1 ? this.column + 1 : Infinity, this.style);
        return;
      case "J":
        if (numbers[0] === 2 || numbers[0] === 3) {
          this.lines = [new Line()];
          this.dropped = this.row = this.column = 0;
        } else if (!numbers[0]) {
          this.line.erase(this.column, Infinity, this.style);
          this.lines.length = this.row + 1;
        }
        return;
      case "H":
      case "f":
        this.move(count - 1);
        this.column = Math.min(Math.max(1, numbers[1] || 1), FURTHEST) - 1;
    }
  }

  private move(row: number): void {
    this.row = Math.max(this.dropped ? KEPT_HEAD : 0, row);
    while (this.lines.length <= this.row) this.lines.push(new Line());
  }

  private shorten(): void {
    const many = this.lines.length - KEPT_HEAD - KEPT_TAIL;
    this.lines.splice(KEPT_HEAD, many);
    this.dropped += many;
    this.row = Math.max(KEPT_HEAD, this.row - many);
  }
}

export function leftOut(lines: number): string {
  return `… ${lines.toLocaleString("en")} lines left out …`;
}

/** A control character as something to be seen. */
function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 32) return String.fromCharCode(0x2400 + code);
  if (code === 127) return "\u2421";
  return code < 256 ? `\\x${code.toString(16)}` : `\\u${code.toString(16)}`;
}

function ansi(style: Style, text: string): string {
  const codes: string[] = [];
  if (style.bold) codes.push("1");
  if (style.dim) codes.push("2");
  if (style.italic) codes.push("3");
  if (style.underline) codes.push("4");
  if (style.inverse) codes.push("7");
  if (style.strike) codes.push("9");
  for (const [color, base] of [[style.fg, 30], [style.bg, 40]] as const) if (color) codes.push(colorCode(color, base));
  return codes.length && text ? `\x1b[${codes.join(";")}m${text}\x1b[0m` : text;
}

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function colorCode(color: string, base: number): string {
  if (color[0] === "#") {
    const value = parseInt(color.slice(1), 16);
    return `${base + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`;
  }
  const bright = color.startsWith("bright-");
  return String(base + (bright ? 60 : 0) + COLORS.indexOf(color.replace("bright-", "")));
}
