// A value in one line; of an object also its number, which leads to it.

import type { Cursor } from "../recording/state";
import type { Value } from "../recording/values";
import type { Viewer } from "./model";
import { isShown, preview } from "./preview";

export function ValueView({ viewer, value, cursor }: { viewer: Viewer; value: Value | undefined; cursor: Cursor }) {
  return (
    <span class="value">
      <code>{preview(value, cursor)}</code>
      {isShown(value) && (
        <button type="button" class="ref" aria-label={`Object ${value.number}`} onClick={() => openObject(viewer, value.number)}>
          #{value.number}
        </button>
      )}
    </span>
  );
}

function openObject(viewer: Viewer, number: number): void {
  viewer.object.value = number;
  viewer.pane.value = "objects";
}
