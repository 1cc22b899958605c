// The viewer of recordings: pages that `bytescope record` writes, opened as files, without a network.

import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fromLink } from "../../src/model/share";
import { python } from "../recordings";
import { CASES, watch } from "./fixtures";

class Viewer {
  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {}

  async open(step = 0, width = 1280): Promise<this> {
    await this.page.setViewportSize({ width, height: 800 });
    await this.page.goto(`${this.url}#step=${step}`);
    await expect(this.page.getByRole("slider")).toHaveValue(String(step));
    return this;
  }

  async step(): Promise<number> {
    return Number(await this.page.getByRole("slider").inputValue());
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Everything that is shown of the state, but for how far the source is scrolled. */
  async state(): Promise<string> {
    const panes = ["Operand stack", "Frames", "Objects", "Output"].map((name) => this.pane(name).innerText());
    const lit = this.page.locator('[aria-current="step"]').allInnerTexts();
    return [...(await Promise.all(panes)), ...(await lit)].join("\n");
  }

  /** The sentence about the step. */
  said(): Promise<string> {
    return this.page.locator(".say").innerText();
  }

  pane(name: string) {
    return this.page.getByRole("main").getByRole("region", { name, exact: true });
  }

  /** The step of a line's first pass. */
  async findStep(condition: string): Promise<number> {
    await this.press("Home", "/");
    await this.page.keyboard.type(condition);
    await this.press("Enter", "Escape");
    return this.step();
  }
}

const test = base.extend<{ viewer: Viewer; complaints: string[] }, { file: string }>({
  file: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "viewer-"));
      const script = join(CASES, "recordings/accounts.py");
      const made = spawnSync(python(), ["-m", "bytescope", "record", "--playground", "https://example.org/play/", "--output", join(folder, "accounts"), script], { encoding: "utf8" });
      expect(made.status, made.stderr).toBe(1); // that of the program
      const other = join(folder, "other.py");
      writeFileSync(other, readFileSync(script, "utf8").replace('"ada", "eur"', '"ada", "usd"'));
      spawnSync(python(), ["-m", "bytescope", "record", "--output", join(folder, "other"), other]);
      await use(join(folder, "accounts.html"));
      rmSync(folder, { recursive: true });
    },
    { scope: "worker" },
  ],
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, "the page has complained in the console, or asked for something").toEqual([]);
  },
  viewer: async ({ browser, file, complaints }, use) => {
    const context = await browser.newContext({ offline: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    const url = pathToFileURL(file).href;
    watch(page, complaints, []);
    page.removeAllListeners("request");
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) complaints.push(`request: ${request.url().slice(0, 80)}`);
    });
    await use(new Viewer(page, url));
    await context.close();
  },
});

test("opens from a file, offline, and shows text as text", async ({ viewer }) => {
  await viewer.open();
  await expect(viewer.page).toHaveTitle("accounts: a recording");
  await expect(viewer.page.getByRole("status").last()).toHaveText(/^Step 0 of \d+, <module>: next is \w+/);
  await viewer.press("End");
  await expect(viewer.pane("Output")).toContainText("</script><script>document.title = 'taken over'</script>");
  await expect(viewer.page).toHaveTitle("accounts: a recording");
  const policy = await viewer.page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/);
});

test("a link leads to the playground, with the program's text", async ({ viewer }) => {
  await viewer.open();
  const address = await viewer.page.getByRole("link", { name: "Open in the playground" }).getAttribute("href");
  const [base, hash] = address!.split("#");
  const { notebook } = await fromLink(hash!);
  expect([base, notebook.name]).toEqual(["https://example.org/play/", "accounts"]);
  expect(notebook.cells).toEqual([{ kind: "code", source: readFileSync(join(CASES, "recordings/accounts.py"), "utf8") }]);
});

test("forwards and backwards, by keys, by buttons and by dragging", async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(60);
  const states = [await viewer.state()];
  for (let moves = 0; moves < 12; moves++) {
    await viewer.press("n");
    states.push(await viewer.state());
  }
  expect(await viewer.step()).toBe(72);
  for (let moves = 11; moves > 0; moves--) {
    await viewer.press("p");
    expect(await viewer.state(), `at step ${60 + moves}`).toBe(states[moves]);
  }
  await page.getByRole("button", { name: "On by one instruction" }).click();
  expect(await viewer.step()).toBe(62);
  await page.getByRole("button", { name: "Back by one instruction" }).click();
  expect(await viewer.step()).toBe(61);
  const box = (await page.getByRole("slider").boundingBox())!;
  await page.mouse.move(box.x + 2, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, box.y + 20, { steps: 5 });
  const end = Number(await page.getByRole("slider").getAttribute("max"));
  await expect.poll(() => viewer.step()).toBe(end);
  await page.mouse.move(box.x + 1, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => viewer.step()).toBe(0);
});

