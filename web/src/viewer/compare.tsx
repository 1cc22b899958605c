// Another run beside this one: where they differ first, and what each has at the current step.

import { useSignal } from "@preact/signals";
import { differing, valuesOf, type Divergence } from "../recording/compare";
import { NoRecording } from "../recording/errors";
import { Recording } from "../recording/recording";
import type { Cursor } from "../recording/state";
import type { Viewer } from "./model";
import { preview } from "./preview";

export function ComparePane({ viewer }: { viewer: Viewer }) {
  const problem = useSignal("");
  const { earlier } = viewer;
  const open = async (title: string, read: () => Promise<Recording>): Promise<void> => {
    problem.value = "";
    try {
      viewer.compareWith(await read(), title);
    } catch (error) {
      if (!(error instanceof NoRecording)) throw error;
      problem.value = `${title}: ${error.message}`;
    }
  };
  return (
    <div class="asking">
      {earlier && (
        <button type="button" class="btn" onClick={() => void open(earlier.title, () => earlier.read())}>
          Compare with {earlier.title}
        </button>
      )}
      <label class="open">
        Another recording{" "}
        <input
          type="file"
          accept=".bscope"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void open(file.name.replace(/\.bscope$/, ""), async () => Recording.read(new Uint8Array(await file.arrayBuffer())));
          }}
        />
      </label>
      {problem.value && <p class="bad" role="alert">{problem.value}</p>}
      <Other viewer={viewer} />
    </div>
  );
}

function Other({ viewer }: { viewer: Viewer }) {
  const other = viewer.other.value;
  if (!other) return null;
  const { title, divergence, cursor } = other;
  const { step, cursor: own } = viewer.shown.value;
  cursor.go(Math.min(step, cursor.tape.steps));
  return (
    <>
      <p role="status">
        {divergence ? (
          <>
            {differenceText(divergence, viewer.title, title, own, cursor)} at step{" "}
            <button type="button" class="ref" aria-label={`Go to step ${divergence.step}, the first that differs`} onClick={() => viewer.go(divergence.step)}>
              {divergence.step.toLocaleString("en")}
            </button>
            {divergence.step > 0 && "; before it, they are the same"}.
          </>
        ) : (
          `The runs are the same: ${viewer.steps.toLocaleString("en")} steps.`
        )}
      </p>
      <Both own={own} its={cursor} titles={[viewer.title, title]} />
    </>
  );
}

function differenceText({ what, name, values }: Divergence, one: string, other: string, own: Cursor, its: Cursor): string {
  const [mine, theirs] = [preview(values[0], own, 30) || "nothing", preview(values[1], its, 30) || "nothing"];
  if (what === "length") return `The runs differ first in that ${own.tape.steps < its.tape.steps ? one : other} ends`;
  if (what === "control") return `The runs differ first in what is next: ${values[0]} in ${one}, ${values[1]} in ${other},`;
  return `The runs differ first in ${name}: ${mine} in ${one}, ${theirs} in ${other},`;
}

/** What both runs have at the same step: where they are, and their variables. */
function Both({ own, its, titles }: { own: Cursor; its: Cursor; titles: readonly [string, string] }) {
  const frames = [own.top, its.top];
  const [mine, theirs] = frames.map((frame) => (frame ? valuesOf(frame) : new Map<string, never>()));
  const differ = new Set([...differing(mine!, theirs!)].map(([name]) => name));
  const where = frames.map((frame) => (frame ? `${frame.code.name}, line ${frame.line ?? "?"}: ${frame.instruction.text}` : "the end"));
  return (
    <table>
      <caption class="sr">Both runs at this step</caption>
      <thead>
        <tr>
          <th scope="col" />
          {titles.map((title) => (
            <th scope="col">{title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr class={where[0] === where[1] ? "" : "ch"}>
          <th scope="row">next</th>
          {where.map((each) => (
            <td>{each}</td>
          ))}
        </tr>
        {[...new Set([...mine!.keys(), ...theirs!.keys()])].map((name) => (
          <tr class={differ.has(name) ? "ch" : ""} key={name}>
            <th scope="row">
              {name}
              {differ.has(name) && <small> differs</small>}
            </th>
            <td>
              <code>{preview(mine!.get(name), own, 30)}</code>
            </td>
            <td>
              <code>{preview(theirs!.get(name), its, 30)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
