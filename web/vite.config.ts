import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// `.assembled` is made by tools/page.py: Pyodide and the Python sources.
const assembled = join(import.meta.dirname, ".assembled");

function build(): string {
  try {
    const hash = createHash("sha256");
    hash.update(readFileSync(`${assembled}/python.zip`)).update(readFileSync(join(import.meta.dirname, "package-lock.json")));
    return hash.digest("hex").slice(0, 12);
  } catch {
    return "none";
  }
}

export default defineConfig({
  base: "./",
  publicDir: assembled,
  define: { __BUILD__: JSON.stringify(build()) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: "../src/bytescope/playground/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: { index: "index.html", "bytescope-run": "src/elements/element.tsx" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "bytescope-run" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: {
    include: ["tests/unit/**/*.test.ts"],
    environment: "node",
    ...(process.env.VITEST_JUNIT ? { outputFile: { junit: process.env.VITEST_JUNIT } } : {}),
  },
});
