// The panes of the viewer: what each is called, what it contains, and which of them share a place.

import type { ComponentChildren } from "preact";
import { flowOf } from "../recording/flow";
import { BytecodePane } from "./bytecode";
import { CallsPane } from "./calls";
import { ComparePane } from "./compare";
import { FramesPane } from "./frames";
import { GraphPane } from "./graph";
import { HeapPane } from "./heap";
import { HotPane } from "./hot";
import { marginsOf, type Margin } from "./margin";
import type { Pane, Viewer } from "./model";
import { ObjectsPane } from "./objects";
import { OutputPane } from "./output";
import { SourcePane } from "./source";
import { StackPane } from "./stack";
import { WhyPane } from "./why";

export const TITLES: Record<Pane, string> = {
  source: "Source", bytecode: "Bytecode", graph: "Control flow", stack: "Operand stack", frames: "Frames", objects: "Objects", heap: "Object graph",
  output: "Output", why: "Why", calls: "Calls", lines: "Hot lines", compare: "Compare",
};

/** What tabs call them. */
export const SHORT: Partial<Record<Pane, string>> = { stack: "Stack", graph: "Flow", heap: "Graph", lines: "Hot" };

export function PaneView({ viewer, pane, deck }: { viewer: Viewer; pane: Pane; deck?: readonly Pane[] }) {
  const on = viewer.pane.value === pane;
  const front = !deck || viewer.front.value.has(pane);
  return (
    <section class={`pane ${pane}${on ? " on" : ""}${front ? " front" : ""}`} id={`pane-${pane}`} aria-label={TITLES[pane]}>
      <header>
        <h2>{TITLES[pane]}</h2>
        {deck?.map((other) => other !== pane && <Choose viewer={viewer} pane={other} key={other} />)}
        <small>
          <Note viewer={viewer} pane={pane} />
        </small>
        {pane === "source" && <Beside viewer={viewer} />}
        {pane === "bytecode" && <Raw viewer={viewer} />}
      </header>
      <div class="body">{(on || front) && contents(viewer, pane)}</div>
    </section>
  );
}

/** Panes of which one is seen, on wide screens. */
export function Deck({ viewer, deck }: { viewer: Viewer; deck: readonly Pane[] }) {
  return (
    <div class={`deck ${deck[0]}-deck`}>
      {deck.map((pane) => (
        <PaneView viewer={viewer} pane={pane} deck={deck} key={pane} />
      ))}
    </div>
  );
}

/** On wide screens, brings a pane to the front of its place. */
function Choose({ viewer, pane }: { viewer: Viewer; pane: Pane }) {
  const choose = (event: Event): void => {
    const root = (event.currentTarget as HTMLElement).getRootNode() as Document | ShadowRoot;
    viewer.pane.value = pane;
    setTimeout(() => root.getElementById(`pane-${pane}`)?.querySelector<HTMLElement>("button.other")?.focus());
  };
  return (
    <button type="button" class="other" onClick={choose}>
      {TITLES[pane]}
    </button>
  );
}

function contents(viewer: Viewer, pane: Pane): ComponentChildren {
  const panes = {
    source: SourcePane, bytecode: BytecodePane, graph: GraphPane, stack: StackPane, frames: FramesPane, objects: ObjectsPane, heap: HeapPane,
    output: OutputPane, why: WhyPane, calls: CallsPane, lines: HotPane, compare: ComparePane,
  };
  const Contents = panes[pane];
  return <Contents viewer={viewer} />;
}

function Note({ viewer, pane }: { viewer: Viewer; pane: Pane }) {
  const { frame, code, frames } = viewer.shown.value;
  if (pane === "source") return <>{frame ? `${code!.name} · line ${frame.line ?? "?"}` : "the end"}</>;
  if (pane === "bytecode" || pane === "graph") {
    const flow = code ? flowOf(code) : null;
    const block = flow && frame ? `, block ${flow.blockOf[frame.index]} of ${flow.blocks.length}` : "";
    return <>{`${code?.name ?? ""}${block}`}</>;
  }
  if (pane === "stack") return <>{frame ? `${frame.operands.length} deep` : ""}</>;
  if (pane === "frames") {
    const task = frames.find((each) => each.task !== null)?.task;
    const parts = [frame ? viewer.threadOf(frame) : "", task ? `task ${task}` : "", frames.length ? `${frames.length} deep` : ""];
    return <>{parts.filter(Boolean).join(", ")}</>;
  }
  return <>{pane === "output" ? "up to this step" : ""}</>;
}

/** Chooses what stands beside the lines of the source. */
function Beside({ viewer }: { viewer: Viewer }) {
  return (
    <select aria-label="Beside the lines" value={viewer.margin.value} onChange={(event) => (viewer.margin.value = event.currentTarget.value as Margin)}>
      {marginsOf(viewer.recording).map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}

/** Chooses between CPython's instructions and the machine's. */
function Raw({ viewer }: { viewer: Viewer }) {
  const known = (viewer.shown.value.code?.raw.length ?? 0) > 0;
  if (!known) return null;
  return (
    <label class="check">
      <input type="checkbox" checked={viewer.raw.value} onChange={(event) => (viewer.raw.value = event.currentTarget.checked)} />
      raw
    </label>
  );
}
