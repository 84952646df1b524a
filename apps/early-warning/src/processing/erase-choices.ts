import type { Tx } from '#database';
import { eraseTexts, sealedTableOf } from '#vault';
import { ProcessingChoice } from './processing-choice.entity.js';

/** That and when something was consented to is kept, as the school has to prove it (个人信息保护法 art. 69); why is not. */
export async function eraseChoices(tx: Tx, studentId: string): Promise<void> {
  await eraseTexts(tx, sealedTableOf(tx, ProcessingChoice), studentId);
}
