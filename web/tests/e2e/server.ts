// A static server for the built page: with the headers that isolate it, or as plain as they come.

import { createServer, type Server } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export interface Served {
  url: string;
  /** Paths that were asked for. */
  asked: string[];
  /** The folder that is served: another one is a new build. */
  folder: string;
  close(): Promise<void>;
}

/** Serve a folder under a prefix; of other paths, `pages` has the texts. */
export async function serve(
  folder: string,
  { isolated, prefix = "/", pages = {} }: { isolated: boolean; prefix?: string; pages?: Record<string, string> },
): Promise<Served> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://localhost").pathname);
    if (path === "/favicon.ico") return void response.writeHead(204).end();
    asked.push(path);
    void answer(path).then(
      ({ body, type }) => {
        const headers: Record<string, string> = { "content-type": type };
        if (isolated) {
          headers["cross-origin-opener-policy"] = "same-origin";
          headers["cross-origin-embedder-policy"] = "require-corp";
        }
        response.writeHead(200, headers).end(body);
      },
      () => response.writeHead(404).end("not found"),
    );
  });
  const answer = async (path: string): Promise<{ body: Buffer | string; type: string }> => {
    if (pages[path] !== undefined) return { body: pages[path], type: "text/html; charset=utf-8" };
    if (`${path}/` === prefix) return { body: await readFile(join(served.folder, "index.html")), type: TYPES[".html"]! };
    if (!path.startsWith(prefix)) throw new Error("outside");
    let file = join(served.folder, normalize(path.slice(prefix.length - 1)));
    if ((await stat(file)).isDirectory()) file = join(file, "index.html");
    return { body: await readFile(file), type: TYPES[extname(file)] ?? "application/octet-stream" };
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const served: Served = {
    folder,
    url: `http://127.0.0.1:${port}${prefix}`,
    asked,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
  return served;
}
