// Tables, stacks, graphs and walks: drawn by the page from data, so that no markup of a program gets here.

import type { Picture, StackPicture, TablePicture } from "../model/pictures";
import { GraphView } from "./graph";
import { WalkView } from "./walk";

export function PictureView({ picture }: { picture: Picture }) {
  return (
    <figure class={`picture ${picture.kind}`}>
      {picture.kind === "table" && <TableView picture={picture} />}
      {picture.kind === "stack" && <StackView picture={picture} />}
      {picture.kind === "graph" && <GraphView picture={picture} />}
      {picture.kind === "walk" && <WalkView picture={picture} />}
      {picture.more > 0 && <p class="note plain">… and {picture.more.toLocaleString("en")} more</p>}
      {picture.caption && picture.kind !== "table" && <figcaption>{picture.caption}</figcaption>}
    </figure>
  );
}

function TableView({ picture }: { picture: TablePicture }) {
  const marked = (row: number, column: number): boolean =>
    picture.marked.some((mark) => mark[0] === row && (mark.length < 2 || mark[1] === column));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={picture.caption || "table"}>
      <table>
        {picture.caption && <caption>{picture.caption}</caption>}
        {picture.head.length > 0 && (
          <thead>
            <tr>
              {picture.head.map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {picture.rows.map((row, at) => (
            <tr>
              {row.map((value, column) => (
                <td class={marked(at, column) ? "marked" : ""}>
                  {picture.code.includes(column) ? <code>{value}</code> : value}
                  {marked(at, column) && <span class="sr"> (marked)</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StackView({ picture }: { picture: StackPicture }) {
  const tallest = Math.max(0, ...picture.steps.map((step) => step.values.length));
  return (
    <div class="scroll" tabIndex={0} role="img" aria-label={picture.text || picture.caption || "a stack"}>
      <ol class="steps">
        {picture.steps.map((step) => (
          <li>
            <div class="column" style={{ minHeight: `${tallest * 2.15 + 0.4}em` }}>
              {step.values.map((value, at) => (
                <span class={at < step.kept ? "value" : "value new"} title={value}>
                  {value}
                </span>
              ))}
            </div>
            <span class="label">{step.label}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
