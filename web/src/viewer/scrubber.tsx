// The whole run as the depth of its calls, with ticks where exceptions come up and at breakpoints; drag to any step.

import { useMemo } from "preact/hooks";
import type { Viewer } from "./model";

const WIDTH = 800;
const HEIGHT = 40;

export function Scrubber({ viewer }: { viewer: Viewer }) {
  const { step, sentence } = viewer.shown.value;
  const profile = useMemo(() => profileOf(viewer.recording.index.depths), [viewer]);
  const x = (at: number): number => Math.round((at / Math.max(viewer.steps, 1)) * WIDTH * 10) / 10;
  const ticks = useMemo(() => tickPath(viewer.raises.map(x), 12), [viewer]);
  const stops = useMemo(() => tickPath(viewer.stops.map(x), 8), [viewer, viewer.breakpoints.value]);
  const watched = viewer.watched.value;
  const writes = useMemo(() => tickPath(watched?.writes.map(x) ?? [], 16), [viewer, watched]);
  const said = watched ? `; ${watched.text} is written at ${watched.writes.length}` : "";
  return (
    <div class="scrubber">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="depth" d={profile} />
        <path class="stops" d={stops} />
        <path class="writes" d={writes} />
        <path class="raises" d={ticks} />
        <path class="here" d={`M${x(step)} 0V${HEIGHT}`} />
      </svg>
      <input
        type="range"
        min={0}
        max={viewer.steps}
        value={step}
        aria-label={`Step; exceptions come up at ${viewer.raises.length} of them${said}`}
        aria-valuetext={sentence}
        onInput={(event) => viewer.go(Number(event.currentTarget.value))}
      />
    </div>
  );
}

/** The greatest depth in each of so many parts of the run, as an outline. */
function profileOf(depths: Uint16Array): string {
  const columns = Math.min(WIDTH, depths.length);
  const most = depths.reduce((one, other) => Math.max(one, other), 1);
  let path = `M0 ${HEIGHT}`;
  for (let column = 0; column < columns; column++) {
    const begin = Math.floor((column / columns) * depths.length);
    const end = Math.max(begin + 1, Math.floor(((column + 1) / columns) * depths.length));
    const depth = depths.subarray(begin, end).reduce((one, other) => Math.max(one, other), 0);
    const y = Math.round(HEIGHT - (depth / most) * (HEIGHT - 6));
    path += `L${Math.round((column / columns) * WIDTH)} ${y}H${Math.round(((column + 1) / columns) * WIDTH)}`;
  }
  return `${path}V${HEIGHT}Z`;
}

/** One tick for each column that has any. */
function tickPath(places: number[], size: number): string {
  return [...new Set(places.map(Math.round))].map((at) => `M${at} ${HEIGHT}v-${size}`).join("");
}
