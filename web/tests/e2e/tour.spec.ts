// The guided tour, from its first cell to its last: what its cells show is what lies beside them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures";

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
    const download = notebook.page.waitForEvent("download");
    await notebook.command("Export as .ipynb");
    const exported = JSON.parse(readFileSync(await (await download).path(), "utf8")) as Exported;
    const expected = readFileSync(join(TOUR, chapter.replace(/\.py$/, ".out")), "utf8").replace(/[^\S\n]+$/gm, "");
    expect.soft(outputs(exported), chapter).toBe(expected);
  }
});
