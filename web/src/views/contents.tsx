// The chapters of the tour, and the notebooks that are kept in this browser.

import type { Entry } from "../model/database";
import type { Page } from "../model/page";

/** Whether an entry is a chapter whose cells all ran. */
function isDone({ link, notebook }: Entry): boolean {
  const code = notebook.cells.filter((cell) => cell.kind === "code" && cell.source.trim());
  return link?.startsWith("tour-") === true && code.every((cell) => cell.outcome === "ran");
}

export function Contents({ page, close }: { page: Page; close(): void }) {
  const { library } = page;
  const chapter = page.chapter.value;
  const current = library.id;
  void page.kernel.value;
  const done = new Set(library.entries.value.filter(isDone).map((entry) => entry.link!.slice(5)));
  const entries = library.entries.value.filter((entry) => !entry.link?.startsWith("tour-"));
  return (
    <>
      {page.tour.chapters.length > 0 && (
        <nav aria-label="Tour">
          <h2>Build a Python virtual machine</h2>
          <ol>
            {page.tour.chapters.map(({ slug, title }) => (
              <li key={slug}>
                <a href={`#chapter=${slug}`} class={slug === chapter ? "on" : ""} aria-current={slug === chapter ? "page" : undefined} onClick={close}>
                  {title}
                  {done.has(slug) && <span class="done">✓<span class="sr"> all cells ran</span></span>}
                </a>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <nav aria-label="Notebooks">
        <h2>Your notebooks</h2>
        <ul>
          {entries.map((entry) => (
            <li key={entry.id}>
              <button
                type="button"
                class={entry.id === current && !chapter ? "on" : ""}
                aria-current={entry.id === current && !chapter ? "page" : undefined}
                onClick={() => {
                  close();
                  void page.openSaved(entry.id);
                }}
              >
                {entry.notebook.name}
              </button>
              {entry.id !== current && (
                <button type="button" class="remove" aria-label={`Delete “${entry.notebook.name}”`} onClick={() => void library.delete(entry.id)}>
                  ✕
                </button>
              )}
            </li>
          ))}
          {entries.length === 0 && <li class="none">What you write is saved in this browser.</li>}
        </ul>
      </nav>
    </>
  );
}
