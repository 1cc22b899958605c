// Measures the built page in Chromium: how long it takes to be ready, to stop what runs, to record and to step. Prints a line of JSON a row.

import { chromium } from "@playwright/test";

const [url, repetitions, only = ""] = process.argv.slice(2);
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [...root, "--disable-background-networking", "--disable-component-update", "--disable-gpu"],
});
const protocol = await browser.newBrowserCDPSession();

const PROGRAMS = {
  "a loop": "while True: pass",
  "a loop that catches everything": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
  "time.sleep()": "import time\ntime.sleep(600)",
  "a regular expression, in C": "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
};

/** Processor time of all of the browser's processes so far, in seconds. */
async function processors() {
  const { processInfo } = await protocol.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** A tab that notes when its interpreter is ready. */
async function tab(context) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen = new MutationObserver(() => {
      const status = document.querySelector(".status")?.textContent;
      if (status !== "ready") globalThis.readyAt = null;
      else globalThis.readyAt ??= performance.now();
    });
    seen.observe(document, { subtree: true, childList: true, characterData: true });
  });
  return page;
}

async function ready(page) {
  await page.waitForFunction(() => globalThis.readyAt, null, { timeout: 120_000, polling: 50 });
  return page.evaluate(() => globalThis.readyAt / 1000);
}

async function row(name, limit, measure) {
  if (!name.includes(only)) return;
  const runs = [];
  for (let run = 0; run < Number(repetitions); run++) {
    const context = await browser.newContext({ serviceWorkers: name === "ready, later visit" ? "allow" : "block" });
    runs.push(await measure(context));
    await context.close();
  }
  console.log(JSON.stringify({ name, limit, runs }));
}

async function visit(context) {
  const page = await tab(context);
  const before = await processors();
  await page.goto(url);
  const seconds = await ready(page);
  return { seconds, processors: (await processors()) - before };
}

async function stop(context, program, engine) {
  const page = await tab(context);
  await page.goto(url);
  await ready(page);
  if (engine === "CPython") await page.getByRole("radio", { name: engine }).check({ force: true });
  await page.locator("section.cell .cm-content").first().fill(program);
  await page.getByRole("button", { name: "Run cell 1" }).click();
  await page.locator("section.cell.running").waitFor();
  await page.waitForTimeout(500);
  const before = await processors();
  const button = page.getByRole("banner").getByRole("button", { name: "Stop" });
  const seconds = await button.evaluate(async (stop) => {
    const start = performance.now();
    stop.click();
    const stopped = () => document.querySelector("section.cell").classList.contains("stopped");
    while (!stopped()) await new Promise((resolve) => setTimeout(resolve, 5));
    return (performance.now() - start) / 1000;
  });
  return { seconds, processors: (await processors()) - before };
}

/** A program that executes about so many instructions: arithmetic, calls, and lists that grow. */
const counting = (instructions) => `
class Counter:
    def __init__(self): self.seen = []
    def add(self, n):
        self.seen.append(n % 7)
        return len(self.seen)
counter, total = Counter(), 0
for n in range(${Math.round(instructions / 32)}):
    total += counter.add(n)
    if n % 100 == 99: counter.seen = []
`;

/** Record a program, until its steps are shown; `keys` then counts presses of a key, which are measured instead. */
async function stepped(context, instructions, keys = 0) {
  const page = await tab(context);
  await page.goto(url);
  await ready(page);
  await page.locator("section.cell .cm-content").first().fill(counting(instructions));
  const before = await processors();
  const [seconds, steps] = await page.evaluate(async () => {
    const slider = () => document.querySelector("dialog.over .stepper")?.shadowRoot?.querySelector("input[type=range]");
    const start = performance.now();
    document.querySelector('button[aria-label="Step cell 1"]').click();
    while (!slider()) await new Promise((resolve) => setTimeout(resolve, 5));
    return [(performance.now() - start) / 1000, Number(slider().max)];
  });
  if (Math.abs(steps / instructions - 1) > 0.1) throw new Error(`${steps} steps instead of ${instructions}`);
  const shown = (await processors()) - before;
  if (!keys) return { seconds, processors: shown };
  const times = await page.evaluate(async (keys) => {
    const viewer = document.querySelector("dialog.over .stepper").shadowRoot.querySelector(".viewer");
    const times = [];
    for (let press = 0; press < keys; press++) {
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const start = performance.now();
      viewer.dispatchEvent(new KeyboardEvent("keydown", { key: press % 3 ? "n" : "p", bubbles: true, cancelable: true }));
      await new Promise((resolve) => setTimeout(resolve)); // what renders, does so before
      viewer.getBoundingClientRect(); // styles and layout
      times.push((performance.now() - start) / 1000);
    }
    return times.sort((one, other) => one - other);
  }, keys);
  return { seconds: times[Math.floor(times.length / 2)], processors: (await processors()) - before - shown };
}

try {
  await visit(await browser.newContext()); // the browser's own beginning
  await row("ready, without a snapshot", 4, async (context) => {
    await context.route("**/snapshot.pack", (route) => route.fulfill({ body: "" }));
    return visit(context);
  });
  await row("ready, first visit", 1, visit);
  await row("ready, later visit", 1, async (context) => {
    const page = await tab(context);
    await page.goto(url);
    await ready(page);
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    await page.close();
    return visit(context);
  });
  await row("ready, after a reset", 1, async (context) => {
    const page = await tab(context);
    await page.goto(url);
    await ready(page);
    const before = await processors();
    await page.getByRole("button", { name: "More", exact: true }).click();
    const start = await page.evaluate(() => {
      const reset = [...document.querySelectorAll("[role=menuitem]")].find((item) => /Reset/.test(item.textContent));
      const now = performance.now() / 1000;
      reset.click();
      return now;
    });
    return { seconds: (await ready(page)) - start, processors: (await processors()) - before };
  });
  for (const engine of ["bytescope", "CPython"]) {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      await row(`stop, ${engine}: ${name}`, 1, (context) => stop(context, program, engine));
    }
  }
  await row("step, 100,000 instructions", 1, (context) => stepped(context, 100_000));
  await row("step, 1,000,000 instructions", 10, (context) => stepped(context, 1_000_000));
  await row("step, a key in 100,000 steps", 0.016, (context) => stepped(context, 100_000, 60));
} finally {
  await browser.close();
}
