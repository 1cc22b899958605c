// Expressions over recorded values: nothing of the program is executed. What would run code of the program - a call, an
// operator of its objects, a property - is refused.

import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import { NoExpression, NotRecorded } from "./errors";
import * as literals from "./literals";
import { binary, compared, length, unary } from "./operators";
import type { Cursor, Frame } from "./state";
import { Bytes, isInt, kindOf, Mark, repr, Text, Thing, type Value } from "./values";

/** A parsed expression. */
export interface Expression {
  text: string;
  node: SyntaxNode;
}

const SEQUENCES = new Set(["list", "tuple", "bytearray", "collections.deque"]);
const SIZED = new Set([...SEQUENCES, "dict", "set", "frozenset"]);
const COMPARISONS = new Set(["CompareOp", "in", "is", "not"]);

export function parse(text: string): Expression {
  const trimmed = text.trim();
  const tree = parser.parse(trimmed);
  const statement = tree.topNode.firstChild;
  let broken = trimmed === "" || statement?.name !== "ExpressionStatement" || statement.nextSibling !== null;
  tree.iterate({ enter: (node) => void (broken ||= node.type.isError) });
  if (broken) throw new NoExpression(`${repr(text)} is no expression`);
  return { text: trimmed, node: statement!.firstChild! };
}

/** Evaluate an expression in a frame of the past. */
export function evaluate(expression: Expression, frame: Frame): Value {
  return new Evaluation(expression.text, frame).value(expression.node);
}

/** Whether an expression is true in a frame; where it cannot be evaluated, it is not. */
export function holds(expression: Expression, frame: Frame): boolean {
  try {
    return new Evaluation(expression.text, frame).truth(expression.node);
  } catch (error) {
    if (error instanceof NotRecorded || error instanceof RangeError || error instanceof TypeError) return false;
    throw error;
  }
}

export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** An expression within parentheses is what is within. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  return node.name === "ParenthesizedExpression" ? unwrapped(children(node)[1]!) : node;
}

/** The slots that an attribute may be in: those of a container's attributes begin with a dot. */
export function attributeSlots(name: string, frame: Frame): string[] {
  const found = frame.className;
  const mangled = name.startsWith("__") && !name.endsWith("__") && found ? `_${found.replace(/^_+/, "")}${name}` : name;
  return [`.${mangled}`, mangled];
}

export class Evaluation {
  private readonly cursor: Cursor;

  constructor(
    private readonly source: string,
    private readonly frame: Frame,
  ) {
    this.cursor = frame.cursor;
  }

  value(node: SyntaxNode): Value {
    const parts = children(node);
    switch (node.name) {
      case "ParenthesizedExpression":
        return this.value(parts[1]!);
      case "Number":
        return literals.number(this.text(node));
      case "String":
        return literals.string(this.text(node));
      case "ContinuedString":
        return parts.map((part) => literals.string(this.text(part))).reduce((left, right) => binary("+", left, right) as string | Bytes);
      case "Boolean":
        return this.text(node) === "True";
      case "None":
        return null;
      case "Ellipsis":
        return new Mark("...");
      case "VariableName":
        return this.name(this.text(node));
      case "MemberExpression":
        return this.member(node, parts);
      case "BinaryExpression":
        return this.binary(parts);
      case "UnaryExpression":
        return this.unary(parts);
      case "ConditionalExpression":
        return this.value(this.truth(parts[2]!) ? parts[0]! : parts[4]!);
      case "CallExpression":
        return this.call(node, parts);
      default:
        throw new NotRecorded(`${repr(this.text(node))} would run code, which the past cannot`);
    }
  }

  truth(node: SyntaxNode): boolean {
    const value = this.value(node);
    if (value instanceof Thing) {
      if (SIZED.has(value.kind)) return this.cursor.size(value) > 0;
      throw new NotRecorded(`whether ${this.text(node)} (${value.kind}) is true would take its code to find out`);
    }
    if (value === null || value === false || value === 0 || value === "") return false;
    if (value instanceof Text || value instanceof Bytes) return length(value) > 0;
    return !(typeof value === "object" && "value" in value && value.value === 0) && repr(value) !== "0j";
  }

