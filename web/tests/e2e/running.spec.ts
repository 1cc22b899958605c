// Running cells: what is shown, how they end, how they are stopped.

import { expect, quick as test, type Engine } from "./fixtures";

const ENGINES: readonly Engine[] = ["bytescope", "CPython"];

for (const engine of ENGINES) {
  test(`programs that catch everything can be stopped (${engine})`, async ({ notebook }) => {
    await notebook.openCells("cells/01-swallow.py", engine);
    for (const number of [1, 2, 3]) {
      await notebook.start(number);
      await notebook.page.waitForTimeout(500);
      await notebook.stop();
      await notebook.hasState(number, "stopped");
      await expect(notebook.output(number)).toContainText(new RegExp(`Stopped at Cell ${number}, line \\d`));
      await notebook.ready();
    }
    await notebook.start(4);
    if (engine === "bytescope") await expect(notebook.output(4)).toHaveText("names kept: True");
    else {
      await expect(notebook.output(1)).toContainText("A new one is started: names are gone.");
      await expect(notebook.output(4)).toContainText(/names kept: True|NameError/);
    }
  });

  test(`output is what a terminal shows (${engine})`, async ({ notebook }) => {
    await notebook.openCells("cells/04-redraw.py", engine);
    await notebook.runAll();
    await expect(notebook.output(4)).toContainText("wait.");
    await notebook.hasState(5, "ran");
    await expect(notebook.output(1)).toHaveText("done%");
    expect(await notebook.output(2).innerText()).toBe("XYcdef\ntwo\nthTHR");
    expect(await notebook.output(3).innerText()).toBe("to stdout to stderr\nand on");
    await expect(notebook.output(3).getByTitle("standard error")).toHaveText(" to stderr");
    await expect(notebook.output(4)).toHaveText("wait..... over");
    await expect(notebook.output(5)).toHaveText("é€😀");
  });

  test(`values, awaiting and exits (${engine})`, async ({ notebook }) => {
    await notebook.openCells("cells/09-await.py", engine);
    for (const number of [1, 2, 3, 4]) await notebook.run(number);
    await notebook.start(5);
    await notebook.hasState(5, "running");
    await notebook.stop();
    await notebook.hasState(5, "stopped");
    for (const number of [2, 3]) await notebook.run(number);
    await notebook.run(6, "raised");
    await expect(notebook.output(1)).toHaveText("slept");
    await expect(notebook.output(2)).toContainText("[0, 1, 4, 9]");
    await expect(notebook.output(3)).toContainText("25");
    await expect(notebook.output(4)).toContainText("[1, 2]");
    await expect(notebook.output(6)).toContainText("SyntaxError: 'await' outside async function");

    await notebook.openCells("cells/07-exit.py", engine);
    await notebook.runAll();
    await notebook.hasState(1, "ended the program");
    await notebook.hasState(2, "not run");
    await expect(notebook.output(1)).toHaveText(/^before\s*The program ended with status 3\.$/);
    await notebook.run(3, "ended the program");
    await expect(notebook.output(3)).toHaveText(/^bad luck\s*The program ended with status 1\.$/);
    await notebook.run(4, "ended the program");
    await expect(notebook.output(4)).toContainText("The program ended the interpreter itself. A new one is started");
    await notebook.run(5);
    await expect(notebook.output(5)).toHaveText("still here");
  });
}

test("what is written past Python's streams is shown, too", async ({ notebook }) => {
  await notebook.write("import os\nfor byte in 'é\\n'.encode(): os.write(1, bytes([byte]));\nos.write(2, b'error');");
  await notebook.run(1);
  expect(await notebook.output(1).innerText()).toBe("é\nerror");
  await expect(notebook.output(1).getByTitle("standard error")).toHaveText("error");
});

test("presses of Stop are one stop", async ({ notebook }) => {
  await notebook.write("while True: pass", "import time\ntime.sleep(0.3)\nprint('whole')");
  await notebook.start(1);
  await notebook.page.waitForTimeout(300);
  for (let times = 0; times < 5; times++) await notebook.page.keyboard.press("Control+.");
  await notebook.hasState(1, "stopped");
  await notebook.run(2);
  await expect(notebook.output(2)).toHaveText("whole");
});

test("Run all ends at the first error, and says so", async ({ notebook }) => {
  await notebook.openCells("cells/12-runall.py");
  await notebook.runAll();
  await notebook.hasState(1, "running");
  await notebook.type(3, "print('changed')");
  await notebook.runAll(); // once more: nothing runs twice
  await notebook.hasState(2, "raised");
  await notebook.hasState(3, "not run");
  await notebook.hasState(4, "not run");
  await expect(notebook.page.getByText("Cell 2 raised. 2 cells were not run.")).toBeAttached();
  await expect(notebook.output(1)).toHaveText("one");
  await notebook.type(2, "1 / 1");
  await notebook.cellCommand(2, "Run from here");
  await notebook.hasState(4, "ran");
  await expect(notebook.output(3)).toHaveText("changed");
  await notebook.runAll();
  await notebook.hasState(1, "running");
  await notebook.cellCommand(4, "Delete");
  await notebook.hasState(3, "ran");
  await expect(notebook.page.locator("section.cell")).toHaveCount(3);
});

