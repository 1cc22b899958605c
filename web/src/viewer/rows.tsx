// A list of rows of one height of which only those in sight are made: sources and code objects may be long.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const ROW = 23;
const MORE = 12;

export interface RowsProps {
  label: string;
  count: number;
  /** The row to keep in sight, -1 for none. */
  current: number;
  /** What the rows are of: another list begins at its current row. */
  of: unknown;
  row(index: number): ComponentChildren;
}

export function Rows({ label, count, current, of, row }: RowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => (height.value = box.current!.clientHeight));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current!;
    if (current < 0) return;
    const [begin, end] = [element.scrollTop, element.scrollTop + element.clientHeight - 2 * ROW];
    const at = current * ROW;
    if (at < begin || at > end) element.scrollTop = Math.max(0, at - element.clientHeight / 3);
    top.value = element.scrollTop;
  }, [current, of, height.value]);

  const first = Math.max(0, Math.floor(top.value / ROW) - MORE);
  const last = Math.min(count, Math.ceil((top.value + height.value) / ROW) + MORE);
  const rows: ComponentChildren[] = [];
  for (let index = first; index < last; index++) rows.push(row(index));
  return (
    <div class="rows" ref={box} tabIndex={0} role="region" aria-label={label} onScroll={(event) => (top.value = event.currentTarget.scrollTop)}>
      <div class="sheet" style={{ height: `${count * ROW}px`, paddingTop: `${first * ROW}px` }}>
        {rows}
      </div>
    </div>
  );
}