  private text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }

  private name(name: string): Value {
    const bound = this.frame.variables.find((each) => each.name === name);
    if (bound) return bound.value;
    for (const namespace of [this.frame.names, this.frame.globals]) {
      const value = namespace ? this.cursor.content(namespace, name) : undefined;
      if (value !== undefined) return value;
    }
    throw new NotRecorded(`the name ${repr(name)} has no value here`);
  }

  private member(node: SyntaxNode, parts: SyntaxNode[]): Value {
    const owner = this.value(parts[0]!);
    const shown = this.text(parts[0]!);
    if (parts[1]!.name === ".") {
      const name = this.text(parts[2]!);
      if (!(owner instanceof Thing)) throw new NotRecorded(`${shown} is of type ${kindOf(owner)}, whose attributes are not recorded`);
      const [value] = attributeSlots(name, this.frame).map((slot) => this.cursor.content(owner, slot)).filter((each) => each !== undefined);
      if (value === undefined) throw new NotRecorded(`${shown} (${owner.kind}) has no recorded attribute ${repr(name)}`);
      return value;
    }
    if (parts.length !== 4) throw new NotRecorded(`${repr(this.text(node))} would run code, which the past cannot`);
    let key = this.value(parts[2]!);
    if (owner instanceof Thing) {
      if (isInt(key) && key < 0 && (owner.kind === "list" || owner.kind === "tuple")) key = Number(key) + this.cursor.size(owner);
      const value = key instanceof Thing ? undefined : this.cursor.content(owner, key);
      if (value === undefined) throw new NotRecorded(`${shown} (${owner.kind}) has no recorded item ${repr(key)}`);
      return value;
    }
    return literals.item(this.atom(owner, parts[0]!), key);
  }

  private binary(parts: SyntaxNode[]): Value {
    const [left, operator] = parts as [SyntaxNode, SyntaxNode];
    const right = parts[parts.length - 1]!;
    if (operator.name === "and" || operator.name === "or") {
      return this.value(this.truth(left) === (operator.name === "or") ? left : right);
    }
    if (!COMPARISONS.has(operator.name)) return binary(this.text(operator), this.atom(this.value(left), left), this.atom(this.value(right), right));
    const chained = children(left);
    const chain = left.name === "BinaryExpression" && COMPARISONS.has(chained[1]!.name);
    if (chain && !this.binary(chained)) return false;
    const leftNode = chain ? chained[chained.length - 1]! : left;
    const words = parts.slice(1, -1).map((part) => this.text(part));
    return this.compared(words.join(" "), this.value(leftNode), leftNode, this.value(right), right);
  }

  private compared(operator: string, left: Value, leftNode: SyntaxNode, right: Value, rightNode: SyntaxNode): boolean {
    switch (operator) {
      case "is":
        return kindOf(left) === kindOf(right) && compared("is", left, right);
      case "is not":
        return !this.compared("is", left, leftNode, right, rightNode);
      case "in":
        return this.contains(right, rightNode, left, leftNode);
      case "not in":
        return !this.contains(right, rightNode, left, leftNode);
      default:
        return compared(operator, this.atom(left, leftNode), this.atom(right, rightNode));
    }
  }

  private contains(container: Value, node: SyntaxNode, item: Value, itemNode: SyntaxNode): boolean {
    if (!(container instanceof Thing)) {
      const [within, part] = [this.atom(container, node), this.atom(item, itemNode)];
      if (typeof within === "string" && typeof part === "string") return within.includes(part);
      throw new NotRecorded(`whether ${this.text(itemNode)} is in ${this.text(node)} is not evaluated in the past`);
    }
    if (!SIZED.has(container.kind) || item instanceof Thing) {
      throw new NotRecorded(`whether ${this.text(itemNode)} is in ${this.text(node)} would take code to find out`);
    }
    const contents = this.cursor.contents(container);
    const within = contents.map(([key, value]) => (SEQUENCES.has(container.kind) ? value : key));
    const found = within.some((each) => !(each instanceof Thing) && compared("==", each, item));
    if (!found && this.cursor.size(container) !== contents.length) throw new NotRecorded(`not all items of ${this.text(node)} are recorded`);
    return found;
  }

  private unary(parts: SyntaxNode[]): Value {
    const [operator, operand] = parts as [SyntaxNode, SyntaxNode];
    if (operator.name === "not") return !this.truth(operand);
    return unary(this.text(operator), this.atom(this.value(operand), operand));
  }

  private call(node: SyntaxNode, [callee, list]: SyntaxNode[]): Value {
    const given = children(list!);
    if (this.text(callee!) !== "len" || given.length !== 3) {
      throw new NotRecorded(`the call ${repr(this.text(node))} would run code, which the past cannot`);
    }
    const value = this.value(given[1]!);
    if (value instanceof Thing && SIZED.has(value.kind)) return this.cursor.size(value);
    return length(value instanceof Text ? value : this.atom(value, given[1]!));
  }

  private atom(value: Value, node: SyntaxNode): Value {
    if (value instanceof Thing || value instanceof Text || (value instanceof Mark && value.name !== "...")) {
      throw new NotRecorded(`${this.text(node)} is of type ${kindOf(value)}, whose operators would run code`);
    }
    return value;
  }
}
