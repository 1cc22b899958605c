// The instructions of the code object that is executed, the machine's or CPython's, with jumps and handler regions drawn.

import { useMemo } from "preact/hooks";
import { beside, LANES, listingOf, type Beside, type Listing } from "./listing";
import type { Viewer } from "./model";
import { Rows } from "./rows";

const COLOURS = 4;
const ROW = 23;
const LANE = 6;

export function BytecodePane({ viewer }: { viewer: Viewer }) {
  const { frame, code } = viewer.shown.value;
  const raw = viewer.raw.value;
  const listing = useMemo(() => (code ? listingOf(code, raw) : null), [code, raw]);
  if (!code || !listing) return <p class="none">Nothing was recorded.</p>;
  const current = frame ? listing.rowOf(frame.index) : -1;
  const notes = notesOf(listing);
  const lanes = 1 + Math.max(-1, ...listing.jumps.map((each) => each.lane));
  const bars = 1 + Math.max(-1, ...listing.regions.map((each) => each.lane));
  return (
    <Rows
      label={`Bytecode of ${code.name}`}
      count={listing.rows.length}
      current={current}
      of={listing}
      row={(at) => {
        const { text, offset, block, leads, line } = listing.rows[at]!;
        const here = at === current;
        return (
          <div class={`ins b${block % COLOURS}${leads ? " lead" : ""}${here ? " cur" : ""}`} key={at} {...(here ? { "aria-current": "step" as const } : {})}>
            <span class="at">{line ?? ""}</span>
            {bars > 0 && <Bars bars={bars} regions={beside(listing.regions, at)} />}
            <Arcs lanes={lanes} jumps={beside(listing.jumps, at)} />
            <span class="mark" aria-hidden="true">
              {here ? "▶" : ""}
            </span>
            <span class="at">{offset}</span>
            <code>{text}</code>
            {notes.has(at) && <em>{notes.get(at)!.join(", ")}</em>}
          </div>
        );
      }}
    />
  );
}

/** What is said in words of what is drawn. */
function notesOf({ rows, regions }: Listing): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const note = (row: number, text: string): void => void found.set(row, [...(found.get(row) ?? []), text]);
  rows.forEach(({ target }, row) => {
    if (target !== null) note(row, `${target > row ? "↓" : "↑"} ${rows[target]?.offset}`);
  });
  for (const { from, target } of regions) note(from, `handler at ${rows[target]?.offset}`);
  return found;
}

/** The jumps beside a row, the short ones nearest to it. */
function Arcs({ lanes, jumps }: { lanes: number; jumps: readonly Beside[] }) {
  const width = Math.min(lanes, LANES) * LANE + 8;
  const middle = ROW / 2;
  const path = jumps.map(({ lane, begins, ends, above, below }) => {
    const x = width - 8 - lane * LANE;
    const parts = [above ? `M${x} 0V${middle}` : "", below ? `M${x} ${middle}V${ROW}` : "", begins || ends ? `M${x} ${middle}H${width - 1}` : ""];
    return parts.join("") + (ends ? `m-4 -3 4 3 -4 3` : "");
  });
  return (
    <svg class="arcs" width={width} height={ROW} aria-hidden="true">
      <path d={path.join("")} />
    </svg>
  );
}

/** The regions of handlers that a row is in. */
function Bars({ bars, regions }: { bars: number; regions: readonly Beside[] }) {
  const width = bars * LANE + 2;
  const path = regions.map(({ lane, begins, ends }) => {
    const x = width - 3 - lane * LANE;
    return `M${x} ${begins ? 4 : 0}V${ends ? ROW - 4 : ROW}${begins ? `M${x} 4h4` : ""}${ends ? `M${x} ${ROW - 4}h4` : ""}`;
  });
  return (
    <svg class="bars" width={width} height={ROW} aria-hidden="true">
      <path d={path.join("")} />
    </svg>
  );
}
