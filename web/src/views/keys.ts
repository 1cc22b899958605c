// The page's keys. None is one of the browser's own.

import type { KeyBinding } from "@codemirror/view";
import type { Cell } from "../model/cell";
import type { Actions } from "./actions";

const MAC = /Mac|iP(hone|ad|od)/.test(globalThis.navigator?.platform ?? "");

/** A key as it is shown: `Mod-Enter` is Ctrl+Enter, or ⌘↵. */
export function shown(key: string): string {
  const names: Record<string, string> = MAC
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Ctrl: "⌃", Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫" }
    : { Mod: "Ctrl", ArrowUp: "↑", ArrowDown: "↓", Enter: "Enter" };
  const parts = key.split("-").map((part) => names[part] ?? part.toUpperCase().slice(0, 1) + part.slice(1));
  return parts.join(MAC ? "" : "+");
}

export const KEYS = {
  run: "Mod-Enter",
  runAndGoOn: "Shift-Enter",
  step: "Alt-Shift-Enter",
  addBelow: "Alt-Enter",
  moveUp: "Alt-Shift-ArrowUp",
  moveDown: "Alt-Shift-ArrowDown",
  delete: "Mod-Shift-Backspace",
  runAll: "Mod-Shift-Enter",
  stop: "Mod-.",
  undo: "Mod-z",
  redo: "Mod-Shift-z",
} as const;

export function cellKeys(cell: Cell, actions: Actions): KeyBinding[] {
  const bind = (key: string, action: () => void): KeyBinding => ({
    key,
    run: () => (action(), true),
    preventDefault: true,
  });
  return [
    bind(KEYS.run, () => actions.run(cell)),
    bind(KEYS.runAndGoOn, () => actions.runAndGoOn(cell)),
    bind(KEYS.step, () => actions.step(cell)),
    bind(KEYS.addBelow, () => actions.addBelow(cell)),
    bind(KEYS.moveUp, () => actions.move(cell, -1)),
    bind(KEYS.moveDown, () => actions.move(cell, 1)),
    bind(KEYS.delete, () => actions.delete(cell)),
    bind(KEYS.runAll, () => actions.kernel.runAll()),
    bind(KEYS.stop, () => actions.kernel.stop()),
  ];
}

/** Whether an event is this key. */
export function isKey(event: KeyboardEvent, key: string): boolean {
  const parts = key.split("-");
  const name = parts.pop()!;
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const other = MAC ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === name.toLowerCase() &&
    mod === parts.includes("Mod") &&
    event.shiftKey === parts.includes("Shift") &&
    event.altKey === parts.includes("Alt") &&
    !other
  );
}

const ONCE = Object.values(KEYS).filter((key) => ![KEYS.moveUp, KEYS.moveDown, KEYS.undo, KEYS.redo].some((other) => other === key));

/** Whether an event is the repetition of a key that is held, of those that act once a press: nobody wants a hundred runs. */
export function isHeld(event: KeyboardEvent): boolean {
  return event.repeat && ONCE.some((key) => isKey(event, key));
}

/** Keys that act wherever the focus is, but for fields in which one types. */
export function pageKey(event: KeyboardEvent, actions: Actions): boolean {
  if (isKey(event, KEYS.stop)) return (actions.kernel.stop(), true);
  if (isKey(event, KEYS.runAll)) return (actions.kernel.runAll(), true);
  const target = event.composedPath()[0] as HTMLElement;
  if (target.closest("input, textarea, select, .cm-editor, dialog")) return false;
  if (isKey(event, KEYS.undo)) return (actions.undo(), true);
  if (isKey(event, KEYS.redo)) return (actions.redo(), true);
  return false;
}

/** Keys on a cell itself, outside its editor. */
export function onCell(event: KeyboardEvent, cell: Cell, actions: Actions): boolean {
  const target = event.target as HTMLElement;
  if (target.closest("input, select, .cm-editor")) return false;
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    if (target.closest("button, a")) return false;
    return (actions.focus(cell), true);
  }
  for (const binding of cellKeys(cell, actions)) {
    if (isKey(event, binding.key!)) return (binding.run!(undefined as never), true);
  }
  return false;
}
