import { Injectable } from '@nestjs/common';
import { afterCommit, type Tx } from '#database';
import { ordinalsByNumber } from '../engine/ordinals.js';
import { Lanes } from './lanes.js';
import type { Rows } from './rows.js';

/** Remembers which student number has which lane, as long as the epoch of the lanes stays the same. */
@Injectable()
export class KnownStudents {
  private lanes = new Lanes();
  private epoch = 0;

  /** What is remembered of an epoch, as read in the transaction that uses it. */
  of(epoch: number): Lanes {
    if (epoch > this.epoch) {
      this.lanes = new Lanes();
      this.epoch = epoch;
    }
    return epoch === this.epoch ? this.lanes : new Lanes();
  }

  /** Finds the lanes of students that were not remembered. */
  async resolve(tx: Tx, epoch: number, rows: Rows): Promise<void> {
    if (rows.unknownStudents.size === 0) return;
    const found = await ordinalsByNumber(tx, [...rows.unknownStudents.keys()]);
    rows.resolve(found);
    // Only what is committed: a lane that was given in a transaction that failed is given to somebody else.
    afterCommit(tx, () => {
      if (epoch === this.epoch) for (const [number, lane] of found) this.lanes.set(number, lane);
    });
  }
}
