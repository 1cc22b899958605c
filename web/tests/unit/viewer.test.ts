// What the viewer makes of a recording, without a document.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { flowOf } from "../../src/recording/flow";
import { Recording } from "../../src/recording/recording";
import type { Position } from "../../src/recording/tape";
import { placeKey } from "../../src/viewer/changes";
import { highlighted, lit } from "../../src/viewer/highlight";
import { beside, listingOf, type Span } from "../../src/viewer/listing";
import { Viewer } from "../../src/viewer/model";
import { MARGINS, marginsOf, notesOf, type Margin } from "../../src/viewer/margin";
import { resultOf, titleOf } from "../../src/viewer/naming";
import { preview } from "../../src/viewer/preview";
import { Thing } from "../../src/recording/values";

async function viewer(name: string): Promise<Viewer> {
  const data = readFileSync(join(inject("recordings"), `${name}.bscope`));
  return new Viewer(await Recording.read(new Uint8Array(data)), name);
}

describe("the range of an instruction", () => {
  const text = 'x = "Üé✓😀", f(a,\n      b)\n';
  const litIn = (line: number, position: Position): string =>
    lit(highlighted(text)[line - 1]!, line, position).filter((part) => part.lit).map((part) => part.text).join("");

  test("columns count bytes", () => {
    expect(litIn(1, [1, 1, 4, 17])).toBe('"Üé✓😀"');
    expect(litIn(1, [1, 1, 19, 20])).toBe("f");
  });

  test("over several lines, without what they are indented by", () => {
    expect(litIn(1, [1, 2, 19, 8])).toBe("f(a,");
    expect(litIn(2, [1, 2, 19, 8])).toBe("b)");
    expect(litIn(2, [1, 1, 0, 5])).toBe("");
  });
});

test("every step is said in one sentence", async () => {
  const gcd = await viewer("gcd");
  const said: string[] = [];
  for (let step = 0; step <= gcd.steps; step++) {
    gcd.go(step);
    said.push(gcd.shown.value.sentence);
  }
  expect(said.filter((each, step) => !new RegExp(`^Step ${step} of ${gcd.steps}[,:] .*\\.$`).test(each))).toEqual([]);
  expect(said.some((each) => each.includes("gcd(a=12, b=18) is called; next is"))).toBe(true);
  expect(said.some((each) => each.includes("b becomes 6, was 12"))).toBe(true);
  expect(said.some((each) => each.includes("next is 18 % 12."))).toBe(true);
  expect(said.some((each) => each.includes("gcd returns 6"))).toBe(true);
  expect(said.at(-1)).toMatch(/: .*<module> returns None; the end\.$/);
});

test("an exception that ends the run is said where it comes up and at the end, with its text", async () => {
  const raised = await viewer("raised");
  const said: string[] = [];
  for (let step = 0; step <= raised.steps; step++) {
    raised.go(step);
    said.push(raised.shown.value.sentence);
  }
  const text = /ZeroDivisionError: [a-z ]+/.exec(said.at(-1)!)![0];
  const named = said.filter((each) => each.includes(text));
  expect(named[0]).toContain(` outer: ${text} comes up, inner is left by ZeroDivisionError; next is `);
  expect(named).toEqual([named[0], said.at(-1)]);
  expect(said.at(-1)).toBe(`Step ${raised.steps} of ${raised.steps}: outer is left by ZeroDivisionError, <module> is left by ZeroDivisionError; the run ends with ${text}.`);
});

test("a step that stands for those that are left out says so", async () => {
  const ends = await viewer("ends");
  const { step, count } = ends.recording.tape.leftOut!;
  ends.go(step);
  expect(ends.shown.value.sentence).toMatch(/next are [\d,]+ steps that are left out\.$/);
  ends.move("instruction");
  expect(ends.shown.value.sentence).toContain(`${count.toLocaleString("en")} steps were executed that are left out, `);
  ends.go(ends.steps - 1);
  ends.why("x");
  expect(ends.answer.value!.refusal).toBe("");
});

test("there and back, all that is asked at a step has an answer", async () => {
  const names = readdirSync(inject("recordings")).filter((name) => name.endsWith(".bscope"));
  for (const name of names) {
    const each = await viewer(name.replace(".bscope", ""));
    const { recording } = each;
    const look = (step: number): string => {
      each.go(step);
      const { sentence, frames, code } = each.shown.value;
      const titles = frames.map(({ owner }) => titleOf(recording.calls, recording.calls.of(owner.number)!));
      return [sentence, ...titles, code ? flowOf(code).blockOf.length : 0].join("; ");
    };
    const steps = Array.from({ length: Math.min(recording.steps, 300) + 1 }, (_, at) => at);
    const there = steps.map(look);
    expect(steps.reverse().map(look).reverse(), name).toEqual(there);
    expect(there.filter((said, at) => !new RegExp(`^Step ${at.toLocaleString("en")} of `).test(said))).toEqual([]);
    for (const { source } of recording.tape.codes) for (const margin of MARGINS) expect(notesOf(recording, source, margin)).toBeInstanceOf(Map);
  }
});

