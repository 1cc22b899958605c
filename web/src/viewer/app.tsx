// The viewer of a recording: panes, controls, scrubber, and one sentence for each step.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { COMMANDS, onKey } from "./keys";
import { DECKS, PANES, type Pane, type Viewer } from "./model";
import { Deck, PaneView, SHORT, TITLES } from "./panes";
import { Scrubber } from "./scrubber";

export interface ViewerProps {
  viewer: Viewer;
  /** Whether it is in somebody else's page: then its keys act while the focus is in it, and it has no landmarks of its own. */
  embedded?: boolean;
  /** More buttons for its head. */
  tools?: ComponentChildren;
}

export function ViewerApp({ viewer, embedded = false, tools }: ViewerProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const key = (event: Event): void => {
      if (onKey(event as KeyboardEvent, viewer, box.current!)) event.preventDefault();
    };
    const where = embedded ? box.current! : window;
    where.addEventListener("keydown", key);
    return () => where.removeEventListener("keydown", key);
  }, [viewer]);
  useLayoutEffect(() => {
    if (embedded) box.current!.focus({ preventScroll: true });
  }, [viewer]);
  const Panes = embedded ? "section" : "main";
  return (
    <div class="viewer" ref={box} {...(embedded ? { tabIndex: -1, role: "group", "aria-label": `Steps of ${viewer.title}` } : {})}>
      <Top viewer={viewer} embedded={embedded} tools={tools} />
      <Panes class="panes" aria-label="State">
        <Tabs viewer={viewer} />
        <PaneView viewer={viewer} pane="source" />
        <Deck viewer={viewer} deck={DECKS[0]!} />
        <div class="side-panes">
          <PaneView viewer={viewer} pane="stack" />
          <Deck viewer={viewer} deck={DECKS[2]!} />
          <PaneView viewer={viewer} pane="output" />
        </div>
        <PaneView viewer={viewer} pane="frames" />
        <Deck viewer={viewer} deck={DECKS[1]!} />
      </Panes>
      <Controls viewer={viewer} embedded={embedded} />
    </div>
  );
}

function Top({ viewer, embedded = false, tools }: ViewerProps) {
  const condition = useSignal("");
  const { forgotten, leftOut } = viewer.recording.tape;
  const Head = embedded ? "div" : "header";
  return (
    <Head class="top">
      {embedded ? (
        <p class="title">{viewer.title}</p>
      ) : (
        <h1>
          byte<i>scope</i> <span>{viewer.title}</span>
        </h1>
      )}
      {forgotten > 0 && <span class="quiet">the last {viewer.steps.toLocaleString("en")} steps</span>}
      {leftOut && (
        <span class="quiet">
          {leftOut.count.toLocaleString("en")} steps are left out at step{" "}
          <button type="button" class="ref" aria-label="Go to the step that stands for those that are left out" onClick={() => viewer.go(leftOut.step)}>
            {leftOut.step.toLocaleString("en")}
          </button>
        </span>
      )}
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const back = (event.submitter as HTMLButtonElement | null)?.value === "back";
          if (condition.value.trim()) viewer.find(condition.value.trim(), back);
        }}
      >
        <label>
          <span class="sr">Find where a line begins and this is true</span>
          <input id="find" type="text" value={condition.value} placeholder="Find: total > 5  ( / )" spellcheck={false} autocomplete="off" onInput={(event) => (condition.value = event.currentTarget.value)} />
        </label>
        <button type="submit" class="btn" value="on" aria-label="Find the next step">
          Next
        </button>
        <button type="submit" class="btn" value="back" aria-label="Find the previous step">
          Previous
        </button>
        <output class="quiet">{viewer.found.value}</output>
      </form>
      {tools}
    </Head>
  );
}

/** On narrow screens one pane is shown, and these choose it. */
function Tabs({ viewer }: { viewer: Viewer }) {
  const chosen = viewer.pane.value;
  const box = useRef<HTMLDivElement>(null);
  const tab = (pane: Pane): HTMLElement | null => box.current!.querySelector(`#tab-${pane}`);
  useLayoutEffect(() => {
    const { scrollWidth, clientWidth } = box.current!;
    if (scrollWidth > clientWidth) tab(chosen)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const choose = (pane: Pane): void => {
    viewer.pane.value = pane;
    tab(pane)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Panes" ref={box}>
      {PANES.map((pane, at) => (
        <button
          type="button"
          role="tab"
          id={`tab-${pane}`}
          key={pane}
          aria-selected={chosen === pane}
          aria-controls={`pane-${pane}`}
          tabIndex={chosen === pane ? 0 : -1}
          onClick={() => choose(pane)}
          onKeyDown={(event) => {
            const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            if (by) choose(PANES[(at + by + PANES.length) % PANES.length]!);
          }}
        >
          {SHORT[pane] ?? TITLES[pane]}
        </button>
      ))}
    </div>
  );
}

function Controls({ viewer, embedded }: { viewer: Viewer; embedded: boolean }) {
  const { step, sentence } = viewer.shown.value;
  const Foot = embedded ? "section" : "footer";
  return (
    <Foot class="foot" aria-label="Steps">
      <div class="ctl">
        {COMMANDS.map((each) => (
          <button
            type="button"
            class={each.key === "n" ? "btn main" : /^[OIUR]$/.test(each.key) ? "btn wide" : "btn"}
            key={each.key}
            title={each.hint}
            aria-label={each.hint}
            aria-keyshortcuts={each.key}
            onClick={() => each.do(viewer)}
          >
            {each.label}
            {each.key.length === 1 && <kbd aria-hidden="true">{each.key}</kbd>}
          </button>
        ))}
        <label class="go">
          <span class="sr">Go to step</span>
          <input id="go" type="number" min={0} max={viewer.steps} value={step} onChange={(event) => viewer.go(Number(event.currentTarget.value))} />
        </label>
      </div>
      <div class="said">
        <p class="say" role="status">
          {sentence}
        </p>
        <label class="check">
          <input type="checkbox" checked={viewer.stopsAtExceptions.value} onChange={(event) => (viewer.stopsAtExceptions.value = event.currentTarget.checked)} />
          run stops at exceptions
        </label>
      </div>
      <Scrubber viewer={viewer} />
    </Foot>
  );
}
