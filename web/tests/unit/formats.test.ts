import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromIpynb, toIpynb } from "../../src/model/ipynb";
import { keepCell, makeCell } from "../../src/model/cell";
import { fromPercent, toPercent } from "../../src/model/percent";
import type { KeptNotebook } from "../../src/model/notebook";

const NOTEBOOK: KeptNotebook = {
  name: "n",
  cells: [
    { kind: "code", source: "a = 1\n\nb = 2" },
    { kind: "prose", source: "# Title\n\nText with `code`" },
    { kind: "raw", source: "raw" },
    { kind: "code", source: "" },
    { kind: "code", source: "x = '''\n#%%\n'''" },
  ],
};

describe(".py", () => {
  test("survives", () => {
    const four = { ...NOTEBOOK, cells: NOTEBOOK.cells.slice(0, 4) };
    expect(fromPercent(toPercent(four), "n")).toEqual(four);
  });

  test("files without marks are one cell", () => {
    expect(fromPercent("import os\r\n\r\nprint(os)\r\n", "n").cells).toEqual([{ kind: "code", source: "import os\n\nprint(os)" }]);
    expect(fromPercent("", "n").cells).toEqual([]);
  });

  test("what stands before the first mark is a cell", () => {
    expect(fromPercent("'''doc'''\n# %%\n1\n# %% [markdown]\n# text\n#\n# more", "n").cells).toEqual([
      { kind: "code", source: "'''doc'''" },
      { kind: "code", source: "1" },
      { kind: "prose", source: "text\n\nmore" },
    ]);
  });
});

describe("what stands behind # %%", () => {
  const texts = [
    '# %% tags=["hide-input"]\n1\n',
    '# %% The machine so far tags=["hide-input", "other"]\n1\n',
    "# %% A title\n1\n",
    '# %% A title [markdown] key="a value" n=1\n# text\n',
    "# %% tags=[unquoted]\n1\n",
    "# %% toString constructor\n1\n",
  ];

  test.each(texts)("is in the file again: %s", (text) => {
    expect(toPercent(fromPercent(text, "n"))).toBe(text.replace(/( key.*)?( \[markdown\])( key.*)?\n/, "$1$3$2\n"));
  });

  test("outlives being saved, and goes into .ipynb", () => {
    const notebook = fromPercent(texts[1]!, "n");
    const saved = { ...notebook, cells: notebook.cells.map((cell) => keepCell(makeCell(cell))) };
    expect(toPercent(saved)).toBe(texts[1]);
    expect(JSON.parse(toIpynb(saved)).cells[0].metadata).toEqual({ tags: ["hide-input", "other"] });
    expect(toPercent(fromIpynb(toIpynb(saved), "n"))).toBe('# %% tags=["hide-input", "other"]\n1\n');
  });

  test.each([
    [texts[0]!, true],
    [texts[2]!, false],
    ["1", false],
  ])("says what is folded: %s", (text, folded) => {
    expect(makeCell(fromPercent(text, "n").cells[0]).folded.value).toBe(folded);
  });

  test("JupyterLab's setting folds, too", () => {
    const cell = { cell_type: "code", source: "1", metadata: { jupyter: { source_hidden: true } } };
    expect(makeCell(fromIpynb(JSON.stringify({ cells: [cell] }), "n").cells[0]).folded.value).toBe(true);
  });
});

describe(".ipynb", () => {
  test("survives", () => {
    const again = fromIpynb(toIpynb(NOTEBOOK), "n");
    expect(again.cells.map(({ kind, source }) => ({ kind, source }))).toEqual(NOTEBOOK.cells);
  });

  test.each(["17-hostile.ipynb", "18-magics.ipynb"])("%s is exported as it was but for outputs", (file) => {
    const text = readFileSync(new URL(`../cases/notebooks/${file}`, import.meta.url), "utf8");
    const notebook = fromIpynb(text, "n");
    const kept = { ...notebook, cells: notebook.cells.map((cell) => keepCell(makeCell(cell))) };
    const without = (notebook: { cells: Record<string, unknown>[] }): unknown => ({
      ...notebook,
      cells: notebook.cells.map(({ outputs: _outputs, execution_count: _count, source, ...cell }) => ({
        ...cell,
        source: Array.isArray(source) ? source.join("") : source,
      })),
    });
    expect(without(JSON.parse(toIpynb(kept)))).toEqual(without(JSON.parse(text)));
  });

  test("of outputs only text is taken", () => {
    const text = readFileSync(new URL("../cases/notebooks/17-hostile.ipynb", import.meta.url), "utf8");
    const outputs = fromIpynb(text, "n").cells.flatMap((cell) => cell.output ?? []);
    expect(new Set(outputs.map((output) => output.kind))).toEqual(new Set(["note", "text", "value"]));
    expect(fromIpynb(text, "n").cells.every((cell) => cell.outcome === undefined)).toBe(true);
  });

  test.each(["{", "[]", "5", "null", '{"worksheets": []}', '{"cells": 5}'])("%s is refused", (text) => {
    expect(() => fromIpynb(text, "n")).toThrow();
  });

  test("ids are valid and their own", () => {
    const cells = ["a b", "same", "same", "x".repeat(80)].map((id) => ({ cell_type: "code", id, source: "", metadata: {} }));
    const exported = JSON.parse(toIpynb(fromIpynb(JSON.stringify({ cells }), "n"))) as { cells: { id: string }[] };
    const ids = exported.cells.map((cell) => cell.id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[\w-]{1,64}$/);
  });
});
