// Stepping through cells: the recorded run of a cell, over the page.

import AxeBuilder from "@axe-core/playwright";
import { expect, quick as test, type Notebook } from "./fixtures";

/** The stepper of a cell. */
function stepper({ page }: Notebook, number: number) {
  const dialog = page.getByRole("dialog", { name: `Steps of Cell ${number}`, exact: true });
  return {
    dialog,
    pane: (name: string) => dialog.getByRole("region", { name, exact: true }),
    said: dialog.locator(".say"),
    slider: dialog.getByRole("slider"),
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) await page.keyboard.press(key);
    },
  };
}

async function step(notebook: Notebook, number: number) {
  await notebook.cell(number).getByRole("button", { name: `Step cell ${number}` }).click();
  return stepper(notebook, number);
}

test("a run that raises opens at its last step; output is that up to the step", async ({ notebook }) => {
  await notebook.openCells("cells/25-steps.py");
  const { dialog, pane, said, slider, press } = await step(notebook, 1);
  await expect(said).toHaveText(/^Step (\d+) of \1: .*; the run ends with ZeroDivisionError: division by zero\.$/);
  await expect(dialog.getByText(/ZeroDivisionError: division by zero/)).toHaveCount(1);
  await expect(pane("Output")).toContainText("leaving");
  await expect(notebook.output(1)).toContainText("ZeroDivisionError");
  await expect(dialog).toMatchAriaSnapshot({ name: "stepper-end.aria.yml" });
  const end = Number(await slider.inputValue());
  const sentences: string[] = [];
  for (let at = end; at > 0; at--) {
    sentences.unshift(await said.innerText());
    await press("p");
    await expect(slider).toHaveValue(String(at - 1));
  }
  await expect(pane("Output")).toContainText("Nothing is written yet.");
  const raised = sentences.findIndex((each) => each.includes("ZeroDivisionError: division by zero comes up"));
  const written = sentences.findIndex((each) => /outer: next is CALL 1\.$/.test(each) && each.includes("line 8"));
  expect([raised, sentences[raised]]).toEqual([expect.any(Number), expect.stringMatching(/outer: .* comes up, inner is left by ZeroDivisionError; next is PUSH_EXC_INFO\.$/)]);
  await dialog.getByRole("spinbutton", { name: "Go to step" }).fill(String(written + 2));
  await press("Enter", "Escape"); // out of the field
  await expect(pane("Output")).toContainText("leaving");
  await dialog.getByRole("button", { name: "Back by one instruction" }).click();
  await expect(pane("Output")).toContainText("Nothing is written yet.");
  await press("o", "O", "i", "I", "u", "U", "r", "R", "End", "Home", "n");
  await expect(slider).toHaveValue("1");
  await press("/");
  await notebook.page.keyboard.type("n == 0");
  await press("Enter");
  await expect(pane("Source")).toContainText("outer · line 5");
  await press("Escape", "Escape");
  await expect(dialog).toBeHidden();
  await expect(notebook.cell(1).getByRole("button", { name: "Step cell 1" })).toBeFocused();
});

test("two versions of a cell, compared at the first step at which they differ", async ({ notebook }) => {
  await notebook.write("total = 0\nfor n in (1, 2):\n    total += n");
  const first = await step(notebook, 1);
  await expect(first.said).toHaveText(/^Step 0 of /);
  await first.pane("Why").getByRole("button", { name: "Compare" }).click();
  await expect(first.pane("Compare").getByRole("button", { name: "Compare with the run before" })).toBeHidden();
  await first.press("Escape");
  await notebook.type(1, "total = 0\nfor n in (1, 7):\n    total += n");
  const second = await step(notebook, 1);
  await expect(second.said).toHaveText(/^Step 0 of /);
  await second.pane("Why").getByRole("button", { name: "Compare" }).click();
  const compare = second.pane("Compare");
  await compare.getByRole("button", { name: "Compare with the run before" }).click();
  await expect(compare.getByText(/^The runs differ first in operand 1: 7 in Cell 1, 2 in the run before, at step \d+/)).toBeVisible();
});

