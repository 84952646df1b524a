import { Injectable } from '@nestjs/common';
import { Actor } from '#auth';
import { DigestDueV1, type Permission, PERMISSIONS } from '#contracts';
import type { Tx } from '#database';
import { Events, OnEvent, Timers } from '#events';
import { Policies } from '#policy';
import { calendarDays, holdersOf } from '#roster';
import { addDays, CampusClock } from '#time';
import type { DigestDto } from './digest.dto.js';
import { DigestPolicy } from './digest.policy.js';
import { Digests } from './digest.service.js';
import { DigestsDueV1 } from './digests-due.event.js';

@Injectable()
export class DigestHandlers {
  constructor(
    private readonly digests: Digests,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Each counselor for whom the day has something is told so, by the statement that answers them; a morning that was missed is made good once. */
  @OnEvent(DigestsDueV1)
  async whenDigestsDue(tx: Tx): Promise<void> {
    const today = this.clock.today();
    const { at, workdaysOnly } = (await this.policies.at(tx, DigestPolicy, today)).value;
    const time = this.clock.instantOf(today, at);
    const early = this.clock.now() < time;
    const next = early ? time : this.clock.instantOf(addDays(today, 1), at);
    await this.timers.set(tx, { key: 'early-warning.digests', at: next, event: new DigestsDueV1() });
    const [day] = await calendarDays(tx, today, today);
    if (early || (workdaysOnly && !day!.workday)) return;
    const permissions = Object.keys(PERMISSIONS) as Permission[];
    for (const { personId, posts } of await holdersOf(tx, 'counselor', today)) {
      const actor = Actor.person('system:early-warning', { id: personId, student: false, posts }, permissions);
      const told = eventOf(personId, await this.digests.now(tx, actor));
      if (told) await this.events.publish(tx, told);
    }
  }
}

/** Numbers and ids, and nothing else; undefined: the day has nothing. What was corrected waits in the digest and tells nobody. */
function eventOf(personId: string, { day, corrected: _, ...sections }: DigestDto): DigestDueV1 | undefined {
  const all = Object.values(sections);
  if (all.every(({ count }) => count === 0)) return undefined;
  const count = (name: keyof typeof sections): number => sections[name].count;
  const items = all.flatMap((one) => one.items);
  const ids = (kind: string): string[] => [...new Set(items.filter((one) => one.kind === kind).map(({ id }) => id))];
  return new DigestDueV1({
    ...{ personId, day, warningIds: ids('warning'), caseIds: ids('case') },
    ...{ newWarnings: count('newWarnings'), overdue: count('overdue'), dueToday: count('dueToday') },
    ...{ quietCases: count('quietCases'), transfers: count('transfers'), supervisions: count('supervisions') },
  });
}