test("lines, calls, exceptions and breakpoints", async ({ viewer }) => {
  await viewer.open();
  const step = await viewer.findStep("amount == 10");
  await expect(viewer.pane("Source")).toContainText("Account.deposit · line 10");
  await expect(viewer.pane("Frames").getByRole("button", { name: /waits in line 37/ })).toBeVisible();
  await viewer.press("o");
  await expect(viewer.pane("Source")).toContainText("line 11");
  await viewer.press("O");
  expect(await viewer.step()).toBe(step);
  await viewer.press("u");
  await expect(viewer.pane("Source")).toContainText("<module> · line 37");
  await viewer.press("r");
  await expect(viewer.pane("Source")).toContainText("Account.deposit · line 10");
  await viewer.press("n");
  await expect(viewer.page.getByRole("status").last()).toContainText("KeyError: 'gbp' comes up");
  await viewer.pane("Source").getByRole("button", { name: "Breakpoint at line 11" }).click();
  await viewer.press("R", "R"); // to the exception, and on
  await expect(viewer.pane("Source")).toContainText("line 11");
  await viewer.press("]");
  await expect(viewer.pane("Source")).toContainText("<module> · line 37");
  await viewer.press("[", "b", "Home", "r");
  await expect(viewer.pane("Source")).toContainText("line 10"); // the exception: there is no breakpoint any more
});

test("what the instruction takes, and what has changed, is marked", async ({ viewer }) => {
  await viewer.open();
  await viewer.findStep("amount == 10");
  for (let moves = 0; moves < 12 && !(await viewer.said()).endsWith("next is 10 * 1.0."); moves++) await viewer.press("n");
  const stack = viewer.pane("Operand stack");
  await expect(viewer.page.getByRole("status").last()).toContainText("next is 10 * 1.0.");
  await expect(stack.getByText(/taken next/)).toHaveCount(2);
  await expect(viewer.pane("Source").locator("mark")).toHaveText(["amount", " ", "*", " ", "RATES", "[", "self", ".", "currency", "]"]);
  await viewer.press("n");
  await expect(stack.getByText(/new/)).toHaveCount(1);
  await viewer.press("n");
  await expect(viewer.page.getByRole("status").last()).toContainText("item 0 of list");
});

test("bytecode as the machine and as CPython has it, and its control flow", async ({ viewer }) => {
  await viewer.open();
  await viewer.findStep("by == 10.0");
  await viewer.press("u");
  const bytecode = viewer.pane("Bytecode");
  await expect(bytecode.locator('[aria-current="step"]')).toContainText("POP");
  expect(await bytecode.locator(".arcs path[d*=H]").count()).toBeGreaterThan(0);
  expect(await bytecode.locator(".bars path[d*=V]").count()).toBeGreaterThan(0);
  await bytecode.getByRole("checkbox", { name: "raw" }).check();
  await expect(bytecode.locator('[aria-current="step"]')).toContainText("POP_TOP");
  await bytecode.getByRole("button", { name: "Control flow" }).press("Enter");
  await expect(bytecode).toBeHidden();
  const flow = viewer.pane("Control flow");
  await expect(flow.getByRole("img")).toHaveAccessibleName(/^Control flow of <module>, in block 3: .*block 3, passed 1 times, .*exception to/);
  await expect(flow.locator(".marked text").first()).toHaveText("block 3 line 37-38 · 1×");
  await expect(flow.getByRole("button", { name: "Bytecode" })).toBeFocused();
});

test("why, and find", async ({ viewer }) => {
  await viewer.open();
  await viewer.press("End", "p", "w");
  await viewer.page.keyboard.type("failed[0]");
  await viewer.press("Enter");
  const why = viewer.pane("Why");
  await expect(why.getByText(/^failed\[0\] at step/)).toContainText("'gbp'");
  await viewer.press("Escape");
  await viewer.pane("Frames").getByRole("button", { name: "Why is balance so?" }).click();
  await expect(why.getByRole("listitem").first()).toContainText(/10\.0 written by STORE_NAME balance in <module>, line 37/);
  await why.getByRole("button", { name: /^Go to step/ }).first().click();
  await expect(viewer.page.getByRole("status").last()).toContainText("STORE_NAME balance");
  await viewer.press("/");
  await viewer.page.keyboard.type("print(1)");
  await viewer.press("Enter");
  await expect(viewer.page.getByText("holds at no line after this step")).toBeVisible();
  await viewer.page.getByRole("textbox", { name: /^Find/ }).fill("1 +");
  await viewer.press("Enter");
  await expect(viewer.page.getByText("'1 +' is no expression")).toBeVisible();
});

