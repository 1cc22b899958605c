import { expect, test } from "vitest";
import { RingReader, RingWriter, type Piece } from "../../src/worker/ring";

function ring(bytes = 4096 + 16) {
  const memory = new SharedArrayBuffer(bytes);
  const reader = new RingReader(memory);
  const nudges: number[] = [];
  const got: Piece[] = [];
  const writer = new RingWriter(memory, () => nudges.push(got.length), () => got.push(...reader.read()));
  return { memory, reader, writer, nudges, got };
}

test("texts arrive in order, whatever their lengths", () => {
  const { reader, writer, got } = ring();
  const texts = Array.from({ length: 500 }, (_, n) => `${n}:${"é😀x".repeat(n % 97)}`);
  for (const text of texts) writer.write({ cell: 7, stream: "stderr", text });
  got.push(...reader.read());
  expect(got.map((piece) => piece.text).join("")).toBe(texts.join(""));
  expect(new Set(got.map((piece) => `${piece.cell} ${piece.stream}`))).toEqual(new Set(["7 stderr"]));
});

test("a writer that finds no room waits", () => {
  const { writer, got } = ring();
  for (let n = 0; n < 20; n++) writer.write({ cell: 1, stream: "stdout", text: "x".repeat(1000) });
  expect(got.length).toBeGreaterThan(10);
});

test("the reader is nudged when there was nothing, and only then", () => {
  const { reader, writer, nudges } = ring();
  writer.write({ cell: 1, stream: "stdout", text: "a" });
  writer.write({ cell: 1, stream: "stdout", text: "b" });
  expect(nudges).toHaveLength(1);
  reader.read();
  writer.write({ cell: 1, stream: "stdout", text: "c" });
  expect(nudges).toHaveLength(2);
});

test("a forged record is dropped, and what comes after it arrives", () => {
  const { memory, reader, writer } = ring();
  writer.write({ cell: 1, stream: "stdout", text: "good" });
  new DataView(memory, 16).setUint32(0, 0xfffffff);
  expect(reader.read()).toEqual([]);
  expect(reader.empty).toBe(true);
  writer.write({ cell: 1, stream: "stdout", text: "next" });
  expect(reader.read().map((piece) => piece.text)).toEqual(["next"]);
});
