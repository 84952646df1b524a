import type { Tx } from '#database';
import { eraseTexts, sealedTableOf } from '#vault';
import { AppealOpinion } from './appeal-opinion.entity.js';
import { SanctionAppeal } from './appeal.entity.js';
import { Sanction } from './sanction.entity.js';

/** That there was a sanction, and when, stays: what it was for goes, and what was said of it. */
export async function eraseSanctions(tx: Tx, studentId: string): Promise<void> {
  for (const entity of [Sanction, SanctionAppeal, AppealOpinion])
    await eraseTexts(tx, sealedTableOf(tx, entity), studentId);
}
