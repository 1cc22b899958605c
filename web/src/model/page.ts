// The page as a whole: which notebook it shows, its interpreter, links, files and notices.

import { effect, signal } from "@preact/signals";
import type { Home } from "../worker/client";
import { fromIpynb, toIpynb } from "./ipynb";
import { invitationFrom, sharedStep, type SharedStep } from "./invitation";
import { Kernel } from "./kernel";
import { Library } from "./library";
import { Notebook, type KeptNotebook } from "./notebook";
import { fromPercent, toPercent } from "./percent";
import { BadLink, fromLink, isLink, toLink } from "./share";
import type { Take } from "./take";
import type { Tour } from "./tour";

export interface Notice {
  text: string;
  tone: "plain" | "bad";
  actions: { label: string; do(): void }[];
}

const LARGEST_FILE = 20_000_000;
const CHAPTER = /^#chapter=([\w-]+)$/;

export class Page {
  readonly kernel = signal<Kernel | null>(null);
  readonly notices = signal<readonly Notice[]>([]);
  readonly chapter = signal<string | null>(null);
  readonly said = signal("");
  private shown = "";

  constructor(
    private readonly home: Home,
    readonly tour: Tour,
    readonly library = new Library(),
  ) {
    effect(() => {
      const text = library.notice.value;
      if (text) this.notify(text);
    });
    effect(() => {
      if (library.saving.value !== "refused") return;
      this.notify("The browser refuses to save: its storage is full or switched off. Export keeps your text.", "bad", [
        { label: "Export", do: () => this.exportAs("ipynb") },
      ]);
    });
  }

