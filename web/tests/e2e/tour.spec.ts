// The guided tour, from its first cell to its last: what its cells show is what lies beside them.

import AxeBuilder from "@axe-core/playwright";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Notebook } from "./fixtures";

const TOUR = join(import.meta.dirname, "../../tour");
const chapters = existsSync(TOUR) ? readdirSync(TOUR).filter((name) => /^\d.*\.py$/.test(name)) : [];

interface Exported {
  cells: { cell_type: string; outputs?: Record<string, unknown>[] }[];
}

/** The outputs of an exported notebook, in the form of the files beside the chapters. */
function outputs({ cells }: Exported): string {
  let text = "";
  cells.forEach((cell, index) => {
    if (cell.cell_type !== "code") return;
    text += `--- cell ${index + 1}\n`;
    for (const output of cell.outputs ?? []) {
      const data = output.data as { "text/plain": string[] } | undefined;
      if (output.output_type === "stream") text += (output.text as string[]).join("");
      else if (output.output_type === "error") text += `${(output.traceback as string[]).at(-1)}\n`;
      else text += `${output.output_type === "execute_result" ? "=> " : ""}${data!["text/plain"].join("")}\n`;
    }
  });
  return text.replace(/[^\S\n]+$/gm, "");
}

/** Go through a machine of the tour and the other two. */
async function walks({ page }: Notebook): Promise<void> {
  const walk = page.getByRole("group", { name: "An instruction in several machines" });
  await walk.scrollIntoViewIfNeeded();
  await expect(walk).toMatchAriaSnapshot({ name: "walk.aria.yml" });
  await walk.getByRole("button", { name: "On by one instruction" }).click();
  await expect(walk.getByRole("status")).toHaveText(/^Instruction 2 of 7: 2 LOAD_NAME a\. your machine: LOAD_NAME 'a', then 6 on the stack\. bytescope: LOAD_NAME a, then 6 on the stack\.$/);
  for (const key of ["n", "ArrowRight", "n", "p", "End", "ArrowLeft"]) await page.keyboard.press(key);
  await expect(walk.locator('[aria-current="step"]')).toHaveText("20 BINARY_OP *");
  const { violations } = await new AxeBuilder({ page }).include(".walking").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
}

test("the tour", async ({ notebook }) => {
  test.skip(!chapters.length, "there are no chapters");
  await notebook.open();
  for (const chapter of chapters) {
    await notebook.page.evaluate((hash) => (location.hash = hash), `#chapter=${chapter.replace(/\.py$/, "")}`);
    await expect(notebook.page.locator('nav [aria-current="page"]')).toHaveAttribute("href", `#chapter=${chapter.replace(/\.py$/, "")}`);
    await notebook.ready();
    const cells = notebook.page.locator("section.cell:not(.prose-cell)");
    await notebook.runAll();
    await expect(cells.last()).toHaveAccessibleName(/, (waiting|running|ran|raised|not run$)/);
    // cells that are meant to raise end a run of all: go on behind each
    for (;;) {
      await expect(notebook.page.locator(".cell.waiting, .cell.running")).toHaveCount(0, { timeout: 60_000 });
      const skipped = notebook.page.locator(".cell.skipped").first();
      if (!(await skipped.count())) break;
      const number = Number(/Cell (\d+)/.exec((await skipped.getAttribute("aria-label"))!)![1]);
      await notebook.cellCommand(number, "Run from here");
    }
    if (chapter.startsWith("03")) await walks(notebook);
    const download = notebook.page.waitForEvent("download");
    await notebook.command("Export as .ipynb");
    const exported = JSON.parse(readFileSync(await (await download).path(), "utf8")) as Exported;
    const expected = readFileSync(join(TOUR, chapter.replace(/\.py$/, ".out")), "utf8").replace(/[^\S\n]+$/gm, "");
    expect.soft(outputs(exported), chapter).toBe(expected);
  }
});
