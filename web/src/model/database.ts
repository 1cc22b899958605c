// Where notebooks are kept in the browser: IndexedDB, with a note in localStorage of what a closing tab could not write.

import type { KeptNotebook } from "./notebook";
import { entryFrom } from "./saved";

export interface Entry {
  id: string;
  /** Counts the saves: who has an older one must not write over a newer one. */
  revision: number;
  saved: number;
  /** The link that the notebook came from. */
  link?: string;
  notebook: KeptNotebook;
}

const NAME = "bytescope";
const STORE = "notebooks";
const PENDING = "bytescope-pending-";

/** What `put` throws where another tab has saved a later text. */
export class Newer extends Error {}

export class Database {
  private opened: Promise<IDBDatabase> | null = null;

  async all(): Promise<Entry[]> {
    const store = await this.store("readonly");
    const entries = (await promised<unknown[]>(store.getAll())).map(entryFrom).filter((entry) => entry !== null);
    const merged = new Map(entries.map((entry) => [entry.id, entry]));
    for (const entry of pending()) if ((merged.get(entry.id)?.revision ?? -1) < entry.revision) merged.set(entry.id, entry);
    return [...merged.values()].sort((one, other) => other.saved - one.saved);
  }

  async get(id: string): Promise<Entry | null> {
    return (await this.all()).find((entry) => entry.id === id) ?? null;
  }

  /** Save; the entry's revision must be higher than that of what is there. */
  async put(entry: Entry): Promise<void> {
    const store = await this.store("readwrite");
    const transaction = store.transaction;
    let failure: unknown = new Newer();
    const finished = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? failure);
    });
    const request = store.get(entry.id);
    request.onsuccess = () => {
      const there = request.result as Entry | undefined;
      if (there && there.revision >= entry.revision) return transaction.abort();
      try {
        store.put(entry);
      } catch (error) {
        failure = error;
        transaction.abort();
      }
    };
    await finished;
    forget(entry.id, entry.revision);
  }

  async delete(id: string): Promise<void> {
    const store = await this.store("readwrite");
    await promised(store.delete(id));
    forget(id, Infinity);
  }

  private async store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.opened ??= opened(() => (this.opened = null));
    try {
      return (await this.opened).transaction(STORE, mode).objectStore(STORE);
    } catch (error) {
      if ((error as DOMException).name !== "InvalidStateError") throw error;
      this.opened = opened(() => (this.opened = null)); // it was closed while the tab slept
      return (await this.opened).transaction(STORE, mode).objectStore(STORE);
    }
  }
}

/** Note, at once, what is about to be lost with the tab. */
export function remember(entry: Entry): void {
  try {
    localStorage.setItem(PENDING + entry.id, JSON.stringify(entry));
  } catch {
    // there is no room for it: what was saved last is what is kept
  }
}

function forget(id: string, revision: number): void {
  try {
    const noted = localStorage.getItem(PENDING + id);
    if (noted && (JSON.parse(noted) as Entry).revision <= revision) localStorage.removeItem(PENDING + id);
  } catch {
    // it was no note of ours
  }
}

function pending(): Entry[] {
  const found: Entry[] = [];
  try {
    for (let at = 0; at < localStorage.length; at++) {
      const key = localStorage.key(at)!;
      const entry = key.startsWith(PENDING) && entryFrom(JSON.parse(localStorage.getItem(key)!));
      if (entry) found.push(entry);
    }
  } catch {
    // not readable: as if there were none
  }
  return found;
}

function opened(lost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = lost;
      database.onversionchange = () => {
        database.close();
        lost();
      };
      resolve(database);
    };
    request.onerror = () => (lost(), reject(request.error));
  });
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
