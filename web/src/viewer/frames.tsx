// The frames of the stack and those that are suspended, with their variables and cells.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Frame } from "../recording/state";
import { Mark, Thing, type Value } from "../recording/values";
import { placeKey } from "./changes";
import type { Viewer } from "./model";
import { titleOf } from "./naming";
import { Go } from "./objects";
import { preview } from "./preview";
import { ValueView } from "./value";

export function FramesPane({ viewer }: { viewer: Viewer }) {
  const { frames, frame, cursor, step } = viewer.shown.value;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const pane = box.current?.parentElement;
    if (pane && pane.scrollHeight > pane.clientHeight) pane.querySelector("tr.ch")?.scrollIntoView({ block: "nearest" });
  }, [step, frame?.owner.number]);
  if (!frame) return <p class="none">The run has ended: there are no frames.</p>;
  const { suspended } = cursor;
  return (
    <div class="frames" ref={box}>
      {frames.map((each, at) => (
        <div key={each.owner.number}>
          <h3>
            <button type="button" class="frame" aria-expanded={each === frame} onClick={() => (viewer.selected.value = at)}>
              {titled(viewer, each)} {each.signal && <small>handles {each.signal}, </small>}
              <small>{at === 0 ? `line ${each.line ?? "?"}` : `waits in line ${each.line ?? "?"}`}</small>
            </button>
          </h3>
          {each === frame && <Made viewer={viewer} frame={each} />}
          {each === frame && <Variables viewer={viewer} frame={each} />}
        </div>
      ))}
      {suspended.length > 0 && <h3 class="quiet">Suspended</h3>}
      {suspended.map((each) => (
        <p class="suspended" key={each.owner.number}>
          {titled(viewer, each)}{" "}
          <small>
            {each.task !== null && `task ${each.task}, `}in line {each.line ?? "?"}
          </small>
        </p>
      ))}
    </div>
  );
}

/** A frame by the call that has made it. */
function titled({ recording: { calls } }: Viewer, { owner, code }: Frame): string {
  const call = calls.of(owner.number);
  return call ? titleOf(calls, call) : code.name;
}

/** Which call a frame is, who has called it, and which call has made its function. */
function Made({ viewer, frame }: { viewer: Viewer; frame: Frame }) {
  const { calls, tape } = viewer.recording;
  const call = calls.of(frame.owner.number);
  const site = call ? calls.site(call) : null;
  if (!call || site === null) return null;
  const count = calls.count(call.code);
  const maker = calls.makerOf(call.number);
  return (
    <p class="made">
      call {call.ordinal.toLocaleString("en")} of {count.toLocaleString("en")}, from line {tape.instruction(site).position?.[0] ?? "?"} at step <Go viewer={viewer} step={site + tape.forgotten} />
      {maker && (
        <>
          ; its function was made by <code>{titleOf(calls, maker)}</code>, which began at step <Go viewer={viewer} step={maker.begin + tape.forgotten} />
        </>
      )}
    </p>
  );
}

interface Row {
  name: string;
  note: string;
  value: Value;
  key: string;
}

function rowsOf(frame: Frame): Row[] {
  const found = frame.variables.map(({ name, scope, value, owner, slot }): Row => {
    return { name, note: scope === "local" ? "" : scope, value, key: placeKey(owner, slot) };
  });
  const { names, cursor } = frame;
  for (const [slot, value] of names ? cursor.contents(names) : []) {
    if (typeof slot !== "string" || /^__.*__$/.test(slot) || found.some((each) => each.name === slot)) continue;
    found.push({ name: slot, note: "", value, key: placeKey(names!.number, cursor.tape.numberOf(slot)) });
  }
  return [...found.filter((each) => !isDefinition(each.value)), ...found.filter((each) => isDefinition(each.value))];
}

/** Whether a value is a function, class or module: these come last. */
const isDefinition = (value: Value): boolean => value instanceof Thing && value.label !== "";

function Variables({ viewer, frame }: { viewer: Viewer; frame: Frame }) {
  const { changes, cursor } = viewer.shown.value;
  const rows = rowsOf(frame);
  if (!rows.length) return <p class="none">No variable is bound yet.</p>;
  return (
    <table>
      <caption class="sr">Variables of {frame.code.name}</caption>
      <tbody>
        {rows.map(({ name, note, value, key }) => {
          const before = changes.get(key);
          return (
            <tr class={before === undefined ? "" : "ch"} key={key}>
              <th scope="row">
                {name}
                {note && <small> {note}</small>}
              </th>
              <td>
                <ValueView viewer={viewer} value={value} cursor={cursor} />
                {before !== undefined && <small class="was">{was(before, value, cursor)}</small>}
              </td>
              <td class="ask">
                <button type="button" class="ref" aria-label={`Why is ${name} so?`} onClick={() => viewer.why(name)}>
                  why
                </button>{" "}
                <button type="button" class="ref" aria-pressed={viewer.watched.value?.text === name} aria-label={`Watch ${name}`} onClick={() => viewer.watch(name)}>
                  watch
                </button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function was(before: Value, value: Value, cursor: Frame["cursor"]): string {
  if (before instanceof Mark && (before.name === "absent" || before.name === "unbound")) return "new";
  return before === value ? "written again" : `was ${preview(before, cursor, 24)}`;
}
