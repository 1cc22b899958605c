import { expect, test } from "vitest";
import { keepCell, makeCell } from "../../src/model/cell";
import { fromIpynb } from "../../src/model/ipynb";
import { Notebook } from "../../src/model/notebook";
import { entryFrom } from "../../src/model/saved";

test("what this build saves is read as it was", () => {
  const notebook = new Notebook(fromIpynb(JSON.stringify({ cells: [{ cell_type: "code", source: "1", metadata: { tags: ["a"] } }], metadata: { a: 1 } }), "n"));
  const cell = notebook.cells.peek()[0]!;
  cell.output.write("out", "stdout");
  cell.output.add({ kind: "value", text: "1" });
  cell.output.add({ kind: "note", text: "why", tone: "hint" });
  cell.outcome.value = "ran";
  cell.ran.value = { source: "1", engine: "cpython", life: 1, turn: 2, seconds: 0.5, instructions: 0, reads: ["a"], binds: [] };
  notebook.engine.value = "cpython";
  notebook.add(1, "prose", "text");
  notebook.delete(notebook.cells.peek()[1]!);
  const entry = JSON.parse(JSON.stringify({ id: "i", revision: 4, saved: 5, link: "l", notebook: notebook.keep() }));
  expect(entryFrom(entry)).toEqual(entry);
});

test.each([null, 5, "text", [], {}, { id: "i" }, { id: 5, notebook: { cells: [] } }, { id: "i", notebook: { cells: {} } }])(
  "no notebook: %j",
  (data) => {
    expect(entryFrom(data)).toBeNull();
  },
);

test("what does not fit is left out", () => {
  const source = "1";
  const cells = [
    ...[null, 5, {}, { source: 5 }],
    { source },
    { kind: "code", source, outcome: "later", ran: { source: 5 }, output: "none", engine: "ruby", extra: [] },
    { kind: "code", source, ran: { source, reads: "ab", seconds: "x" }, output: [null, { kind: "picture" }, { kind: "new", text: "t" }, { kind: "text", pieces: [{}, { text: "p" }] }] },
  ];
  const { notebook } = entryFrom({ id: "i", notebook: { cells, deleted: [5, { cell: {} }] } })!;
  expect(notebook).toEqual({
    name: "Notebook",
    deleted: [],
    cells: [
      { kind: "raw", source },
      { kind: "code", source },
      {
        kind: "code",
        source,
        ran: { source, engine: "bytescope", seconds: 0, instructions: 0, reads: [], binds: [] },
        output: [
          { kind: "note", text: "t", tone: "plain" },
          { kind: "text", pieces: [{ text: "p", stream: "stdout" }] },
        ],
      },
    ],
  });
  for (const cell of notebook.cells) keepCell(makeCell(cell));
});
