// Notebooks as Python files: `# %%` begins a code cell, `# %% [markdown]` one of prose, whose lines are comments. Behind
// it may stand a title and options, of which `tags=["hide-input"]` means something here; the others are kept.

import type { CellKind, Extra, KeptCell } from "./cell";
import type { KeptNotebook } from "./notebook";

const MARK = /^# ?%%(.*)$/;
const TAGS = /(?:^|\s)tags\s*=\s*(\[[^\]]*\])/;
const KINDS: Record<string, CellKind> = { "[markdown]": "prose", "[md]": "prose", "[raw]": "raw" };

export function fromPercent(text: string, name: string): KeptNotebook {
  const cells: KeptCell[] = [];
  let kind: CellKind = "code";
  let extra: Extra = {};
  let lines: string[] = [];
  let begun = false;
  const finish = (): void => {
    const first = lines.findIndex((line) => line.trim() !== "");
    if (begun || first >= 0) cells.push({ kind, source: sourceOf(kind, lines), ...(Object.keys(extra).length ? { extra } : {}) });
  };
  for (const line of text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split("\n")) {
    const mark = MARK.exec(line);
    if (!mark) {
      lines.push(line);
      continue;
    }
    finish();
    begun = true;
    [kind, extra] = meaningOf(mark[1]!);
    lines = [];
  }
  finish();
  return { name, cells };
}

/** What stands behind `# %%`: the cell's kind, its tags, and the rest. */
function meaningOf(text: string): [CellKind, Extra] {
  const extra: Extra = {};
  let rest = text;
  const tags = tagsFrom(TAGS.exec(rest)?.[1]);
  if (tags) {
    extra.metadata = { tags };
    rest = rest.replace(TAGS, "");
  }
  const words = rest.trim().split(/\s+/);
  const word = words.find((part) => Object.hasOwn(KINDS, part));
  const mark = words.filter((part) => part !== word).join(" ");
  if (mark) extra.mark = mark;
  return [word ? KINDS[word]! : "code", extra];
}

function tagsFrom(text: string | undefined): string[] | null {
  try {
    const tags: unknown = JSON.parse(text ?? "");
    return Array.isArray(tags) && tags.every((tag) => typeof tag === "string") ? tags : null;
  } catch {
    return null; // written in another way: kept as it is
  }
}

function sourceOf(kind: CellKind, lines: string[]): string {
  const plain = kind === "code" ? lines : lines.map((line) => line.replace(/^# ?/, ""));
  return plain.join("\n").replace(/\n+$/, "");
}

export function toPercent(notebook: KeptNotebook): string {
  return notebook.cells
    .map(({ kind, source, extra }) => {
      const tags = extra?.metadata?.tags;
      const mark = [
        "# %%",
        extra?.mark,
        kind === "code" ? "" : `[${kind === "prose" ? "markdown" : "raw"}]`,
        Array.isArray(tags) && tags.length ? `tags=[${tags.map((tag) => JSON.stringify(tag)).join(", ")}]` : "",
      ];
      const body = kind === "code" ? [source] : source.split("\n").map((line) => (line ? `# ${line}` : "#"));
      return `${mark.filter(Boolean).join(" ")}\n${body.join("\n")}\n`;
    })
    .join("\n");
}
