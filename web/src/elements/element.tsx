// <bytescope-run>: an example on anyone's page that can be edited and run in place.
//
// Nothing is loaded before the first Run. Each element has an interpreter of its own once it is run, so that names are
// apart and Stop in one stops that one; what they load is fetched once. With the attribute `step` it can be stepped through in place.

import { render } from "preact";
import { home } from "../home";
import { ElementView } from "./run";
import styles from "../styles/element.css?inline";

const base = new URL(/* @vite-ignore */ "./", import.meta.url).href;
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

class BytescopeRun extends HTMLElement {
  private root: ShadowRoot | null = null;

  connectedCallback(): void {
    if (this.root) return;
    // While a page is being read, an element is connected before its text is there.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.show(), { once: true });
    else queueMicrotask(() => this.show());
  }

  private show(): void {
    if (this.root) return;
    const source = dedented(this.textContent ?? "");
    this.root = this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [sheet];
    const engine = this.getAttribute("engine") === "cpython" ? "cpython" : "bytescope";
    render(<ElementView source={source} engine={engine} step={this.hasAttribute("step")} home={home(base)} root={this.root} />, this.root);
  }
}

/** Without the blank lines around it and the indentation that all lines share. */
function dedented(text: string): string {
  const lines = text.replace(/^(?:[ \t]*\n)+/, "").trimEnd().split("\n");
  const shared = Math.min(...lines.filter((line) => line.trim()).map((line) => /^[ \t]*/.exec(line)![0].length));
  return Number.isFinite(shared) ? lines.map((line) => line.slice(shared)).join("\n") : "";
}

if (!customElements.get("bytescope-run")) customElements.define("bytescope-run", BytescopeRun);
