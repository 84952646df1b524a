import { createHash } from 'node:crypto';
import type { Direction } from '../../passes/pass.entity.js';
import type { GateRecord, GateRecords, Kinds } from '../listener/gate-record.js';

/** States of an ATTLOG row: 0 check in, 1 check out, 2 break out, 3 break in, 4 overtime in, 5 overtime out. */
const DIRECTIONS: Readonly<Record<string, Direction>> = { 0: 'in', 1: 'out', 2: 'out', 3: 'in', 4: 'in', 5: 'out' };
/** `inoutstatus` of an rtlog row. */
const IN_OUT: Readonly<Record<string, Direction>> = { 0: 'in', 1: 'out' };
const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/;
/** A row whose tabs became spaces on the way: the blank within the time stays. */
const SPACED = /^(\S+)\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\s+(\S+))?/;
/** The person of an event that nobody caused, such as a door that stayed open. */
const NOBODY = '0';

/** The rows of a body; the empty ones left out. */
export function linesOf(body: string): string[] {
  return body.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/**
 * Rows of ATTLOG: number, local time, state, and what is not used. They carry no id of their own: theirs is made of the time, and of the
 * number and state as a hash.
 */
export function readAttendance(lines: readonly string[]): GateRecords {
  const read: GateRecords = { records: [], refused: 0, unknown: {} };
  for (const line of lines) {
    const tabbed = line.split('\t');
    const [pin, time, state = ''] = tabbed.length > 1 ? tabbed : (SPACED.exec(line)?.slice(1) ?? []);
    const at = timeOf(time);
    if (!pin || !at) read.refused++;
    else if (pin.trim() !== NOBODY) {
      const recordId = `${at.replace(/\D/g, '')}-${hash(`${pin.trim()}\t${state.trim()}`)}`;
      read.records.push({ recordId, studentNumber: pin.trim(), direction: DIRECTIONS[state.trim()] ?? null, at });
    }
  }
  return read;
}

/** Rows of rtlog, read by their keys: firmware differs in which there are, and in their order. The id is `index`. */
export function readAccess(lines: readonly string[], kinds: Kinds): GateRecords {
  const read: GateRecords = { records: [], refused: 0, unknown: {} };
  for (const line of lines) {
    const row = Object.fromEntries(line.split('\t').map(pairOf)) as Partial<Record<string, string>>;
    const record = accessRecord(row);
    const event = row['event'] ?? '';
    if (!record || event === '') read.refused++;
    else if (kinds.passes.includes(event)) {
      if (record.studentNumber !== NOBODY) read.records.push(record);
    } else if (!kinds.others.includes(event)) read.unknown[event] = (read.unknown[event] ?? 0) + 1;
  }
  return read;
}

function accessRecord(row: Partial<Record<string, string>>): GateRecord | undefined {
  const [at, pin] = [timeOf(row['time']), row['pin']];
  if (!at || !pin) return undefined;
  const recordId = row['index'] || `${at.replace(/\D/g, '')}-${hash(`${pin}\t${row['inoutstatus']}`)}`;
  return { recordId, studentNumber: pin, direction: IN_OUT[row['inoutstatus'] ?? ''] ?? null, at };
}

function pairOf(field: string): [string, string] {
  const [key, ...value] = field.split('=');
  return [key!.trim().toLowerCase(), value.join('=').trim()];
}

function timeOf(text: string | undefined): string | undefined {
  const [, date, time] = TIME.exec(text?.trim() ?? '') ?? [];
  return date && time ? `${date}T${time}` : undefined;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
