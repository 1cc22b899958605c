import { describe, expect, test } from "vitest";
import { invitationFrom, isValid, type SharedStep } from "../../src/model/invitation";
import { Notebook, type KeptNotebook } from "../../src/model/notebook";
import { BadLink, fromLink, isLink, packed, toLink } from "../../src/model/share";

const NOTEBOOK: KeptNotebook = {
  name: "Two cells",
  cells: [
    { kind: "code", source: 'print("from a link")' },
    { kind: "prose", source: '"é😀" * 3' },
  ],
};

async function link(): Promise<string> {
  return `#${await toLink(NOTEBOOK)}`;
}

async function opened(hash: string): Promise<KeptNotebook> {
  return (await fromLink(hash)).notebook;
}

test("a notebook survives its link", async () => {
  expect(await opened(await link())).toEqual(NOTEBOOK);
});

test("lone surrogates survive", async () => {
  const notebook: KeptNotebook = { name: "x", cells: [{ kind: "code", source: "'a\ud800b'" }] };
  expect(await opened(await toLink(notebook))).toEqual(notebook);
});

describe("a step in a link", () => {
  const step: SharedStep = { at: 24, runs: [[0, []], [2, ["Ada", null, ""]], [0, []]] };

  test("survives", async () => {
    expect(await fromLink(await toLink(NOTEBOOK, step))).toMatchObject({ notebook: NOTEBOOK, step });
    expect((await fromLink(await link())).step).toBeNull();
  });

  test.each<unknown>([
    7, { at: -1, runs: [[0, []]] }, { at: 1.5, runs: [[0, []]] }, { at: 1, runs: [] }, { at: 1, runs: [[0]] }, { at: 1, runs: [[0, [1]]] }, { at: 1, runs: [["0", []]] },
  ])("%j leads nowhere", async (wrong) => {
    expect((await fromLink(await packed(JSON.stringify({ v: 1, cells: ["x"], step: wrong })))).step).toBeNull();
  });

  test("leads to the cell while the text is what the link has brought", () => {
    const kept: KeptNotebook = { name: "x", cells: ["a = 1", "b = 2", "print(a)"].map((source) => ({ kind: "code", source })) };
    const notebook = new Notebook(kept);
    const shared: SharedStep = { at: 5, runs: [[0, []], [2, ["y"]]] };
    const invitation = invitationFrom(notebook, kept, shared)!;
    expect(invitation.cell).toBe(notebook.cells.value[2]);
    expect(invitation.runs.map(({ answers }) => answers)).toEqual([[], ["y"]]);
    notebook.edit(notebook.cells.value[1]!, "b = 3");
    expect(isValid(invitation)).toBe(true);
    notebook.edit(notebook.cells.value[0]!, "a = 3");
    expect(isValid(invitation)).toBe(false);
    expect(invitationFrom(notebook, kept, shared)).toBeNull();
    expect(invitationFrom(notebook, kept, { at: 5, runs: [[7, []]] })).toBeNull();
  });
});

describe("what is done to links on their way", () => {
  test.each([".", ")", ",", ">", "%20", "\n", "\u200b", "&utm_source=x"])("%j at the end is forgiven", async (end) => {
    expect(await opened((await link()) + end)).toEqual(NOTEBOOK);
  });

  test.each<[string, (hash: string) => string]>([
    ["line feeds", (hash) => hash.replace(/.{76}/g, "$&\n")],
    ["encoded line feeds", (hash) => hash.replace(/.{76}/g, "$&%0A")],
    ["encoded", (hash) => `#${encodeURIComponent(hash.slice(1))}`],
    ["encoded twice", (hash) => `#${encodeURIComponent(encodeURIComponent(hash.slice(1)))}`],
    ["every character encoded", (hash) => `#${Array.from(hash.slice(1), (c) => `%${c.charCodeAt(0).toString(16)}`).join("")}`],
    ["the other base 64", (hash) => hash.replace(/-/g, "+").replace(/_/g, "/")],
  ])("%s: forgiven", async (_name, change) => {
    expect(await opened(change(await link()))).toEqual(NOTEBOOK);
  });

  test.each<[string, (hash: string) => string]>([
    ["last character", (hash) => hash.slice(0, -1)],
    ["last four", (hash) => hash.slice(0, -4)],
    ["last half", (hash) => hash.slice(0, hash.length / 2)],
    ["all but three", (hash) => hash.slice(0, 4)],
    ["lower case", (hash) => hash.toLowerCase()],
    ["exchanged", (hash) => hash.slice(0, 30) + hash[31] + hash[30] + hash.slice(32)],
    ["replaced", (hash) => `${hash.slice(0, 30)}*${hash.slice(31)}`],
    ["replaced by é", (hash) => `${hash.slice(0, 30)}é${hash.slice(31)}`],
    ["twice", (hash) => hash + hash],
    ["unknown word", () => "#word"],
    ["bad escape", () => "#%E0%A4%A"],
    ["many As", () => `#${"A".repeat(200_000)}`],
    ["too many As", () => `#${"A".repeat(2_000_000)}`],
  ])("%s: said", async (_name, change) => {
    await expect(fromLink(change(await link()))).rejects.toThrow(BadLink);
  });

  test.each(["", "#", "#%"])("%j is no link", (hash) => expect(isLink(hash)).toBe(false));
});

describe("what links hold", () => {
  const EVIL = "<img src=x onerror=\"document.title='reached'\">";
  test.each([
    '{"cells": ["1"]}', '{"v": 1}', "[]", "null", "5", '"text"', '{"v": 1, "cells": "print(1)"}', '{"v": 1, "source": ["a"]}',
    '{"v": 1, "cells": [5]}', '{"v": 1, "cells": [null]}', "{",
  ])("%s is no notebook", async (text) => {
    await expect(fromLink(await packed(text))).rejects.toThrow(BadLink);
  });

  test("a later version is said to be one", async () => {
    await expect(fromLink(await packed('{"v": 99, "cells": ["1"]}'))).rejects.toThrow("later version");
    await expect(fromLink("#nb2.abc.0000000")).rejects.toThrow("later version");
  });

  test("an empty notebook is one", async () => {
    expect((await opened(await packed('{"v": 1, "cells": []}'))).cells).toEqual([]);
  });

  test("only cells and a title are taken", async () => {
    const text = `{"v": 1, "cells": [{"source": ${JSON.stringify(EVIL)}, "outcome": "ran", "output": [1]}], "title": ${JSON.stringify(EVIL)},
      "stdin": "yes", "run": true, "__proto__": {"run": true}, "constructor": {"prototype": {"run": true}}}`;
    expect(await opened(await packed(text))).toEqual({ name: EVIL, cells: [{ kind: "code", source: EVIL }] });
    expect(({} as { run?: boolean }).run).toBeUndefined();
  });

  test("unpacking has a limit", async () => {
    const bomb = await packed(JSON.stringify({ v: 1, cells: ["x".repeat(20_000_000)] }));
    expect(bomb.length).toBeLessThan(50_000);
    await expect(fromLink(bomb)).rejects.toThrow(BadLink);
  });
});
