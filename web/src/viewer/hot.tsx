// The lines in which the run has made most of its steps.

import { useMemo } from "preact/hooks";
import { hotLines } from "../recording/analyses/lines";
import type { Viewer } from "./model";

const MOST = 40;

export function HotPane({ viewer }: { viewer: Viewer }) {
  const { recording, steps } = viewer;
  const lines = useMemo(() => hotLines(recording), [recording]);
  const texts = useMemo(() => new Map([...recording.tape.sources].map(([name, text]) => [name, text.split("\n")])), [recording]);
  if (!lines.length) return <p class="none">Nothing was recorded.</p>;
  const most = lines[0]!.steps;
  return (
    <table class="hot">
      <caption class="sr">Lines with most steps</caption>
      <tbody>
        {lines.slice(0, MOST).map(({ source, line, steps: made, functions }) => (
          <tr key={`${line}:${source}`}>
            <th scope="row">
              <button type="button" class="ref" aria-label={`Go to line ${line}`} title={functions.join(", ")} onClick={() => viewer.toLine(line, source)}>
                {line}
              </button>
            </th>
            <td>
              <code>{texts.get(source)?.[line - 1]?.trim() ?? functions[0]}</code>
              <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <path d={`M0 0H${(made / most) * 100}V4H0Z`} />
              </svg>
            </td>
            <td>
              {made.toLocaleString("en")} <small>{Math.round((made / steps) * 100)} %</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
