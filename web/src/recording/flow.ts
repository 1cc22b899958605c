// Control flow of a code object: its basic blocks and the ways between them, as `bytescope.flow` has them.

import type { Code, Instruction } from "./tape";

/** "next": by falling through; "raise": for certain; "exception": from any instruction of the block. */
export type Kind = "next" | "jump" | "raise" | "exception";

export interface Edge {
  source: number;
  target: number;
  kind: Kind;
}

/** Instructions that are executed one after the other, all under the same handler: [start, end). */
export interface Block {
  index: number;
  start: number;
  end: number;
  edges: Edge[];
  /** Whether the frame is left at its end. */
  leaves: boolean;
}

export interface Flow {
  blocks: readonly Block[];
  /** By instruction, the number of its block. */
  blockOf: readonly number[];
}

const RAISING = new Set(["RAISE", "RERAISE"]);
const ENDING = new Set([...RAISING, "JUMP", "RETURN"]);
const QUIET = new Set([
  "NOP", "RESUME", "LOAD_CONST", "PUSH_NULL", "POP", "COPY", "SWAP", "SAVE_LOCAL", "SAVE_CELL", "MAKE_CELL", "RESTORE_CELL", "JUMP",
  "PUSH_EXC_INFO", "POP_EXCEPT",
]);

const known = new WeakMap<Code, Flow>();

export function flowOf(code: Code): Flow {
  const found = known.get(code) ?? made(code);
  known.set(code, found);
  return found;
}

function made({ instructions, handlers }: Code): Flow {
  const starts = [...leaders(instructions, handlers)].filter((at) => at < instructions.length).sort((one, other) => one - other);
  const blocks = starts.map((start, index): Block => ({ index, start, end: starts[index + 1] ?? instructions.length, edges: [], leaves: false }));
  const blockOf = blocks.flatMap(({ index, start, end }) => Array<number>(end - start).fill(index));
  for (const block of blocks) {
    const last = instructions[block.end - 1]!;
    const edge = (to: number, kind: Kind): void => void block.edges.push({ source: block.index, target: blockOf[to]!, kind });
    if (!ENDING.has(last.op) && block.end < instructions.length) edge(block.end, "next");
    if (last.target !== null) edge(last.target, "jump");
    const handler = handlers.find(([start, end]) => start <= block.start && block.start < end);
    const loops = last.op === "JUMP" && last.target !== null && last.target < block.end;
    if (handler && (loops || instructions.slice(block.start, block.end).some(({ op }) => !QUIET.has(op)))) {
      edge(handler[2], RAISING.has(last.op) ? "raise" : "exception");
    }
    block.leaves = last.op === "RETURN" || (RAISING.has(last.op) && !handler);
  }
  return { blocks, blockOf };
}

function leaders(instructions: readonly Instruction[], handlers: Code["handlers"]): Set<number> {
  const found = new Set([0]);
  instructions.forEach(({ op, target }, index) => {
    if (target !== null) found.add(target);
    if (target !== null || ENDING.has(op)) found.add(index + 1);
  });
  for (const [start, end, target] of handlers) for (const at of [start, end, target]) found.add(at);
  return found;
}
