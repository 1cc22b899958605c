// Values of a recorded program, as the file has them: atoms, and objects of which only the contents are known.

/** A float: as Python writes it, and as a number. */
export class Float {
  constructor(
    readonly text: string,
    readonly value: number,
  ) {}
}

export class Complex {
  constructor(readonly text: string) {}
}

export class Bytes {
  constructor(readonly data: Uint8Array) {}
}

/** A string or bytes object that is too long to be kept: its beginning, its length, and its type. */
export class Text {
  constructor(
    readonly kind: string,
    readonly start: string | Bytes,
    readonly length: number,
  ) {}
}

/** What stands for no object of the program: an absent item, NULL, an unbound variable; also `...` and NotImplemented. */
export class Mark {
  constructor(readonly name: string) {}
}

/** An object of the program: its number, class and name, the step at which it was first seen, and its contents then. */
export class Thing {
  initial: Slots | null = null;
  size = 0;

  constructor(
    readonly number: number,
    readonly kind: string,
    readonly label: string,
    readonly birth: number,
  ) {}
}

/** By slot, what is in it: both as numbers of the tape's table of values. */
export type Slots = Map<number, number>;

/** An int is a number while that is exact, else a bigint. */
export type Value = null | boolean | number | bigint | string | Float | Complex | Bytes | Text | Mark | Thing;

export const isInt = (value: Value | undefined): value is number | bigint => typeof value === "number" || typeof value === "bigint";

export function toInt(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The name of a value's type. */
export function kindOf(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (isInt(value)) return "int";
  if (typeof value === "string") return "str";
  if (value instanceof Float) return "float";
  if (value instanceof Complex) return "complex";
  if (value instanceof Bytes) return "bytes";
  return value instanceof Mark ? value.name : value.kind;
}

const MARKS: Record<string, string> = { absent: "<absent>", null: "NULL", unbound: "<unbound>", redacted: "<redacted>", "...": "Ellipsis" };

/** A value as Python's `repr` shows it; of an object its class, number and name. */
export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isInt(value)) return value.toString();
  if (typeof value === "string") return reprOfText(value);
  if (value instanceof Float || value instanceof Complex) return value.text;
  if (value instanceof Bytes) return reprOfBytes(value);
  if (value instanceof Text) {
    const start = typeof value.start === "string" ? [...value.start].slice(0, 20).join("") : new Bytes(value.start.data.slice(0, 20));
    return `<${value.kind} of length ${value.length}, ${repr(start)}...>`;
  }
  if (value instanceof Mark) return MARKS[value.name] ?? value.name;
  return `<${value.kind} #${value.number}${value.label ? ` ${value.label}` : ""}>`;
}

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

function quoteFor(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function reprOfText(text: string): string {
  const quote = quoteFor(text);
  const shown = text.replace(/[\p{C}\p{Z}\\'"]/gu, (character) => {
    if (character === " " || ((character === "'" || character === '"') && character !== quote)) return character;
    if (character === quote) return `\\${character}`;
    if (SHORT[character]) return SHORT[character];
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${hex(code, 2)}` : code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return quote + shown + quote;
}

function reprOfBytes({ data }: Bytes): string {
  const characters = Array.from(data, (byte) => String.fromCharCode(byte));
  const quote = quoteFor(characters.join(""));
  const shown = characters.map((character) => {
    if (character === quote) return `\\${character}`;
    const code = character.charCodeAt(0);
    return SHORT[character] ?? (code < 0x20 || code > 0x7e ? `\\x${hex(code, 2)}` : character);
  });
  return `b${quote}${shown.join("")}${quote}`;
}

/** The float of a number that was computed here. */
export function floatOf(value: number): Float {
  return new Float(reprOfFloat(value), value);
}

function reprOfFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits, power] = value.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const text = exponent < 0 ? value.toFixed(digits.replace(/[-.]/g, "").length - 1 - exponent) : value.toString();
  return text.includes(".") ? text : `${text}.0`;
}

/** The float that Python has written so. */
export function floatFrom(text: string): Float {
  const special: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  return new Float(text, special[text] ?? Number(text));
}
