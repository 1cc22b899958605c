// The viewer of recordings as one file with everything in it: `bytescope record` puts a recording into copies of it.

import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Put script and styles into the page, and allow these alone by its security policy. */
function inline(): Plugin {
  return {
    name: "inline",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const script = files.find((file) => file.type === "chunk")!;
      const styles = files.find((file) => file.fileName.endsWith(".css"))!;
      const page = files.find((file) => file.fileName.endsWith(".html"))!;
      if (script.type !== "chunk" || styles.type !== "asset" || page.type !== "asset" || files.length !== 3) {
        this.error(`expected a page, a script and styles, got ${files.map((file) => file.fileName).join(", ")}`);
      }
      const code = script.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--").trim();
      const css = String(styles.source).trim();
      const policy = `default-src 'none'; script-src ${hash(code)}; style-src ${hash(css)}; img-src data:; base-uri 'none'; form-action 'none'`;
      page.source = String(page.source)
        .replace(/<script type="module"[^>]*><\/script>/, () => `<script type="module">${code}</script>`)
        .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`)
        .replace('content=""', () => `content="${policy}"`);
      delete bundle[script.fileName];
      delete bundle[styles.fileName];
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [inline()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/bytescope/playground/static",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    rollupOptions: { checks: { pluginTimings: false }, input: "viewer.html" },
  },
});
