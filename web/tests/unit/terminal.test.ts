import { describe, expect, test } from "vitest";
import { Terminal } from "../../src/model/terminal";

function shown(...pieces: (string | [string, "stderr"])[]): string {
  const terminal = new Terminal();
  for (const piece of pieces) {
    if (typeof piece === "string") terminal.write(piece, "stdout");
    else terminal.write(...piece);
  }
  return terminal.text();
}

describe("what a terminal shows", () => {
  test.each([
    ["ab\n\ncd\n", "ab\n\ncd"],
    ["abcdef\rXY\n", "XYcdef"],
    ["one\rtwo\nthree\b\b\bTHR", "two\nthTHR"],
    ["  0 %\r 10 %\r100 %\rdone\n", "done%"],
    ["\b\b1", "1"],
    ["😀x\b\b!", "!x"],
    ["a\tb", "a\tb"],
    ["\x1b[31mred\x1b[0m plain", "red plain"],
    ["abc\x1b[2Dx", "axc"],
    ["abc\x1b[1K\x1b[Gd", "d"],
    ["abc\r\x1b[Kd", "d"],
    ["one\ntwo\x1b[A\rONE", "ONE\ntwo"],
    ["one\ntwo\x1b[2Jthree", "three"],
    ["\x1b]0;title\x07text", "text"],
    ["\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["left|\x00|\x7f|\x85|\u2028", "left|␀|␡|\\x85|\\u2028"],
    ["\x1b[?25lhidden cursor", "hidden cursor"],
    ["x\x1b[999999999C!", `x${" ".repeat(1999)}!`],
  ])("%j is shown as %j", (text, expected) => {
    expect(shown(text)).toBe(expected);
    expect(shown(...text)).toBe(shown(...Array.from(text))); // however it arrives
  });

  test("both streams are one text, told apart", () => {
    const terminal = new Terminal();
    terminal.write("out", "stdout");
    terminal.write(" err\n", "stderr");
    terminal.write("on\n", "stdout");
    expect(terminal.text()).toBe("out err\non");
    expect(terminal.parts().head.map((line) => line.map((part) => part.style.stream))).toEqual([["stdout", "stderr"], ["stdout"]]);
  });

  test("a sequence that is cut apart still acts", () => {
    expect(shown("a\x1b", "[3", "1mb")).toBe("ab");
  });
});

describe("long output", () => {
  test("keeps the first and the last lines and says how many are left out", () => {
    const terminal = new Terminal();
    for (let n = 0; n < 200_000; n++) terminal.write(`${n}\n`, "stdout");
    terminal.write("done\n", "stdout");
    const lines = terminal.text().split("\n");
    expect(lines.length).toBeLessThan(2100);
    expect(lines[0]).toBe("0");
    expect(lines.slice(-2)).toEqual(["199999", "done"]);
    const note = lines.find((line) => line.includes("left out"))!;
    const kept = lines.length - 1;
    expect(note).toBe(`… ${(200_001 - kept).toLocaleString("en")} lines left out …`);
  });

  test("cuts a line and says its length", () => {
    const text = shown("x".repeat(2_000_000), "y\n", "next");
    expect(text.length).toBeLessThan(12_000);
    expect(text).toMatch(/^x{6000} … 1,99\d,\d{3} characters left out … x+y\nnext$/);
  });

  test("is kept with its colours", () => {
    const terminal = new Terminal();
    terminal.write("a\x1b[1;31mb\x1b[38;5;196mc\x1b[0md\n", "stdout");
    terminal.write("err", "stderr");
    const again = new Terminal();
    for (const piece of terminal.pieces()) again.write(piece.text, piece.stream);
    expect(again.parts()).toEqual(terminal.parts());
  });
});
