// Literals of Python, and items of strings.

import { NotRecorded } from "./errors";
import { Bytes, Complex, floatFrom, floatOf, isInt, kindOf, toInt, type Value } from "./values";

export function number(text: string): Value {
  const digits = text.replaceAll("_", "").toLowerCase();
  if (digits.endsWith("j")) return new Complex(digits);
  if (/^(0[xob][0-9a-f]+|\d+)$/.test(digits)) return toInt(BigInt(digits));
  return floatOf(floatFrom(digits).value);
}

const ESCAPES: Record<string, string> = {
  n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "",
};

export function string(text: string): string | Bytes {
  const parts = /^([a-z]*)("""|'''|"|')([^]*)\2$/i.exec(text);
  const prefix = (parts?.[1] ?? "f").toLowerCase();
  if (!parts || /[ft]/.test(prefix)) throw new NotRecorded(`${text} would run code, which the past cannot`);
  const isBytes = prefix.includes("b");
  const escape = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{1,3})|([^]))/gi;
  const found = prefix.includes("r")
    ? parts[3]!
    : parts[3]!.replace(escape, (whole: string, x: string, u: string, U: string, octal: string, other: string) => {
        const code = x ?? (isBytes ? undefined : (u ?? U));
        if (code) return String.fromCodePoint(parseInt(code, 16));
        return octal ? String.fromCodePoint(parseInt(octal, 8)) : (ESCAPES[other] ?? whole);
      });
  return isBytes ? new Bytes(Uint8Array.from(found, (character) => character.charCodeAt(0))) : found;
}

/** An item of a string. */
export function item(owner: Value, key: Value): Value {
  const items = typeof owner === "string" ? [...owner] : owner instanceof Bytes ? [...owner.data] : undefined;
  if (!items) throw new NotRecorded(`TypeError: '${kindOf(owner)}' object is not subscriptable`);
  const found = isInt(key) || typeof key === "boolean" ? items.at(Number(key)) : undefined;
  if (found === undefined) throw new NotRecorded(`${kindOf(owner)} has no such item`);
  return found;
}
