// A traceback: CPython's text, in which the places that are cells can be gone to.

import { Fragment } from "preact";
import { Box } from "./output";

/** What the page knows of a file name that is a cell's: where it is now, that it is gone, or nothing. */
export interface Where {
  (file: string): { number: number; changed: boolean; go(): void } | "deleted" | null;
}

const FRAME = /File "(<Cell \d+(?:, run \d+)?>)", line (\d+)/g;

export function TracebackView({ text, where }: { text: string; where: Where }) {
  const parts: preact.ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(FRAME)) {
    parts.push(text.slice(at, match.index), <Frame file={match[1]!} line={match[2]!} where={where} />);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at).trimEnd());
  return (
    <Box class="traceback">
      {parts.map((part, index) => (
        <Fragment key={index}>{part}</Fragment>
      ))}
    </Box>
  );
}

function Frame({ file, line, where }: { file: string; line: string; where: Where }) {
  const found = where(file);
  const name = file.slice(1, -1);
  if (found === "deleted") return <>{`${name} (deleted), line ${line}`}</>;
  if (!found) return <>{`${name}, line ${line}`}</>;
  const number = `Cell ${found.number}`;
  return (
    <>
      <button type="button" class="link" onClick={found.go}>{`${number}, line ${line}`}</button>
      {found.changed && <span class="aside"> (as it was; changed since)</span>}
    </>
  );
}
