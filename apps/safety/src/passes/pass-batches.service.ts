import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, newId, type Tx } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { AllRowsRefused } from '#problems';
import { studentIdsByNumber } from '#roster';
import { CampusClock } from '#time';
import { PendingDevicesPolicy } from '../devices/pending-devices.policy.js';
import { Rechecks } from '../nights/rechecks.service.js';
import { affectedNights } from './affected-nights.js';
import { type PassRow, readRow, readTime, reject, rejectForNow, type RejectedRow } from './pass-rows.js';
import type { PassBatchDto, PassBatchResultDto } from './passes.dto.js';
import {
  type Gate,
  gatesByCode,
  heldPasses,
  insertPasses,
  type NewPass,
  numbersUsedBefore,
  recordKey,
  replacePasses,
  storedAtInstants,
  type StoredPass,
  storedPasses,
} from './passes.queries.js';
import { factOf, publishPasses, publishRetractions } from './publish-passes.js';
import { Retention } from './retention.service.js';

/** A device's clock may run ahead by so much before its records are refused. */
const CLOCK_AHEAD_MINUTES = 15;
/** One that is ahead by less than this will be taken when its time has come; a clock that is further off was never set. */
const LONGEST_AHEAD_MS = 24 * 3_600_000;
/** Rows that are described where none was taken. */
const MAX_ERRORS = 100;

const TOO_MANY_PENDING = [
  '未登记的设备，且等待审批的设备已达上限，请先审批',
  'is not registered, and too many devices wait for approval: approve or retire those first',
] as const;
const TOO_MANY_HELD = [
  '设备等待审批，暂存的通行已达上限，请先审批',
  'waits for approval, and as many passes are held for it as may be: approve it first, then send them again',
] as const;

/** What became of the rows of a batch, see PassBatchResultDto. */
export interface Taken {
  accepted: number;
  duplicates: number;
  held: number;
  renumbered: number;
  rejected: RejectedRow[];
  /** No row had a device and a student. */
  unresolved: boolean;
}

/** The time that a pass was at, where the clock of its device is known to be off. */
export type Correction = (at: Date) => Date | null;

const NOTHING = { accepted: 0, duplicates: 0, held: 0, renumbered: 0 };

interface Candidate {
  row: PassRow;
  pass: NewPass;
}

/** Takes passes in, in batches as gates and bridges send them: late, out of order, again. */
@Injectable()
export class PassBatches {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly rechecks: Rechecks,
    private readonly retention: Retention,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Stores what is new. A record is known by its device, record id and instant: sent again it is a duplicate; sent again with another
   * content it is refused unless it says that it replaces the first. Another instant under an old id is another record, as devices
   * begin their numbers anew when their log is emptied; how many there were is told. What a person has taken back, or a device
   * corrected, stays so. A bad row is reported and the rest goes in; when there is no good one, AllRowsRefused (422) and nothing is stored.
   */
  async record(actor: Actor, batch: PassBatchDto): Promise<PassBatchResultDto> {
    return this.database.transaction(actor, async (tx) => {
      const taken = await this.take(tx, batch.passes);
      const rejected = taken.rejected.map(({ index, pointer, zh, en }) => ({ index, pointer, zh, en }));
      if (taken.unresolved) throw new AllRowsRefused({ errors: rejected.slice(0, MAX_ERRORS) });
      return {
        accepted: taken.accepted,
        duplicates: taken.duplicates,
        held: taken.held,
        renumbered: taken.renumbered,
        rejected,
      };
    });
  }

