import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { Database, newId, type Tx } from '#database';
import { Events } from '#events';
import { AllRowsRefused } from '#http';
import { Policies } from '#policy';
import { studentIdsByNumber } from '#roster';
import { Rechecks } from '../nights/rechecks.service.js';
import { affectedNights } from './affected-nights.js';
import { type PassRow, readRow, readTime, reject, type RejectedRow } from './pass-rows.js';
import type { PassBatchDto, PassBatchResultDto } from './passes.dto.js';
import {
  type Gate,
  gatesByCode,
  insertPasses,
  type NewPass,
  recordKey,
  replacePasses,
  type StoredPass,
  storedPasses,
} from './passes.queries.js';
import { factOf, publishPasses, publishRetractions } from './publish-passes.js';

/** A device's clock may run ahead by so much before its records are refused. */
const CLOCK_AHEAD_MINUTES = 15;
/** Rows that are described where none was taken. */
const MAX_ERRORS = 100;

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
    private readonly config: Config,
  ) {}

  /**
   * Stores what is new. A record is known by its device and record id: sent again it is a duplicate; sent again with
   * another content it is refused unless it says that it replaces the first. What a person has taken back stays so. A
   * bad row is reported and the rest goes in; when there is no good one, AllRowsRefused (422) and nothing is stored.
   */
  async record(actor: Actor, batch: PassBatchDto): Promise<PassBatchResultDto> {
    const read = batch.passes.map(readRow);
    const rows = read.filter((row): row is PassRow => 'at' in row);
    const malformed = read.filter((row): row is RejectedRow => !('at' in row));
    return this.database.transaction(actor, async (tx) => {
      const { candidates, rejected } = await this.resolve(tx, rows);
      if (candidates.length === 0)
        throw new AllRowsRefused({ errors: inOrder([...malformed, ...rejected]).slice(0, MAX_ERRORS) });
      const stored = await insertPasses(
        tx,
        candidates.map(({ pass }) => pass),
      );
      const rest = candidates.filter(({ pass }) => !stored.has(pass.id));
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
      const changed = [...counted.map((pass) => pass.at), ...replaced.map((pass) => pass.at)];
      await this.rechecks.request(tx, await affectedNights(tx, this.policies, changed, this.config.timeZone));
      return {
        accepted: counted.length,
        duplicates: rows.length - rejected.length - known.conflicts.length - added.length,
        held: added.length - counted.length,
        rejected: inOrder([...malformed, ...rejected, ...known.conflicts]),
      };
    });
  }

  /** Rows with their device and student, ordered so that concurrent batches do not wait for each other in a circle. */
  private async resolve(tx: Tx, rows: PassRow[]): Promise<{ candidates: Candidate[]; rejected: RejectedRow[] }> {
    const gates = await gatesByCode(tx, [...new Set(rows.map((row) => row.deviceCode))], newId);
    const students = await studentIdsByNumber(tx, [...new Set(rows.map((row) => row.studentNumber))]);
    const latest = new Date(Date.now() + CLOCK_AHEAD_MINUTES * 60_000);
    const candidates: Candidate[] = [];
    const rejected: RejectedRow[] = [];
    for (const row of rows) {
      const pass = this.passOf(row, gates.get(row.deviceCode) as Gate, students.get(row.studentNumber), latest);
      if ('pointer' in pass) rejected.push(pass);
      else candidates.push({ row, pass });
    }
    const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    candidates.sort((a, b) => order(recordKey(a.pass), recordKey(b.pass)) || a.row.index - b.row.index);
    return { candidates, rejected };
  }

  private passOf(row: PassRow, gate: Gate, studentId: string | undefined, latest: Date): NewPass | RejectedRow {
    const time = readTime(row.at, gate.timeZone ?? this.config.timeZone);
    if (!studentId) return reject(row.index, 'studentNumber', '没有此学号的学生', 'no student has this number');
    if (time.at > latest)
      return reject(row.index, 'at', '时间在将来，请检查设备时钟', 'is in the future: check the clock of the device');
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
      status: held ? 'held' : 'counted',
    };
  }

  /** Rows whose record is here already: the same again, a conflict, or a replacement (of several the last counts). */
  private async settleKnown(
    tx: Tx,
    rest: Candidate[],
  ): Promise<{ conflicts: RejectedRow[]; replacing: NewPass[]; replaced: Map<string, StoredPass> }> {
    const stored = await storedPasses(
      tx,
      rest.map(({ pass }) => pass),
    );
    const conflicts: RejectedRow[] = [];
    const replacements = new Map<string, { old: StoredPass; pass: NewPass }>();
    for (const { row, pass } of rest) {
      const key = recordKey(pass);
      const old = stored.get(key);
      if (!old || sameContent(replacements.get(key)?.pass ?? old, pass)) continue;
      if (row.replaces) replacements.set(key, { old, pass });
      else
        conflicts.push(
          reject(row.index, 'recordId', '此编号已有内容不同的记录', 'another record was sent under this id'),
        );
    }
    const pairs = [...replacements.values()];
    await replacePasses(tx, pairs);
    return {
      conflicts,
      replacing: pairs.map(({ pass }) => pass),
      replaced: new Map(pairs.map(({ old }) => [old.id, old])),
    };
  }
}

function inOrder(rows: RejectedRow[]): RejectedRow[] {
  return rows.sort((a, b) => a.index - b.index);
}

type Content = Pick<NewPass, 'studentId' | 'direction' | 'at'>;

function sameContent(a: Content, b: Content): boolean {
  return a.studentId === b.studentId && a.direction === b.direction && a.at.getTime() === b.at.getTime();
}
