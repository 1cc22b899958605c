// The page's reader of recordings says what Python's says, of recordings that Python makes for this test.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { NoExpression, NotRecorded, NoRecording } from "../../src/recording/errors";
import { comparisonsOf } from "../../src/recording/analyses/comparisons";
import { coverageOf } from "../../src/recording/analyses/coverage";
import { hotLines } from "../../src/recording/analyses/lines";
import { flowOf } from "../../src/recording/flow";
import type { Origin } from "../../src/recording/origins";
import { Recording } from "../../src/recording/recording";
import type { Cursor, Frame } from "../../src/recording/state";
import { Stepper } from "../../src/recording/stepper";
import { repr, Thing, type Value } from "../../src/recording/values";

type Move = ["instruction" | "into" | "over" | "out" | "go", boolean, number];

interface Answers {
  states: { step: number }[];
  moves: Move[];
  raises: [number, string][];
  output: string[];
  calls: unknown[];
  comparisons: [number, number, number, number][];
  lines: [string, number, number][];
  branches: [number, number, number, number][];
  compared: [string, [number, string, string, string[]] | null][];
  codes: { blocks: unknown; raw: unknown; passes: number[] }[];
  questions: { step: number; text: string; place: string; value: unknown; next: unknown; previous: unknown; writes: unknown; why: unknown }[];
}

const folder = inject("recordings");
const names = readdirSync(folder).filter((name) => name.endsWith(".bscope")).map((name) => name.replace(".bscope", ""));
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, `${name}.bscope`)));

const shown = (value: Value | undefined): string => (value === undefined ? "None" : repr(value));

function stateAt(cursor: Cursor, step: number): unknown {
  cursor.go(step);
  const { frames } = cursor;
  const objects: (Value | undefined)[] = frames.map((frame) => frame.globals);
  for (const frame of frames) objects.push(...frame.variables.map((each) => each.value), ...frame.operands);
  const found: Record<string, string[][]> = {};
  const stale: number[] = [];
  while (objects.length) {
    const each = objects.pop();
    if (!(each instanceof Thing) || found[each.number]) continue;
    const contents = cursor.contents(each);
    found[each.number] = contents.map((pair) => pair.map(shown));
    objects.push(...contents.map(([, value]) => value));
    if (cursor.mayBeStale(each)) stale.push(each.number);
  }
  return { step, frames: frames.map(frameAnswer), suspended: cursor.suspended.map((frame) => frame.owner.number), objects: found, stale: stale.sort((one, other) => one - other) };
}

function frameAnswer(frame: Frame): unknown {
  const variables = Object.fromEntries(frame.variables.map(({ name, value }) => [name, shown(value)]));
  const { code, index, line, className, signal, task, thread } = frame;
  return { name: code.name, index, line, class: className, signal, task, thread, variables, operands: frame.operands.map(shown) };
}

function answer(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    if (error instanceof NotRecorded) return { refused: "NotRecorded" };
    if (error instanceof NoExpression) return { refused: "ValueError" };
    throw error;
  }
}

const originAnswer = (origin: Origin): unknown[] => [
  origin.step, shown(origin.value), origin.how, origin.function, origin.line, origin.instruction, origin.sources.map(originAnswer),
];

test("there are recordings to compare", () => expect(names.length).toBeGreaterThanOrEqual(40));

