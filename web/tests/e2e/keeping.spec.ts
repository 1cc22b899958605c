// What is kept: undo, autosave, tabs, links, files.

import { readFileSync } from "node:fs";
import { expect, Notebook, still, test, watch } from "./fixtures";

test("deleted and moved cells come back as they were", async ({ notebook }) => {
  await notebook.openCells("cells/13-undo.py");
  await notebook.runAll();
  await notebook.hasState(5, "ran");
  for (let times = 0; times < 3; times++) await notebook.cellCommand(2, "Delete");
  const undo = "Control+z";
  for (let times = 0; times < 3; times++) await notebook.page.keyboard.press(undo);
  await expect(notebook.page.locator("section.cell")).toHaveCount(5);
  await notebook.hasState(3, "ran");
  await expect(notebook.output(3)).toContainText("3");
  await notebook.page.keyboard.press("Control+Shift+z");
  await expect(notebook.page.locator("section.cell")).toHaveCount(4);
  await notebook.page.keyboard.press(undo);
  await notebook.editor(5).click();
  await notebook.page.keyboard.type("typed");
  await notebook.editor(1).click();
  await notebook.page.keyboard.press(undo);
  await expect.poll(() => notebook.source(5)).toContain("typed");
  await notebook.cellCommand(5, "Move up");
  await expect.poll(() => notebook.source(4)).toContain("typed");
  await notebook.cell(4).focus();
  await notebook.page.keyboard.press(undo);
  await expect.poll(() => notebook.source(5)).toContain("typed");
  for (let times = 0; times < 5; times++) await notebook.cellCommand(1, "Delete");
  await expect(notebook.page.locator("section.cell")).toHaveCount(1);
  await expect.poll(() => notebook.source(1)).toBe("");
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await notebook.page.reload();
  await notebook.cell(1).focus();
  await notebook.page.keyboard.press(undo);
  await notebook.page.keyboard.press(undo);
  await expect(notebook.page.locator("section.cell")).toHaveCount(2);
});

still("the last key typed survives the closing of the tab", async ({ notebook, shared, complaints, servers }) => {
  await notebook.open();
  await notebook.editor(2).click();
  await notebook.page.keyboard.type("the last key");
  await notebook.page.close({ runBeforeUnload: true });
  const page = await shared.newPage();
  watch(page, complaints, [servers.isolated.url]);
  const again = await new Notebook(page, notebook.url).open();
  await expect(again.editor(2)).toContainText("the last key");
});

test("what runs while the reader is elsewhere goes on, or is said to be broken off", async ({ notebook, shared, complaints, servers }) => {
  await (await notebook.open()).importCells("import time\nfor i in range(600):\n    print(i, flush=True)\n    time.sleep(0.05)");
  await notebook.start(1);
  await expect(notebook.output(1)).toContainText("3");
  const protocol = await shared.newCDPSession(notebook.page);
  await protocol.send("Page.setWebLifecycleState", { state: "frozen" });
  await notebook.page.waitForTimeout(300);
  await protocol.send("Page.setWebLifecycleState", { state: "active" });
  await expect(notebook.output(1)).toContainText("15");
  const numbers = (await notebook.output(1).innerText()).split("\n").map(Number);
  expect(numbers).toEqual(numbers.map((_, at) => at));
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await notebook.page.close({ runBeforeUnload: true });
  const page = await shared.newPage();
  watch(page, complaints, [servers.isolated.url]);
  const again = await new Notebook(page, notebook.url).open();
  await again.hasState(1, "(broken off|not run yet)");
  await again.ready();
});

