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

/** A ceiling for WebAssembly's memory: a program that wants more gets MemoryError, and the tab lives. */
export function limitMemory(bytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages: number): number {
    if (this.buffer.byteLength + pages * 65536 > bytes) throw new RangeError("the page's limit of memory is reached");
    return grow.call(this, pages);
  };
}
