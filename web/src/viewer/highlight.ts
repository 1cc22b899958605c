// Source lines with their syntax, and the range of an instruction in them.

import { parser } from "@lezer/python";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import type { Position } from "../recording/tape";

export interface Part {
  text: string;
  style: string;
  lit: boolean;
}

/** A line as parts of one style each. */
export type Line = readonly Part[];

export function highlighted(text: string): Line[] {
  const lines: Part[][] = [[]];
  const put = (part: string, style: string): void => void lines[lines.length - 1]!.push({ text: part, style, lit: false });
  highlightCode(text, parser.parse(text), classHighlighter, put, () => void lines.push([]));
  return lines;
}

const encoder = new TextEncoder();

/** The index in a text of a column, which counts bytes of UTF-8. */
export function fromBytes(text: string, column: number): number {
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    if (bytes >= column) break;
    bytes += encoder.encode(character).length;
    at += character.length;
  }
  return at;
}

/** A line with the part of it lit that an instruction is about; `line` is its number. */
export function lit(parts: Line, line: number, position: Position | null): Line {
  if (!position) return parts;
  const [first, last, column, endColumn] = position;
  if (first === null || column === null || endColumn === null || line < first || line > (last ?? first)) return parts;
  const text = parts.map((part) => part.text).join("");
  const begin = line === first ? fromBytes(text, column) : text.length - text.trimStart().length;
  const end = line === (last ?? first) ? fromBytes(text, endColumn) : text.length;
  const found: Part[] = [];
  let at = 0;
  for (const part of parts) {
    const cuts = [0, begin - at, end - at, part.text.length].map((cut) => Math.min(Math.max(cut, 0), part.text.length));
    for (let index = 0; index < 3; index++) {
      const piece = part.text.slice(cuts[index], cuts[index + 1]);
      if (piece) found.push({ text: piece, style: part.style, lit: index === 1 });
    }
    at += part.text.length;
  }
  return found;
}