test("watching a value: its writes, and the way to its changes", async ({ viewer }) => {
  await viewer.open();
  await viewer.findStep("number == 1");
  await viewer.pane("Frames").getByRole("button", { name: "Watch number" }).click();
  await expect(viewer.page.getByRole("slider")).toHaveAccessibleName(/number is written at 2$/);
  await expect(viewer.pane("Why")).toContainText("number is written 2 times");
  await viewer.press("C", "C");
  await expect(viewer.page.getByRole("status").last()).toContainText("number becomes 0");
  await viewer.press("c");
  await expect(viewer.page.getByRole("status").last()).toContainText("number becomes 1, was 0");
  await viewer.pane("Why").getByRole("button", { name: "Watch number no more" }).click();
  await expect(viewer.page.getByRole("slider")).toHaveAccessibleName(/^Step; exceptions come up at 2 of them$/);
});

test("two runs beside each other", async ({ viewer, file }) => {
  await viewer.open();
  await viewer.pane("Why").getByRole("button", { name: "Compare" }).press("Enter");
  const compare = viewer.pane("Compare");
  await compare.getByLabel("Another recording").setInputFiles(file.replace("accounts.html", "other.bscope"));
  await expect(compare.getByText(/^The runs differ first in operand 3: 'eur' in accounts, 'usd' in other, at step/)).toBeVisible();
  await compare.getByRole("button", { name: /^Go to step/ }).click();
  await expect(compare.getByRole("row", { name: "operand 3 differs 'eur' 'usd'" })).toBeVisible();
  await compare.getByLabel("Another recording").setInputFiles({ name: "text.bscope", mimeType: "text/plain", buffer: Buffer.from("no") });
  await expect(compare.getByRole("alert")).toHaveText("text: this is no recording");
});

