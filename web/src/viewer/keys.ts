// The viewer's keys: single letters, as debuggers have them; none where one types.

import type { Viewer } from "./model";

export interface Command {
  key: string;
  label: string;
  /** What is read aloud, and shown when the pointer rests on the button. */
  hint: string;
  do(viewer: Viewer): void;
}

const command = (key: string, label: string, hint: string, action: Command["do"]): Command => ({ key, label, hint, do: action });

export const COMMANDS: readonly Command[] = [
  command("Home", "|◀", "To the start", (viewer) => viewer.go(0)),
  command("p", "◀ Step", "Back by one instruction", (viewer) => viewer.move("instruction", true)),
  command("n", "Step ▶", "On by one instruction", (viewer) => viewer.move("instruction")),
  command("O", "◀ Over", "Back to the previous line of this frame", (viewer) => viewer.move("over", true)),
  command("o", "Over ▶", "On to the next line of this frame", (viewer) => viewer.move("over")),
  command("I", "◀ Line", "Back to the previous line of any frame", (viewer) => viewer.move("into", true)),
  command("i", "Line ▶", "On to the next line of any frame", (viewer) => viewer.move("into")),
  command("U", "◀ Out", "Back to where this frame was called", (viewer) => viewer.move("out", true)),
  command("u", "Out ▶", "On to where the caller goes on", (viewer) => viewer.move("out")),
  command("R", "◀ Run", "Back to the previous breakpoint or exception", (viewer) => viewer.move("run", true)),
  command("r", "Run ▶", "On to the next breakpoint or exception", (viewer) => viewer.move("run")),
  command("End", "▶|", "To the end", (viewer) => viewer.go(viewer.steps)),
];

const OTHERS: Record<string, (viewer: Viewer, box: HTMLElement) => void> = {
  ArrowLeft: (viewer) => viewer.move("instruction", true),
  ArrowRight: (viewer) => viewer.move("instruction"),
  w: (viewer, box) => {
    viewer.pane.value = "why";
    queueMicrotask(() => focus(box, "why"));
  },
  "/": (_, box) => focus(box, "find"),
  g: (_, box) => focus(box, "go"),
  b: (viewer) => {
    const { frame } = viewer.shown.value;
    if (frame?.line) viewer.toggleBreakpoint(frame.line, frame.code.source);
  },
  c: (viewer) => viewer.toChange(),
  C: (viewer) => viewer.toChange(true),
  "[": (viewer) => select(viewer, -1),
  "]": (viewer) => select(viewer, 1),
};

function focus(box: HTMLElement, id: "why" | "find" | "go"): void {
  box.querySelector<HTMLElement>(`#${id}`)?.focus();
}

function select(viewer: Viewer, by: number): void {
  const last = viewer.shown.value.frames.length - 1;
  viewer.selected.value = Math.min(Math.max(viewer.selected.value + by, 0), Math.max(last, 0));
}

/** Do what a key says in the viewer that is in a box; false if it says nothing here. */
export function onKey(event: KeyboardEvent, viewer: Viewer, box: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target as HTMLElement;
  const types = target.closest("input:not([type=range]):not([type=checkbox]), textarea, select") !== null;
  if (types) {
    if (event.key !== "Escape") return false;
    if (box.hasAttribute("tabindex")) box.focus();
    else target.blur();
    return true;
  }
  const found = COMMANDS.find((each) => each.key === event.key)?.do ?? OTHERS[event.key];
  const ranges = target.matches("input[type=range]") || target.closest('[role="tablist"]') !== null;
  if (!found || (ranges && /^(Arrow|Home|End)/.test(event.key))) return false;
  found(viewer, box);
  return true;
}
