// The page.

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Kernel } from "../model/kernel";
import type { Page } from "../model/page";
import { Actions } from "./actions";
import { Bar } from "./bar";
import { CellView } from "./cell";
import { Contents } from "./contents";
import { Drawer, Help, Share } from "./dialogs";
import { isHeld, pageKey } from "./keys";
import { Stepping } from "./stepping";

export function App({ page }: { page: Page }) {
  const kernel = page.kernel.value;
  return kernel ? <Shown page={page} kernel={kernel} key={kernel.notebook} /> : <main aria-busy="true" />;
}

function Shown({ page, kernel }: { page: Page; kernel: Kernel }) {
  const actions = useMemo(() => new Actions(kernel), [kernel]);
  const dialog = useSignal<"share" | "help" | "contents" | null>(null);
  const { notebook } = kernel;
  const cells = notebook.cells.value;
  const close = (): void => {
    dialog.value = null;
  };

  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (!event.defaultPrevented && pageKey(event, actions)) event.preventDefault();
    };
    const once = (event: KeyboardEvent): void => {
      if (!isHeld(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener("keydown", key);
    addEventListener("keydown", once, true);
    return () => {
      removeEventListener("keydown", key);
      removeEventListener("keydown", once, true);
    };
  }, [actions]);
  useFollowing(kernel, actions);

  const next = page.chapter.value ? page.tour.after(page.chapter.value) : undefined;
  return (
    <>
      <Bar page={page} actions={actions} open={(what) => (dialog.value = what)} />
      <div class="wrap">
        <div class="side">
          <Contents page={page} close={() => {}} />
        </div>
        <main aria-label="Notebook">
          <Notices page={page} />
          <Failed kernel={kernel} />
          {!page.chapter.value && <Name kernel={kernel} />}
          <Insert at={0} actions={actions} />
          {cells.map((cell, index) => (
            <div class="place" key={cell.id}>
              <CellView cell={cell} actions={actions} number={index + 1} />
              <Insert at={index + 1} actions={actions} always={index === cells.length - 1} />
            </div>
          ))}
          {next && (
            <p class="next">
              Next: <a href={`#chapter=${next.slug}`}>{next.title}</a>
            </p>
          )}
        </main>
        <aside aria-label="Saving">
          <Saving page={page} />
        </aside>
      </div>
      <Said page={page} kernel={kernel} />
      {dialog.value === "share" && (
        <Share title="Share this notebook" link={() => page.share()} close={close}>
          The link carries the whole text of the notebook, without outputs. Nothing is sent anywhere.
        </Share>
      )}
      <Stepping page={page} kernel={kernel} />
      {dialog.value === "help" && <Help page={page} close={close} />}
      {dialog.value === "contents" && <Drawer page={page} close={close} />}
    </>
  );
}

/** Go to the cell that ended a run of all, unless the reader has scrolled since it began. */
function useFollowing(kernel: Kernel, actions: Actions): void {
  useEffect(() => {
    let scrolled = false;
    const noted = (): void => {
      scrolled = true;
    };
    addEventListener("wheel", noted, { passive: true });
    addEventListener("touchmove", noted, { passive: true });
    const end = kernel.ended.subscribe((cell) => {
      if (cell && !scrolled) actions.reveal(cell);
      scrolled = false;
    });
    return () => {
      removeEventListener("wheel", noted);
      removeEventListener("touchmove", noted);
      end();
    };
  }, [kernel, actions]);
}

function Name({ kernel: { notebook } }: { kernel: Kernel }) {
  return (
    <h1 class="name">
      <input
        type="text"
        aria-label="Name of the notebook"
        value={notebook.name.value}
        spellcheck={false}
        onInput={(event) => {
          notebook.name.value = event.currentTarget.value;
          notebook.touch();
        }}
      />
    </h1>
  );
}

function Insert({ at, actions, always }: { at: number; actions: Actions; always?: boolean }) {
  return (
    <div class={always ? "insert always" : "insert"}>
      <button type="button" class="btn small" aria-label={`Add code at ${at + 1}`} onClick={() => actions.add(at)}>
        + Code
      </button>
      <button type="button" class="btn small" aria-label={`Add text at ${at + 1}`} onClick={() => actions.add(at, "prose")}>
        + Text
      </button>
    </div>
  );
}

function Notices({ page }: { page: Page }) {
  return (
    <div role="region" aria-label="Notices" aria-live="polite">
      {page.notices.value.map((notice) => (
        <div class={`notice ${notice.tone}`} key={notice.text}>
          <p>{notice.text}</p>
          <div class="row">
            {notice.actions.map((action) => (
              <button type="button" class="btn small" key={action.label} onClick={() => action.do()}>
                {action.label}
              </button>
            ))}
            <button type="button" class="btn small" aria-label="Dismiss this notice" onClick={() => page.dismiss(notice)}>
              ✕
            </button>
          </div>
        </div>
      ))}
    </div>
  );
}

// What changes with every run has components of its own: the cells are not to be looked through each time.

function Said({ page, kernel }: { page: Page; kernel: Kernel }) {
  return (
    <p class="sr" role="status" aria-live="polite">
      {kernel.said.value || page.said.value}
    </p>
  );
}

function Failed({ kernel }: { kernel: Kernel }) {
  if (kernel.status.value !== "failed") return null;
  return (
    <div class="notice bad" role="alert">
      <p>The interpreter cannot start: {kernel.failure.value || "its files did not arrive"}. What you write is kept all the same.</p>
      <div class="row">
        <button type="button" class="btn small" onClick={() => kernel.start()}>
          Try again
        </button>
      </div>
    </div>
  );
}

function Saving({ page }: { page: Page }) {
  const words = { saved: "Saved in this browser.", pending: "Saving…", refused: "Not saved.", off: "Not saved." };
  return (
    <>
      <p class="saving">{words[page.library.saving.value]}</p>
      <p>Links carry the whole notebook; nothing is sent anywhere.</p>
    </>
  );
}
