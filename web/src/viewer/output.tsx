// What the program has written up to the step.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { Viewer } from "./model";

const MOST = 100_000;

export function OutputPane({ viewer }: { viewer: Viewer }) {
  const { step } = viewer.shown.value;
  const box = useRef<HTMLPreElement>(null);
  const written = viewer.recording.tape.output.filter((each) => each.at <= step);
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [written.length]);
  if (!written.length) return <p class="none">Nothing is written yet.</p>;
  const long = written.reduce((sum, each) => sum + each.text.length, 0) > MOST;
  return (
    <pre class="written" ref={box} tabIndex={0} role="region" aria-label="What the program has written">
      {long && "…"}
      {(long ? written.slice(-1000) : written).map((each, at) => (
        <span class={each.stream} key={at}>
          {each.text.slice(-MOST)}
        </span>
      ))}
    </pre>
  );
}
