// The source, with the range of the current instruction lit.

import { useMemo } from "preact/hooks";
import { highlighted, lit } from "./highlight";
import { notesOf } from "./margin";
import type { Viewer } from "./model";
import { Rows } from "./rows";

export function SourcePane({ viewer }: { viewer: Viewer }) {
  const { frame, code } = viewer.shown.value;
  const file = code?.source ?? "";
  const text = viewer.recording.tape.sources.get(file);
  const lines = useMemo(() => (text === undefined ? [] : highlighted(text)), [text]);
  const notes = useMemo(() => notesOf(viewer.recording, file, viewer.margin.value), [viewer, file, viewer.margin.value]);
  if (!code || text === undefined) return <p class="none">{code ? `The text of ${file} is not in this recording.` : "Nothing was recorded."}</p>;
  const margin = viewer.margin.value;
  const position = frame?.instruction.position ?? null;
  const current = frame?.line ?? 0;
  const breakpoints = viewer.breakpoints.value;
  return (
    <Rows
      label={`Source of ${file}`}
      count={lines.length}
      current={current - 1}
      of={file}
      row={(index) => {
        const line = index + 1;
        const passes = margin === "passes" ? viewer.passes(line, file) : 0;
        const note = notes.get(line);
        const stops = breakpoints.has(`${line}:${file}`);
        return (
          <div class={line === current ? "ln cur" : "ln"} key={line} {...(line === current ? { "aria-current": "step" as const } : {})}>
            <button
              type="button"
              class="number"
              tabIndex={-1}
              aria-pressed={stops}
              aria-label={`Breakpoint at line ${line}`}
              onClick={() => viewer.toggleBreakpoint(line, file)}
            >
              {stops && <span class="dot">●</span>}
              {line}
            </button>
            <code>
              {lit(lines[index]!, line, position).map((part) =>
                part.lit ? <mark class={part.style}>{part.text}</mark> : part.style ? <span class={part.style}>{part.text}</span> : part.text,
              )}
            </code>
            {note && (
              <small class={note.bad ? "never" : ""} title={note.text}>
                {note.parts ? note.parts.map(([text, mark]) => (mark ? <u class={mark === "meaning" ? "meaning" : ""}>{text}</u> : text)) : note.text}
              </small>
            )}
            {passes > 0 && <small title={`Control has come to this line ${passes} times`}>{passes.toLocaleString("en")}×</small>}
          </div>
        );
      }}
    />
  );
}
