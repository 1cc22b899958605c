// A queue of texts in shared memory: what a program prints reaches the page while the program keeps the worker busy, and
// a program that prints faster than the page reads has to wait.

import type { Stream } from "./protocol";

const WRITTEN = 0;
const READ = 1;
const HEADER_BYTES = 16;
const RECORD_BYTES = 8;
const LARGEST = 1 << 16;
const STREAMS: readonly Stream[] = ["stdout", "stderr", "picture"];

export interface Piece {
  cell: number;
  stream: Stream;
  text: string;
}

/** Cursors count bytes ever written and read, modulo 2^32; the place in the buffer is that modulo its size. */
class Ring {
  protected readonly cursors: Int32Array;
  protected readonly bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.cursors = new Int32Array(memory, 0, 2);
    this.bytes = new Uint8Array(memory, HEADER_BYTES);
    const size = this.bytes.length;
    if (size & 15) throw new Error(`a ring's memory must be a multiple of 16 bytes, and ${memory.byteLength} is not`);
  }

  protected used(): number {
    return (Atomics.load(this.cursors, WRITTEN) - Atomics.load(this.cursors, READ)) >>> 0;
  }

  protected place(cursor: number): number {
    return (cursor >>> 0) % this.bytes.length;
  }
}

export class RingWriter extends Ring {
  private readonly encoder = new TextEncoder();

  constructor(
    memory: SharedArrayBuffer,
    private readonly nudge: () => void,
    private readonly wait: () => void,
  ) {
    super(memory);
  }

  write(piece: Piece): void {
    const data = this.encoder.encode(piece.text);
    if (piece.stream === "picture") {
      this.put(piece, data);
      return;
    }
    for (let start = 0; start < data.length; ) {
      let end = Math.min(start + LARGEST, data.length);
      while (end < data.length && (data[end]! & 0xc0) === 0x80) end--; // not inside a character
      this.put(piece, data.subarray(start, end));
      start = end;
    }
  }

  private put(piece: Piece, data: Uint8Array): void {
    const size = RECORD_BYTES + ((data.length + 3) & ~3);
    if (size > this.bytes.length) return;
    while (this.bytes.length - this.used() < size) this.wait();
    const start = Atomics.load(this.cursors, WRITTEN);
    const head = new Uint8Array(RECORD_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, data.length);
    view.setUint32(4, piece.cell * STREAMS.length + STREAMS.indexOf(piece.stream));
    this.copy(start, head);
    this.copy(start + RECORD_BYTES, data);
    Atomics.store(this.cursors, WRITTEN, (start + size) | 0);
    if (Atomics.load(this.cursors, READ) === start) this.nudge();
  }

  private copy(cursor: number, data: Uint8Array): void {
    const place = this.place(cursor);
    const first = Math.min(data.length, this.bytes.length - place);
    this.bytes.set(data.subarray(0, first), place);
    this.bytes.set(data.subarray(first), 0);
  }
}

export class RingReader extends Ring {
  private readonly decoder = new TextDecoder();

  /** Take what is there, at most about so many bytes. */
  read(most = this.bytes.length): Piece[] {
    const pieces: Piece[] = [];
    for (let taken = 0; taken < most && this.used() > 0; ) {
      const start = Atomics.load(this.cursors, READ);
      const view = new DataView(this.copy(start, RECORD_BYTES).buffer);
      const length = view.getUint32(0);
      const code = view.getUint32(4);
      const size = RECORD_BYTES + ((length + 3) & ~3);
      if (size > this.used()) {
        Atomics.store(this.cursors, READ, Atomics.load(this.cursors, WRITTEN)); // a forged record: drop everything
        break;
      }
      const text = this.decoder.decode(this.copy(start + RECORD_BYTES, length));
      Atomics.store(this.cursors, READ, (start + size) | 0);
      Atomics.notify(this.cursors, READ);
      pieces.push({ cell: Math.floor(code / STREAMS.length), stream: STREAMS[code % STREAMS.length]!, text });
      taken += size;
    }
    return pieces;
  }

  get empty(): boolean {
    return this.used() === 0;
  }

  private copy(cursor: number, length: number): Uint8Array<ArrayBuffer> {
    const place = this.place(cursor);
    const first = Math.min(length, this.bytes.length - place);
    const data = new Uint8Array(length);
    data.set(this.bytes.subarray(place, place + first), 0);
    data.set(this.bytes.subarray(0, length - first), first);
    return data;
  }
}
