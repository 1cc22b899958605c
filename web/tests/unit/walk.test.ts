// Machines side by side: checked data, and one sentence for each instruction.

import { expect, test } from "vitest";
import { pictureFrom, type WalkPicture } from "../../src/model/pictures";
import { sentenceOf } from "../../src/views/walk";

const DATA = {
  kind: "walk",
  names: ["your machine", "bytescope"],
  code: [["0", "RESUME 0"], ["2", "LOAD_NAME a"]],
  steps: [
    { row: 0, machines: [{ done: "", stack: [] }, { done: "RESUME 0", stack: [] }] },
    { row: 1, machines: [{ done: "LOAD_NAME 'a'", stack: ["6"] }, { done: "LOAD_NAME a", stack: ["6", 7] }] },
    { row: 9, machines: [] },
  ],
};

test("what is no instruction is left out", () => {
  const walk = pictureFrom(DATA) as WalkPicture;
  expect(walk.steps.map(({ row }) => row)).toEqual([0, 1]);
  expect(walk.steps[1]!.machines[1]!.stack).toEqual(["6", ""]);
  expect(pictureFrom({ ...DATA, steps: [] })).toBeNull();
  expect(pictureFrom({ ...DATA, code: "no" })).toBeNull();
});

test("each instruction is said in one sentence", () => {
  const walk = pictureFrom(DATA) as WalkPicture;
  expect(sentenceOf(walk, 0)).toBe(
    "Instruction 1 of 2: 0 RESUME 0. your machine: nothing, then nothing on the stack. bytescope: RESUME 0, then nothing on the stack.",
  );
  expect(sentenceOf(walk, 1)).toContain("your machine: LOAD_NAME 'a', then 6 on the stack.");
});
