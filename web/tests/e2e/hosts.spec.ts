// Where the page is served from, or not: any static host, a file, no network, pages of others.

import { join } from "node:path";
import { BUILT, expect, Notebook, test, watch } from "./fixtures";

test("a plain static host will do: input, sleep, stop, with a word on what stopping costs", async ({ tab, servers }) => {
  const notebook = await new Notebook(tab, servers.plain.url).open();
  await notebook.importCells("import time\nname = input('Name? ')\ntime.sleep(0.05)\nprint('Hello,', name)", "while True: pass", "import time\ntime.sleep(600)");
  await notebook.start(1);
  const field = notebook.page.getByRole("textbox", { name: "Name?" });
  await field.fill("Ada");
  await field.press("Enter");
  await notebook.hasState(1, "ran");
  await expect(notebook.output(1)).toContainText("Hello, Ada");
  await notebook.start(3);
  await notebook.page.waitForTimeout(300);
  await notebook.stop();
  await notebook.hasState(3, "stopped");
  await expect(notebook.output(3)).not.toContainText("names are gone");
  await notebook.start(2);
  await notebook.page.waitForTimeout(300);
  await notebook.stop();
  await notebook.hasState(2, "stopped");
  await expect(notebook.output(2)).toContainText("its interpreter was ended. A new one is started: names are gone. Run again what you need of cells 1 and 3.");
  await notebook.ready();

  await tab.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(tab.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await tab.reload(); // from now on the service worker isolates the page
  await notebook.ready();
  expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
  await notebook.start(2);
  await tab.waitForTimeout(300);
  await notebook.stop();
  await expect(notebook.output(2)).toHaveText("Stopped at Cell 2, line 1.");
});

test("the first visit starts from the memory snapshot that comes with the page", async ({ browser, servers, complaints }) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  watch(page, complaints, [servers.isolated.url]);
  const notebook = await (await new Notebook(page, servers.isolated.url).open()).ready();
  await notebook.command("Keys and help");
  await expect(page.getByText(/ready in [\d.]+ s from a snapshot/)).toBeVisible();
  await page.keyboard.press("Escape");
  await notebook.run(1);
  expect(await page.evaluate(async () => (await caches.keys()).length), "nothing is kept beside it").toBe(0);
  await context.close();
});

test("an interpreter that cannot start says so, until the reader tries again with success", async ({ browser, servers }) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage(); // not watched: the browser complains about the file that is not there
  await page.route("**/entry-*.js", (route) => route.abort());
  const notebook = await new Notebook(page, servers.isolated.url).open();
  await expect(page.getByText(/^The interpreter cannot start: .*What you write is kept all the same\.$/)).toBeVisible();
  await page.unroute("**/entry-*.js");
  await page.getByRole("button", { name: "Try again" }).click();
  await notebook.ready();
  await notebook.run(1);
  await context.close();
});

test("once loaded, the page needs no network", async ({ notebook, shared }) => {
  await (await notebook.open()).importCells("1 + 1");
  await notebook.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await shared.setOffline(true);
  try {
    await notebook.run(1);
    await expect(notebook.output(1)).toContainText("2");
    await notebook.command("Reset the interpreter");
    await notebook.ready();
    await notebook.run(1);
    await notebook.cell(1).getByRole("button", { name: "Step cell 1" }).click();
    await expect(notebook.page.locator(".say")).toHaveText(/^Step 0 of /);
    await notebook.page.keyboard.press("Escape");
    await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
    await notebook.page.reload();
    await notebook.ready();
    await notebook.run(1);
  } finally {
    await shared.setOffline(false);
  }
});

test("an address without its last slash leads to the page", async ({ shared, servers }) => {
  const page = await shared.newPage(); // not watched: the browser complains about the files that are not there
  await page.goto(`${servers.plain.url.slice(0, -1)}?from=here#chapter=01-compile`);
  await expect(page).toHaveURL(`${servers.plain.url}?from=here#chapter=01-compile`);
  await expect(page.getByRole("main", { name: "Notebook" })).toBeVisible();
});

test("opened as a file, the page says what to do", async ({ shared }) => {
  const page = await shared.newPage(); // not watched: the browser itself complains about modules in files
  await page.goto(`file://${join(BUILT, "index.html")}`);
  await expect(page.getByText(/This page cannot run from a file/)).toBeVisible();
  await expect(page.getByText("bytescope playground")).toBeVisible();
});

test("<bytescope-run> runs examples on anyone's page", async ({ tab, servers }) => {
  const { asked } = servers.plain;
  asked.length = 0;
  await tab.goto(new URL("/elements.html", servers.plain.url).href);
  const element = (at: number) => tab.locator("bytescope-run").nth(at);
  await expect(element(0).locator(".cm-content")).toContainText('print("small &", x)');
  expect(await element(0).locator(".cm-line").allTextContents()).toEqual(["x = 1", "if x < 2 and x > 0:", '    print("small &", x)']);
  expect(asked.filter((path) => /pyodide|python\.pack/.test(path))).toEqual([]);
  await element(1).getByRole("button", { name: "Run" }).click();
  await expect(element(1).locator(".out")).toHaveText("second", { timeout: 90_000 });
  await tab.getByText("Folded").click();
  await element(2).getByRole("button", { name: "Run" }).click();
  await expect(element(2).getByRole("status")).toHaveText("running", { timeout: 90_000 });
  await element(0).getByRole("button", { name: "Run" }).click();
  await expect(element(0).locator(".out")).toHaveText("small & 1", { timeout: 90_000 });
  await element(2).getByRole("button", { name: "Stop" }).click();
  await expect(element(2).getByRole("status")).toHaveText(/^stopped/);
  await expect(element(3).locator(".cm-content")).toHaveText("");

  const steps = element(4).getByRole("group", { name: "Steps of Cell 1" });
  await expect(element(0).getByRole("button", { name: "Step" })).toHaveCount(0);
  expect(asked.filter((path) => /\/steps-/.test(path))).toEqual([]);
  await element(4).getByRole("button", { name: "Step" }).click();
  await expect(steps.locator(".say")).toHaveText(/^Step 0 of \d+, <module>: next is RESUME 0\.$/, { timeout: 90_000 });
  await tab.keyboard.press("o");
  await expect(steps.locator(".say")).toContainText("line 1 of <module>");
  await tab.setViewportSize({ width: 600, height: 860 });
  await expect(steps.getByRole("tab", { name: "Source" })).toBeVisible(); // it is as narrow as its place
  await element(4).locator(".cm-content").press("End");
  await tab.keyboard.type("n");
  await expect(element(4).locator(".cm-content")).toContainText("total = 0n");
  await expect(steps.locator(".say")).toContainText("line 1 of <module>");
  await steps.getByRole("button", { name: "Close the stepper" }).click();
  await expect(element(4).locator(".out")).toHaveText("8");
});
