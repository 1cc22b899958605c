// The viewer's page: shows the recording that is in it, or one that is opened.

import { render } from "preact";
import { NoRecording } from "../recording/errors";
import { Recording } from "../recording/recording";
import { ViewerApp } from "./app";
import { Viewer } from "./model";
import { PlaygroundLink } from "./playground";
import "./viewer.css";

const app = document.getElementById("app")!;
const data = document.getElementById("recording")!;

async function show(bytes: Uint8Array, title: string): Promise<void> {
  try {
    const step = /^#step=(\d+)$/.exec(location.hash)?.[1] ?? data.dataset.step ?? 0;
    const viewer = new Viewer(await Recording.read(bytes), title, Number(step));
    document.title = `${title}: a recording`;
    const base = data.dataset.playground;
    render(<ViewerApp viewer={viewer} tools={base && <PlaygroundLink viewer={viewer} base={base} />} />, app);
    addEventListener("hashchange", () => viewer.go(Number(/^#step=(\d+)$/.exec(location.hash)?.[1] ?? viewer.stepper.step)));
  } catch (error) {
    if (!(error instanceof NoRecording)) throw error;
    render(<Opening problem={`${title}: ${error.message}`} />, app);
  }
}

function Opening({ problem }: { problem?: string }) {
  return (
    <main class="opening">
      <h1>
        byte<i>scope</i>
      </h1>
      {problem && <p role="alert">{problem}</p>}
      <label>
        Open a recording:{" "}
        <input
          type="file"
          accept=".bscope"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void file.arrayBuffer().then((buffer) => show(new Uint8Array(buffer), file.name));
          }}
        />
      </label>
    </main>
  );
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

const text = data.textContent!.trim();
const name = data.dataset.name ?? "";
try {
  if (text) void show(fromBase64(text), name);
  else render(<Opening />, app);
} catch {
  render(<Opening problem={`${name}: the recording is damaged: it is no base64`} />, app);
}
