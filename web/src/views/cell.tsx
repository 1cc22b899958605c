// One cell: its bar, its text, its output.

import { useComputed, useSignal } from "@preact/signals";
import { canFold, type Cell } from "../model/cell";
import { ENGINE_NAMES, measured, OUTCOME_WORDS, staleness } from "../model/words";
import type { Engine } from "../worker/protocol";
import type { Actions } from "./actions";
import { Editor } from "./editor";
import { cellKeys, KEYS, onCell, shown } from "./keys";
import { Menu, type Command } from "./menu";
import { OutputView } from "./output";
import { Prose } from "./prose";
import type { Where } from "./traceback";

/** How many cells have their editors from the beginning. */
const AT_ONCE = 30;

/** Steps to keep of a run that is too long to look at. */
const FEW = 1_000;

const MARKS: Record<string, string> = { ran: "✓", raised: "✕", stopped: "■", running: "●", waiting: "…", ended: "⏹", lost: "✕" };

export function CellView({ cell, actions, number }: { cell: Cell; actions: Actions; number: number }) {
  return cell.kind.value === "code" ? (
    <CodeCell cell={cell} actions={actions} number={number} />
  ) : (
    <ProseCell cell={cell} actions={actions} number={number} />
  );
}

function CodeCell({ cell, actions, number }: { cell: Cell; actions: Actions; number: number }) {
  const { kernel } = actions;
  const { notebook } = kernel;
  const outcome = cell.outcome.value;
  const ran = cell.ran.value;
  const stale = useComputed(() => staleness(cell, notebook.cells.value, kernel.life.value)).value;
  const words = stale ? `${OUTCOME_WORDS[outcome]}, ${stale}` : OUTCOME_WORDS[outcome];
  const active = outcome === "running" || outcome === "waiting";
  const engine = notebook.engineOf(cell);
  const tasks = kernel.tasks.value.has(cell.id);
  const where: Where = (file) => placeOf(file, actions);

  return (
    <section
      id={`cell-${cell.id}`}
      class={`cell ${outcome}${stale ? " stale" : ""}`}
      aria-label={`Cell ${number}, ${words}`}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (onCell(event, cell, actions)) event.preventDefault();
      }}
    >
      <header>
        <span class="number">{number}</span>
        <span class={`state ${outcome}`}>
          {MARKS[outcome] && <span aria-hidden="true">{MARKS[outcome]} </span>}
          {outcome === "new" ? "" : OUTCOME_WORDS[outcome]}
        </span>
        {stale && <span class="staleness">{stale}</span>}
        {tasks && !active && <span class="state running">a task goes on</span>}
        <span class="grow" />
        <EngineChoice cell={cell} engine={engine} actions={actions} number={number} />
        <Menu small label={`More for cell ${number}`} text="⋯" commands={commands(cell, actions)} />
        {ran && !active && outcome !== "lost" && ran.seconds > 0 && (
          <span class="measured">
            {ENGINE_NAMES[ran.engine]} · {measured(ran)}
          </span>
        )}
        {ran && outcome === "running" && <span class="measured">{ENGINE_NAMES[ran.engine]}</span>}
        {active ? (
          <button type="button" class="btn small" title={`Stop (${shown(KEYS.stop)})`} onClick={() => kernel.stop()}>
            ■ Stop
          </button>
        ) : (
          <button
            type="button"
            class="btn small"
            aria-label={`Step cell ${number}`}
            title={`Step through it (${shown(KEYS.step)})`}
            onClick={() => actions.step(cell)}
          >
            ⇥ Step
          </button>
        )}
        {!active && (
          <button
            type="button"
            class="btn small"
            aria-label={`Run cell ${number}`}
            title={`Run (${shown(KEYS.run)})`}
            onClick={() => actions.run(cell)}
          >
            ▶ Run
          </button>
        )}
      </header>
      {kernel.invitation.value?.cell === cell && (
        <p class="invited">The link leads to step {kernel.invitation.value.step.toLocaleString("en")} of this cell: press Step. Nothing runs before.</p>
      )}
      {canFold(cell) && <Fold cell={cell} />}
      {!cell.folded.value && (
        <Editor
          owner={cell}
          label={`Cell ${number}, Python`}
          text={cell.source.value}
          language="python"
          keys={cellKeys(cell, actions)}
          changed={(text) => notebook.edit(cell, text)}
          later={number > AT_ONCE}
        />
      )}
      <OutputView
        output={cell.output}
        label={`Output of cell ${number}`}
        where={where}
        answer={(text) => {
          kernel.answer(text);
          actions.focus(cell, false);
        }}
      />
    </section>
  );
}

