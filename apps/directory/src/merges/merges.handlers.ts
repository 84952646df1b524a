import { Injectable } from '@nestjs/common';
import { PersonRowsCountedV1 } from '#contracts';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { Merges } from './merges.service.js';

@Injectable()
export class MergeHandlers {
  constructor(private readonly merges: Merges) {}

  @OnEvent(PersonRowsCountedV1)
  whenPersonRowsCounted(tx: Tx, { data }: Received<PersonRowsCountedV1>): Promise<void> {
    return this.merges.whenCounted(tx, data);
  }
}
