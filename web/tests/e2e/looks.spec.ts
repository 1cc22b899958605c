// How the page looks to eyes, to screen readers and to keys.

import AxeBuilder from "@axe-core/playwright";
import { expect, quick, still, test } from "./fixtures";

test("the page as screen readers have it", async ({ notebook }) => {
  await notebook.open();
  await notebook.run(1);
  await notebook.type(2, "1 / 0");
  await notebook.run(2, "raised");
  await expect(notebook.page.getByRole("banner")).toMatchAriaSnapshot({ name: "bar.aria.yml" });
  await expect(notebook.page.getByRole("main")).toMatchAriaSnapshot({ name: "notebook.aria.yml" });
  await expect(notebook.page.getByText("Cell 2 raised.")).toBeAttached();
  await notebook.page.getByRole("button", { name: "More for cell 1" }).click();
  await expect(notebook.page.getByRole("menu")).toMatchAriaSnapshot({ name: "menu.aria.yml" });
});

for (const colorScheme of ["light", "dark"] as const) {
  quick(`axe finds nothing (${colorScheme})`, async ({ notebook }) => {
    await notebook.page.emulateMedia({ colorScheme });
    await notebook.write(
      "import sys\nprint('out \\x1b[31mred\\x1b[0m'); print('err', file=sys.stderr)\n1 / 0",
      "from bytescope_page import *\nshow(Table([[1, 'a']], head=['n', 'x'], marked=[0]), Stack([('load', [1]), ('add', [2])]))\nGraph({'a': 'x', 'b': 'y'}, [('a', 'b', 'true')])",
      "input('Name? ')",
    );
    await notebook.run(1, "raised");
    await notebook.run(2);
    await notebook.start(3);
    await expect(notebook.page.locator(".ask input")).toBeFocused();
    const violations = async (): Promise<string[]> => {
      const axe = new AxeBuilder({ page: notebook.page });
      if (colorScheme === "dark") axe.withRules(["color-contrast"]); // all else is the same
      return (await axe.analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
    };
    expect(await violations()).toEqual([]);
    await notebook.page.keyboard.press("Enter");
    for (const open of ["Share", "More"]) {
      await notebook.page.getByRole("button", { name: open, exact: true }).click();
      expect(await violations()).toEqual([]);
      await notebook.page.keyboard.press("Escape");
    }
    await notebook.page.emulateMedia({ colorScheme: null });
  });
}

test("everything can be done with keys", async ({ notebook }) => {
  await notebook.open();
  await notebook.ready();
  const { keyboard } = notebook.page;
  await notebook.editor(2).focus();
  await keyboard.type("if 1:");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await keyboard.press("Shift+Tab");
  await keyboard.type("print('keys')");
  await keyboard.press("Control+Enter");
  await notebook.hasState(2, "ran");
  await expect(notebook.output(2)).toHaveText("keys");
  await keyboard.press("Alt+Shift+ArrowUp");
  await expect.poll(() => notebook.source(1)).toContain("keys");
  await expect(notebook.editor(1)).toBeFocused();
  await keyboard.press("Alt+Enter");
  await expect(notebook.editor(2)).toBeFocused();
  await keyboard.type("while True: pass");
  await keyboard.press("Shift+Enter");
  await expect(notebook.editor(3)).toBeFocused();
  await notebook.hasState(2, "running");
  await keyboard.press("Control+.");
  await notebook.hasState(2, "stopped");
  await notebook.editor(2).focus();
  await keyboard.press("Control+Shift+Backspace");
  await expect(notebook.cell(2)).toBeFocused();
  await expect(notebook.page.locator("section.cell")).toHaveCount(2);
  await keyboard.press("Control+z");
  await expect(notebook.page.locator("section.cell")).toHaveCount(3);
  await notebook.editor(1).focus();
  await keyboard.press("Escape");
  await keyboard.press("Tab");
  await expect(notebook.editor(1)).not.toBeFocused();
  await notebook.page.getByRole("button", { name: "More", exact: true }).focus();
  await keyboard.press("Enter");
  await expect(notebook.page.getByRole("menuitem", { name: "New notebook" })).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(notebook.page.getByRole("menuitem", { name: "Import…" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(notebook.page.getByRole("button", { name: "More", exact: true })).toBeFocused();
});

quick("a key that is held acts once, and types on", async ({ notebook }) => {
  await notebook.write("count = globals().get('count', 0) + 1", "second = 1");
  const { keyboard } = notebook.page;
  const cells = notebook.page.locator("section.cell");
  const hold = async (modifiers: string[], key: string): Promise<void> => {
    for (const modifier of modifiers) await keyboard.down(modifier);
    for (let times = 0; times < 20; times++) await keyboard.down(key); // from the second on, these are repetitions
    await keyboard.up(key);
    for (const modifier of modifiers) await keyboard.up(modifier);
  };
  await notebook.editor(1).focus();
  await hold(["Control"], "Enter");
  await notebook.hasState(1, "ran");
  await hold(["Shift"], "Enter");
  await expect(notebook.editor(2)).toBeFocused();
  await notebook.hasState(2, "not run yet");
  await hold(["Alt"], "Enter");
  await expect(cells).toHaveCount(3);
  await expect(notebook.editor(3)).toBeFocused();
  await hold([], "x");
  await expect.poll(() => notebook.source(3)).toBe("x".repeat(20));
  await hold([], "Enter");
  await expect.poll(() => notebook.source(3)).toBe("x".repeat(20) + "\n".repeat(20));
  await notebook.type(3, "count");
  await hold(["Control", "Shift"], "Enter");
  await notebook.hasState(3, "ran");
  await expect(notebook.output(3)).toContainText(/\b3\b/);
  await hold(["Control", "Shift"], "Backspace");
  await expect(cells).toHaveCount(2);
});

test("Tab reaches every control once, in the order in which they stand", async ({ notebook }) => {
  await notebook.open();
  await notebook.run(1);
  await notebook.page.locator(".brand").focus();
  const seen: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    const name = await notebook.page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (!element || element === document.body) return "";
      const { opacity } = getComputedStyle(element.closest(".menu, .insert, .engine") ?? element);
      const box = element.getBoundingClientRect();
      const visible = opacity !== "0" && (box.width > 1 || element.matches(".sr")) ? "" : " (hidden)";
      const label = (element as HTMLInputElement).labels?.[0]?.textContent;
      return `${element.localName} ${element.getAttribute("aria-label") ?? label ?? element.textContent}${visible}`;
    });
    if (!name || seen.includes(name)) break;
    seen.push(name);
    if (await notebook.page.evaluate(() => document.activeElement!.matches(".cm-content"))) await notebook.page.keyboard.press("Escape");
    await notebook.page.keyboard.press("Tab");
  }
  expect(seen.filter((name) => name.includes("(hidden)"))).toEqual([]);
  const expected = [
    ...["button Share", "button More", "input Name of the notebook", "select Run cell 1 with", "button More for cell 1"],
    ...["button Run cell 1", "div Cell 1, Python", "button Run cell 2", "div Cell 2, Python"],
  ];
  expect(seen.filter((name) => expected.includes(name))).toEqual(expected);
});

test("narrow, zoomed, printed", async ({ notebook }) => {
  await notebook.write("print('x' * 300)", "1 / 0", "'y' * 500");
  await notebook.runAll();
  await notebook.hasState(2, "raised");
  for (const width of [1280, 640, 390, 320]) {
    await notebook.page.setViewportSize({ width, height: 700 });
    const wider = await notebook.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider, `at ${width} px`).toBeLessThanOrEqual(0);
  }
  await notebook.page.setViewportSize({ width: 390, height: 700 });
  await notebook.page.getByRole("button", { name: "Contents" }).click();
  await expect(notebook.page.getByRole("dialog", { name: "Contents" })).toBeVisible();
  await notebook.page.keyboard.press("Escape");
  await notebook.page.setViewportSize({ width: 1200, height: 860 });
  await notebook.page.emulateMedia({ media: "print" });
  await expect(notebook.page.getByRole("button", { name: "Run all" })).toBeHidden();
  expect(await notebook.page.evaluate(() => document.querySelector(".cell")!.getBoundingClientRect().width)).toBeGreaterThan(300);
  await notebook.page.emulateMedia({ media: null });
});

still("a cell whose notebook wants it so is folded until one looks", async ({ notebook }) => {
  await notebook.open("#chapter=04-calls");
  const fold = notebook.page.getByRole("button", { name: /^The machine so far/ });
  await expect(fold).toHaveAccessibleName(/\d+ lines$/);
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  const cell = notebook.page.locator("section.cell", { has: fold });
  await expect(cell.locator(".cm-content")).toHaveCount(0);
  await fold.focus();
  await notebook.page.keyboard.press("Enter");
  await expect(fold).toHaveAttribute("aria-expanded", "true");
  await expect(cell.locator(".cm-content")).toContainText("import builtins");
  await notebook.page.keyboard.press("Space");
  await expect(cell.locator(".cm-content")).toHaveCount(0);
});
