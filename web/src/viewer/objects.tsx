// The objects that the selected frame can reach, with their contents; the others of a recording by their number.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Frame } from "../recording/state";
import { Thing, type Value } from "../recording/values";
import { placeKey } from "./changes";
import type { Viewer } from "./model";
import { isShown, itemsOf, keyed, nameOf, preview } from "./preview";
import { ValueView } from "./value";

const MOST = 60;
const ITEMS = 30;

export function ObjectsPane({ viewer }: { viewer: Viewer }) {
  const { frame } = viewer.shown.value;
  const wanted = viewer.object.value;
  const found = frame ? reachable(frame) : [];
  const asked = wanted === null ? undefined : viewer.recording.tape.owners[wanted];
  if (asked instanceof Thing && !found.includes(asked)) found.unshift(asked);
  if (!found.length) return <p class="none">{frame ? "This frame refers to no objects with contents." : "There is no frame at the end."}</p>;
  return (
    <div class="objects">
      {found.slice(0, MOST).map((thing) => (
        <ObjectView viewer={viewer} thing={thing} open={thing.number === wanted} key={thing.number} />
      ))}
      {found.length > MOST && <p class="none">… and {(found.length - MOST).toLocaleString("en")} more</p>}
    </div>
  );
}

/** The objects with contents that a frame refers to, and those that these refer to, nearest first. */
function reachable(frame: Frame): Thing[] {
  const { cursor, names } = frame;
  const shown = (slot: Value): boolean => !(typeof slot === "string" && /^__.*__$/.test(slot));
  const roots: (Value | undefined)[] = [...frame.operands].reverse();
  roots.push(...frame.variables.map((each) => each.value));
  if (names) roots.push(...cursor.contents(names).filter(([slot]) => shown(slot)).map(([, value]) => value));
  const found = new Set(roots.filter(isShown));
  for (const thing of found) {
    if (found.size > MOST) break;
    for (const [slot, value] of cursor.contents(thing)) for (const each of [slot, value]) if (isShown(each)) found.add(each);
  }
  return [...found];
}

function ObjectView({ viewer, thing, open }: { viewer: Viewer; thing: Thing; open: boolean }) {
  const { cursor, changes } = viewer.shown.value;
  const box = useRef<HTMLDetailsElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    box.current!.open = true;
    box.current!.scrollIntoView({ block: "nearest" });
  }, [open]);
  const items = itemsOf(thing, cursor);
  const { tape } = viewer.recording;
  const before = (slot: Value): Value | undefined => changes.get(placeKey(thing.number, tape.numberOf(slot)));
  const changed = items.some(([slot]) => before(slot) !== undefined);
  const folded = thing.size > items.length ? thing.size - items.length : 0;
  return (
    <details ref={box} class={changed ? "ch" : ""}>
      <summary>
        <b>{nameOf(thing)}</b> <span class="quiet">#{thing.number}</span> <code>{preview(thing, cursor, 44)}</code>
        {changed && <small class="was">changed</small>}
      </summary>
      <table>
        <caption class="sr">
          Contents of {nameOf(thing)} {thing.number}
        </caption>
        <tbody>
          {items.slice(0, ITEMS).map(([slot, value]) => (
            <tr class={before(slot) === undefined ? "" : "ch"}>
              <th scope="row">{keyed(thing) && thing.kind !== "dict" ? String(slot) : preview(slot, cursor, 24)}</th>
              <td>
                <ValueView viewer={viewer} value={value} cursor={cursor} />
                {before(slot) !== undefined && <small class="was">written</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {items.length + folded > ITEMS && <p class="none">… {(items.length + folded - ITEMS).toLocaleString("en")} more</p>}
      {cursor.mayBeStale(thing) && <p class="none">As last seen: code that is not recorded may have changed it since.</p>}
      <p class="none">
        First seen at step <Go viewer={viewer} step={thing.birth} />
      </p>
    </details>
  );
}

/** A button that goes to a step. */
export function Go({ viewer, step }: { viewer: Viewer; step: number }) {
  const at = Math.max(0, Math.min(step - viewer.recording.tape.forgotten, viewer.steps));
  return (
    <button type="button" class="ref" aria-label={`Go to step ${at}`} onClick={() => viewer.go(at)}>
      {at.toLocaleString("en")}
    </button>
  );
}
