// A memory snapshot of the interpreter, ready to run cells: starting from it takes a fraction of the time. One comes with
// the page where there was a browser to make it when the page was built; otherwise the first visit makes one, and the
// browser keeps it. It is a convenience: whatever goes wrong with it, the interpreter starts without.

const PREFIX = "bytescope-snapshot-";

/** The file that comes with the page: the name of the build, then the deflated memory; empty where none was made. */
export const SNAPSHOT = "snapshot.pack";

/** The snapshots of one build of the page. */
export class Snapshots {
  private readonly name: string;
  private readonly caches: CacheStorage | undefined = self.caches;

  constructor(
    private readonly build: string,
    private readonly base: string,
    private readonly get: typeof self.fetch,
  ) {
    this.name = PREFIX + build;
  }

  async load(): Promise<Uint8Array | null> {
    try {
      return (await this.delivered()) ?? (await this.kept());
    } catch {
      return null;
    }
  }

  private async delivered(): Promise<Uint8Array | null> {
    const answer = await this.get(new URL(SNAPSHOT, this.base).href);
    const data = answer.ok ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array();
    const name = new TextEncoder().encode(this.build);
    if (data.length <= name.length || name.some((byte, at) => data[at] !== byte)) return null;
    const deflated = new Blob([data.subarray(name.length)]).stream();
    return new Uint8Array(await new Response(deflated.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  }

  private async kept(): Promise<Uint8Array | null> {
    const cache = await this.caches?.open(this.name);
    const found = await cache?.match(this.key());
    return found ? new Uint8Array(await found.arrayBuffer()) : null;
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
