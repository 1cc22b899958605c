// The operand stack before the instruction: its top first, what the instruction takes marked.

import { Mark } from "../recording/values";
import { placeKey } from "./changes";
import type { Viewer } from "./model";
import { ValueView } from "./value";

export function StackPane({ viewer }: { viewer: Viewer }) {
  const { frame, step, changes, cursor } = viewer.shown.value;
  if (!frame) return <p class="none">There is no frame at the end.</p>;
  const { operands } = frame;
  if (!operands.length) return <p class="none">The stack is empty.</p>;
  const { tape, index } = viewer.recording;
  const taken = viewer.selected.value === 0 ? frame.instruction.operands : 0;
  const writer = (at: number): string => {
    const slot = tape.numberOf(frame.code.firstOperand + at);
    const entry = index.lastEntry(frame.owner.number, slot, tape.place(step));
    if (entry < 0) return "";
    const from = tape.stepOf(entry);
    const own = tape.frame(from).number === frame.owner.number;
    return own ? `${tape.instruction(from).text}, step ${from.toLocaleString("en")}` : `step ${from.toLocaleString("en")}`;
  };
  return (
    <ol class="opst" reversed aria-label="Operands, the top first">
      {operands
        .map((value, at) => {
          const used = at >= operands.length - taken;
          const changed = changes.has(placeKey(frame.owner.number, tape.numberOf(frame.code.firstOperand + at)));
          return (
            <li class={`${used ? "use" : ""}${changed ? " ch" : ""}`} key={at}>
              {value instanceof Mark && value.name === "null" ? <span class="quiet">NULL</span> : <ValueView viewer={viewer} value={value} cursor={cursor} />}
              <small>
                {used && "taken next · "}
                {changed && <span class="new">new · </span>}
                {writer(at)}
              </small>
            </li>
          );
        })
        .reverse()}
    </ol>
  );
}