  /** The same inside `tx`, where no good row is no error: for devices, to which nothing can be explained. */
  async take(tx: Tx, given: readonly unknown[], correct?: Correction): Promise<Taken> {
    const read = given.map(readRow);
    const rows = read.filter((row): row is PassRow => 'at' in row);
    const malformed = read.filter((row): row is RejectedRow => !('at' in row));
    const { candidates, rejected } = await this.resolve(tx, rows);
    if (candidates.length === 0)
      return { ...NOTHING, unresolved: true, rejected: inOrder([...malformed, ...rejected]) };
    if (correct) for (const { pass } of candidates) pass.correctedAt = correct(pass.at);
    const { plain, corrections } = await this.corrections(tx, candidates);
    const passes = plain.map(({ pass }) => pass);
    const stored = await insertPasses(tx, passes);
    const fresh = passes.filter(({ id }) => stored.has(id));
    const used = await numbersUsedBefore(tx, fresh);
    const rest = [...plain.filter(({ pass }) => !stored.has(pass.id)), ...corrections].sort(inTurn);
    const known = await this.settleKnown(tx, rest);
    const added = [
      ...candidates.map(({ pass }) => pass).filter((pass) => stored.has(pass.id) && !known.replaced.has(pass.id)),
      ...known.replacing,
    ];
    const counted = added.filter((pass) => pass.status === 'counted');
    const replaced = [...known.replaced.values()];
    const told = replaced.filter((pass) => pass.status === 'counted' && !stored.has(pass.id));
    await publishRetractions(tx, this.events, told.map(factOf));
    await publishPasses(tx, this.events, counted.map(factOf));
    const changed = [
      ...counted.flatMap(({ at, correctedAt }) => [at, correctedAt ?? at]),
      ...replaced.map(({ at }) => at),
    ];
    await this.rechecks.request(tx, await affectedNights(tx, this.policies, changed, this.clock));
    return {
      unresolved: false,
      accepted: counted.length,
      duplicates: rows.length - rejected.length - known.conflicts.length - added.length,
      held: added.length - counted.length,
      renumbered: renumberedAmong(
        passes.filter(({ id }) => stored.has(id)),
        used,
      ),
      rejected: inOrder([...malformed, ...rejected, ...known.conflicts]),
    };
  }

  /** Rows with their device and student, in turn. */
  private async resolve(tx: Tx, rows: PassRow[]): Promise<{ candidates: Candidate[]; rejected: RejectedRow[] }> {
    const most = (await this.policies.at(tx, PendingDevicesPolicy, this.clock.today())).value;
    const gates = await gatesByCode(tx, [...new Set(rows.map((row) => row.deviceCode))], newId, most.devices);
    const pending = [...gates.values()].filter(({ status }) => status === 'pending').map(({ id }) => id);
    const held = await heldPasses(tx, pending);
    const students = await studentIdsByNumber(tx, [...new Set(rows.map((row) => row.studentNumber))]);
    const latest = new Date(this.clock.now().getTime() + CLOCK_AHEAD_MINUTES * 60_000);
    const oldest = await this.retention.passesSince(tx);
    const candidates: Candidate[] = [];
    const rejected: RejectedRow[] = [];
    for (const row of rows) {
      const gate = gates.get(row.deviceCode);
      const pass = gate
        ? this.passOf(row, gate, students.get(row.studentNumber), { oldest, latest })
        : rejectForNow(row.index, 'deviceCode', ...TOO_MANY_PENDING);
      if ('pointer' in pass) {
        rejected.push(pass);
        continue;
      }
      const waiting = (held.get(pass.deviceId) ?? 0) + 1;
      if (pass.status === 'held' && waiting > most.heldPasses) {
        rejected.push(rejectForNow(row.index, 'deviceCode', ...TOO_MANY_HELD));
        continue;
      }
      held.set(pass.deviceId, waiting);
      candidates.push({ row, pass });
    }
    return { candidates: candidates.sort(inTurn), rejected };
  }

  private passOf(
    row: PassRow,
    gate: Gate,
    studentId: string | undefined,
    { oldest, latest }: { oldest: Date; latest: Date },
  ): NewPass | RejectedRow {
    const time = readTime(row.at, gate.timeZone ?? this.clock.timeZone);
    if (!studentId) return reject(row.index, 'studentNumber', '没有此学号的学生', 'no student has this number');
    if (time.at > latest) {
      const refuse = time.at.getTime() - latest.getTime() < LONGEST_AHEAD_MS ? rejectForNow : reject;
      return refuse(row.index, 'at', '时间在将来，请检查设备时钟', 'is in the future: check the clock of the device');
    }
    if (time.at < oldest)
      return reject(row.index, 'at', '早于通行记录的保存期', 'is older than passes are kept (policy safety.retention)');
    if (gate.status === 'retired' && (!gate.buildingId || time.at > (gate.retiredAt as Date))) {
      return reject(row.index, 'deviceCode', '设备已停用', 'the device is retired');
    }
    const held = gate.status === 'pending';
    // A gate for one direction is believed more than the state its record carries.
    const direction = held || gate.directionMode === 'both' ? row.direction : gate.directionMode;
    if (!held && !direction)
      return reject(row.index, 'direction', '必填：该设备进出共用', 'is required: the device is for both directions');
    return {
      id: newId(),
      deviceId: gate.id,
      recordId: row.recordId,
      studentId,
      buildingId: gate.buildingId,
      direction,
      ...time,
      correctedAt: null,
      status: held ? 'held' : 'counted',
    };
  }

