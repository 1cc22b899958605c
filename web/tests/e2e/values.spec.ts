// What is shown of values, and what programs find that look at themselves.

import { expect, quick as test, type Engine } from "./fixtures";

const ENGINES: readonly Engine[] = ["bytescope", "CPython"];

for (const engine of ENGINES) {
  test(`the value of a last expression is shown (${engine})`, async ({ notebook }) => {
    await notebook.openCells("cells/26-shown.py", engine);
    await notebook.runAll();
    await notebook.hasState(14, "ran");
    const values = [null, "4", "6", null, null, null, "'second'", null, null, "7", "'value'", null, /^<function f at 0x\w+>$/, "[1, 2]"];
    for (const [index, value] of values.entries()) {
      await notebook.hasState(index + 1, "ran$");
      const shown = notebook.output(index + 1).locator(".value");
      if (value === null) await expect(notebook.output(index + 1)).toHaveCount(0);
      else await expect.poll(async () => (await shown.innerText()).split("\n").at(-1)).toMatch(value);
    }
    await expect(notebook.output(11)).toContainText("printed");
  });

  test(`cells are the module __main__ (${engine})`, async ({ notebook }) => {
    await notebook.openCells("cells/08-main.py", engine);
    await notebook.runAll();
    await notebook.hasState(7, "raised");
    const shown = ["TestResults(failed=0, attempted=1)", "Point(x=1, y=2)", "return Point(self.x + by, self.y)", "{'x': <class 'int'>, 'y': <class 'float'>}", "(True, '__main__')"];
    for (const [index, text] of shown.entries()) await expect(notebook.output(index + 2)).toContainText(text);
    await expect(notebook.output(7)).toContainText("NameError: name '__file__' is not defined");
    await notebook.type(1, (await notebook.source(1)).replace("x=4", "x=5"));
    await notebook.run(1);
    await notebook.run(2);
    await expect(notebook.output(2)).toContainText(/, in __main__\.Point\b.*Expected:\s+Point\(x=5, y=2\)/s);
  });
}

test("of the standard library, what the start imports is compiled, and its sources are there", async ({ notebook }) => {
  await notebook.write("import inspect, json\njson.decoder.__file__", "print(inspect.getsource(json.loads))", "json.loads('[')");
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText("/lib/python314.zip/json/decoder.pyc");
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText("def loads(s, *, cls=None");
  await notebook.run(3, "raised");
  await expect(notebook.output(3)).toContainText(/json\/decoder\.py", line \d+, in raw_decode\s+\S+/);
});

test("outcomes are told apart without colours, and by sheets of the reader's", async ({ notebook }) => {
  await notebook.write("1", "1 / 0", "from bytescope_page import Graph\nGraph({'a': 'x', 'b': 'y'}, [('a', 'b', '')])");
  await notebook.runAll();
  await notebook.hasState(2, "raised");
  await notebook.run(3);
  await notebook.page.emulateMedia({ forcedColors: "active" });
  try {
    const style = (selector: string, name: string) =>
      notebook.page.locator(selector).first().evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);
    expect(await style(".cell.ran", "border-left-style")).toBe("solid");
    expect(await style(".cell.raised", "border-left-style")).toBe("double");
    await expect(notebook.cell(1).locator(".state")).toHaveText("✓ ran");
    await expect(notebook.cell(2).locator(".state")).toHaveText("✕ raised");
    const canvas = await notebook.page.evaluate(() => {
      const probe = document.body.appendChild(Object.assign(document.createElement("i"), { style: "color: CanvasText" }));
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    });
    expect(await style(".graph .edge path", "stroke")).toBe(canvas);
    expect(await style(".graph .node rect", "stroke")).toBe(canvas);
  } finally {
    await notebook.page.emulateMedia({ forcedColors: null });
  }
});
