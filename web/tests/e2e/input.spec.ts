// Programs that ask.

import { expect, quick, test } from "./fixtures";

test("input() is answered behind its prompt", async ({ notebook }) => {
  await notebook.openCells("cells/02-input.py");
  const field = notebook.page.locator(".ask input");

  await notebook.start(1);
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleName("Your name?");
  await notebook.page.keyboard.type("Ada");
  await notebook.page.keyboard.press("Enter");
  await notebook.hasState(1, "ran");
  expect(await notebook.output(1).innerText()).toBe("Your name? Ada\nHello, Ada");

  await notebook.start(2);
  for (const line of ["2", "3"]) {
    await field.fill(line);
    await field.press("Enter");
  }
  await field.press("Control+Enter");
  await notebook.hasState(2, "ran");
  await expect(notebook.output(2)).toContainText("sum 5");
  await notebook.start(2);
  await field.press("Enter");
  await notebook.hasState(2, "raised");
  await expect(notebook.output(2)).toContainText("ValueError: invalid literal for int() with base 10: ''");

  await notebook.start(3);
  for (const line of ["a", "b"]) {
    await field.fill(line);
    await field.press("Enter");
  }
  await notebook.page.getByRole("button", { name: "No more input" }).click();
  await notebook.hasState(3, "ran");
  await expect(notebook.output(3)).toContainText(/'a\\n'.*'b\\n'.*no more lines/s);

  await notebook.start(4);
  await expect(field).toBeVisible();
  await notebook.stop();
  await notebook.hasState(4, "stopped");
  await expect(field).toHaveCount(0);
  await notebook.start(4);
  await expect(field).toBeVisible();
  await notebook.command("Reset the interpreter");
  await expect(field).toHaveCount(0);
  await notebook.hasState(4, "stopped");
  await notebook.ready();
  await notebook.start(4);
  await expect(field).toBeVisible();
  await notebook.page.waitForTimeout(500);
  await notebook.page.reload();
  await notebook.hasState(4, "(broken off|stopped)");
});

for (const engine of ["bytescope", "CPython"] as const) quick(`pdb and help() work in the field (${engine})`, async ({ notebook }) => {
  await notebook.openCells("cells/11-help.py", engine);
  const field = notebook.page.locator(".ask input");
  await notebook.start(1);
  await expect(field).toHaveAccessibleName(/\(Pdb\)/);
  await expect(notebook.output(1)).toContainText("<Cell 1>(2)f()");
  await field.fill("p x");
  await field.press("Enter");
  await expect(notebook.output(1)).toContainText(/\(Pdb\) p x\s+1/);
  await field.fill("c");
  await field.press("Enter");
  await notebook.hasState(1, "ran");
  await notebook.start(1);
  await field.press("Control+Enter");
  await notebook.hasState(1, "(ran|raised|ended)");
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText("Return the number of items in a container.");
  await notebook.start(3);
  await expect(field).toHaveAccessibleName(/help>/);
  await field.fill("quit");
  await field.press("Enter");
  await notebook.hasState(3, "ran");
});