test("what the last step, or the last move forward, has changed", async () => {
  const gcd = await viewer("gcd");
  gcd.go(gcd.recording.find("b == 6")!);
  const names = (): string[] => {
    const { changes, frame } = gcd.shown.value;
    return frame!.variables.filter((each) => changes.has(placeKey(each.owner, each.slot))).map((each) => each.name);
  };
  expect(names()).toEqual([]);
  gcd.move("over", true);
  gcd.move("over");
  expect(names()).toEqual(["a", "b"]);
  gcd.move("instruction");
  gcd.move("instruction", true);
  expect(names()).toEqual([]);
});

test("breakpoints stop all moves on their way, in both directions", async () => {
  const exceptions = await viewer("exceptions");
  exceptions.stopsAtExceptions.value = false;
  const { cursor } = exceptions.stepper;
  exceptions.go(exceptions.recording.find("code == 'gbp'")!);
  exceptions.move("over");
  const [start, file] = [exceptions.stepper.step, cursor.frames[0]!.code.source];
  exceptions.toggleBreakpoint(4, file);
  exceptions.move("over");
  expect([cursor.frames[0]!.code.name, cursor.frames[0]!.line]).toEqual(["lookup", 4]);
  exceptions.move("run");
  expect(cursor.frames).toEqual([]);
  exceptions.move("run", true);
  expect(cursor.frames[0]!.line).toBe(4);
  exceptions.toggleBreakpoint(4, file);
  exceptions.go(start);
  exceptions.move("over");
  expect(cursor.frames[0]!.code.name).toBe("<module>");
});

describe("bytecode as rows", () => {
  test("of the machine and of CPython, with jumps in lanes that do not cross and regions of handlers", async () => {
    const { recording } = await viewer("exceptions");
    for (const code of recording.tape.codes) {
      for (const raw of [false, true]) {
        const { rows, jumps, regions, rowOf } = listingOf(code, raw);
        expect(rows.length).toBe(raw ? code.raw.length : code.instructions.length);
        code.instructions.forEach(({ offset }, index) => expect(rows[rowOf(index)]!.offset).toBe(offset));
        for (const { from, to } of jumps) expect(rows[from]!.target).toBe(to);
        for (const { from, target } of regions) expect(target).toBeGreaterThan(from);
        for (const spans of [jumps, regions]) {
          for (const one of spans) for (const other of spans) if (one !== other && one.lane === other.lane) expect(crosses(one, other)).toBe(false);
        }
      }
    }
    const guarded = listingOf(recording.tape.codes.find((each) => each.handlers.length > 0)!, true);
    expect(guarded.regions.length).toBeGreaterThan(0);
    expect(guarded.rows[0]!.text).toBe("RESUME 0");
  });

  const crosses = (one: Span, other: Span): boolean =>
    Math.max(Math.min(one.from, one.to), Math.min(other.from, other.to)) <= Math.min(Math.max(one.from, one.to), Math.max(other.from, other.to));

  test("what is drawn beside one", () => {
    const loop = [{ from: 9, to: 3, lane: 0 }];
    expect([2, 3, 5, 9].map((row) => beside(loop, row).map(({ begins, ends, above, below }) => [begins, ends, above, below]))).toEqual([
      [], [[false, true, false, true]], [[false, false, true, true]], [[true, false, true, false]],
    ]);
  });
});

