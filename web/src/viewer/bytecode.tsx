// The instructions of the code object that is executed: basic blocks, jumps and regions of exception handlers.

import { useMemo } from "preact/hooks";
import type { Code } from "../recording/tape";
import type { Viewer } from "./model";
import { Rows } from "./rows";

const COLOURS = 4;

export function BytecodePane({ viewer }: { viewer: Viewer }) {
  const { frame, code } = viewer.shown.value;
  const blocks = useMemo(() => (code ? blocksOf(code) : []), [code]);
  const targets = useMemo(() => new Set(code?.instructions.map((each) => each.target)), [code]);
  if (!code) return <p class="none">Nothing was recorded.</p>;
  const { instructions } = code;
  return (
    <Rows
      label={`Bytecode of ${code.name}`}
      count={instructions.length}
      current={frame?.index ?? -1}
      of={code}
      row={(index) => {
        const { text, target, offset } = instructions[index]!;
        const current = index === frame?.index;
        const guarded = code.handlers.some(([start, end]) => start <= index && index < end);
        return (
          <div class={`ins b${blocks[index]! % COLOURS}${current ? " cur" : ""}`} key={index} {...(current ? { "aria-current": "step" as const } : {})}>
            <span class="mark" aria-hidden="true">
              {current ? "▶" : targets.has(index) ? "›" : ""}
            </span>
            <span class={guarded ? "guarded" : ""} title={guarded ? "An exception here has a handler in this code" : undefined}>
              {offset}
            </span>
            <code>{text}</code>
            <em>{target === null ? "" : `${target > index ? "↓" : "↑"} ${instructions[target]?.offset}`}</em>
          </div>
        );
      }}
    />
  );
}

/** By instruction, the number of its basic block. */
function blocksOf({ instructions, handlers }: Code): number[] {
  const leaders = new Set<number>(handlers.map(([, , target]) => target));
  instructions.forEach(({ target }, index) => {
    if (target === null) return;
    leaders.add(target);
    leaders.add(index + 1);
  });
  let block = 0;
  return instructions.map((_, index) => (index > 0 && leaders.has(index) ? ++block : block));
}
