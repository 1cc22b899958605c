// The objects that the selected frame can reach, as a graph: what refers to what. Big ones are folded.

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Thing, type Value } from "../recording/values";
import { Drawing, laidOut } from "../views/graph";
import { placeKey } from "./changes";
import type { Shown, Viewer } from "./model";
import { isShown, itemsOf, keyed, nameOf, preview } from "./preview";
import { keepInSight } from "./sight";

/** Objects that are drawn, and lines of each. */
const MOST = 24;
const LINES = 6;
const ROOM = 20;

interface Node {
  name: string;
  lines: string[];
  edges: [string, string, string][];
  changed: boolean;
}

export function HeapPane({ viewer }: { viewer: Viewer }) {
  const { shown } = viewer;
  const box = useRef<HTMLDivElement>(null);
  const nodes = shown.value.frame ? nodesOf(shown.value) : [];
  const known = new Set(nodes.map((each) => each.name));
  const edges = nodes.flatMap((each) => each.edges.filter(([, to]) => known.has(to)));
  const drawn = useMemo(() => laidOut({ nodes, edges }), [JSON.stringify([nodes, edges])]);
  useLayoutEffect(() => keepInSight(box.current?.parentElement, drawn.nodes[0]), [shown.value.frame?.owner.number]);
  if (nodes.length < 2) return <p class="none">This frame refers to no objects with contents.</p>;
  const label = nodes.map(({ lines, edges: own }) => `${lines[0]}: ${own.map(([, to, slot]) => `${slot} is ${to}`).join(", ") || "refers to no other"}`);
  return (
    <div class="graph flow" ref={box}>
      <Drawing drawn={drawn} label={`Objects of ${nodes[0]!.lines[0]}; ${label.join("; ")}`} marked={nodes.filter((each) => each.changed).map((each) => each.name)} />
    </div>
  );
}

function nodesOf({ frame, cursor, changes }: Shown): Node[] {
  const { tape } = cursor;
  const line = (slot: string, value: Value): string => `${slot}: ${isShown(value) ? "●" : preview(value, cursor, ROOM)}`;
  const edge = (from: string, slot: string, value: Value): [string, string, string][] => (isShown(value) ? [[from, `#${value.number}`, slot]] : []);
  const folded = (lines: string[], size: number): string[] => (size > LINES ? [...lines.slice(0, LINES - 1), `… ${size - LINES + 1} more`] : lines);
  const variables = frame!.variables.map(({ name, value, owner, slot }) => ({ name, value, changed: changes.has(placeKey(owner, slot)) }));
  const { names } = frame!;
  for (const [slot, value] of names ? cursor.contents(names) : []) {
    const plain = typeof slot === "string" && !/^__.*__$/.test(slot) && !(value instanceof Thing && value.label);
    if (plain) variables.push({ name: slot, value, changed: changes.has(placeKey(names!.number, tape.numberOf(slot))) });
  }
  const root: Node = {
    name: "frame",
    lines: [frame!.code.name, ...variables.slice(0, 2 * LINES).map(({ name, value }) => line(name, value))],
    edges: variables.flatMap(({ name, value }) => edge("frame", name, value)),
    changed: variables.some((each) => each.changed),
  };
  const found = [root];
  const pending = new Set(variables.map((each) => each.value).filter(isShown));
  for (const thing of pending) {
    if (found.length >= MOST) break;
    const items = itemsOf(thing, cursor);
    const slotOf = (slot: Value): string => (keyed(thing) && typeof slot === "string" && thing.kind !== "dict" ? slot : preview(slot, cursor, ROOM));
    const lines = folded(items.map(([slot, value]) => line(slotOf(slot), value)), Math.max(items.length, cursor.size(thing)));
    found.push({
      name: `#${thing.number}`,
      lines: [`${nameOf(thing)} #${thing.number}`, ...lines],
      edges: items.slice(0, LINES).flatMap(([slot, value]) => edge(`#${thing.number}`, slotOf(slot), value)),
      changed: items.some(([slot]) => changes.has(placeKey(thing.number, tape.numberOf(slot)))),
    });
    for (const [, value] of items.slice(0, LINES)) if (isShown(value)) pending.add(value);
  }
  return found;
}
