// What is shown under a cell.

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Output } from "../model/output";
import { leftOut, type Terminal } from "../model/terminal";
import type { Segment } from "../model/line";
import { sameStyle, type Style } from "../model/style";
import { PictureView } from "./picture";
import { TracebackView, type Where } from "./traceback";

export interface OutputProps {
  output: Output;
  label: string;
  where: Where;
  answer(text: string | null): void;
}

export function OutputView({ output, label, where, answer }: OutputProps) {
  void output.revision.value;
  const asking = output.asking.value;
  if (output.empty && !asking) return null;
  return (
    <div class="out" role="group" aria-label={label}>
      {output.items.map((item, index) => {
        const last = index === output.items.length - 1;
        switch (item.kind) {
          case "text":
            return <TextView key={index} terminal={item.terminal} revision={output.revision.value} ask={last && asking ? answer : null} />;
          case "picture":
            return <PictureView key={index} picture={item.picture} />;
          case "value":
            return (
              <Box key={index} class="value">
                <span class="mark" aria-hidden="true">⇒</span>
                <span class="sr">value </span>
                {item.text}
              </Box>
            );
          case "traceback":
            return <TracebackView key={index} text={item.text} where={where} />;
          case "note":
            return (
              <p key={index} class={`note ${item.tone}`}>
                {item.text}
              </p>
            );
        }
      })}
      {asking && output.items.at(-1)?.kind !== "text" && (
        <pre class="text">
          <Ask prompt="" answer={answer} />
        </pre>
      )}
    </div>
  );
}

/** A box of its own for text that may be long: it scrolls, by keys too, and stays at its end while more comes. */
export function Box(props: { class: string; children: preact.ComponentChildren; follow?: number }) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  const scrolls = useSignal(false);
  useLayoutEffect(() => {
    const element = box.current!;
    scrolls.value = element.scrollHeight > element.clientHeight + 1;
    if (atEnd.current && props.follow !== undefined) element.scrollTop = element.scrollHeight;
  });
  const scrolled = (): void => {
    const element = box.current!;
    atEnd.current = element.scrollTop + element.clientHeight > element.scrollHeight - 8;
  };
  const focusable = scrolls.value ? { tabIndex: 0, role: "group", "aria-label": "long output" } : {};
  return (
    <pre class={props.class} ref={box} onScroll={scrolled} {...(focusable as object)}>
      {props.children}
    </pre>
  );
}

function TextView({ terminal, revision, ask }: { terminal: Terminal; revision: number; ask: ((text: string | null) => void) | null }) {
  const { head, tail } = terminal.parts();
  return (
    <Box class="text" follow={revision}>
      <Lines lines={head} />
      {terminal.dropped > 0 && <span class="left-out">{`\n${leftOut(terminal.dropped)}\n`}</span>}
      <Lines lines={tail} />
      {ask && <Ask prompt={terminal.prompt().trim()} answer={ask} />}
    </Box>
  );
}

function Lines({ lines }: { lines: Segment[][] }) {
  return <>{merged(lines).map((part, index) => (classOf(part.style) ? <Styled key={index} part={part} /> : part.text))}</>;
}

function Styled({ part: { text, style } }: { part: Segment }) {
  const own: Record<string, string> = {};
  if (style.fg?.[0] === "#") own.color = style.fg;
  if (style.bg?.[0] === "#") own.backgroundColor = style.bg;
  return (
    <span class={classOf(style)} style={own} {...(style.stream === "stderr" ? { title: "standard error" } : {})}>
      {text}
    </span>
  );
}

function merged(lines: Segment[][]): Segment[] {
  const parts: Segment[] = [];
  lines.forEach((line, index) => {
    for (const { text, style } of index ? [{ text: "\n", style: parts.at(-1)?.style ?? PLAIN }, ...line] : line) {
      const last = parts.at(-1);
      if (last && sameStyle(last.style, style)) last.text += text;
      else parts.push({ text, style });
    }
  });
  return parts;
}

const PLAIN: Style = { stream: "stdout" };

function classOf(style: Style): string {
  const words: string[] = [];
  if (style.stream !== "stdout") words.push(style.stream);
  if (style.fg && style.fg[0] !== "#") words.push(`fg-${style.fg}`);
  if (style.bg && style.bg[0] !== "#") words.push(`bg-${style.bg}`);
  if (style.fg?.[0] === "#" || style.bg?.[0] === "#") words.push("colored");
  for (const word of ["bold", "dim", "italic", "underline", "inverse", "strike"] as const) if (style[word]) words.push(word);
  return words.join(" ");
}

/** The field in which the reader answers `input()`. */
function Ask({ prompt, answer }: { prompt: string; answer(text: string | null): void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const key = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    answer(event.ctrlKey || event.metaKey ? null : field.current!.value);
  };
  return (
    <span class="ask">
      <input ref={field} type="text" aria-label={prompt || "input"} autocomplete="off" spellcheck={false} onKeyDown={key} />
      <button type="button" class="btn small" onClick={() => answer(null)} title="End of the input (Ctrl+Enter)">
        No more input
      </button>
    </span>
  );
}
