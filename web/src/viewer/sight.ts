// Keeps what is current in sight within its own pane: nothing around it is scrolled.

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Scroll a pane so that a node of a graph, by its centre, is seen; not at all if it is. */
export function keepInSight(pane: Element | null | undefined, node: Box | undefined): void {
  if (!pane || !node) return;
  const [left, top] = [node.x - node.width / 2, node.y - node.height / 2];
  const across = left >= pane.scrollLeft && left + node.width <= pane.scrollLeft + pane.clientWidth;
  const down = top >= pane.scrollTop && top + node.height <= pane.scrollTop + pane.clientHeight;
  if (!across) pane.scrollLeft = node.x - pane.clientWidth / 2;
  if (!down) pane.scrollTop = Math.max(0, node.height > pane.clientHeight ? top - 8 : node.y - pane.clientHeight / 2);
}
