// The calls of the run: the stack over its steps as a picture, and the calls as a tree.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Call, Stretch } from "../recording/calls";
import type { Viewer } from "./model";
import { resultOf } from "./naming";

const WIDTH = 400;
const ROW = 12;
const DEEPEST = 16;
const MOST = 60;

export function CallsPane({ viewer }: { viewer: Viewer }) {
  const { calls } = viewer.recording;
  const opened = useSignal<ReadonlySet<number>>(new Set());
  const current = new Set(viewer.shown.value.frames.map((each) => each.owner.number));
  const roots = calls.by(null);
  if (!roots.length) return <p class="none">Nothing was recorded.</p>;
  return (
    <div class="calls">
      <Stack viewer={viewer} />
      <Branch viewer={viewer} calls={roots} current={current} opened={opened.value} toggle={(call) => (opened.value = toggled(opened.value, call.number))} level={0} />
    </div>
  );
}

function toggled(numbers: ReadonlySet<number>, number: number): ReadonlySet<number> {
  const found = new Set(numbers);
  if (!found.delete(number)) found.add(number);
  return found;
}

interface BranchProps {
  viewer: Viewer;
  calls: readonly Call[];
  /** The frames of the stack: the way to them is open unless it was folded. */
  current: ReadonlySet<number>;
  opened: ReadonlySet<number>;
  toggle(call: Call): void;
  level: number;
}

function Branch({ viewer, calls, current, opened, toggle, level }: BranchProps) {
  const all = viewer.recording.calls;
  const at = calls.findIndex((call) => current.has(call.number));
  const begin = Math.max(0, Math.min(at - MOST / 2, calls.length - MOST));
  const shown = calls.slice(begin, begin + MOST);
  return (
    <ul>
      {begin > 0 && <li class="quiet">… {begin.toLocaleString("en")} before</li>}
      {shown.map((call) => {
        const inner = all.by(call.number);
        const open = inner.length > 0 && (current.has(call.number) && level < DEEPEST) !== opened.has(call.number);
        const text = resultOf(all, call);
        return (
          <li key={call.number} class={current.has(call.number) ? "on" : ""}>
            <span class="row">
              {inner.length > 0 ? (
                <button type="button" class="fold" aria-expanded={open} aria-label={`Calls of ${text}`} onClick={() => toggle(call)}>
                  {open ? "▾" : "▸"}
                </button>
              ) : (
                <span class="fold" />
              )}
              <button type="button" class="ref" aria-label={`Go to ${text}, step ${call.begin}`} onClick={() => viewer.go(call.begin)}>
                {text}
              </button>
            </span>
            {open && <Branch viewer={viewer} calls={inner} current={current} opened={opened} toggle={toggle} level={level + 1} />}
          </li>
        );
      })}
      {begin + shown.length < calls.length && <li class="quiet">… {(calls.length - begin - shown.length).toLocaleString("en")} more</li>}
    </ul>
  );
}

/** The stack over all steps: who called whom, and for how long. */
function Stack({ viewer }: { viewer: Viewer }) {
  const { recording, steps } = viewer;
  const stretches = useMemo(() => recording.calls.stretches().filter(({ depth }) => depth < DEEPEST), [recording]);
  const rows = useMemo(() => rowsOf(stretches, steps), [stretches]);
  const height = (1 + Math.max(0, ...rows.map((each) => each.depth))) * ROW;
  const here = (viewer.shown.value.step / Math.max(steps, 1)) * WIDTH;
  const go = (event: MouseEvent): void => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    viewer.go(((event.clientX - left) / width) * steps);
  };
  return (
    <svg class="flame" viewBox={`0 0 ${WIDTH} ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true" onClick={go}>
      {rows.map(({ depth, path, colour }) => (
        <path class={`b${colour}`} d={path} key={`${depth}:${colour}`} />
      ))}
      <path class="here" d={`M${here} 0V${height}`} />
    </svg>
  );
}

/** One path for each depth and colour: a run may have very many calls. */
function rowsOf(stretches: readonly Stretch[], steps: number): { depth: number; colour: number; path: string }[] {
  const found = new Map<string, { depth: number; colour: number; path: string; end: number }>();
  const ordinals = new Map<number, number>();
  const x = (step: number): number => Math.round((step / Math.max(steps, 1)) * WIDTH * 10) / 10;
  for (const { depth, begin, end } of stretches) {
    const ordinal = ordinals.get(depth) ?? 0;
    ordinals.set(depth, ordinal + 1);
    const colour = ((depth + ordinal) % 2) + 2 * (depth % 2);
    const row = found.get(`${depth}:${colour}`) ?? { depth, colour, path: "", end: -1 };
    found.set(`${depth}:${colour}`, row);
    if (x(end) - row.end < 0.3) continue;
    row.path += `M${x(begin)} ${depth * ROW + 1}H${Math.max(x(end), x(begin) + 0.3)}V${(depth + 1) * ROW - 1}H${x(begin)}Z`;
    row.end = x(end);
  }
  return [...found.values()];
}
