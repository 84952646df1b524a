import { Injectable } from '@nestjs/common';
import type { Bilingual } from '#contracts';
import { Database } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { ConnectorProfile } from './connector.entity.js';
import type { ConnectorRun, Fed } from './connector-run.entity.js';
import { FeedPolicy } from './feed.policy.js';
import type { MappedRow } from './map-file.js';
import { type BatchAnswer, ObservationBatches } from './observation-batches.client.js';
import { grouped } from './roster-imports.client.js';
import { fetchPart } from './run-parts.js';

/** What early warning said of the rows of a run, and why somebody else should look at it. */
export interface FeedAnswer extends Fed {
  reasons: Bilingual[];
}

/** Rows of days that are filed away or beyond what is kept are nothing out of order: a sender's table may go far back. */
const OF_THE_PAST = new Set(['day_closed', 'day_expired']);

/** Takes the rows of a run to early warning, first to be looked at, then to be kept. */
@Injectable()
export class FeedRuns {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly policies: Policies,
    private readonly batches: ObservationBatches,
  ) {}

  /** Sends every part as a batch; what early warning has taken in an attempt before, it does not take twice. */
  async send({ id, state, profileId }: ConnectorRun, source: string): Promise<FeedAnswer> {
    const { connection } = this.database;
    const { mapping } = await connection.findOneByOrFail(ConnectorProfile, { id: profileId! });
    const answers: BatchAnswer[] = [];
    for (let part = 0; ; part++) {
      const text = await fetchPart(connection, this.vault, id, part);
      if (text === undefined) break;
      const rows = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as MappedRow]));
      answers.push(await this.batches.send(source, `connector-run-${id}-${part}`, rows, state === 'queued'));
    }
    const sum = (of: (answer: BatchAnswer) => number): number => answers.reduce((n, answer) => n + of(answer), 0);
    const described = answers.flatMap(({ rows }) => rows);
    const columnOf = (name: string | undefined): string | undefined =>
      mapping.fields.find(({ field }) => field === name)?.column ?? name;
    const problems = grouped(described.map(({ field, ...row }) => ({ ...row, column: columnOf(field) })));
    const [accepted, refused] = [sum((answer) => answer.accepted), sum((answer) => answer.refused)];
    const past = described.filter(({ code }) => OF_THE_PAST.has(code)).length;
    return { accepted, refused, problems, reasons: await this.reasonsFor(accepted + refused, refused - past) };
  }

  private async reasonsFor(rows: number, refused: number): Promise<Bilingual[]> {
    const { refusedFloor, refusedPercent } = (
      await this.policies.at(this.database.connection, FeedPolicy, this.clock.today())
    ).value;
    if (refused < refusedFloor || refused * 100 <= rows * refusedPercent) return [];
    return [
      {
        zh: `${rows} 行中有 ${refused} 行不能收下，超过 ${refusedPercent}%（如学号不在名册中）`,
        en: `${refused} of ${rows} rows cannot be taken, more than ${refusedPercent} %: their students may not be on the roster`,
      },
    ];
  }
}
