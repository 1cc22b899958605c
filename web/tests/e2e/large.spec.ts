// Much of everything, and strange texts.

import { expect, quick, test } from "./fixtures";

quick("a flood of output neither freezes the page nor fills it", async ({ notebook }) => {
  await notebook.openCells("cells/03-flood.py");
  await notebook.start(1);
  await expect(notebook.output(1)).toContainText("lines left out");
  const before = Date.now();
  await notebook.editor(2).click();
  await notebook.page.keyboard.type("x");
  await expect(notebook.editor(2)).toContainText("x");
  expect(Date.now() - before, "typing while it runs").toBeLessThan(5_000);
  await notebook.page.keyboard.press("Backspace");
  await notebook.stop();
  await notebook.hasState(1, "stopped");
  const length = (await notebook.output(1).innerText()).length;
  await notebook.page.waitForTimeout(300);
  expect((await notebook.output(1).innerText()).length).toBe(length);
  await notebook.type(2, (await notebook.source(2)).replace("x", "").replace("200_000", "20_000"));
  await notebook.run(2);
  const lines = (await notebook.output(2).innerText()).split("\n");
  expect(lines[0]).toBe("0");
  expect(lines.slice(-2)).toEqual(["19999", "done"]);
  expect(lines.length).toBeLessThan(2_200);
  expect(lines.some((line) => /^… [\d,]+ lines left out …$/.test(line))).toBe(true);
  await notebook.run(3);
  await expect(notebook.output(3)).toContainText("characters left out");
  expect((await notebook.output(3).innerText()).length).toBeLessThan(12_000);
});

quick("100 KB of source and long lines can be edited and run", async ({ notebook }) => {
  const source = `${Array.from({ length: 4_000 }, (_, n) => `x${n} = ${n}  # text`).join("\n")}\n"${"y".repeat(10_000)}"`;
  await notebook.write(source);
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText("yyyy");
  await notebook.editor(1).click();
  await notebook.page.keyboard.type("#");
  await expect(notebook.cell(1)).toHaveAccessibleName(/changed since it ran/);
});

quick("a notebook of many cells has editors where one looks", async ({ notebook }) => {
  await notebook.write(...Array.from({ length: 300 }, (_, n) => `x${n} = ${n}`));
  const editors = notebook.page.locator(".cm-editor");
  expect(await editors.count()).toBeLessThan(100);
  await expect(notebook.cell(300)).toContainText("x299 = 299");
  await notebook.editor(30).click();
  await notebook.page.keyboard.press("Shift+Enter");
  await expect(notebook.editor(31)).toBeFocused();
  await notebook.run(300);
  await notebook.editor(300).click();
  await notebook.page.keyboard.type("#");
  await notebook.hasState(300, "ran, changed since it ran");
});

test("texts of all kinds stay what they are", async ({ notebook }) => {
  await notebook.openCells("cells/05-unicode.py");
  for (const [number, outcome] of [[1, "raised"], [2, "ran"], [3, "raised"], [4, "ran"], [5, "ran"]] as const) await notebook.run(number, outcome);
  await expect(notebook.output(1)).toContainText(/3.*UnicodeEncodeError: 'utf-8' codec can't encode/s);
  await expect(notebook.output(2)).toContainText("'a\\ud800b'");
  await expect(notebook.output(3)).toContainText("ValueError: broken \\udfff text");
  await expect(notebook.output(4)).toContainText("\\u200d");
  await expect(notebook.output(5)).toContainText("␀|␡|\\x85|\\u2028");
  const sources = await Promise.all([1, 2, 3, 4, 5].map((number) => notebook.source(number)));
  const outputs = await notebook.page.locator(".out").allInnerTexts();
  await expect(notebook.page.getByText("Saved in this browser.", { exact: true })).toBeVisible();
  await notebook.page.reload();
  await notebook.ready();
  expect(await Promise.all([1, 2, 3, 4, 5].map((number) => notebook.source(number)))).toEqual(sources);
  expect(await notebook.page.locator(".out").allInnerTexts()).toEqual(outputs);
});
