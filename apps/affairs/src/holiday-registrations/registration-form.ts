import { Invalid } from '#problems';
import type { CampaignContent, HolidayDestination } from './campaign.entity.js';
import type { RegistrationForm } from './registration.entity.js';
import type { HolidayRegistrationFormDto } from './registrations.dto.js';

/** What a form says of a destination of the campaign. Throws Invalid where it is none of them, lacks what is asked, or leaves the holiday. */
export function checkedForm(
  { startsAt, endsAt, destinations }: Pick<CampaignContent, 'startsAt' | 'endsAt' | 'destinations'>,
  form: HolidayRegistrationFormDto,
): { destination: HolidayDestination; form: RegistrationForm } {
  const destination = destinations.find(({ code }) => code === form.destination);
  if (!destination) throw invalid('destination', '没有此去向', 'is no destination of the campaign');
  const missing = destination.asks.filter((asked) => form[asked] === undefined);
  if (missing.length > 0)
    throw new Invalid({ errors: missing.map((asked) => ({ pointer: `#/${asked}`, zh: '必填', en: 'is required' })) });
  for (const time of ['leavesAt', 'returnsAt'] as const) {
    if (form[time] === undefined) continue;
    if (!destination.away) throw invalid(time, '留校没有离返校时间', 'is not for who stays');
    const at = new Date(form[time]);
    if (at < startsAt || at > endsAt)
      throw invalid(
        time,
        '须在假期之内；更早离校或更晚返校请请假',
        'must lie within the holiday: ask for leave beyond it',
      );
  }
  const [leavesAt, returnsAt] = [instant(form.leavesAt), instant(form.returnsAt)];
  if ((leavesAt ?? startsAt) >= (returnsAt ?? endsAt))
    throw invalid('returnsAt', '须晚于离校', 'must be after leaving');
  const { region = null, address = null, contact = null, note = null, guardianTold = null, keepsBed = null } = form;
  return { destination, form: { region, address, contact, note, leavesAt, returnsAt, guardianTold, keepsBed } };
}

function instant(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function invalid(field: string, zh: string, en: string): Error {
  return new Invalid({ errors: [{ pointer: `#/${field}`, zh, en }] });
}
