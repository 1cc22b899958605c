// A new build of the page: under an open tab, and on what another one has saved.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT, expect, Notebook, test, watch } from "./fixtures";
import { serve } from "./server";

test("an open tab goes on with its own files when the server gets a new build; the next one has the new ones", async ({ shared, complaints }) => {
  const server = await serve(BUILT, { isolated: true });
  const next = await mkdtemp(join(tmpdir(), "page-"));
  try {
    const page = await shared.newPage();
    watch(page, complaints, [server.url]);
    const notebook = await (await new Notebook(page, server.url).open()).ready();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const script = await readFile(join(BUILT, "sw.js"), "utf8");
    const files = /const FILES = (\[.*\]);/.exec(script)![1]!;
    await writeFile(join(next, "sw.js"), script.replace(files, '["index.html"]').replace(/const BUILD = ".*"/, 'const BUILD = "next"'));
    await writeFile(join(next, "index.html"), "<!doctype html><title>next</title><p>the next build</p>");
    server.folder = next; // nothing of the build that the tab has is on the server any more
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      await new Promise((resolve) => setInterval(() => registration.waiting && resolve(null), 50));
    });

    await notebook.command("Reset the interpreter");
    await notebook.ready();
    await notebook.run(1);
    await page.evaluate(() => (location.hash = "#chapter=03-stack")); // which is loaded only now
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await notebook.ready();
    await page.getByRole("button", { name: /^Run cell/ }).first().click();
    await expect(page.locator("section.cell.ran")).toHaveCount(1);
    await expect(page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
    await page.reload();
    await notebook.ready();

    await page.close();
    await expect(async () => {
      const later = await shared.newPage();
      try {
        await later.goto(server.url, { waitUntil: "domcontentloaded" });
        expect(await later.title()).toBe("next");
      } finally {
        await later.close();
      }
    }).toPass({ intervals: [500] }); // it takes over once the browser has noticed that the tab is gone
  } finally {
    await rm(next, { recursive: true });
    await server.close();
  }
});

test("what an earlier build has saved can be read, whatever it lacks", async ({ notebook }) => {
  const cells = [{ kind: "code", source: "1 + 1" }, { kind: "from the future", source: "text" }, null, { source: 5 }];
  await notebook.page.evaluate(seed, {
    version: 1,
    entries: [
      { id: "old", revision: 3, saved: 2, notebook: { name: "An old one", cells } },
      { id: "broken", revision: 1, saved: 1 },
    ],
  });
  await notebook.open();
  await expect(notebook.page.getByRole("textbox", { name: "Name of the notebook" })).toHaveValue("An old one");
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText("2");
});

test("storage of a later build is left alone, and that nothing is saved is said", async ({ notebook }) => {
  await notebook.page.evaluate(seed, { version: 99, entries: [] });
  await notebook.open();
  await notebook.type(1, "x = 1");
  await expect(notebook.page.getByText(/The browser refuses to save/)).toBeVisible();
  await notebook.run(1);
});

async function seed({ version, entries }: { version: number; entries: object[] }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open("bytescope", version);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore("notebooks", { keyPath: "id" });
      for (const entry of entries) store.put(entry);
    };
    request.onsuccess = () => (request.result.close(), resolve());
    request.onerror = () => reject(request.error);
  });
}
