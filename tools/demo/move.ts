import type { Api, Json } from './api.js';

const LEAVE = { service: 'affairs', key: 'affairs.leave' };
const PARAMETERS = { service: 'early-warning', key: 'early-warning.rule-parameters' };
const MOVING = '历史数据迁入 / History is brought in';
const MOVED = '历史数据迁入完毕 / History is in';
/** Longer than any history: rules that warn of silence say nothing while the history is still incomplete. */
const NEVER_HOURS = 100_000;

/**
 * A school that moves in has policies of its own for that time, as dated versions like any other: leaves that lie months
 * back may be handed in, passes from back then still show the return, and missing data is no reason for a warning yet.
 */
export async function beginMove(api: Api, firstDay: string, today: string): Promise<void> {
  const { current } = await api.get<{ current: Json }>(pathOf(LEAVE));
  const gateReturn = { ...(current['gateReturn'] as Json), watchDays: 60 };
  await put(api, LEAVE, today, { ...current, urgentBackdateDays: 90, gateReturn }, MOVING);
  const values = { absent_hours: NEVER_HOURS, canteen_silent_hours: NEVER_HOURS };
  await put(api, PARAMETERS, firstDay, { values }, MOVING);
}

/** From now on the school's usual policies, which here are the defaults. */
export async function endMove(api: Api, firstDay: string, today: string): Promise<void> {
  const { current } = await api.get<{ current: Json }>(pathOf(LEAVE));
  const gateReturn = { ...(current['gateReturn'] as Json), watchDays: 14 };
  await put(api, LEAVE, today, { ...current, urgentBackdateDays: 3, gateReturn }, MOVED);
  await put(api, PARAMETERS, firstDay, { values: {} }, MOVED);
}

function pathOf({ service, key }: typeof LEAVE): string {
  return `/${service}/v1/policies/${key}`;
}

async function put(
  api: Api,
  policy: typeof LEAVE,
  effectiveFrom: string,
  value: object,
  source: string,
): Promise<void> {
  await api.post(`${pathOf(policy)}/versions`, { effectiveFrom, value, source });
}
