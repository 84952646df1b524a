import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, Prepare, type Received } from '#events';
import { CertificateBatchRequestedV1 } from './batch-requested.event.js';
import { CertificateBatches, type Slice } from './certificate-batches.service.js';

@Injectable()
export class CertificatesHandlers {
  constructor(private readonly batches: CertificateBatches) {}

  @Prepare(CertificateBatchRequestedV1)
  async beforeRequested({ data }: Received<CertificateBatchRequestedV1>): Promise<Slice> {
    return this.batches.set(data);
  }

  @OnEvent(CertificateBatchRequestedV1)
  async whenRequested(tx: Tx, { data }: Received<CertificateBatchRequestedV1>, slice: Slice): Promise<void> {
    await this.batches.record(tx, data, slice);
  }

  @OnDead(CertificateBatchRequestedV1)
  async whenGivenUp(tx: Tx, { data }: Received<CertificateBatchRequestedV1>): Promise<void> {
    await this.batches.giveUp(tx, data.jobId);
  }
}