test("values in a few characters", async () => {
  const { stepper, recording } = await viewer("values");
  stepper.go(recording.steps - 1);
  const shown = (name: string): string => preview(recording.evaluate(name, stepper.step), stepper.cursor);
  expect(shown("small")).toBe("(1, 2)");
  expect(shown("s")).toMatch(/^\{.*1\.5.*\}$/);
  expect(shown("long")).toMatch(/^'ab\\nab\\n.*… \(length 9,000\)$/);
  expect(shown("cut")).toMatch(/^b'x+… \(length 9,999\)$/);
  expect(shown("big")).toMatch(/^\[-1, 1, 2, .*…\]$/);
  expect(shown("d").length).toBeLessThan(80);
});

test("what is watched: its writes, and the way to its changes", async () => {
  const gcd = await viewer("gcd");
  const { stepper, recording } = gcd;
  gcd.go(recording.find("b == 6")!);
  gcd.watch("b");
  const { writes, changes } = gcd.watched.value!;
  expect(writes).toEqual(changes);
  const values = changes.map((step) => recording.evaluate("b", step));
  expect(values).toEqual([18, 12, 6, 0]);
  gcd.toChange();
  expect(recording.evaluate("b", stepper.step)).toBe(0);
  for (let moves = 0; moves < 3; moves++) gcd.toChange(true);
  expect(stepper.step).toBe(changes[0]);
  gcd.toChange(true);
  expect(stepper.step).toBe(0);
  gcd.watch("nothing");
  expect(gcd.answer.value?.refusal).toBe("nothing is never written in this recording");
  expect(gcd.watched.value?.text).toBe("b");
});

test("calls by name, two closures of one function apart", async () => {
  const { recording } = await viewer("made");
  const { calls, tape } = recording;
  const adds = calls.all.filter((call) => call.code.name === "make.<locals>.add");
  expect(adds.map((call) => [resultOf(calls, call), titleOf(calls, calls.makerOf(call.number)!)])).toEqual([
    ["make.<locals>.add(x=10) = 11", "make(k=1)"],
    ["make.<locals>.add(x=10) = 12", "make(k=2)"],
  ]);
  const functions = tape.owners.filter((each) => each instanceof Thing && each.kind === "function" && each.label === "make.<locals>.add") as Thing[];
  expect(functions.map((each) => titleOf(calls, calls.makerOfFunction(each)!))).toEqual(["make(k=1)", "make(k=2)"]);
  const numbers = calls.all.find((call) => call.code.name === "Numbers")!;
  expect(titleOf(calls, numbers)).toBe("class Numbers");
  const stretches = calls.stretches();
  expect(stretches.filter(({ depth }) => depth === 0)).toEqual([{ frame: calls.all[0]!.number, depth: 0, begin: 0, end: recording.steps }]);
  for (const { frame, depth, begin } of stretches) {
    expect(recording.at(begin).frames.map((each) => each.owner.number).at(-1 - depth)).toBe(frame);
  }
});

test("what stands beside the lines", async () => {
  const { recording } = await viewer("made");
  const beside = (margin: Margin): Record<number, string> => Object.fromEntries([...notesOf(recording, "program.py", margin)].map(([line, { text }]) => [line, text]));
  expect(beside("coverage")).toMatchObject({ 1: "1×", 2: "2×", 3: "2×", 9: "4×", 10: "3×, never to 11", 11: "never" });
  expect(beside("comparisons")).toEqual({ 10: "2 > 5: false 3×" });
  expect(beside("calls")).toMatchObject({ 5: "make() 2×, last = make.<locals>.add", 6: "add() 2×, last = 12" });
});

test("texts from outside beside the lines, where they were followed", async () => {
  const { recording, margin } = await viewer("made");
  expect([margin.value, marginsOf(recording)]).toEqual(["passes", ["passes", "coverage", "comparisons", "calls"]]);
  const remark = (line: number, what: string, ...pieces: [string, string][]) => ({ file: "program.py", line, what, pieces });
  const remarks = [remark(2, "x = ", ["a", ""], ["<b>", "tainted"]), remark(2, "y = ", ["c", "meaning"]), { ...remark(3, "z = "), file: "other.py" }];
  Object.assign(recording.tape, { remarks });
  const notes = notesOf(recording, "program.py", new Viewer(recording, "made").margin.value);
  expect([...notes]).toEqual([
    [2, {
      text: "x = a<b>; y = c (from outside: <b> c)", bad: true,
      parts: [["x = ", ""], ["a", ""], ["<b>", "tainted"], ["; ", ""], ["y = ", ""], ["c", "meaning"]],
    }],
  ]);
});

test("another run", async () => {
  const gcd = await viewer("gcd");
  gcd.compareWith((await viewer("gcd again")).recording, "again");
  const { divergence, cursor } = gcd.other.value!;
  expect(divergence).toMatchObject({ what: "value", values: [18, 24] });
  expect(cursor.tape.steps).toBeGreaterThan(divergence!.step);
  expect(gcd.pane.value).toBe("compare");
  expect(gcd.front.value).toEqual(new Set(["bytecode", "objects", "compare"]));
});

test("questions that cannot be answered say why", async () => {
  const gcd = await viewer("gcd");
  gcd.why("nothing.there");
  expect(gcd.answer.value).toMatchObject({ origin: null, refusal: "the name 'nothing' has no value here" });
  gcd.find("a ==");
  expect(gcd.found.value).toBe("'a ==' is no expression");
  gcd.find("a == 77");
  expect(gcd.found.value).toBe("a == 77 holds at no line after this step");
  gcd.go(gcd.steps);
  gcd.why("a");
  expect(gcd.answer.value?.refusal).toBe("there is no frame at the end");
});
