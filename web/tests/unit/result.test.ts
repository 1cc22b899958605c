import { expect, test } from "vitest";
import { parsed } from "../../src/model/output";
import { pictureFrom } from "../../src/model/pictures";
import { resultFrom } from "../../src/model/result";
import { factsFrom, placeFrom } from "../../src/worker/protocol";

const FORGED: unknown[] = [
  null, undefined, 5, "text", [], {}, { outcome: "running", value: { kind: "html", text: "<b>" } }, { value: 5, place: {}, reads: "abc" },
  { traceback: {}, hint: [], status: "x", seconds: NaN, instructions: Infinity, binds: [1, null] },
];

test.each(FORGED)("a forged result is an outcome all the same: %j", (data) => {
  const result = resultFrom(data);
  expect(["ran", "raised", "stopped", "ended"]).toContain(result.outcome);
  for (const key of ["traceback", "hint", "file"] as const) expect(typeof result[key]).toBe("string");
  for (const key of ["seconds", "instructions", "status"] as const) expect(Number.isFinite(result[key])).toBe(true);
  expect(result.value).toBeNull();
  expect([...result.reads, ...result.binds].every((name) => typeof name === "string")).toBe(true);
});

test.each(FORGED)("forged facts and places: %j", (data) => {
  expect(() => factsFrom(data).seconds.toFixed(1)).not.toThrow();
  expect(placeFrom(data)).toBeNull();
});

test("pictures are checked", () => {
  expect(pictureFrom(parsed("{"))).toBeNull();
  expect(pictureFrom({ kind: "html", text: "<b>" })).toBeNull();
  const table = pictureFrom({ kind: "table", rows: [["a", 5, null], "x"], head: {}, marked: [["1"], 3], caption: 7 });
  expect(table).toMatchObject({ rows: [["a", "", ""], []], head: [], marked: [[0], []], caption: "" });
  const graph = pictureFrom({ kind: "graph", nodes: [{ name: "a", lines: ["x"] }, null], edges: [["a", "none"], ["a", "a", "word"], 5] });
  expect(graph).toMatchObject({ edges: [["a", "a", "word"]] });
});
