import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { titleOf, type Chapter } from "./src/model/title.ts";

// `.assembled` is made by tools/page.py: Pyodide and the Python sources.
const assembled = join(import.meta.dirname, ".assembled");

function chapters(): Chapter[] {
  const folder = join(import.meta.dirname, "tour");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d.*\.py$/.test(name)) : [];
  return files.sort().map((name) => {
    const slug = name.replace(/\.py$/, "");
    return { slug, title: titleOf(readFileSync(join(folder, name), "utf8"), slug) };
  });
}

/** Has the page load its entry `start` before all else. */
const startFirst: Plugin = {
  name: "start-first",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle }) {
      const entry = Object.values(bundle ?? {}).find((each) => each.type === "chunk" && each.name === "start");
      if (entry?.type !== "chunk") throw new Error("there is no entry `start`");
      const needed = entry.imports.map((file) => `<link rel="modulepreload" crossorigin href="./${file}">\n    `);
      const tags = `${needed.join("")}<script type="module" crossorigin src="./${entry.fileName}"></script>\n    `;
      return html.replace(/(?=<script type="module")/, tags);
    },
  },
};

export default defineConfig({
  plugins: [startFirst],
  base: "./",
  publicDir: assembled,
  define: { __BUILD__: JSON.stringify(process.env.BYTESCOPE_BUILD ?? "none"), __CHAPTERS__: JSON.stringify(chapters()) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: "../src/bytescope/playground/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    license: { fileName: "licences.md" },
    rollupOptions: {
      checks: { pluginTimings: false },
      input: { start: "src/start.ts", index: "index.html", "bytescope-run": "src/elements/element.tsx" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "bytescope-run" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: {
    include: ["tests/unit/**/*.test.ts"],
    environment: "node",
    globalSetup: ["tests/recordings.ts"],
    testTimeout: 60_000, // which only a test that hangs exceeds
    ...(process.env.VITEST_JUNIT ? { outputFile: { junit: process.env.VITEST_JUNIT } } : {}),
  },
});