test("analyses of the run: calls, hot lines, and what stands beside the lines", async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open();
  await viewer.findStep("by == 10.0");
  await viewer.pane("Why").getByRole("button", { name: "Calls" }).click();
  const calls = viewer.pane("Calls");
  await calls.getByRole("button", { name: /^Go to Account.deposit\(self=Account #\d+, amount=10\) = 10.0/ }).click();
  await expect(viewer.pane("Frames").getByRole("heading", { level: 3 }).first()).toHaveText(/^Account.deposit\(self=Account #\d+, amount=10\) line 9$/);
  await expect(viewer.pane("Frames")).toContainText(/call 1 of 2, from line 37 at step \d+/);
  await calls.getByRole("button", { name: "Calls of <module>" }).click();
  await expect(calls.getByRole("button", { name: /^Go to Account.deposit/ })).toHaveCount(0);
  await calls.getByRole("button", { name: "Hot lines" }).click();
  await viewer.pane("Hot lines").getByRole("button", { name: "Go to line 43" }).click();
  await expect(viewer.pane("Source")).toContainText("<module> · line 43");
  const beside = page.getByLabel("Beside the lines");
  await beside.selectOption("coverage");
  await expect(viewer.pane("Source").locator(".ln", { hasText: "except KeyError" })).toContainText("1×");
  await beside.selectOption("calls");
  await expect(viewer.pane("Source").locator(".ln", { hasText: "balance = account" })).toContainText("deposit() 2×");
});

test("objects as a graph", async ({ viewer }) => {
  await viewer.open();
  await viewer.findStep("number == 1");
  await viewer.pane("Objects").getByRole("button", { name: "Object graph" }).click();
  const graph = viewer.pane("Object graph").getByRole("img");
  await expect(graph).toHaveAccessibleName(/^Objects of <module>; .*accounts is #\d+.*Account #\d+: history is #\d+/);
  await expect(graph.locator(".node.marked")).not.toHaveCount(0);
});

test("with keys alone", async ({ viewer }) => {
  const { page } = viewer;
  await viewer.open(100);
  const names = new Set<string>();
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (element === document.body) return "";
      const box = element.getBoundingClientRect();
      const label = (element as HTMLInputElement).labels?.[0]?.textContent || element.textContent;
      return `${element.getAttribute("aria-label") ?? label}${box.width > 0 ? "" : " (hidden)"}`;
    });
    if (!name) break;
    names.add(name);
  }
  expect([...names].filter((name) => name.endsWith("(hidden)"))).toEqual([]);
  for (const name of ["On by one instruction", "Source of ", "Bytecode of <module>", "Why is RATES so?", "Find the next step"]) {
    expect([...names].some((each) => each.startsWith(name)), name).toBe(true);
  }
  await viewer.press("g");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("12");
  await viewer.press("Enter", "Escape", "n");
  expect(await viewer.step()).toBe(13);
  await page.getByRole("slider").focus();
  await viewer.press("ArrowRight", "ArrowRight", "n");
  expect(await viewer.step()).toBe(16);
});

test("as screen readers have it", async ({ viewer }) => {
  await viewer.open();
  await viewer.findStep("by == 10.0");
  await viewer.press("n", "n");
  await expect(viewer.page.getByRole("contentinfo")).toMatchAriaSnapshot({ name: "viewer-steps.aria.yml" });
  await viewer.pane("Frames").getByRole("button", { name: "Watch count" }).click();
  await viewer.pane("Why").getByRole("button", { name: "Ask" }).focus();
  for (const name of ["Operand stack", "Frames", "Why"]) {
    await expect(viewer.pane(name)).toMatchAriaSnapshot({ name: `viewer-${name.split(" ")[0]!.toLowerCase()}.aria.yml` });
  }
  await viewer.pane("Why").getByRole("button", { name: "Calls" }).click();
  await expect(viewer.pane("Calls")).toMatchAriaSnapshot({ name: "viewer-calls.aria.yml" });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing (${colorScheme})`, async ({ viewer }) => {
    await viewer.page.emulateMedia({ colorScheme });
    await viewer.open();
    await viewer.findStep("by == 10.0");
    await viewer.press("n", "n", "n", "n", "n");
    await viewer.pane("Frames").getByRole("button", { name: "Why is count so?" }).click();
    await viewer.pane("Frames").getByRole("button", { name: "Watch count" }).click();
    await viewer.pane("Bytecode").getByRole("button", { name: "Control flow" }).click();
    for (const width of [1280, 390]) {
      await viewer.page.setViewportSize({ width, height: 800 });
      const axe = new AxeBuilder({ page: viewer.page });
      if (colorScheme === "dark") axe.withRules(["color-contrast"]); // all else is the same
      const { violations } = await axe.analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), `at ${width} px`).toEqual([]);
    }
    for (const [pane, next] of [["Why", "Calls"], ["Calls", "Hot lines"], ["Hot lines", "Compare"], ["Objects", "Object graph"]] as const) {
      await viewer.page.setViewportSize({ width: 1280, height: 800 });
      await viewer.pane(pane).getByRole("button", { name: next, exact: true }).click();
      await viewer.page.getByLabel("Beside the lines").selectOption("coverage");
      const { violations } = await new AxeBuilder({ page: viewer.page }).include(`#${await viewer.pane(next).getAttribute("id")}`).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), next).toEqual([]);
    }
  });
}

test("narrow: one pane, chosen by tabs", async ({ viewer }) => {
  for (const width of [390, 320]) {
    await viewer.open(100, width);
    const wider = await viewer.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider, `at ${width} px`).toBeLessThanOrEqual(0);
  }
  await expect(viewer.pane("Source")).toBeVisible();
  await expect(viewer.pane("Frames")).toBeHidden();
  await viewer.page.getByRole("tab", { name: "Source" }).focus();
  await viewer.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
  await expect(viewer.pane("Frames")).toBeVisible();
  await expect(viewer.pane("Source")).toBeHidden();
  await viewer.pane("Frames").getByRole("button", { name: "Why is RATES so?" }).click();
  await expect(viewer.pane("Why")).toBeVisible();
});

test("a damaged recording says so in one line", async ({ viewer, file }) => {
  const page = readFileSync(file, "utf8");
  const other = file.replace("accounts.html", "damaged.html");
  writeFileSync(other, page.replace(/(id="recording" [^>]*>.{400})(.)/, (_, before, letter) => before + (letter === "A" ? "B" : "A")));
  await viewer.page.route("**/*", (route) => route.continue());
  await viewer.page.removeAllListeners("request");
  await viewer.page.goto(pathToFileURL(other).href);
  await expect(viewer.page.getByRole("alert")).toHaveText(/^accounts: the recording is damaged: /);
});
