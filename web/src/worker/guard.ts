// What is taken from the worker's global scope before a program runs, so that not even one that finds its way to
// JavaScript reaches the network or what the browser keeps.

const DOORS = [
  "fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "RTCPeerConnection",
  "RTCDataChannel", "indexedDB", "caches", "importScripts", "Worker", "SharedWorker", "BroadcastChannel",
  "cookieStore", "Notification", "FileReaderSync", "webkitRequestFileSystem", "webkitRequestFileSystemSync",
  "webkitResolveLocalFileSystemURL", "webkitResolveLocalFileSystemSyncURL", "FontFace", "fonts", "trustedTypes",
  "serviceWorker", "storage", "postMessage", "MessageChannel",
] as const; // prettier-ignore

const NAVIGATOR = ["serviceWorker", "storage", "locks", "sendBeacon", "usb", "serial", "hid", "gpu"] as const;

/** Close the doors; what the page's own code needs has been taken before. */
export function closeDoors(scope: object): void {
  for (const name of DOORS) hide(scope, name);
  const navigator = (scope as { navigator?: object }).navigator;
  if (navigator) for (const name of NAVIGATOR) hide(navigator, name);
}

function hide(holder: object, name: string): void {
  for (let owner: object | null = holder; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    if (!Object.hasOwn(owner, name)) continue;
    if (!Reflect.deleteProperty(owner, name)) {
      Object.defineProperty(owner, name, { value: undefined, writable: false, configurable: false });
    }
  }
}

/** How often Emscripten tries to grow the memory for one request: by a fifth, a tenth and a twentieth, however small it is. */
const ATTEMPTS = 3;
/** In bytes, more than that twentieth: what there is once a request was refused, for MemoryError to be raised and shown. */
const RESERVE = 64 << 20;

/** A ceiling for WebAssembly's memory: a program that wants more gets MemoryError, and the tab lives. */
export function limitMemory(bytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  let refused = 0;
  WebAssembly.Memory.prototype.grow = function (pages: number): number {
    if (this.buffer.byteLength + pages * 65536 > bytes + (refused < ATTEMPTS ? 0 : RESERVE)) {
      refused += 1;
      throw new RangeError("the page's limit of memory is reached");
    }
    return grow.call(this, pages);
  };
}

/** What of Pyodide's module `limitStack` calls. */
interface Stack {
  _emscripten_stack_get_base(): number;
  _emscripten_stack_set_limits(base: number, end: number): void;
  _PyThreadState_Get(): number;
  _PyUnstable_ThreadState_SetStackProtection(thread: number, end: number, size: number): number;
}

/**
 * How much of WebAssembly's own stack Python may use before it raises RecursionError. The stack that ends first is the browser's,
 * and that is the end of the interpreter: in Chromium, recursions through `repr()`, `functools.lru_cache` and their like
 * met it at 286 to 1500 KB of this one with stack switching, at half of that without.
 */
const STACK = 176 << 10;

/** Have CPython raise RecursionError before the browser's stack ends, in the running thread state and in those made later. */
export function limitStack(module: object, switching: boolean): void {
  const stack = module as Stack;
  const size = switching ? STACK : STACK / 2;
  const base = stack._emscripten_stack_get_base();
  stack._emscripten_stack_set_limits(base, base - size);
  stack._PyUnstable_ThreadState_SetStackProtection(stack._PyThreadState_Get(), base - size, size);
}
