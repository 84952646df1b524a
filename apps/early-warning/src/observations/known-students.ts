import { Injectable } from '@nestjs/common';
import { afterCommit, type Tx } from '#database';
import { ordinalsByNumber } from '../engine/ordinals.js';
import { StudentOrdinals } from './student-ordinals.js';
import type { Rows } from './rows.js';

/** Remembers which student number has which ordinal, as long as the epoch of the ordinals stays the same. */
@Injectable()
export class KnownStudents {
  private ordinals = new StudentOrdinals();
  private epoch = 0;

  /** What is remembered of an epoch, as read in the transaction that uses it. */
  of(epoch: number): StudentOrdinals {
    if (epoch > this.epoch) {
      this.ordinals = new StudentOrdinals();
      this.epoch = epoch;
    }
    return epoch === this.epoch ? this.ordinals : new StudentOrdinals();
  }

  /** Finds the ordinals of students that were not remembered. */
  async resolve(tx: Tx, epoch: number, rows: Rows): Promise<void> {
    if (rows.unknownStudents.size === 0) return;
    const found = await ordinalsByNumber(tx, [...rows.unknownStudents.keys()]);
    rows.resolve(found);
    // Only what is committed: a ordinal that was given in a transaction that failed is given to somebody else.
    afterCommit(tx, () => {
      if (epoch === this.epoch) for (const [number, ordinal] of found) this.ordinals.set(number, ordinal);
    });
  }
}
