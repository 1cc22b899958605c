// Makes the memory snapshot that comes with the page: opens the built page as a first visitor does, and takes what it keeps.

import { chromium } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { preview } from "vite";

const [target, build] = process.argv.slice(2);
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const server = await preview({ logLevel: "error", preview: { host: "127.0.0.1", port: 0, open: false, headers: isolated } });
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [...root, "--disable-background-networking", "--disable-component-update", "--disable-gpu"],
});
try {
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  await page.goto(server.resolvedUrls.local[0]);
  const encoded = await page.evaluate(deflated, `bytescope-snapshot-${build}`);
  writeFileSync(target, Buffer.concat([Buffer.from(build), Buffer.from(encoded, "base64")]));
} finally {
  await browser.close();
  await server.close();
}

/** The snapshot that the browser keeps under this name, once it does, as text. */
async function deflated(name) {
  const cache = await caches.open(name);
  let answer;
  for (let tries = 0; !answer; tries++) {
    if (tries === 600) throw new Error("there is no snapshot after a minute");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [request] = await cache.keys();
    answer = request && (await cache.match(request));
  }
  const data = await new Response(answer.body.pipeThrough(new CompressionStream("deflate"))).blob();
  const reader = new FileReader();
  await new Promise((resolve) => {
    reader.onload = resolve;
    reader.readAsDataURL(data);
  });
  return reader.result.replace(/^.*,/, "");
}
