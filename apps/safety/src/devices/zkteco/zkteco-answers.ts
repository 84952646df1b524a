import { DateTime } from 'luxon';

const DELAYS = ['ErrorDelay=30'];
const TIMES = ['TransTimes=00:00;14:05', 'TransInterval=1'];

/**
 * The answer to the first call of attendance PUSH. Of what the device could send we ask for attendance records alone (the first digit of
 * TransFlag): no operation log, photo, fingerprint or face. `TimeZone` takes whole hours; left out where the zone has others.
 */
export function attendanceOptions(code: string, stamp: string, timeZone: string, now: Date): string {
  const minutes = DateTime.fromJSDate(now, { zone: timeZone }).offset;
  return [
    `GET OPTION FROM: ${code}`,
    `ATTLOGStamp=${stamp}`,
    'OPERLOGStamp=9999',
    'ATTPHOTOStamp=None',
    ...DELAYS,
    'Delay=10',
    ...TIMES,
    'TransFlag=1000000000',
    ...(minutes % 60 === 0 ? [`TimeZone=${minutes / 60}`] : []),
    'Realtime=1',
    'Encrypt=None',
  ].join('\n');
}

/** The settings of security PUSH, with the registration before them in the answer to the first call. */
export function accessOptions(sessionId: string, registryCode?: string): string {
  return [
    ...(registryCode ? ['registry=ok', `RegistryCode=${registryCode}`] : []),
    'ServerVersion=3.1.2',
    'ServerName=ADMS',
    'PushProtVer=3.1.2',
    ...DELAYS,
    'RequestDelay=10',
    ...TIMES,
    'TransTables=User Transaction',
    'Realtime=1',
    `SessionID=${sessionId}`,
    'TimeoutSec=10',
  ].join('\n');
}

/** The time for a device that asks: seconds of a calendar of 31-day months since 2000, in UTC, as the makers count them. */
export function serverTime(now: Date, timeZone: string): string {
  const utc = DateTime.fromJSDate(now, { zone: 'utc' });
  const days = (utc.year - 2000) * 12 * 31 + (utc.month - 1) * 31 + utc.day - 1;
  const seconds = days * 86_400 + utc.hour * 3_600 + utc.minute * 60 + utc.second;
  return `DateTime=${seconds},ServerTZ=${DateTime.fromJSDate(now, { zone: timeZone }).toFormat('ZZZ')}`;
}
