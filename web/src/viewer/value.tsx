// A value in one line; of an object also its number, which leads to it.

import type { Cursor } from "../recording/state";
import { Thing, type Value } from "../recording/values";
import type { Viewer } from "./model";
import { titleOf } from "./naming";
import { isShown, preview } from "./preview";

export function ValueView({ viewer, value, cursor }: { viewer: Viewer; value: Value | undefined; cursor: Cursor }) {
  return (
    <span class="value">
      <code>{preview(value, cursor)}</code>
      {value instanceof Thing && value.kind === "function" && <MadeBy viewer={viewer} value={value} />}
      {isShown(value) && (
        <button type="button" class="ref" aria-label={`Object ${value.number}`} onClick={() => openObject(viewer, value.number)}>
          #{value.number}
        </button>
      )}
    </span>
  );
}

/** Of a function that was made by a call of another one, that call: there may be several of a name. */
function MadeBy({ viewer, value }: { viewer: Viewer; value: Thing }) {
  const { calls } = viewer.recording;
  const maker = value.label.includes("<locals>") ? calls.makerOfFunction(value) : null;
  return maker && <small> made by {titleOf(calls, maker)}</small>;
}

function openObject(viewer: Viewer, number: number): void {
  viewer.object.value = number;
  viewer.pane.value = "objects";
}
