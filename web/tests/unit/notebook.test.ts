import { describe, expect, test } from "vitest";
import { Notebook } from "../../src/model/notebook";

function notebook(): Notebook {
  return new Notebook({ name: "n", cells: ["a", "b", "c", "d"].map((source) => ({ kind: "code", source })) });
}

function sources(notebook: Notebook): string {
  return notebook.cells.value.map((cell) => cell.source.value).join("");
}

describe("undo", () => {
  test("brings cells back where they were, as they were", () => {
    const book = notebook();
    const [, b, c] = book.cells.value;
    book.delete(b!);
    book.delete(c!);
    expect(sources(book)).toBe("ad");
    book.undo();
    book.undo();
    expect(sources(book)).toBe("abcd");
    expect(book.cells.value[1]).toBe(b);
    book.redo();
    expect(sources(book)).toBe("acd");
    book.undo();
    expect(sources(book)).toBe("abcd");
    expect(book.undo()).toBeNull();
  });

  test("of moves and additions", () => {
    const book = notebook();
    book.move(book.cells.value[3]!, -3);
    expect(sources(book)).toBe("dabc");
    book.add(1, "code", "x");
    expect(sources(book)).toBe("dxabc");
    book.undo();
    book.undo();
    expect(sources(book)).toBe("abcd");
    book.redo();
    book.redo();
    expect(sources(book)).toBe("dxabc");
  });

  test("after the last cell went", () => {
    const book = notebook();
    for (const cell of [...book.cells.value]) book.delete(cell);
    expect(sources(book)).toBe("");
    expect(book.cells.value).toHaveLength(1);
    for (let times = 0; times < 4; times++) book.undo();
    expect(sources(book)).toBe("abcd");
  });

  test("after a reload", () => {
    const book = notebook();
    for (const cell of [...book.cells.value]) book.delete(cell);
    const again = new Notebook(JSON.parse(JSON.stringify(book.keep())));
    expect(sources(again)).toBe("");
    for (let times = 0; times < 4; times++) again.undo();
    expect(sources(again)).toBe("abcd");
  });

  test("never takes a text that was typed in the empty cell", () => {
    const book = notebook();
    for (const cell of [...book.cells.value]) book.delete(cell);
    book.edit(book.cells.value[0]!, "new");
    book.undo();
    expect(sources(book)).toBe("dnew");
  });
});

test("a notebook has a cell", () => {
  expect(new Notebook({ name: "n", cells: [] }).cells.value).toHaveLength(1);
});

test("what ran when the tab was closed is said to be broken off", () => {
  const book = notebook();
  book.cells.value[0]!.outcome.value = "running";
  const again = new Notebook(book.keep());
  expect(again.cells.value[0]!.outcome.value).toBe("lost");
});
