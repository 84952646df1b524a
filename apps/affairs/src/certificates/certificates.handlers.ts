import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { CertificateBatchRequestedV1 } from './batch-requested.event.js';
import { CertificateBatches } from './certificate-batches.service.js';

@Injectable()
export class CertificatesHandlers {
  constructor(private readonly batches: CertificateBatches) {}

  @OnEvent(CertificateBatchRequestedV1)
  async whenRequested(tx: Tx, { data }: Received<CertificateBatchRequestedV1>): Promise<void> {
    await this.batches.run(tx, data);
  }

  @OnDead(CertificateBatchRequestedV1)
  async whenGivenUp(tx: Tx, { data }: Received<CertificateBatchRequestedV1>): Promise<void> {
    await this.batches.giveUp(tx, data.jobId);
  }
}
