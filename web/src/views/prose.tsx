// Markdown, shown safely: a text becomes a tree, and the tree elements; HTML in it stays text.

import { fromMarkdown } from "mdast-util-from-markdown";
import { h, type ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Extra } from "../model/cell";

type Node = ReturnType<typeof fromMarkdown> | ReturnType<typeof fromMarkdown>["children"][number];

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function Prose({ source, attachments, level }: { source: string; attachments: Extra["attachments"]; level: number }) {
  const tree = useMemo(() => fromMarkdown(source), [source]);
  return <div class="prose">{all(tree, { attachments, level })}</div>;
}

interface Context {
  attachments: Extra["attachments"];
  level: number;
}

function all(node: Node, context: Context): ComponentChildren {
  return "children" in node ? node.children.map((child) => shown(child as Node, context)) : null;
}

function shown(node: Node, context: Context): ComponentChildren {
  switch (node.type) {
    case "heading":
      return h(`h${Math.min(6, node.depth + context.level)}`, {}, all(node, context));
    case "paragraph": {
      const first = node.children[0];
      const tries = first?.type === "strong" && textOf(first).startsWith("Try it");
      return <p class={tries ? "try" : ""}>{all(node, context)}</p>;
    }
    case "text":
      return node.value;
    case "html":
      return <span class="markup">{node.value}</span>;
    case "emphasis":
      return <em>{all(node, context)}</em>;
    case "strong":
      return <strong>{all(node, context)}</strong>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        <pre>
          <code>{node.value}</code>
        </pre>
      );
    case "break":
      return <br />;
    case "blockquote":
      return <blockquote>{all(node, context)}</blockquote>;
    case "list":
      return node.ordered ? <ol start={node.start ?? 1}>{all(node, context)}</ol> : <ul>{all(node, context)}</ul>;
    case "listItem":
      return <li>{all(node, context)}</li>;
    case "thematicBreak":
      return <hr />;
    case "link":
      return /^(https?:\/\/|#chapter=)/i.test(node.url) ? (
        <a href={node.url} {...(node.url[0] === "#" ? {} : { target: "_blank", rel: "noopener noreferrer" })}>
          {all(node, context)}
        </a>
      ) : (
        <span class="markup">{all(node, context)}</span>
      );
    case "image":
      return <Attachment url={node.url} name={node.alt ?? ""} attachments={context.attachments} />;
  }
  return textOf(node);
}

/** A picture that is part of the notebook; others are not fetched. */
function Attachment({ url, name, attachments }: { url: string; name: string; attachments: Extra["attachments"] }) {
  const kinds = url.startsWith("attachment:") ? attachments?.[url.slice(11)] : undefined;
  const kind = kinds && PICTURES.find((type) => typeof kinds[type] === "string" && /^[\w+/=\s]+$/.test(kinds[type]!));
  if (kind) return <img src={`data:${kind};base64,${kinds[kind]!.replace(/\s/g, "")}`} alt={name} />;
  return <span class="markup">[picture: {name || url}]</span>;
}

function textOf(node: Node): string {
  if ("value" in node) return String(node.value);
  return "children" in node ? node.children.map((child) => textOf(child as Node)).join("") : "";
}
