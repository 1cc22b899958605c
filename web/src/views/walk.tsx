// One instruction in several machines: CPython's bytecode on the left, and beside it what each machine does for it.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { WalkPicture } from "../model/pictures";

type Step = WalkPicture["steps"][number];

/** A step in one sentence. */
export function sentenceOf({ names, code, steps }: WalkPicture, at: number): string {
  const step = steps[at]!;
  const said = step.machines.map(({ done, stack }, machine) => {
    return `${names[machine] ?? ""}: ${done || "nothing"}, then ${stack.length ? stack.join(", ") : "nothing"} on the stack`;
  });
  return `Instruction ${at + 1} of ${steps.length}: ${code[step.row]!.join(" ")}. ${said.join(". ")}.`;
}

const MOVES: Record<string, (at: number, last: number) => number> = {
  n: (at) => at + 1, ArrowRight: (at) => at + 1, p: (at) => at - 1, ArrowLeft: (at) => at - 1, Home: () => 0, End: (_, last) => last,
};

export function WalkView({ picture }: { picture: WalkPicture }) {
  const at = useSignal(0);
  const { code, names, steps } = picture;
  const last = steps.length - 1;
  const step = steps[Math.min(at.value, last)]!;
  const before: Step | undefined = steps[at.value - 1];
  const go = (to: number): void => void (at.value = Math.max(0, Math.min(to, last)));
  return (
    <div
      class="walking"
      role="group"
      aria-label={picture.caption || "An instruction in several machines"}
      onKeyDown={(event) => {
        const move = MOVES[event.key];
        if (!move || event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).matches("input")) return;
        event.preventDefault();
        go(move(at.value, last));
      }}
    >
      <div class="machines">
        <section aria-label="CPython, as dis shows it">
          <p class="machine">CPython</p>
          <Listing code={code} row={step.row} />
        </section>
        {step.machines.map(({ done, stack }, machine) => (
          <section aria-label={names[machine]}>
            <p class="machine">{names[machine]}</p>
            <ul class="done">{done ? done.split("; ").map((each) => <li><code>{each}</code></li>) : <li class="none">nothing to do</li>}</ul>
            <ol class="stacked" reversed aria-label="stack, the top first">
              {stack.toReversed().map((value, place) => {
                const kept = before?.machines[machine]?.stack[stack.length - 1 - place] === value;
                return <li class={kept ? "value" : "value new"} title={value}>{value}</li>;
              })}
              {!stack.length && <li class="none">the stack is empty</li>}
            </ol>
          </section>
        ))}
      </div>
      <div class="row">
        <button type="button" class="btn small" aria-label="Back by one instruction" aria-keyshortcuts="p" aria-disabled={at.value === 0} onClick={() => go(at.value - 1)}>
          ◀ <kbd aria-hidden="true">p</kbd>
        </button>
        <button type="button" class="btn small" aria-label="On by one instruction" aria-keyshortcuts="n" aria-disabled={at.value === last} onClick={() => go(at.value + 1)}>
          ▶ <kbd aria-hidden="true">n</kbd>
        </button>
        <input type="range" min={0} max={last} value={at.value} aria-label="Instruction" aria-valuetext={sentenceOf(picture, at.value)} onInput={(event) => go(Number(event.currentTarget.value))} />
        <span aria-hidden="true">
          {at.value + 1} of {steps.length}
        </span>
      </div>
      <p class="sr" role="status">
        {sentenceOf(picture, at.value)}
      </p>
    </div>
  );
}

function Listing({ code, row }: { code: WalkPicture["code"]; row: number }) {
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const list = box.current!;
    const line = list.children[row] as HTMLElement | undefined;
    if (line) list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 2;
  }, [row]);
  return (
    <ol class="listing" ref={box} tabIndex={0} aria-label="Instructions">
      {code.map(([offset, text], index) => (
        <li key={index} class={index === row ? "cur" : ""} {...(index === row ? { "aria-current": "step" as const } : {})}>
          <span>{offset}</span> <code>{text}</code>
        </li>
      ))}
    </ol>
  );
}