  async begin(): Promise<void> {
    await this.follow();
    addEventListener("hashchange", () => void this.follow());
    addEventListener("pagehide", () => this.library.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.library.leave();
    });
    addEventListener("beforeunload", () => this.library.leave());
  }

  notify(text: string, tone: Notice["tone"] = "plain", actions: Notice["actions"] = []): void {
    if (this.notices.peek().some((notice) => notice.text === text)) return;
    this.notices.value = [...this.notices.peek(), { text, tone, actions }].slice(-3);
  }

  dismiss(notice: Notice): void {
    this.notices.value = this.notices.peek().filter((other) => other !== notice);
  }

  // --- which notebook

  /** Show what the address says: a chapter, a link's notebook, or the reader's own. */
  private async follow(): Promise<void> {
    const hash = location.hash;
    if (hash === this.shown && this.kernel.peek()) return;
    this.shown = hash;
    await this.library.flush();
    this.notices.value = [];
    const chapter = CHAPTER.exec(hash)?.[1];
    if (chapter && this.tour.has(chapter)) return this.openChapter(chapter);
    this.chapter.value = null;
    if (!isLink(hash) || chapter) {
      this.use(await this.library.own(() => this.fresh()));
      if (chapter) this.notify("The tour has no such chapter. Those that it has are in the contents.", "bad");
      return;
    }
    try {
      const { notebook: kept, key, step } = await fromLink(hash);
      await this.openLink(key, kept);
      if (step) this.invite(kept, step);
    } catch (error) {
      if (!(error instanceof BadLink)) throw error;
      this.use(await this.library.own(() => this.fresh()));
      this.notify(`${error.message} Copy it again from where it came, or ask for the notebook as a file.`, "bad");
    }
  }

  private async openLink(key: string, kept: KeptNotebook): Promise<void> {
    const { notebook, edited } = await this.library.fromLink(key, kept);
    this.use(notebook);
    const own = { label: "My notebook", do: () => void this.goHome() };
    if (edited) {
      const original = async (): Promise<void> => {
        await this.library.flush();
        this.use((await this.library.fromLink(key, kept, true)).notebook);
      };
      this.notify("You have changed what this link brought: this is your copy.", "plain", [
        { label: "Show the link’s text", do: () => void original() },
        own,
      ]);
    } else {
      const text = kept.cells.length ? "This notebook came with the link. Nothing of it runs before you run it." : "This link holds an empty notebook.";
      this.notify(`${text} Your own notebook is untouched.`, "plain", [own]);
    }
  }

  /** Back to the reader's own notebook, as an entry of its own in the history. */
  async goHome(): Promise<void> {
    await this.library.flush();
    history.pushState(null, "", location.pathname + location.search);
    await this.follow();
  }

  private async openChapter(slug: string, original = false): Promise<void> {
    const kept = await this.tour.notebook(slug);
    const { notebook, edited } = await this.library.fromLink(`tour-${slug}`, kept, original);
    this.chapter.value = slug;
    this.use(notebook);
    if (edited) {
      this.notify("You have worked on this chapter: this is your copy.", "plain", [
        { label: "Start the chapter afresh", do: () => void this.openChapter(slug, true) },
      ]);
    }
  }

  async openSaved(id: string): Promise<void> {
    await this.library.flush();
    this.leaveAddress();
    const notebook = await this.library.openById(id);
    if (notebook && notebook !== this.kernel.peek()?.notebook) this.use(notebook);
  }

  async create(kept: KeptNotebook): Promise<void> {
    await this.library.flush();
    this.leaveAddress();
    this.use(await this.library.create(kept));
    this.library.notebook!.touch();
  }

  fresh(): KeptNotebook {
    return {
      name: "My notebook",
      cells: [
        { kind: "code", source: 'def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n\ngcd(12, 15)' },
        { kind: "code", source: "" },
      ],
    };
  }

  private leaveAddress(): void {
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    this.shown = location.hash;
    this.chapter.value = null;
    this.notices.value = [];
  }

  private use(notebook: Notebook): void {
    const before = this.kernel.peek();
    if (before?.notebook === notebook) return;
    before?.end();
    const kernel = new Kernel(this.home, notebook);
    this.kernel.value = kernel;
    kernel.start();
  }

  // --- files and links

  async share(step?: SharedStep): Promise<string> {
    const kept = this.kernel.peek()!.notebook.keep();
    const url = new URL(location.href);
    url.hash = await toLink(kept, step);
    return url.href;
  }

  /** A link that leads to a step of a recorded run. */
  shareStep(take: Take, at: number): Promise<string> {
    return this.share(sharedStep(this.kernel.peek()!, take, at));
  }

  private invite(kept: KeptNotebook, step: SharedStep): void {
    const kernel = this.kernel.peek()!;
    const { invitation } = kernel;
    invitation.value = invitationFrom(kernel.notebook, kept, step);
    if (!invitation.peek()) this.notify("The link leads to a step of cells that have changed here since.");
  }

  exportAs(kind: "py" | "ipynb"): void {
    const kept = this.kernel.peek()!.notebook.keep();
    const text = kind === "py" ? toPercent(kept) : toIpynb(kept);
    const url = URL.createObjectURL(new Blob([text.toWellFormed()], { type: "application/octet-stream" }));
    const name = kept.name.replace(/[^\p{L}\p{N}_. -]+/gu, "").trim().slice(0, 80) || "notebook";
    const link = Object.assign(document.createElement("a"), { href: url, download: `${name}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.said.value = `Exported as ${link.download}.`;
  }

  /** Show a file as a notebook beside the reader's own. */
  async importFiles(files: readonly File[]): Promise<void> {
    if (files.length > 1) return this.notify("One file at a time, please: nothing was imported.", "bad");
    const file = files[0];
    if (!file) return;
    const kind = /\.(py|ipynb)$/i.exec(file.name)?.[1]?.toLowerCase();
    if (!kind) return this.notify(`“${file.name}” is neither a .py nor a .ipynb file: nothing was imported.`, "bad");
    if (file.size > LARGEST_FILE) {
      const size = Math.round(file.size / 1e6);
      return this.notify(`“${file.name}” has ${size} MB, and at most ${LARGEST_FILE / 1e6} MB can be imported.`, "bad");
    }
    const name = file.name.replace(/\.(py|ipynb)$/i, "");
    try {
      const text = await file.text();
      await this.create(kind === "py" ? fromPercent(text, name) : fromIpynb(text, name));
      this.notify(`“${file.name}” was imported as a notebook of its own.`);
    } catch (error) {
      this.notify(`“${file.name}” cannot be read: ${(error as Error).message}.`, "bad");
    }
  }
}
