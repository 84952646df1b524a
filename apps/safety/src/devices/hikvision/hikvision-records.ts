import type { GateRecordsPolicy, ReaderRule } from '../gate-records.policy.js';
import { type GateRecords, millisOf } from '../listener/gate-record.js';
import type { Numbered } from '../listener/serials.js';
import type { Direction } from '../../passes/pass.entity.js';
import { type DoorEvent, recordIdOf, saidDirection } from './hikvision-events.js';

export type HikvisionRules = Pick<
  GateRecordsPolicy,
  'hikvisionPasses' | 'hikvisionOthers' | 'hikvisionReaders' | 'hikvisionPerson'
>;

export interface NumberedRecords extends GateRecords {
  serials: Numbered[];
}

/** Which events of a device are passes, of whom and which way; `code` is the device's, `zone` that of its clock. */
export function recordsOf(
  events: readonly DoorEvent[],
  rules: HikvisionRules,
  { code, zone }: { code: string; zone: string },
): NumberedRecords {
  const read: NumberedRecords = { records: [], refused: 0, unknown: {}, serials: [] };
  for (const event of events) {
    const { serial, front, kind, at } = event;
    const millis = millisOf(at, zone);
    if (Number.isNaN(millis)) {
      read.refused++;
      continue;
    }
    if (serial !== null) read.serials.push({ serial, front, at: millis });
    const major = kind.slice(0, kind.indexOf('/'));
    if (rules.hikvisionPasses.includes(kind)) {
      const studentNumber = rules.hikvisionPerson === 'card' ? event.cardNo : event.employeeNo;
      const direction = saidDirection(event) ?? directionOf(event.reader, rules.hikvisionReaders, code);
      if (studentNumber === '') read.refused++;
      else read.records.push({ recordId: recordIdOf(event), studentNumber, direction, at });
    } else if (!rules.hikvisionOthers.includes(kind) && !rules.hikvisionOthers.includes(major))
      read.unknown[kind] = (read.unknown[kind] ?? 0) + 1;
  }
  return read;
}

/** Rules that name the device are the only ones for it. */
function directionOf(reader: string, rules: readonly ReaderRule[], code: string): Direction | null {
  const named = rules.filter(({ devices }) => devices?.includes(code));
  const own = named.length > 0 ? named : rules.filter(({ devices }) => !devices?.length);
  return own.find((rule) => String(rule.reader) === reader)?.direction ?? null;
}