function Fold({ cell }: { cell: Cell }) {
  const folded = cell.folded.value;
  const lines = cell.source.value.split("\n").length;
  return (
    <button type="button" class="fold" aria-expanded={!folded} onClick={() => (cell.folded.value = !folded)}>
      <span aria-hidden="true">{folded ? "▸" : "▾"} </span>
      {cell.extra.mark ?? "Code"}
      {folded && <span class="count"> · {lines === 1 ? "one line" : `${lines} lines`}</span>}
    </button>
  );
}

function EngineChoice({ cell, engine, actions, number }: { cell: Cell; engine: Engine; actions: Actions; number: number }) {
  return (
    <select
      class="engine"
      aria-label={`Run cell ${number} with`}
      value={engine}
      onChange={(event) => actions.kernel.notebook.choose(cell, event.currentTarget.value as Engine)}
    >
      <option value="bytescope">bytescope</option>
      <option value="cpython">CPython</option>
    </select>
  );
}

function ProseCell({ cell, actions, number }: { cell: Cell; actions: Actions; number: number }) {
  const editing = useSignal(cell.source.peek() === "");
  const { notebook } = actions.kernel;
  const raw = cell.kind.value === "raw";
  const done = (): void => {
    editing.value = false;
    actions.focus(cell, false);
  };
  const keys = cellKeys(cell, actions).map((binding) =>
    binding.key === KEYS.run || binding.key === KEYS.runAndGoOn ? { ...binding, run: () => (done(), true) } : binding,
  );
  return (
    <section
      id={`cell-${cell.id}`}
      class={`cell prose-cell${editing.value ? " editing" : ""}`}
      aria-label={`Cell ${number}, ${raw ? "raw text" : "text"}`}
      tabIndex={-1}
      onDblClick={() => (editing.value = true)}
      onKeyDown={(event) => {
        if (!editing.value && event.key === "Enter" && event.target === event.currentTarget) {
          event.preventDefault();
          editing.value = true;
          actions.focus(cell);
        } else if (onCell(event, cell, actions)) event.preventDefault();
      }}
    >
      <header>
        <span class="number">{number}</span>
        <span class="state">{raw ? "raw text" : ""}</span>
        <span class="grow" />
        <Menu small label={`More for cell ${number}`} text="⋯" commands={commands(cell, actions)} />
        <button type="button" class="btn small" aria-label={`${editing.value ? "Done with" : "Edit"} cell ${number}`} onClick={() => {
          if (editing.value) return done();
          editing.value = true;
          actions.focus(cell);
        }}>
          {editing.value ? "Done" : "Edit"}
        </button>
      </header>
      {editing.value ? (
        <Editor
          owner={cell}
          label={`Cell ${number}, ${raw ? "raw text" : "Markdown"}`}
          text={cell.source.value}
          language="text"
          keys={keys}
          changed={(text) => notebook.edit(cell, text)}
        />
      ) : raw ? (
        <pre class="raw">{cell.source.value}</pre>
      ) : (
        <Prose source={cell.source.value || "*An empty text. Edit it.*"} attachments={cell.extra.attachments} level={0} />
      )}
    </section>
  );
}

function commands(cell: Cell, actions: Actions): (Command | null)[] {
  const { notebook } = actions.kernel;
  const at = notebook.indexOf(cell);
  const last = notebook.cells.peek().length - 1;
  const code = cell.kind.peek() === "code";
  const other = notebook.engineOf(cell) === "bytescope" ? "cpython" : "bytescope";
  return [
    ...(code
      ? [
          { label: "Run to here", do: () => actions.runToHere(cell) },
          { label: "Run from here", do: () => actions.runFromHere(cell) },
          { label: `Step, keeping ${FEW.toLocaleString("en")} steps`, do: () => actions.step(cell, FEW) },
          { label: "Step, following input", do: () => actions.step(cell, undefined, true) },
          { label: `Run with ${ENGINE_NAMES[other]}`, do: () => actions.runWith(cell, other) },
          null,
        ]
      : []),
    { label: "Add a cell above", do: () => actions.add(notebook.indexOf(cell)) },
    { label: "Add a cell below", keys: shown(KEYS.addBelow), do: () => actions.addBelow(cell) },
    { label: "Move up", keys: shown(KEYS.moveUp), off: at === 0, do: () => actions.move(cell, -1) },
    { label: "Move down", keys: shown(KEYS.moveDown), off: at === last, do: () => actions.move(cell, 1) },
    null,
    code
      ? { label: "Turn into text", do: () => actions.turn(cell, "prose") }
      : { label: "Turn into code", do: () => actions.turn(cell, "code") },
    { label: "Delete", keys: shown(KEYS.delete), do: () => actions.delete(cell) },
  ];
}

function placeOf(file: string, actions: Actions): ReturnType<Where> {
  const { kernel } = actions;
  const known = kernel.names.get(file);
  if (!known) return null;
  const cell = kernel.notebook.find(known.cell);
  if (!cell) return "deleted";
  return {
    number: kernel.notebook.numberOf(cell),
    changed: cell.source.value !== known.source,
    go: () => actions.focus(cell),
  };
}
