import type { Serving } from '../catalogue/serving.js';
import { DisciplinePolicy } from './discipline.policy.js';
import { Sanction, SANCTION_KINDS } from './sanction.entity.js';

export const appealServing: Serving = {
  path: '/affairs/v1/sanction-appeals',
  does: { zh: '对已送达的处分申诉', en: 'Appeal against a sanction that was delivered' },
  kinds: () => Promise.resolve([]),
  openings: async (tx, { studentId, policies, today }) => {
    const openings = [];
    for (const sanction of await tx.find(Sanction, { where: { studentId }, order: { decidedOn: 'ASC', id: 'ASC' } })) {
      const policy = (await policies.numbered(tx, DisciplinePolicy, sanction.policyNumber)).value;
      if (sanction.refusal('appeal', { own: true, keeps: false }, policy, today)) continue;
      const path = `/affairs/v1/sanctions/${sanction.id}/appeals`;
      openings.push({
        ...{ kinds: [], id: sanction.id, title: SANCTION_KINDS[sanction.kind], until: sanction.appealUntil(policy) },
        ...({ method: 'POST', path, body: null } as const),
      });
    }
    return openings;
  },
};