test("tracebacks show the text that ran, and where it is now", async ({ notebook }) => {
  await notebook.openCells("cells/06-edited.py");
  await notebook.run(1);
  await notebook.run(2, "raised");
  const frame = /Cell 1, line 2, in part\s+return 100 \/ n\s+~~~~\^~~/;
  await expect(notebook.output(2)).toContainText(frame);
  await notebook.type(1, "def part(n):\n    # one\n    # two\n    # three\n    return 100 / n");
  await notebook.hasState(1, "ran, changed since it ran");
  await notebook.run(2, "raised");
  await expect(notebook.output(2)).toContainText(/Cell 1, line 2 \(as it was; changed since\), in part\s+return 100 \/ n/);
  await notebook.run(1);
  await notebook.run(2, "raised");
  await expect(notebook.output(2)).toContainText(/Cell 1, line 5, in part/);
  await notebook.cellCommand(1, "Move down");
  await notebook.run(1, "raised");
  await expect(notebook.output(1)).toContainText(/Cell 2, line 5, in part\s+return 100 \/ n/);
  await notebook.cellCommand(2, "Delete");
  await notebook.run(1, "raised");
  await expect(notebook.output(1)).toContainText(/Cell 1, run 2 \(deleted\), line 5, in part\s+return 100 \/ n/);
  await expect(notebook.output(1)).not.toContainText(/bytescope|pyodide|runner/i);
});

test("a cell is marked when one that it needs ran later", async ({ notebook }) => {
  await notebook.write("a = 1", "a + 1", "b = 3");
  await notebook.runAll();
  await notebook.hasState(3, "ran");
  await notebook.run(1);
  await notebook.hasState(2, "ran, cell 1 ran since");
  await notebook.hasState(3, "ran$");
});

for (const engine of ENGINES) {
  test(`recursions without end, through C as well, end in RecursionError, and names are kept (${engine})`, async ({ notebook }) => {
    const recursions = [
      "def f(n):\n    return f(n + 1)\nf(0)",
      "class C:\n    def __repr__(self):\n        return repr([self])\nrepr(C())",
      "def f(x):\n    return sorted([1], key=f)\nf(1)",
      "class D:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\nD().a",
      "import functools\n@functools.lru_cache(None)\ndef c(n):\n    return n and c(n - 1)\nc(300); c(10**6)",
      "import json\nx = []\nfor _ in range(5000): x = [x]\njson.dumps(x)",
    ];
    await notebook.write("kept = 'kept'", ...recursions, "kept");
    if (engine === "CPython") await notebook.page.getByRole("radio", { name: "CPython" }).check({ force: true });
    await notebook.run(1);
    for (const number of recursions.keys()) {
      await notebook.run(number + 2, "raised$");
      await expect(notebook.output(number + 2)).toContainText(/RecursionError: (maximum recursion depth exceeded|Stack overflow)/);
    }
    await notebook.run(recursions.length + 2);
    await expect(notebook.output(recursions.length + 2)).toContainText("'kept'");
  });
}

test("where the browser's stack ends, the page says so and goes on", async ({ notebook }) => {
  await notebook.write("x = None\nfor _ in range(10**5): x = x,\ndel x", "1 + 1");
  await notebook.run(1, "raised");
  await expect(notebook.output(1)).toHaveText(/^The browser's stack ended, and the interpreter with it: .* A new one is started/);
  await notebook.ready();
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText("2");
});

test("memory has a limit, and the page outlives it", async ({ notebook }) => {
  await notebook.openCells("cells/23-memory.py");
  await notebook.run(1, "raised");
  await expect(notebook.output(1)).toContainText(/MemoryError|ran out of memory/);
  await notebook.ready();
  for (const number of [3, 4]) {
    await notebook.run(number, "raised");
    await expect(notebook.output(number)).toContainText(/OverflowError|MemoryError/);
  }
});

test("tasks go on under their cell until they are stopped", async ({ notebook }) => {
  const source = "import asyncio\nasync def tick():\n    for i in range(1000):\n        print('\\rtick', i, end='')\n        await asyncio.sleep(0.05)";
  await notebook.write(`${source}\ntask = asyncio.create_task(tick())\nawait asyncio.sleep(0)`, "print('other')");
  await notebook.run(1);
  await notebook.run(2);
  await expect(notebook.output(1)).toContainText("tick 3");
  await expect(notebook.output(2)).toHaveText("other");
  await expect(notebook.cell(1)).toContainText("a task goes on");
  await notebook.stop();
  await expect(notebook.cell(1)).not.toContainText("a task goes on");
});

test("commands of IPython and absent modules get a sentence", async ({ notebook }) => {
  await notebook.write("");
  await notebook.openCells("notebooks/18-magics.ipynb");
  await notebook.run(1, "raised");
  await expect(notebook.output(1)).toContainText(/SyntaxError.*This is a command of IPython, not Python/s);
  await notebook.run(9);
  await expect(notebook.output(9)).toContainText("1");
  await notebook.openCells("cells/10-absent.py");
  await notebook.run(3, "raised");
  await expect(notebook.output(3)).toContainText(/No module named 'maths'\s*Was math meant\?/);
  await expect(notebook.output(3)).not.toContainText(/micropip|loadPackage/);
});
