// What <bytescope-run> shows: one cell.

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Kernel } from "../model/kernel";
import { Notebook } from "../model/notebook";
import type { Take } from "../model/take";
import { measured, OUTCOME_WORDS, staleness } from "../model/words";
import { Editor } from "../views/editor";
import { KEYS, shown } from "../views/keys";
import { OutputView } from "../views/output";
import { fetchSteps, useSteps } from "../views/use_steps";
import type { Home } from "../worker/client";
import type { Engine } from "../worker/protocol";

export interface ElementProps {
  source: string;
  engine: Engine;
  /** Whether the example can be stepped through. */
  step: boolean;
  home: Home;
  root: ShadowRoot;
}

export function ElementView({ source, engine, step, home, root }: ElementProps) {
  const kernel = useMemo(
    () => new Kernel(home, new Notebook({ name: "Example", engine, cells: [{ kind: "code", source }] })),
    [],
  );
  const cell = kernel.notebook.cells.value[0]!;
  const outcome = cell.outcome.value;
  const active = outcome === "running" || outcome === "waiting";
  const loading = kernel.status.value === "loading";
  const ran = cell.ran.value;
  const stale = staleness(cell, [cell], kernel.life.value);
  const take = kernel.take.value;
  const changed = useSignal(false);
  useEffect(() => () => kernel.end(), []);

  const run = (): boolean => (kernel.runAll(), true);
  const stepThrough = (): boolean => {
    if (step) void fetchSteps();
    if (step) kernel.step(cell);
    return step;
  };
  const stop = (): boolean => {
    if (loading) kernel.end();
    kernel.stop();
    return true;
  };
  return (
    <section class={`cell ${outcome}${stale ? " stale" : ""}`} aria-label="Python example">
      <Editor
        owner={cell}
        root={root}
        label="Python example"
        text={cell.source.value}
        language="python"
        keys={[
          { key: KEYS.run, run },
          { key: KEYS.runAndGoOn, run },
          { key: KEYS.stop, run: stop },
          { key: KEYS.step, run: stepThrough },
        ]}
        changed={(text) => {
          changed.value = text !== source;
          kernel.notebook.edit(cell, text);
        }}
      />
      <header>
        {active ? (
          <button type="button" class="btn small" onClick={stop}>
            ■ Stop
          </button>
        ) : (
          <button type="button" class="btn small" title={`Run (${shown(KEYS.run)})`} onClick={run}>
            ▶ Run
          </button>
        )}
        {step && !active && (
          <button type="button" class="btn small" title={`Step through it (${shown(KEYS.step)})`} onClick={stepThrough}>
            ⇥ Step
          </button>
        )}
        {changed.value && !active && (
          <button type="button" class="btn small" onClick={() => kernel.notebook.edit(cell, source)}>
            ⟲ As it was
          </button>
        )}
        <span class={`state ${outcome}`} role="status">
          {loading && active ? `loading ${Math.round(kernel.progress.value * 100)} %` : outcome === "new" ? "" : OUTCOME_WORDS[outcome]}
          {stale ? `, ${stale}` : ""}
        </span>
        {kernel.status.value === "failed" && <span class="state raised">the interpreter cannot start: {kernel.failure.value}</span>}
        <span class="grow" />
        {ran && !active && ran.seconds > 0 && <span class="measured">{measured(ran)}</span>}
      </header>
      {take && !active && <InPlace take={take} close={() => (kernel.take.value = null)} />}
      {(!take || active) && (
        <OutputView
          output={cell.output}
          label="Output"
          where={(file) => (kernel.names.has(file) ? { number: 1, changed: kernel.names.get(file)!.source !== cell.source.value, go: () => {} } : null)}
          answer={(text) => kernel.answer(text)}
        />
      )}
    </section>
  );
}

/** The steps of the example, in the place of its output. */
function InPlace({ take, close }: { take: Take; close(): void }) {
  const View = useSteps();
  return View && (
    <View
      take={take}
      tools={() => (
        <button type="button" class="btn" aria-label="Close the stepper" onClick={close}>
          Close
        </button>
      )}
    />
  );
}