  /**
   * Rows to store as they are, and the rest: corrections, which are rows that say so and whose number is known, stored or in an
   * earlier row.
   */
  private async corrections(
    tx: Tx,
    candidates: Candidate[],
  ): Promise<{ plain: Candidate[]; corrections: Candidate[] }> {
    const replacing = candidates.filter(({ row }) => row.replaces).map(({ pass }) => pass);
    const known = new Set((await storedPasses(tx, replacing)).keys());
    const [plain, corrections]: [Candidate[], Candidate[]] = [[], []];
    for (const candidate of candidates) {
      const key = recordKey(candidate.pass);
      (candidate.row.replaces && known.has(key) ? corrections : plain).push(candidate);
      known.add(key);
    }
    return { plain, corrections };
  }

  /** What is stored under the numbers of these rows; where none of a number corrects it, for their instants alone. */
  private async storedFor(tx: Tx, rest: Candidate[]): Promise<Map<string, StoredPass[]>> {
    const corrected = new Set(rest.filter(({ row }) => row.replaces).map(({ pass }) => recordKey(pass)));
    const passes = rest.map(({ pass }) => pass);
    const same = await storedAtInstants(
      tx,
      passes.filter((pass) => !corrected.has(recordKey(pass))),
    );
    const all = await storedPasses(
      tx,
      passes.filter((pass) => corrected.has(recordKey(pass))),
    );
    return new Map([...same, ...all]);
  }

  /**
   * Rows that are no new records: the same again, a conflict, or a correction, which is of the record under its number that is nearest
   * in time. Of several corrections the last counts.
   */
  private async settleKnown(
    tx: Tx,
    rest: Candidate[],
  ): Promise<{ conflicts: RejectedRow[]; replacing: NewPass[]; replaced: Map<string, StoredPass> }> {
    const stored = await this.storedFor(tx, rest);
    const records = new Map([...stored].map(([key, list]) => [key, list.map((old): Known => ({ old, now: old }))]));
    const conflicts: RejectedRow[] = [];
    for (const { row, pass } of rest) {
      const known = records.get(recordKey(pass)) ?? [];
      const away = ({ now }: Known): number => Math.abs(now.at.getTime() - pass.at.getTime());
      const [nearest] = known.sort((a, b) => away(a) - away(b));
      if (nearest && sameContent(nearest.now, pass)) continue;
      if (nearest && row.replaces) nearest.now = pass;
      else
        conflicts.push(
          reject(row.index, 'recordId', '此编号已有内容不同的记录', 'another record was sent under this id'),
        );
    }
    const pairs = [...records.values()]
      .flat()
      .flatMap(({ old, now }) => (now === old ? [] : [{ old, pass: now as NewPass }]));
    await replacePasses(tx, pairs);
    return {
      conflicts,
      replacing: pairs.map(({ pass }) => pass),
      replaced: new Map(pairs.map(({ old }) => [old.id, old])),
    };
  }
}

/** A stored record, and what this batch makes of it. */
interface Known {
  old: StoredPass;
  now: StoredPass | NewPass;
}

/** Ordered by record, so that concurrent batches do not wait for each other in a circle; a record's rows in the order of the batch. */
function inTurn(a: Candidate, b: Candidate): number {
  const [one, other] = [recordKey(a.pass), recordKey(b.pass)];
  return one < other ? -1 : one > other ? 1 : a.row.index - b.row.index;
}

/** How many of the stored rows have a number that another instant had before: one of `used`, or an earlier row's. */
function renumberedAmong(stored: readonly NewPass[], used: ReadonlySet<string>): number {
  const numbers = new Set(used);
  let count = 0;
  for (const pass of stored) {
    if (numbers.has(recordKey(pass))) count++;
    numbers.add(recordKey(pass));
  }
  return count;
}

function inOrder(rows: RejectedRow[]): RejectedRow[] {
  return rows.sort((a, b) => a.index - b.index);
}

type Content = Pick<NewPass, 'studentId' | 'direction' | 'at'>;

function sameContent(a: Content, b: Content): boolean {
  return a.studentId === b.studentId && a.direction === b.direction && a.at.getTime() === b.at.getTime();
}
