// Operators of atoms, as Python has them.

import { NotRecorded } from "./errors";
import { Bytes, Complex, Float, floatOf, isInt, kindOf, Mark, Text, toInt, type Value } from "./values";

const LARGEST = 1 << 16;

/** A number as an exact int, or as a float. */
type Amount = bigint | number;

function amount(value: Value): Amount | undefined {
  if (typeof value === "boolean" || isInt(value)) return BigInt(value);
  return value instanceof Float ? value.value : undefined;
}

function unsupported(operator: string, ...values: Value[]): NotRecorded {
  return new NotRecorded(`TypeError: unsupported operand types for ${operator}: ${values.map((each) => `'${kindOf(each)}'`).join(" and ")}`);
}

/** The value of a binary operator. */
export function binary(operator: string, left: Value, right: Value): Value {
  if (operator === "+" && typeof left === "string" && typeof right === "string") return bounded(left.length + right.length, () => left + right);
  if (operator === "+" && left instanceof Bytes && right instanceof Bytes) return new Bytes(Uint8Array.of(...left.data, ...right.data));
  if (operator === "*") {
    for (const [text, times] of [[left, right], [right, left]] as const) {
      if (typeof text === "string" && isInt(times)) return bounded(text.length * Number(times), () => text.repeat(Math.max(0, Number(times))));
    }
  }
  const [one, other] = [amount(left), amount(right)];
  if (one === undefined || other === undefined) throw unsupported(operator, left, right);
  if (typeof one === "bigint" && typeof other === "bigint") return ofInts(operator, one, other, left, right);
  return ofFloats(operator, Number(one), Number(other), left, right);
}

function bounded(size: number, make: () => string): string {
  if (size > LARGEST) throw new NotRecorded(`the result would be longer than ${LARGEST}`);
  return make();
}

function ofInts(operator: string, one: bigint, other: bigint, left: Value, right: Value): Value {
  if (["/", "//", "%"].includes(operator) && other === 0n) throw new NotRecorded("ZeroDivisionError: division by zero");
  const floor = (): bigint => one / other - (one % other !== 0n && one < 0n !== other < 0n ? 1n : 0n);
  const bits: Record<string, () => bigint> = { "&": () => one & other, "|": () => one | other, "^": () => one ^ other };
  const found: Record<string, () => bigint> = {
    "+": () => one + other, "-": () => one - other, "*": () => one * other,
    "//": floor, "%": () => one - floor() * other, ...bits,
  };
  if (operator === "/") return floatOf(Number(one) / Number(other));
  if (!found[operator]) throw unsupported(operator, left, right);
  const value = found[operator]();
  return bits[operator] && typeof left === "boolean" && typeof right === "boolean" ? value === 1n : toInt(value);
}

function ofFloats(operator: string, one: number, other: number, left: Value, right: Value): Value {
  if (["/", "//", "%"].includes(operator) && other === 0) throw new NotRecorded("ZeroDivisionError: float division by zero");
  const remainder = (): number => {
    const found = one % other;
    return found !== 0 && found < 0 !== other < 0 ? found + other : found;
  };
  const found: Record<string, () => number> = {
    "+": () => one + other, "-": () => one - other, "*": () => one * other, "/": () => one / other,
    "//": () => Math.floor((one - remainder()) / other + 0.5), "%": remainder,
  };
  if (!found[operator]) throw unsupported(operator, left, right);
  return floatOf(found[operator]());
}

export function unary(operator: string, value: Value): Value {
  const found = amount(value);
  if (typeof found === "bigint") return toInt(operator === "-" ? -found : operator === "~" ? ~found : found);
  if (found === undefined || operator === "~") throw unsupported(operator, value);
  return floatOf(operator === "-" ? -found : found);
}

/** Whether a comparison of two atoms is true; `is` means that they are one value of one type. */
export function compared(operator: string, left: Value, right: Value): boolean {
  const [one, other] = [amount(left), amount(right)];
  const numbers = one !== undefined && other !== undefined;
  if (operator === "==" || operator === "is") return numbers ? one == other : equal(left, right);
  if (operator === "!=") return !compared("==", left, right);
  if (numbers) return ordered(operator, one, other);
  if (typeof left === "string" && typeof right === "string") return ordered(operator, byCodePoints(left, right), 0);
  if (left instanceof Bytes && right instanceof Bytes) return ordered(operator, byNumbers([...left.data], [...right.data]), 0);
  throw unsupported(operator, left, right);
}

function equal(left: Value, right: Value): boolean {
  if (left instanceof Bytes && right instanceof Bytes) return byNumbers([...left.data], [...right.data]) === 0;
  if (left instanceof Complex && right instanceof Complex) return left.text === right.text;
  if (left instanceof Mark && right instanceof Mark) return left.name === right.name;
  return left === right;
}

function ordered(operator: string, one: Amount, other: Amount): boolean {
  switch (operator) {
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    case ">=":
      return one >= other;
    default:
      throw new NotRecorded(`the operator ${operator} is not evaluated in the past`);
  }
}

function byNumbers(left: number[], right: number[]): number {
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 || at >= right.length ? left.length - right.length : left[at]! - right[at]!;
}

function byCodePoints(left: string, right: string): number {
  const numbers = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);
  return byNumbers(numbers(left), numbers(right));
}

/** `len` of an atom. */
export function length(value: Value): number {
  if (typeof value === "string") return [...value].length;
  if (value instanceof Bytes) return value.data.length;
  if (value instanceof Text) return value.length;
  throw new NotRecorded(`TypeError: object of type '${kindOf(value)}' has no len()`);
}
