// Places: what a name, an attribute or an item means at a step, as owner and slot.

import { NoExpression, NotRecorded } from "./errors";
import { attributeSlots, children, Evaluation, parse, unwrapped } from "./expressions";
import type { Frame } from "./state";
import { isInt, repr, Thing, type Value } from "./values";

/** The number of an owner, and that of a slot: -1 if nothing was ever in it. */
export interface Place {
  owner: number;
  slot: number;
}

export function placeOf(text: string, frame: Frame): Place {
  const { text: source, node: whole } = parse(text);
  const node = unwrapped(whole);
  const shown = (from: number, to: number): string => source.slice(from, to);
  if (node.name === "VariableName") return placeOfName(shown(node.from, node.to), frame);
  const [owner, kind, key, close] = children(node);
  if (node.name !== "MemberExpression" || !owner || !key || (kind!.name === "[" && close?.name !== "]")) {
    throw new NoExpression(`${repr(text)} is no name, attribute or item`);
  }
  const evaluation = new Evaluation(source, frame);
  const thing = evaluation.value(owner);
  if (!(thing instanceof Thing)) throw new NotRecorded(`${shown(owner.from, owner.to)} is no object whose changes are recorded`);
  const { cursor } = frame;
  let slot: Value;
  if (kind!.name === ".") {
    const [inside, plain] = attributeSlots(shown(key.from, key.to), frame) as [string, string];
    slot = cursor.content(thing, inside) === undefined ? plain : inside;
  } else {
    slot = evaluation.value(key);
    if (isInt(slot) && slot < 0 && (thing.kind === "list" || thing.kind === "tuple")) slot = Number(slot) + cursor.size(thing);
  }
  return { owner: thing.number, slot: cursor.tape.numberOf(slot) };
}

export function placeOfName(name: string, frame: Frame): Place {
  const { tape } = frame.cursor;
  const variable = frame.code.variables.find((each) => each.name === name);
  if (variable) {
    const slot = tape.numberOf(variable.slot);
    const cell = tape.value(frame.slots.get(slot));
    if (variable.scope !== "local" && cell instanceof Thing && cell.kind === "cell") return { owner: cell.number, slot: tape.numberOf(0) };
    return { owner: frame.owner.number, slot };
  }
  const { names, globals } = frame;
  const namespace = names && frame.cursor.content(names, name) !== undefined ? names : globals;
  if (!namespace) throw new NotRecorded(`the name ${repr(name)} has no value here`);
  return { owner: namespace.number, slot: tape.numberOf(name) };
}
