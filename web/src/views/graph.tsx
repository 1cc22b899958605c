// A graph, laid out from top to bottom.

import { graphlib, layout } from "@dagrejs/dagre";
import { useMemo } from "preact/hooks";
import type { GraphPicture } from "../model/pictures";

const CHARACTER = 7.8;
const LINE = 18;
const PADDING = 12;

interface Point {
  x: number;
  y: number;
}

export function GraphView({ picture }: { picture: GraphPicture }) {
  const drawn = useMemo(() => laidOut(picture), [picture]);
  return <Drawing drawn={drawn} label={picture.text || picture.caption || "a graph"} marked={picture.marked} />;
}

export interface DrawingProps {
  drawn: Layout;
  /** What is drawn, in words. */
  label: string;
  /** Names of nodes that are lit. */
  marked: readonly string[];
  /** The first line of a node, if that is not the one it was laid out with. */
  head?(name: string): string;
}

export function Drawing({ drawn, label, marked, head }: DrawingProps) {
  return (
    <div class="scroll" tabIndex={0} role="img" aria-label={label}>
      <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} width={drawn.width} height={drawn.height} aria-hidden="true">
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {drawn.edges.map((edge) => (
          <g class="edge">
            <path d={curve(edge.points)} marker-end="url(#arrow)" />
            {edge.word && (
              <text x={edge.at.x} y={edge.at.y} text-anchor="middle">
                {edge.word}
              </text>
            )}
          </g>
        ))}
        {drawn.nodes.map((node) => (
          <g class={marked.includes(node.name) ? "node marked" : "node"} transform={`translate(${node.x - node.width / 2} ${node.y - node.height / 2})`}>
            <rect width={node.width} height={node.height} rx="6" />
            {node.lines.map((line, at) => (
              <text x={PADDING} y={PADDING + LINE * (at + 0.72)} xml:space="preserve">
                {at === 0 && head ? head(node.name) : line}
              </text>
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

export type Layout = ReturnType<typeof laidOut>;

export function laidOut(picture: Pick<GraphPicture, "nodes" | "edges">) {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 42, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name, lines } of picture.nodes) {
    const longest = Math.max(1, ...lines.map((line) => line.length));
    graph.setNode(name, { width: longest * CHARACTER + 2 * PADDING, height: Math.max(1, lines.length) * LINE + 2 * PADDING });
  }
  picture.edges.forEach(([from, to, word], at) => {
    graph.setEdge(from, to, { word, width: word ? word.length * 7 + 8 : 0, height: word ? 16 : 0, labelpos: "c" }, String(at));
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const nodes = picture.nodes.map(({ name, lines }) => {
    const { x, y, width, height } = graph.node(name) as Point & { width: number; height: number };
    return { name, x, y, width, height, lines };
  });
  const edges = graph.edges().map((edge) => {
    const { points, word, x, y } = graph.edge(edge) as { points: Point[]; word: string } & Partial<Point>;
    return { points, word, at: { x: x ?? 0, y: (y ?? 0) + 4 } };
  });
  return { width: Math.ceil(width), height: Math.ceil(height), nodes, edges };
}

function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  for (let at = 0; at < rest.length - 1; at++) {
    const here = rest[at]!;
    const next = rest[at + 1]!;
    const end = at === rest.length - 2 ? next : { x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 };
    path += `Q${here.x} ${here.y} ${end.x} ${end.y}`;
  }
  if (rest.length === 1) path += `L${rest[0]!.x} ${rest[0]!.y}`;
  return path;
}
