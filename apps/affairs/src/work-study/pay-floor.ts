import type { Problem } from '#problems';
import type { Post } from './post.entity.js';
import type { WorkStudyPolicy } from './work-study.policy.js';
import { MinimumWageUnknown, PayTooLow } from './work-study.problems.js';

/** Why a post pays too little on a day (YYYY-MM-DD); undefined: it does not. */
export function payRefusal(
  { kind, location, region, hourlyFen }: Pick<Post, 'kind' | 'location' | 'region' | 'hourlyFen'>,
  policy: WorkStudyPolicy,
  date: string,
): Problem | undefined {
  const floors = kind === 'temporary' ? [policy.temporaryHourlyFen] : [];
  if (kind === 'fixed' || location === 'off_campus') {
    const [wage] = policy.minimumWages
      .filter((one) => one.region === region && one.from <= date)
      .sort((a, b) => (a.from < b.from ? 1 : -1));
    if (!wage) return new MinimumWageUnknown({ pointer: '#/region', params: { date } });
    if (kind === 'fixed') floors.push(Math.ceil(wage.monthlyFen / policy.fixedMonthHours));
    if (location === 'off_campus') floors.push(wage.hourlyFen);
  }
  const floor = Math.max(...floors);
  return hourlyFen < floor ? new PayTooLow({ pointer: '#/hourlyFen', params: { floor } }) : undefined;
}
