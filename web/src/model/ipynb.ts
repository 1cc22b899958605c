// Notebooks as Jupyter keeps them: nbformat 4. What the page cannot show it keeps, so that an export has it again. Of
// outputs only text is taken: nothing of others is shown as HTML, and no outcome of theirs is believed.

import type { CellKind, Extra, KeptCell } from "./cell";
import type { KeptNotebook } from "./notebook";
import type { Kept } from "./output";

const KINDS: Record<string, CellKind> = { code: "code", markdown: "prose", raw: "raw" };
const TYPES: Record<CellKind, string> = { code: "code", prose: "markdown", raw: "raw" };
const LONGEST_ID = 64;

type Data = Record<string, unknown>;

/** Read a notebook; an error's message says what is wrong with it. */
export function fromIpynb(text: string, name: string): KeptNotebook {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
  if (!isData(data) || !Array.isArray(data.cells)) {
    throw new Error("it has no list of cells: only notebooks of nbformat 4 can be read");
  }
  const notebook: KeptNotebook = { name, cells: data.cells.filter(isData).map(cellFrom) };
  if (isData(data.metadata)) notebook.metadata = data.metadata;
  return notebook;
}

function cellFrom(cell: Data): KeptCell {
  const kind = KINDS[String(cell.cell_type)] ?? "raw";
  const extra: Extra = {};
  if (typeof cell.id === "string") extra.id = cell.id;
  if (isData(cell.metadata) && Object.keys(cell.metadata).length) extra.metadata = cell.metadata;
  if (isData(cell.attachments)) extra.attachments = cell.attachments as Record<string, Record<string, string>>;
  const kept: KeptCell = { kind, source: joined(cell.source) };
  if (Object.keys(extra).length) kept.extra = extra;
  const output = kind === "code" && Array.isArray(cell.outputs) ? cell.outputs.filter(isData).flatMap(outputFrom) : [];
  if (output.length) {
    kept.output = [{ kind: "note", text: "Output that came with the notebook; it did not run here.", tone: "plain" }, ...output];
  }
  return kept;
}

function outputFrom(output: Data): Kept[] {
  switch (output.output_type) {
    case "stream":
      return [{ kind: "text", pieces: [{ text: joined(output.text), stream: output.name === "stderr" ? "stderr" : "stdout" }] }];
    case "error": {
      const lines = Array.isArray(output.traceback) ? output.traceback.map(String).join("\n") : "";
      return [{ kind: "text", pieces: [{ text: lines || `${output.ename}: ${output.evalue}`, stream: "stderr" }] }];
    }
    case "execute_result":
    case "display_data": {
      const plain = isData(output.data) ? joined(output.data["text/plain"]) : "";
      return plain
        ? [{ kind: "value", text: plain }]
        : [{ kind: "note", text: "A picture or document of the notebook's is not shown.", tone: "plain" }];
    }
  }
  return [];
}

export function toIpynb(notebook: KeptNotebook): string {
  const used = new Set<string>();
  const cells = notebook.cells.map((cell, index) => {
    const extra = cell.extra ?? {};
    const id = freeId(extra.id, index, used);
    const common = { cell_type: TYPES[cell.kind], id, metadata: extra.metadata ?? {} };
    const source = lined(cell.source);
    if (cell.kind === "code") {
      return { ...common, execution_count: null, source, outputs: (cell.output ?? []).flatMap(outputTo) };
    }
    return { ...common, ...(extra.attachments ? { attachments: extra.attachments } : {}), source };
  });
  const metadata = notebook.metadata ?? {
    kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
    language_info: { name: "python" },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

function outputTo(item: Kept): Data[] {
  switch (item.kind) {
    case "text":
      return item.pieces.map(({ text, stream }) => ({
        output_type: "stream",
        name: stream === "stderr" ? "stderr" : "stdout",
        text: lined(text),
      }));
    case "value":
      return [{ output_type: "execute_result", execution_count: null, metadata: {}, data: { "text/plain": lined(item.text) } }];
    case "picture":
      return [
        item.value
          ? { output_type: "execute_result", execution_count: null, metadata: {}, data: { "text/plain": lined(item.picture.text) } }
          : { output_type: "display_data", metadata: {}, data: { "text/plain": lined(item.picture.text) } },
      ];
    case "traceback": {
      const last = item.text.trimEnd().split("\n").at(-1) ?? "";
      const [ename = "Error", ...rest] = last.split(": ");
      return [{ output_type: "error", ename, evalue: rest.join(": "), traceback: item.text.trimEnd().split("\n") }];
    }
  }
  return [];
}

function freeId(wanted: string | undefined, index: number, used: Set<string>): string {
  const fits = wanted !== undefined && /^[a-zA-Z0-9-_]+$/.test(wanted) && wanted.length <= LONGEST_ID;
  let id = fits ? wanted : `cell-${index + 1}`;
  while (used.has(id)) id = `${id.slice(0, LONGEST_ID - 4)}-${used.size}`;
  used.add(id);
  return id;
}

function lined(text: string): string[] {
  return text ? text.match(/[^\n]*\n|[^\n]+$/g)! : [];
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join("") : typeof value === "string" ? value : "";
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
