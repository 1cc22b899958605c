// Where the worker and what it loads are.

import script from "./worker/entry.ts?worker&url";
import type { Home } from "./worker/client";

declare const __BUILD__: string;

/** `base` is the folder of the built page. */
export function home(base: string): Home {
  return { base: new URL("./", base).href, script: new URL(script, import.meta.url).href, snapshots: __BUILD__, parts: {} };
}
