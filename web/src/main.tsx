// The page's beginning.

import { effect } from "@preact/signals";
import { render } from "preact";
import { Page } from "./model/page";
import type { Chapter } from "./model/title";
import { Tour } from "./model/tour";
import { start } from "./start";
import "./styles/page.css";
import { App } from "./views/app";
import { keepFilesIn } from "./views/drop";

declare const __CHAPTERS__: Chapter[];

const texts = import.meta.glob<string>("../tour/[0-9]*.py", { query: "?raw", import: "default" });
const tour = new Tour(__CHAPTERS__, (slug) => texts[`../tour/${slug}.py`]!());
const page = new Page(start, tour);

render(<App page={page} />, document.getElementById("app")!);
keepFilesIn(document, (files) => void page.importFiles(files));
void page.begin();
keepFiles();

/** Have the page's files kept for a day without network, once nothing is waited for. */
function keepFiles(): void {
  const end = effect(() => {
    if (page.kernel.value?.status.value !== "ready") return;
    queueMicrotask(() => end());
    void navigator.serviceWorker?.register(new URL("./sw.js", document.baseURI)).catch(() => {});
  });
}
