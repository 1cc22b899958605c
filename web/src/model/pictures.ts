// Tables, stacks and graphs that a cell shows: data from the worker, checked before it is drawn.

export interface TablePicture {
  kind: "table";
  head: string[];
  rows: string[][];
  caption: string;
  marked: number[][];
  code: number[];
  more: number;
  text: string;
}

export interface StackPicture {
  kind: "stack";
  caption: string;
  steps: { label: string; values: string[]; kept: number }[];
  more: number;
  text: string;
}

export interface GraphPicture {
  kind: "graph";
  caption: string;
  nodes: { name: string; lines: string[] }[];
  edges: [string, string, string][];
  marked: string[];
  more: number;
  text: string;
}

/** Bytecode, and what machines do for each instruction of a run. */
export interface WalkPicture {
  kind: "walk";
  caption: string;
  names: string[];
  code: [offset: string, text: string][];
  steps: { row: number; machines: { done: string; stack: string[] }[] }[];
  more: number;
  text: string;
}

export type Picture = TablePicture | StackPicture | GraphPicture | WalkPicture;

const MOST = 5_000;
const LONGEST_TEXT = 200_000;

/** The picture that some data describes; null if it describes none. */
export function pictureFrom(data: unknown): Picture | null {
  if (!isData(data)) return null;
  const found = data;
  const common = { caption: text(found.caption), more: number(found.more), text: text(found.text, LONGEST_TEXT) };
  switch (found.kind) {
    case "table":
      return {
        kind: "table",
        ...common,
        head: list(found.head).map((name) => text(name)),
        rows: list(found.rows).map((row) => list(row).map((value) => text(value))),
        marked: list(found.marked).map((mark) => list(mark).map(number)),
        code: list(found.code).map(number),
      };
    case "stack":
      return {
        kind: "stack",
        ...common,
        steps: list(found.steps).filter(isData).map((step) => {
          const { label, values, kept } = step;
          return { label: text(label), values: list(values).map((value) => text(value)), kept: number(kept) };
        }),
      };
    case "graph": {
      const nodes = list(found.nodes).filter(isData).map((node) => {
        const { name, lines } = node;
        return { name: text(name), lines: list(lines).map((line) => text(line)) };
      });
      const names = new Set(nodes.map((node) => node.name));
      const edges = list(found.edges)
        .map((edge) => list(edge).map((part) => text(part)))
        .map((edge): [string, string, string] => [edge[0] ?? "", edge[1] ?? "", edge[2] ?? ""])
        .filter(([from, to]) => names.has(from) && names.has(to));
      return { kind: "graph", ...common, nodes, edges, marked: list(found.marked).map((name) => text(name)) };
    }
    case "walk": {
      const code = list(found.code).map((pair): [string, string] => [text(list(pair)[0]), text(list(pair)[1])]);
      const machineFrom = ({ done, stack }: Record<string, unknown>) => ({ done: text(done), stack: list(stack).map((value) => text(value)) });
      const steps = list(found.steps)
        .filter(isData)
        .map((step) => ({ row: number(step.row), machines: list(step.machines).filter(isData).map(machineFrom) }))
        .filter(({ row }) => row in code);
      return steps.length ? { kind: "walk", ...common, names: list(found.names).map((name) => text(name)), code, steps } : null;
    }
  }
  return null;
}

function text(value: unknown, longest = 2_000): string {
  return typeof value === "string" ? value.slice(0, longest) : "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function isData(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST) : [];
}
