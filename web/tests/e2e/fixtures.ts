// What the tests share: one browser context, with its storage emptied before each test, or for `quick` tests one tab that
// stays open; and a notebook to drive. After each test the page must not have complained or asked anybody else for anything.

import { expect, test as base, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KeptCell } from "../../src/model/cell";
import { fromPercent } from "../../src/model/percent";
import { toLink } from "../../src/model/share";
import { serve, type Served } from "./server";

const HERE = dirname(fileURLToPath(import.meta.url));
export const BUILT = process.env.BYTESCOPE_PAGE ?? join(HERE, "../../../src/bytescope/playground/static");
export const CASES = join(HERE, "../cases");

export type Engine = "bytescope" | "CPython";

let links = 0;

export class Notebook {
  constructor(
    readonly page: Page,
    readonly url: string,
  ) {}

  async open(hash = ""): Promise<this> {
    await this.page.goto(this.url + hash);
    await this.page.getByRole("main", { name: "Notebook" }).waitFor();
    return this;
  }

  /** Open a file of the cases, by one interpreter or the other. */
  async openCells(file: string, engine: Engine = "bytescope"): Promise<this> {
    const path = join(CASES, file);
    if (file.endsWith(".py")) await this.openLink(fromPercent(readFileSync(path, "utf8"), file).cells);
    else await this.import(path);
    if (engine === "CPython") await this.page.getByRole("radio", { name: "CPython" }).check({ force: true });
    await this.ready();
    return this;
  }

  async import(path: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.command("Import…");
    await (await chooser).setFiles(path);
    await expect(this.page.getByText(/was imported as a notebook/)).toBeVisible();
    await this.page.getByRole("button", { name: "Dismiss this notice" }).first().click();
  }

  /** Cells from their texts, as a link brings them: the interpreter is started once. */
  async write(...sources: string[]): Promise<this> {
    await this.openLink(sources.map((source) => ({ kind: "code", source })));
    return this.ready();
  }

  private async openLink(cells: KeptCell[]): Promise<void> {
    const name = `Cells ${++links}`;
    await this.page.goto(`${this.url}#${await toLink({ name, cells })}`);
    await expect(this.page.getByRole("textbox", { name: "Name of the notebook" })).toHaveValue(name);
    await this.page.getByRole("button", { name: "Dismiss this notice" }).first().click();
  }

  /** The same as a notebook that was imported. */
  async importCells(...sources: string[]): Promise<this> {
    const text = sources.map((source) => `# %%\n${source}\n`).join("\n");
    await this.import({ name: "written.py", mimeType: "text/x-python", buffer: Buffer.from(text) });
    return this.ready();
  }

  async ready(): Promise<this> {
    await expect(this.page.locator(".status")).toHaveText("ready", { timeout: 60_000 });
    return this;
  }

  async command(label: string): Promise<void> {
    await this.page.getByRole("button", { name: "More", exact: true }).click();
    await this.page.getByRole("menuitem", { name: label }).click();
  }

  async cellCommand(number: number, label: string): Promise<void> {
    await this.cell(number).hover();
    await this.cell(number).getByRole("button", { name: `More for cell ${number}` }).click();
    await this.page.getByRole("menuitem", { name: label }).click();
  }

  cell(number: number): Locator {
    return this.page.locator("section.cell").nth(number - 1);
  }

  output(number: number): Locator {
    return this.cell(number).locator(".out");
  }

  editor(number: number): Locator {
    return this.cell(number).locator(".cm-content");
  }

  async type(number: number, text: string): Promise<void> {
    await this.editor(number).fill(text);
  }

  /** Press Run of a cell. */
  async start(number: number): Promise<void> {
    await this.cell(number).getByRole("button", { name: `Run cell ${number}` }).click();
  }

  /** Run a cell to its end, which is to be this. */
  async run(number: number, outcome = "ran"): Promise<void> {
    await this.start(number);
    await this.hasState(number, outcome);
  }

  async hasState(number: number, outcome: string): Promise<void> {
    await expect(this.cell(number)).toHaveAccessibleName(new RegExp(`^Cell ${number}, ${outcome}`));
  }

  async runAll(): Promise<void> {
    await this.page.getByRole("button", { name: /Run all/ }).click();
  }

  async stop(): Promise<void> {
    await this.page.getByRole("banner").getByRole("button", { name: "Stop" }).click();
  }

  source(number: number): Promise<string> {
    return this.editor(number).locator(".cm-line").allTextContents().then((lines) => lines.join("\n"));
  }
}

const SETTINGS = { viewport: { width: 1200, height: 860 }, acceptDownloads: true, reducedMotion: "reduce" } as const;

interface Shared {
  servers: { isolated: Served; plain: Served };
  shared: BrowserContext;
}

export const test = base.extend<{ notebook: Notebook; tab: Page; complaints: string[] }, Shared>({
  servers: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const isolated = await serve(BUILT, { isolated: true });
      const plain = await serve(BUILT, { isolated: false, prefix: "/docs/play/", pages: pages() });
      await use({ isolated, plain });
      await isolated.close();
      await plain.close();
    },
    { scope: "worker" },
  ],
  shared: [
    async ({ browser }, use) => {
      const context = await browser.newContext(SETTINGS);
      await use(context);
      await context.close();
    },
    { scope: "worker" },
  ],
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, "the page has complained in the console").toEqual([]);
  },
  tab: async ({ shared, complaints, servers }, use) => {
    const page = await shared.newPage();
    watch(page, complaints, [servers.isolated.url, servers.plain.url]);
    await page.goto(`${servers.isolated.url}icon.svg`);
    await page.evaluate(forgetAll);
    await use(page);
    for (const other of shared.pages()) await other.close();
  },
  notebook: async ({ tab, servers }, use) => {
    await use(new Notebook(tab, servers.isolated.url));
  },
});

/** For tests of cells that leave nothing behind but notebooks: in one tab, where a further interpreter starts sooner. */
export const quick = test.extend<object, { kept: Page }>({
  kept: [
    async ({ browser }, use) => {
      const context = await browser.newContext(SETTINGS);
      await use(await context.newPage());
      await context.close();
    },
    { scope: "worker" },
  ],
  tab: async ({ kept, complaints, servers }, use) => {
    watch(kept, complaints, [servers.isolated.url]);
    await use(kept);
    kept.removeAllListeners();
  },
});

/** For tests that run nothing: no interpreter is started, which is most of what a test takes. */
export const still = test.extend({
  tab: async ({ tab, shared }, use) => {
    const files = /\/(pyodide\/|python\.pack|snapshot\.pack)/;
    await shared.route(files, () => {}); // never answered
    await use(tab);
    await shared.unroute(files);
  },
});

/** Note what must not happen. */
export function watch(page: Page, complaints: string[], origins: string[]): void {
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !origins.some((origin) => url.startsWith(new URL(origin).origin))) complaints.push(`request: ${url}`);
  });
}

async function forgetAll(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) {
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(name!);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    });
  }
}

/** Pages of others that use the element. */
function pages(): Record<string, string> {
  const lines = '<script type="module" src="/docs/play/bytescope-run.js"></script>';
  const stepped = "<bytescope-run step><pre>total = 0\nfor n in [3, 5]:\n    total += n\nprint(total)</pre></bytescope-run></html>";
  const elements = readFileSync(join(CASES, "pages/24-elements.html"), "utf8").replace("</html>", stepped);
  return { "/elements.html": elements.replace(/<!--.*?-->/s, lines) };
}

export { expect };
