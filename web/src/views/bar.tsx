// The bar at the top: state, interpreter, and what concerns the whole notebook.

import type { Page } from "../model/page";
import type { Engine } from "../worker/protocol";
import type { Actions } from "./actions";
import { KEYS, shown } from "./keys";
import { Menu, type Command } from "./menu";

export function Bar({ page, actions, open }: { page: Page; actions: Actions; open: (what: "share" | "help" | "contents") => void }) {
  const { kernel } = actions;
  const { notebook } = kernel;
  const ready = kernel.status.value === "ready" || kernel.status.value === "running";
  return (
    <div class="bar" role="banner">
      <button type="button" class="btn burger" aria-label="Contents" onClick={() => open("contents")}>
        ☰
      </button>
      <a class="brand" href={location.pathname} onClick={(event) => {
        event.preventDefault();
        void page.goHome();
      }}>
        byte<i>scope</i>
      </a>
      <State actions={actions} />
      <span class="grow" />
      <fieldset class="seg">
        <legend class="sr">Run with</legend>
        {(["bytescope", "cpython"] as const).map((engine: Engine) => (
          <label class={notebook.engine.value === engine ? "on" : ""}>
            <input
              type="radio"
              name="engine"
              class="sr"
              checked={notebook.engine.value === engine}
              onChange={() => {
                notebook.engine.value = engine;
                notebook.touch();
              }}
            />
            {engine === "cpython" ? "CPython" : engine}
          </label>
        ))}
      </fieldset>
      <button type="button" class="btn wide" onClick={() => open("share")}>
        Share
      </button>
      <Menu label="More" text="More" commands={commands(page, actions, open)} />
      <button type="button" class="btn wide" title="A new interpreter: all names are gone" onClick={() => kernel.reset()}>
        <span aria-hidden="true">⟲ </span>Reset
      </button>
      <button type="button" class="btn" disabled={!kernel.canStop.value} title={`Stop (${shown(KEYS.stop)})`} onClick={() => kernel.stop()}>
        <span aria-hidden="true">■ </span>Stop
      </button>
      <button
        type="button"
        class={ready ? "btn main ready-to-run" : "btn main"}
        title={`Run all (${shown(KEYS.runAll)})`}
        onClick={() => kernel.runAll()}
      >
        <span aria-hidden="true">▶ </span>Run all<kbd class="wide">{shown(KEYS.runAll)}</kbd>
      </button>
    </div>
  );
}

function State({ actions: { kernel } }: { actions: Actions }) {
  const status = kernel.status.value;
  const percent = Math.round(kernel.progress.value * 100);
  const text = {
    off: "not started",
    loading: kernel.facts.value || percent >= 100 || percent === 0 ? "starting" : `loading ${percent} %`,
    ready: "ready",
    running: kernel.stopping.value ? "stopping" : "running",
    failed: "cannot start",
  }[status];
  return (
    <span class={`status ${status}`} role="status">
      {text}
      {status === "loading" && <progress class="wide" max={1} value={kernel.progress.value} aria-label="Loading" />}
    </span>
  );
}

function commands(page: Page, actions: Actions, open: (what: "share" | "help" | "contents") => void): (Command | null)[] {
  const { notebook } = actions.kernel;
  return [
    { label: "New notebook", do: () => void page.create({ name: "New notebook", cells: [] }) },
    { label: "Import…", do: () => chooseFile(page) },
    { label: "Export as .ipynb", do: () => page.exportAs("ipynb") },
    { label: "Export as .py", do: () => page.exportAs("py") },
    { label: "Share…", do: () => open("share") },
    null,
    { label: "Undo", keys: shown(KEYS.undo), off: notebook.canUndo.peek() === null, do: () => actions.undo() },
    { label: "Redo", keys: shown(KEYS.redo), off: notebook.canRedo.peek() === null, do: () => actions.redo() },
    { label: "Reset the interpreter", do: () => actions.kernel.reset() },
    null,
    { label: "Keys and help", do: () => open("help") },
  ];
}

function chooseFile(page: Page): void {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: ".py,.ipynb" });
  input.onchange = () => void page.importFiles(Array.from(input.files ?? []));
  input.click();
}
