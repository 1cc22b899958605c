// What others wrote, and what programs try.

import { expect, quick, test } from "./fixtures";

quick("a hostile notebook is text", async ({ notebook }) => {
  await notebook.write("");
  await notebook.openCells("notebooks/17-hostile.ipynb");
  const title = await notebook.page.title();
  await expect(notebook.page.locator("body")).toBeVisible();
  await expect(notebook.cell(1)).toContainText("<img src=x onerror=");
  await expect(notebook.page.locator("main script, main iframe, main style, main form, main meta, main img[src^=http]")).toHaveCount(0);
  await expect(notebook.page.locator('main a[href^="javascript"], main a[href^="data"]')).toHaveCount(0);
  await expect(notebook.cell(2).getByRole("link", { name: "https://example.org" })).toHaveAttribute("rel", /noopener/);
  await expect(notebook.cell(2).getByRole("img", { name: "pasted" })).toBeVisible();
  await notebook.runAll();
  await notebook.hasState(5, "raised");
  await notebook.run(6, "raised");
  await expect(notebook.output(6)).toContainText("cannot reach the network");
  expect(await notebook.page.title()).toBe(title);
});

quick("a program reaches neither the browser nor the network", async ({ notebook }) => {
  await notebook.write(
    "found = []\nfor name in ('js', 'pyodide', 'pyodide_js', '_pyodide_core', 'pyodide.code', 'micropip'):\n    try:\n        __import__(name)\n        found.append(name)\n    except ModuleNotFoundError:\n        pass\nfound",
    // through the event loop's module, which needs JavaScript
    `import asyncio, sys
spaces = [type(asyncio.get_event_loop()).call_later.__globals__]
doors = []
for space in spaces:
    for name in ('scheduleCallback', 'run_sync', 'create_once_callable'):
        thing = space.get(name)
        for attribute in ('constructor',):
            try:
                scope = getattr(thing, attribute)("return globalThis")()
                doors.append(name)
            except BaseException as error:
                pass
doors`,
    "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept BaseException as error:\n    print('no:', type(error).__name__)",
  );
  await notebook.run(1);
  await expect(notebook.output(1)).toContainText("[]");
  await notebook.run(2);
  await expect(notebook.output(2)).toContainText("[]");
  await notebook.start(3);
  await expect(notebook.cell(3)).toHaveAccessibleName(/ran|raised/);
  await expect(notebook.output(3)).toContainText("no:");
});

test("the worker has no doors left, and messages past its port are ignored", async ({ notebook }) => {
  await notebook.open();
  await notebook.ready();
  const [worker] = notebook.page.workers();
  const left = await worker!.evaluate(() =>
    ["fetch", "XMLHttpRequest", "WebSocket", "indexedDB", "caches", "importScripts", "Worker", "postMessage", "BroadcastChannel"].filter(
      (name) => (globalThis as Record<string, unknown>)[name] !== undefined,
    ),
  );
  expect(left).toEqual([]);
});

quick("what a program draws is data, not markup", async ({ notebook }) => {
  await notebook.write(
    "from bytescope_page import Table, Graph, Stack, show\nevil = '<img src=x onerror=\"document.title=1\">'\nshow(Table([[evil]], head=[evil], caption=evil))\nshow(Stack([(evil, [1, evil])]))\nGraph({'a': evil, 'b': 'end'}, [('a', 'b', evil)], caption=evil)",
  );
  const title = await notebook.page.title();
  await notebook.run(1);
  await expect(notebook.output(1).locator("table, .steps, svg")).toHaveCount(3);
  await expect(notebook.output(1).locator("img")).toHaveCount(0);
  expect(await notebook.page.title()).toBe(title);
});
