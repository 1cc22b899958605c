// The slots of a tape, each with a number of its own: what is in all of them at a step is then one array, and going to a step
// far away is a loop over numbers.

import type { Tape } from "./tape";
import type { Slots } from "./values";

const BASE = -1;

export class SlotTable {
  /** By entry, the slot that it changes. */
  readonly of: Uint32Array;
  /** What is in each slot at the beginning of the tape. */
  readonly initial: Uint32Array;
  /** By owner, its slots, by what they are called in the table of values; in the order in which they came to be. */
  private readonly owners: (Slots | undefined)[] = [];
  /** The entry that has made a slot, or that it was there before. */
  private readonly made: number[] = [];

  constructor(private readonly tape: Tape) {
    const { owner, slot } = tape.columns;
    const initial: number[] = [];
    this.of = new Uint32Array(tape.entries);
    for (let entry = 0; entry < tape.entries; entry++) {
      const number = owner[entry]!;
      const slots = this.owners[number] ?? this.begin(number, initial);
      const key = tape.slotIn(slots, slot[entry]!);
      let found = slots.get(key);
      if (found === undefined) {
        slots.set(key, (found = this.made.length));
        this.made.push(entry);
        initial.push(0);
      }
      this.of[entry] = found;
    }
    this.initial = Uint32Array.from(initial);
  }

  private begin(owner: number, initial: number[]): Slots {
    const slots: Slots = new Map();
    for (const [slot, value] of this.tape.initial(owner)) {
      slots.set(slot, this.made.length);
      this.made.push(BASE);
      initial.push(value);
    }
    return (this.owners[owner] = slots);
  }

  /** What an owner has in its slots, given what is in all of them at a place in the log. */
  slots(owner: number, values: Uint32Array, place: number): Slots {
    const known = this.owners[owner];
    if (!known) return this.tape.initial(owner);
    const found: Slots = new Map();
    for (const [slot, number] of known) {
      if (this.made[number]! >= place) break;
      found.set(slot, values[number]!);
    }
    return found;
  }

  /** What is in one slot of an owner, undefined if it has none such. */
  value(owner: number, slot: number, values: Uint32Array, place: number): number | undefined {
    const known = this.owners[owner];
    if (!known) return this.tape.get(this.tape.initial(owner), slot);
    const number = this.tape.get(known, slot);
    return number === undefined || this.made[number]! >= place ? undefined : values[number];
  }
}