describe.each(names)("%s", (name) => {
  const answers = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Answers;

  test("states, in any order", async () => {
    const cursor = (await Recording.read(bytes(name))).at(0);
    for (const state of answers.states) expect(stateAt(cursor, state.step)).toEqual(state);
  });

  test("moves", async () => {
    const stepper = new Stepper(await Recording.read(bytes(name)));
    const made = answers.moves.map(([how, back, step]): Move => [how, back, how === "go" ? stepper.go(step) : stepper[how](back)]);
    expect(made).toEqual(answers.moves);
  });

  test("exceptions and output", async () => {
    const { index, tape } = await Recording.read(bytes(name));
    expect(index.raises.map(({ step, exception }) => [step, shown(exception)])).toEqual(answers.raises);
    const outputAt = (step: number): string => tape.output.filter((each) => each.at <= step).map((each) => each.text).join("");
    expect(answers.states.map(({ step }) => outputAt(step))).toEqual(answers.output);
  });

  test("control flow, raw instructions, passes", async () => {
    const { tape, passes, steps } = await Recording.read(bytes(name));
    const found = tape.codes.map((code) => ({
      blocks: flowOf(code).blocks.map(({ start, end, leaves, edges }) => [start, end, leaves, edges.map(({ source, target, kind }) => [source, target, kind])]),
      raw: code.raw.map(({ offset, text, target }) => [offset, text, target]),
      passes: code.instructions.map((_, index) => passes.before(code, index, steps)),
    }));
    expect(found).toEqual(answers.codes);
  });

  test("calls", async () => {
    const { calls } = await Recording.read(bytes(name));
    expect(calls.all.map((call) => [call.code.name, call.begin, call.end, call.parent, calls.makerOf(call.number)?.number ?? null])).toEqual(answers.calls);
  });

  test("lines, comparisons and branches", async () => {
    const recording = await Recording.read(bytes(name));
    const { codes } = recording.tape;
    const lines = hotLines(recording).map(({ source, line, steps }) => [source, line, steps]);
    expect(new Set(lines.map(String))).toEqual(new Set(answers.lines.map(String)));
    const compared: number[][] = [];
    const arcs: (string | number)[][] = [];
    for (const source of new Set(codes.map((each) => each.source))) {
      for (const each of comparisonsOf(recording, source).values()) compared.push(...each.map(({ code, at, yes, no }) => [codes.indexOf(code), at, yes, no]));
      for (const [from, each] of coverageOf(recording, source).arcs) arcs.push(...each.filter(({ count }) => count > 0).map(({ to, count }) => [source, from, to, count]));
    }
    expect(new Set(compared.map(String))).toEqual(new Set(answers.comparisons.map(String)));
    const sums = new Map<string, number>();
    for (const [number, at, next, count] of answers.branches) {
      const { source, instructions } = codes[number]!;
      const [from, to] = [instructions[at]!.position?.[0], instructions.slice(next).find((each) => each.position?.[0] != null)?.position?.[0]];
      if (from != null && to != null && [instructions[at]!.target, at + 1].includes(next)) sums.set(`${source},${from},${to}`, (sums.get(`${source},${from},${to}`) ?? 0) + count);
    }
    expect(new Set(arcs.map(String))).toEqual(new Set([...sums].map(([way, count]) => `${way},${count}`)));
  });

  test("compared with others", async () => {
    const recording = await Recording.read(bytes(name));
    for (const [other, expected] of answers.compared) {
      const found = recording.compare(await Recording.read(bytes(other)));
      expect(found && [found.step, found.what, found.name], other).toEqual(expected && expected.slice(0, 3));
      if (found?.what === "value") expect(found.values.map((each) => (each === undefined ? "<absent>" : shown(each)))).toEqual(expected![3]);
    }
  });

  test("questions", async () => {
    const recording = await Recording.read(bytes(name));
    for (const { step, text, place, ...expected } of answers.questions) {
      const found = {
        value: answer(() => shown(recording.evaluate(text, step))),
        next: answer(() => recording.find(text, step)),
        previous: answer(() => recording.find(text, step, true)),
        writes: answer(() => recording.writes(place, step).map(({ step, old, now }) => [step, shown(old), shown(now)])),
        why: answer(() => originAnswer(recording.why(place, step))),
      };
      expect(found, `${text} and ${place} at ${step}`).toEqual(expected);
    }
  });
});

describe("what is refused", () => {
  const changed = (change: (data: Uint8Array) => Uint8Array | void): Promise<Recording> => {
    const data = bytes("gcd");
    return Recording.read(change(data) ?? data);
  };

  test.each<[string, (data: Uint8Array) => Uint8Array | void, string]>([
    ["nothing", () => new Uint8Array(), "this is no recording"],
    ["a text", () => new TextEncoder().encode("x = 1 # and so on, for a while"), "this is no recording"],
    ["a later version", (data) => void data.set([0xff, 0xff], 8), "the recording has format 65535: this viewer reads up to"],
    ["a cut file", (data) => data.subarray(0, data.length - 1), "the recording is damaged: its checksum is wrong"],
    ["a changed file", (data) => void (data[200]! ^= 1), "the recording is damaged: its checksum is wrong"],
    ["a wrong size", (data) => void (data[10]! ^= 1), "the recording is damaged: its size is wrong"],
  ])("%s", async (_, change, message) => {
    const error = await changed(change).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NoRecording);
    expect(String(error)).toContain(message);
  });
});
