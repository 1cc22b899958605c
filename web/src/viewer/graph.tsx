// The control-flow graph of the code object that is executed: the current block lit, and how often each was passed.

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { flowOf, type Block } from "../recording/flow";
import type { Code } from "../recording/tape";
import { Drawing, laidOut } from "../views/graph";
import type { Viewer } from "./model";
import { keepInSight } from "./sight";

/** Instructions of a block that are shown, and blocks. */
const LINES = 5;
const MOST = 120;
const LONGEST = 30;

export function GraphPane({ viewer }: { viewer: Viewer }) {
  const { frame, code, step } = viewer.shown.value;
  const box = useRef<HTMLDivElement>(null);
  const blocks = code ? flowOf(code).blocks : [];
  const here = code && frame ? flowOf(code).blockOf[frame.index]! : -1;
  const begin = blocks.length > MOST ? Math.max(0, Math.min(here - MOST / 2, blocks.length - MOST)) : 0;
  const drawn = useMemo(() => (code ? laidOut(pictureOf(code, blocks.slice(begin, begin + MOST))) : null), [code, begin]);
  useLayoutEffect(() => keepInSight(box.current?.parentElement, drawn?.nodes.find((each) => each.name === String(here))), [drawn, here]);
  if (!code || !drawn) return <p class="none">Nothing was recorded.</p>;
  const count = ({ start }: Block): number => viewer.recording.passes.before(code, start, step + (frame ? 1 : 0));
  const said = blocks.slice(begin, begin + MOST).map((block) => `block ${block.index}, passed ${count(block)} times, ${waysOf(block)}`);
  return (
    <div class="graph flow" ref={box}>
      <Drawing
        drawn={drawn}
        label={`Control flow of ${code.name}${here < 0 ? "" : `, in block ${here}`}: ${said.join("; ")}`}
        marked={here < 0 ? [] : [String(here)]}
        head={(name) => headOf(code, blocks[Number(name)]!, count(blocks[Number(name)]!))}
      />
      {blocks.length > MOST && <p class="none">… {(blocks.length - MOST).toLocaleString("en")} more blocks</p>}
    </div>
  );
}

function pictureOf(code: Code, blocks: readonly Block[]): Parameters<typeof laidOut>[0] {
  const shown = new Set(blocks.map((each) => each.index));
  const edges = blocks.flatMap((block) => block.edges.filter(({ target }) => shown.has(target)));
  return {
    nodes: blocks.map((block) => ({ name: String(block.index), lines: [headOf(code, block, 1_000_000), ...linesOf(code, block)] })),
    edges: edges.map(({ source, target, kind }) => [String(source), String(target), kind === "next" ? "" : kind]),
  };
}

function waysOf({ edges, leaves }: Block): string {
  const found = edges.map(({ target, kind }) => `${kind === "next" ? "goes on" : kind} to ${target}`);
  return [...found, ...(leaves ? ["leaves"] : [])].join(", ");
}

function headOf({ instructions }: Code, { index, start, end }: Block, count: number): string {
  const lines = instructions.slice(start, end).flatMap((each) => each.position?.[0] ?? []);
  const [first, last] = [Math.min(...lines), Math.max(...lines)];
  const where = lines.length ? ` line ${first === last ? first : `${first}-${last}`}` : "";
  return `block ${index}${where} · ${count.toLocaleString("en")}×`;
}

function linesOf({ instructions }: Code, { start, end }: Block): string[] {
  const texts = instructions.slice(start, end).map(({ text }) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text));
  return texts.length > LINES ? [...texts.slice(0, LINES - 2), `… ${texts.length - LINES + 1} more`, texts[texts.length - 1]!] : texts;
}