test("a loop without end shows its first and last steps", async ({ notebook }) => {
  await notebook.openCells("cells/25-steps.py");
  await notebook.cellCommand(2, "Step, keeping 1,000 steps");
  await notebook.hasState(2, "running");
  await notebook.page.waitForTimeout(700);
  await notebook.stop();
  const { dialog, pane, said, press } = stepper(notebook, 2);
  await expect(said).toHaveText(/^Step 0 of 1,\d\d\d, <module>: next is RESUME 0\.$/);
  await dialog.getByRole("button", { name: "Go to the step that stands for those that are left out" }).click();
  await expect(said).toHaveText(/^Step 499 of 1,\d\d\d: .*next are [\d,]+ steps that are left out\.$/);
  await press("n");
  await expect(said).toHaveText(/^Step 500 .*: [\d,]+ steps were executed that are left out, n becomes [\d]{4,}, was \d+; next is /);
  await press("End", "p");
  await expect(pane("Frames")).toContainText(/n\s*\d{4,}/);
  await press("Escape");
  await expect(notebook.output(2)).toHaveText(/^Stopped at Cell 2, line \d\.$/);
});

test("a link leads to a step, with what was answered, once the reader presses Step", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.write("greeting = 'Hello'", "who = input('Name? ')\ntry:\n    input()\nexcept EOFError:\n    print(greeting, who)");
  await notebook.run(1);
  await notebook.editor(2).focus();
  await page.keyboard.press("Alt+Shift+Enter");
  await page.getByRole("textbox", { name: "Name?" }).fill("Ada");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "input", exact: true }).press("Control+Enter");
  const first = stepper(notebook, 2);
  await expect(first.said).toHaveText(/^Step 0 of /);
  await first.press("End", "p", "p");
  await expect(first.pane("Output")).toContainText("Hello Ada");
  const [said, at] = [await first.said.innerText(), await first.slider.inputValue()];
  await first.dialog.getByRole("button", { name: "Share step" }).click();
  const link = page.getByRole("textbox", { name: "Link" });
  await expect(link).toHaveValue(/#nb1\./);
  const url = await link.inputValue();
  await page.keyboard.press("Escape");
  await expect(link).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(first.dialog).toBeHidden();

  await page.goto(url);
  await expect(notebook.cell(2)).toContainText(`The link leads to step ${at} of this cell: press Step.`);
  await notebook.ready();
  await notebook.hasState(1, "not run yet");
  const second = await step(notebook, 2);
  await expect(second.said).toHaveText(said);
  await second.press("Escape");
  await notebook.hasState(1, "ran");
  await expect(notebook.output(2)).toContainText("Name? Ada");
  await expect(notebook.cell(2)).not.toContainText("The link leads to");
});

test("text from outside is followed, and underlined beside the lines that write it", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.write("name = input('Name? ')\ngreeting = f'Hello {name.strip()}!'\neval(name)");
  await notebook.cellCommand(1, "Step, following input");
  const field = page.getByRole("textbox", { name: "Name?" });
  await expect(field).toBeVisible({ timeout: 90_000 }); // the analysis is imported now
  await field.fill(" 6 * 7");
  await field.press("Enter");
  const { dialog, pane, press } = stepper(notebook, 1);
  await expect(dialog.getByRole("combobox", { name: "Beside the lines" })).toHaveValue("taint");
  const line = (number: number) => pane("Source").locator(".ln").nth(number - 1).locator("small");
  await expect(line(2)).toHaveText("greeting = Hello 6 * 7!");
  await expect(line(2).locator("u")).toHaveText("6 * 7");
  await expect(line(3)).toHaveText("Code injection, is code: 6 * 7", { useInnerText: true });
  await expect(line(3).locator("u.meaning")).toHaveText("*");
  await press("Escape");
});

test("axe finds nothing in the stepper, and it is narrow where the page is", async ({ notebook }) => {
  const { page } = notebook;
  await notebook.write("total = 0\nfor n in [3, 5]:\n    total += n\ntotal");
  const { dialog, pane } = await step(notebook, 1);
  await page.keyboard.press("o");
  for (const [colorScheme, width] of [["light", 1200], ["dark", 390]] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 860 });
    await expect(pane("Frames")).toBeVisible({ visible: width > 1000 });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), `at ${width} px`).toEqual([]);
  }
  await dialog.getByRole("button", { name: "Close the stepper" }).click();
  await expect(dialog).toBeHidden();
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1200, height: 860 });
});
