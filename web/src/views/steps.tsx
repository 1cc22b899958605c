// The viewer of recordings in somebody else's page: in a shadow tree, so that its styles and ids are its own.

import { render, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Cell } from "../model/cell";
import { openingStep, type Take } from "../model/take";
import { NoRecording } from "../recording/errors";
import { Recording } from "../recording/recording";
import { ViewerApp } from "../viewer/app";
import { Viewer } from "../viewer/model";
import styles from "../viewer/viewer.css?inline";

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

/** The run of each cell that was shown last. */
const latest = new WeakMap<Cell, Take>();

/** `tools` gives the buttons in its head. */
export function Steps({ take, tools }: { take: Take; tools(viewer: Viewer | null): ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    let over = false;
    void shown(take, tools).then((view) => {
      if (!over) render(view, root);
    });
    return () => {
      over = true;
      render(null, root);
    };
  }, [take]);
  return <div class="stepper" ref={host} />;
}

async function shown(take: Take, tools: (viewer: Viewer | null) => ComponentChildren) {
  try {
    const recording = await Recording.read(take.data);
    const viewer = new Viewer(recording, take.title, openingStep(take, recording.steps));
    const earlier = latest.get(take.cell);
    if (earlier && earlier !== take) viewer.earlier = { title: "the run before", read: () => Recording.read(earlier.data) };
    latest.set(take.cell, take);
    return <ViewerApp viewer={viewer} embedded tools={tools(viewer)} />;
  } catch (error) {
    if (!(error instanceof NoRecording)) throw error;
    return (
      <div class="opening">
        <p role="alert">The steps of this run cannot be shown: {error.message}.</p>
        {tools(null)}
      </div>
    );
  }
}
