// Notebooks as Python files: `# %%` begins a code cell, `# %% [markdown]` one of prose, whose lines are comments.

import type { CellKind, KeptCell } from "./cell";
import type { KeptNotebook } from "./notebook";

const MARK = /^# ?%%(.*)$/;
const KINDS: Record<string, CellKind> = { "[markdown]": "prose", "[md]": "prose", "[raw]": "raw" };

export function fromPercent(text: string, name: string): KeptNotebook {
  const cells: KeptCell[] = [];
  let kind: CellKind = "code";
  let lines: string[] = [];
  let begun = false;
  const finish = (): void => {
    const first = lines.findIndex((line) => line.trim() !== "");
    if (begun || first >= 0) cells.push({ kind, source: sourceOf(kind, lines) });
  };
  for (const line of text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split("\n")) {
    const mark = MARK.exec(line);
    if (!mark) {
      lines.push(line);
      continue;
    }
    finish();
    begun = true;
    const word = mark[1]!.trim().split(/\s+/).find((part) => part in KINDS);
    kind = word ? KINDS[word]! : "code";
    lines = [];
  }
  finish();
  return { name, cells };
}

function sourceOf(kind: CellKind, lines: string[]): string {
  const plain = kind === "code" ? lines : lines.map((line) => line.replace(/^# ?/, ""));
  return plain.join("\n").replace(/\n+$/, "");
}

export function toPercent(notebook: KeptNotebook): string {
  return notebook.cells
    .map(({ kind, source }) => {
      if (kind === "code") return `# %%\n${source}\n`;
      const body = source.split("\n").map((line) => (line ? `# ${line}` : "#"));
      return `# %% [${kind === "prose" ? "markdown" : "raw"}]\n${body.join("\n")}\n`;
    })
    .join("\n");
}
