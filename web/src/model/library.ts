// Which notebook a tab shows, and its saving. A notebook belongs to one tab at a time: a second one gets a copy, so no
// tab ever writes over another's text.

import { effect, signal } from "@preact/signals";
import { Database, Newer, remember, type Entry } from "./database";
import { Notebook, type KeptNotebook } from "./notebook";

export type Saving = "saved" | "pending" | "refused" | "off";

const PAUSE = 400;
const HANDOVER = 700;

export class Library {
  readonly saving = signal<Saving>("saved");
  readonly entries = signal<readonly Entry[]>([]);
  readonly notice = signal<string | null>(null);
  notebook: Notebook | null = null;
  id = "";
  link: string | undefined;
  private revision = 0;
  private savedAs = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();
  private release: (() => void) | null = null;
  private unsubscribe: (() => void) | null = null;

  constructor(private readonly database = new Database()) {}

  /** The notebook that this tab had, or the one that was saved last and is not open, or a copy of it. */
  async own(fresh: () => KeptNotebook): Promise<Notebook> {
    const entries = await this.list();
    const had = entries.find((entry) => entry.id === sessionStorage.getItem("bytescope-notebook"));
    if (had && this.has(had)) return this.notebook!;
    if (had && (await this.lock(had.id, HANDOVER))) return this.open(had);
    const mine = entries.filter((entry) => !entry.link);
    for (const entry of mine) if (await this.lock(entry.id)) return this.open(entry);
    const open = had ?? mine[0];
    if (!open) return this.create(fresh());
    const notebook = await this.create(copyOf(open.notebook, entries));
    this.notice.value = `“${open.notebook.name}” is open in another tab. This is a copy of its own, “${notebook.name.peek()}”.`;
    return notebook;
  }

  /** The reader's copy of a link's notebook, or the link's own text, which is not saved before it is changed. */
  async fromLink(key: string, kept: KeptNotebook, original = false): Promise<{ notebook: Notebook; edited: boolean }> {
    const entries = await this.list();
    const copy = original ? undefined : entries.find((entry) => entry.link === key);
    if (copy && this.has(copy)) return { notebook: this.notebook!, edited: true };
    if (copy && (await this.lock(copy.id, HANDOVER))) return { notebook: await this.open(copy), edited: true };
    const name = entries.some((entry) => entry.link === key) ? freeName(kept.name, entries) : kept.name;
    const notebook = await this.create({ ...kept, name }, key);
    return { notebook, edited: false };
  }

  async create(kept: KeptNotebook, link?: string): Promise<Notebook> {
    const id = newId();
    await this.lock(id);
    return this.show({ id, revision: 0, saved: Date.now(), notebook: kept, ...(link ? { link } : {}) }, false);
  }

  /** Show a saved notebook, or a copy of it if another tab has it. */
  async openById(id: string): Promise<Notebook | null> {
    const entry = await this.database.get(id);
    if (!entry) return null;
    if (this.has(entry)) return this.notebook;
    if (await this.lock(entry.id, HANDOVER)) return this.open(entry);
    this.notice.value = `“${entry.notebook.name}” is open in another tab. This is a copy.`;
    return this.create(copyOf(entry.notebook, await this.list()));
  }

  async delete(id: string): Promise<void> {
    if (id === this.id) return;
    await this.database.delete(id);
    await this.list();
  }

  async list(): Promise<readonly Entry[]> {
    try {
      this.entries.value = await this.database.all();
    } catch {
      this.saving.value = "refused";
    }
    return this.entries.peek();
  }

  /** Save now what has changed. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    await this.writing;
  }

  /** The tab may be gone in a moment. */
  leave(): void {
    if (this.saving.peek() === "saved" || !this.notebook) return;
    remember(this.entry());
    void this.flush();
  }

  private has(entry: Entry): boolean {
    return entry.id === this.id && this.notebook !== null;
  }

  private async open(entry: Entry): Promise<Notebook> {
    return this.show((await this.database.get(entry.id)) ?? entry, true);
  }

  private show(entry: Entry, saved: boolean): Notebook {
    this.unsubscribe?.();
    this.id = entry.id;
    this.link = entry.link;
    this.revision = entry.revision;
    const notebook = (this.notebook = new Notebook(entry.notebook));
    this.savedAs = notebook.revision.peek();
    this.saving.value = "saved";
    if (saved || !entry.link) sessionStorage.setItem("bytescope-notebook", entry.id);
    this.unsubscribe = effect(() => {
      if (notebook.revision.value !== this.savedAs) this.soon();
    });
    return notebook;
  }

  private soon(): void {
    if (this.saving.peek() !== "refused") this.saving.value = "pending";
    this.timer ??= setTimeout(() => void this.flush(), PAUSE);
  }

  private entry(): Entry {
    const entry: Entry = { id: this.id, revision: this.revision + 1, saved: Date.now(), notebook: this.notebook!.keep() };
    if (this.link) entry.link = this.link;
    return entry;
  }

  private async write(): Promise<void> {
    const { notebook } = this;
    if (!notebook || notebook.revision.peek() === this.savedAs) return;
    const at = notebook.revision.peek();
    const entry = this.entry();
    try {
      await this.database.put(entry);
      if (this.notebook !== notebook) return;
      this.revision = entry.revision;
      this.savedAs = at;
      this.entries.value = [entry, ...this.entries.peek().filter((other) => other.id !== entry.id)];
      if (notebook.revision.peek() === at) this.saving.value = "saved";
      else this.soon();
    } catch (error) {
      if (error instanceof Newer && this.notebook === notebook) return this.fork(entry);
      this.saving.value = "refused";
    }
  }

  /** Another tab has saved a later text under this name: go on under a new one. */
  private async fork(entry: Entry): Promise<void> {
    const id = newId();
    await this.lock(id);
    this.id = id;
    this.revision = 0;
    sessionStorage.setItem("bytescope-notebook", id);
    this.notebook!.name.value = freeName(entry.notebook.name, await this.list());
    this.notice.value = `This notebook was changed in another tab. Both texts are kept: this one is “${this.notebook!.name.peek()}”.`;
    this.notebook!.touch();
  }

  /** Take a notebook for this tab; false if another has it. */
  private async lock(id: string, patience = 0): Promise<boolean> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return true; // then the revisions alone keep tabs apart
    const until = Date.now() + patience;
    for (;;) {
      const taken = await new Promise<boolean>((resolve) => {
        void locks.request(`bytescope-${id}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          if (!lock) return undefined;
          this.release?.();
          return new Promise<void>((release) => (this.release = release));
        });
      });
      if (taken || Date.now() >= until) return taken;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function copyOf(kept: KeptNotebook, entries: readonly Entry[]): KeptNotebook {
  const { deleted: _deleted, ...rest } = kept;
  return { ...rest, name: freeName(kept.name, entries) };
}

function freeName(name: string, entries: readonly Entry[]): string {
  const base = name.replace(/, copy(?: \d+)?$/, "");
  const taken = new Set(entries.map((entry) => entry.notebook.name));
  for (let count = 1; ; count++) {
    const wanted = `${base}, copy${count > 1 ? ` ${count}` : ""}`;
    if (!taken.has(wanted)) return wanted;
  }
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