still("two tabs never write over each other", async ({ notebook, shared, complaints, servers }) => {
  await notebook.open();
  await notebook.type(1, "a = 1");
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  const page = await shared.newPage();
  watch(page, complaints, [servers.isolated.url]);
  const second = await new Notebook(page, notebook.url).open();
  await expect(page.getByText("“My notebook” is open in another tab. This is a copy of its own, “My notebook, copy”.")).toBeVisible();
  await second.type(1, "b = 2");
  await notebook.type(1, "a = 11");
  for (const { page } of [notebook, second]) await expect(page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await page.reload();
  await notebook.page.reload();
  await expect(notebook.editor(1)).toContainText("a = 11");
  await expect(second.editor(1)).toContainText("b = 2");
  await page.close();
  await notebook.page.getByRole("button", { name: "My notebook, copy", exact: true }).click();
  await expect(notebook.editor(1)).toContainText("b = 2");
});

still("a tab that slept for a day writes nothing over what is newer", async ({ notebook, shared, complaints, servers }) => {
  await notebook.page.clock.install();
  await notebook.open();
  await notebook.type(1, "a = 1");
  await notebook.page.clock.runFor(2_000);
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  const page = await shared.newPage();
  watch(page, complaints, [servers.isolated.url]);
  const second = await new Notebook(page, notebook.url).open();
  await second.type(1, "b = 2");
  await expect(page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await notebook.page.bringToFront();
  await notebook.page.clock.fastForward("24:00:00");
  await notebook.type(1, "a = 11");
  await notebook.page.clock.runFor(2_000);
  await page.reload();
  await expect(second.editor(1)).toContainText("b = 2");
  await page.close();
  await notebook.page.clock.resume();
  await notebook.page.reload();
  await expect(notebook.editor(1)).toContainText("a = 11");
});

test("a link brings its cells, runs nothing and leaves the own notebook alone", async ({ notebook }) => {
  await notebook.open();
  await notebook.type(1, "print('my own')");
  await notebook.command("New notebook");
  await notebook.type(1, 'print("from a link")');
  await notebook.page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(notebook.page.getByRole("textbox", { name: "Link" })).toHaveValue(/#nb1\./);
  const link = await notebook.page.getByRole("textbox", { name: "Link" }).inputValue();
  await notebook.page.getByRole("button", { name: "Close" }).click();
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();

  await notebook.page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(notebook.page.getByText("This notebook came with the link.")).toBeVisible();
  await notebook.ready();
  await expect.poll(() => notebook.source(1)).toBe('print("from a link")');
  await notebook.hasState(1, "not run yet");
  await notebook.page.goBack();
  await expect(notebook.page.getByText("This notebook came with the link.")).toHaveCount(0);
  await notebook.page.goForward();
  await expect(notebook.page.getByText("This notebook came with the link.")).toBeVisible();
  await notebook.type(1, "edited = 1");
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  const entries = await notebook.page.evaluate(() => history.length);
  await notebook.page.reload();
  await expect(notebook.editor(1)).toContainText("edited = 1");
  await notebook.page.getByRole("button", { name: "Show the link’s text" }).click();
  await expect(notebook.editor(1)).toContainText("from a link");
  expect(await notebook.page.evaluate(() => history.length)).toBe(entries);
  await notebook.page.getByRole("button", { name: "My notebook", exact: true }).first().click();
  await expect(notebook.editor(1)).toContainText("my own");
});

still("a damaged link says so and touches nothing", async ({ notebook }) => {
  await notebook.open();
  await notebook.type(1, "mine = 1");
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  for (const hash of ["#nb1.abcdefg", "#word", "#%E0%A4%A", `#${"A".repeat(200_000)}`]) {
    await notebook.page.evaluate((hash) => (location.hash = hash), hash);
    await expect(notebook.page.getByText(/This link .* Copy it again from where it came/)).toBeVisible();
    await expect(notebook.editor(1)).toContainText("mine = 1");
    await notebook.page.getByRole("button", { name: "Dismiss this notice" }).click();
  }
  await notebook.page.evaluate(() => (location.hash = "#chapter=none"));
  await expect(notebook.page.getByText("The tour has no such chapter.")).toBeVisible();
  await expect(notebook.editor(1)).toContainText("mine = 1");
});

still("files are imported beside the own notebook, whatever is dropped where", async ({ notebook }) => {
  await notebook.open();
  await notebook.type(1, "mine = 1");
  const drop = async (target: string, files: { name: string; size?: number }[]): Promise<void> => {
    await notebook.page.evaluate(
      ({ target, files }) => {
        const data = new DataTransfer();
        for (const { name, size } of files) data.items.add(new File([name.endsWith(".py") ? "print('dropped')" : "x".repeat(size ?? 10)], name));
        const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector(target)!.dispatchEvent(event);
      },
      { target, files },
    );
  };
  const said = (text: RegExp) => expect(notebook.page.getByText(text)).toBeVisible();
  await drop(".cm-content", [{ name: "picture.png" }]);
  await said(/“picture.png” is neither a .py nor a .ipynb file/);
  await drop("main", [{ name: "a.py" }, { name: "b.py" }]);
  await said(/One file at a time/);
  await drop("main", [{ name: "huge.ipynb", size: 21_000_000 }]);
  await said(/“huge.ipynb” has 21 MB/);
  await drop("main", [{ name: "broken.ipynb" }]);
  await said(/“broken.ipynb” cannot be read: it is not JSON/);
  await expect.poll(() => notebook.source(1)).toBe("mine = 1");
  await drop(".cm-content", [{ name: "good.py" }]);
  await said(/“good.py” was imported as a notebook of its own/);
  await expect.poll(() => notebook.source(1)).toBe("print('dropped')");
  await notebook.page.getByRole("button", { name: "My notebook", exact: true }).click();
  await expect(notebook.editor(1)).toContainText("mine = 1");
});

test("an export can be imported", async ({ notebook }) => {
  await notebook.open();
  await notebook.run(1);
  for (const kind of ["ipynb", "py"]) {
    const download = notebook.page.waitForEvent("download");
    await notebook.command(`Export as .${kind}`);
    const path = await (await download).path();
    const text = readFileSync(path, "utf8");
    expect((await download).suggestedFilename()).toBe(`My notebook.${kind}`);
    expect(text).toContain("def gcd(a, b):");
    await notebook.import({ name: `again.${kind}`, mimeType: "text/plain", buffer: Buffer.from(text) });
    await expect.poll(() => notebook.source(1)).toContain("def gcd(a, b):");
    await notebook.page.getByRole("button", { name: "My notebook", exact: true }).click();
  }
});

still("full storage is said, with Export beside it", async ({ notebook }) => {
  await notebook.page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await notebook.open();
  await notebook.type(1, "x = 1");
  await expect(notebook.page.getByText(/The browser refuses to save/)).toBeVisible();
  await expect(notebook.page.getByRole("region", { name: "Notices" }).getByRole("button", { name: "Export" })).toBeVisible();
});
