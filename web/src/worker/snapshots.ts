// A memory snapshot of the interpreter, ready to run cells, kept in the browser after the first visit: starting from it
// takes a fraction of the time. It is a convenience: whatever goes wrong with it, the interpreter starts without.

const PREFIX = "bytescope-snapshot-";

/** Keeps snapshots of one build of the page. */
export class Snapshots {
  private readonly name: string;
  private readonly caches: CacheStorage | undefined = self.caches;

  constructor(build: string, private readonly base: string) {
    this.name = PREFIX + build;
  }

  async load(): Promise<Uint8Array | null> {
    try {
      const cache = await this.caches?.open(this.name);
      const found = await cache?.match(this.key());
      return found ? new Uint8Array(await found.arrayBuffer()) : null;
    } catch {
      return null;
    }
  }

  async save(snapshot: Uint8Array): Promise<void> {
    try {
      if (!this.caches) return;
      for (const name of await this.caches.keys()) {
        if (name.startsWith(PREFIX) && name !== this.name) await this.caches.delete(name);
      }
      const cache = await this.caches.open(this.name);
      await cache.put(this.key(), new Response(snapshot as Uint8Array<ArrayBuffer>));
    } catch {
      // no room, or not allowed: the next start takes longer, that is all
    }
  }

  async drop(): Promise<void> {
    try {
      await this.caches?.delete(this.name);
    } catch {
      // nothing to drop, then
    }
  }

  private key(): string {
    return new URL("snapshot", this.base).href;
  }
}
