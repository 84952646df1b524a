import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { StaffChangedV1 } from '#contracts';
import { Database, findInScope, insert, onConflict, queryOne, query, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { CampusClock } from '#time';
import { ImportPolicy } from '../imports/import-policy.js';
import { Person } from '../people/person.entity.js';
import { StaffDto, type StaffInput } from './staff.dto.js';
import { KeptByAnotherSource, StaffExternalIdTaken, StaffNumberTaken, TooManyLeave } from './staff.problems.js';
import {
  hasNumber,
  isUnitOfStaff,
  keptElsewhere,
  leavers,
  link,
  moveTo,
  unitsElsewhere,
  unlink,
} from './staff.queries.js';

const PERMISSION = 'directory:staff:write';
const TAKEN = {
  person_kind_number_key: () => new StaffNumberTaken({ pointer: '#/number' }),
  source_link_pkey: () => new StaffExternalIdTaken({ pointer: '#/externalId' }),
};

/** Members of staff, one by one, as a system that keeps their accounts says; what comes as a whole listing is an import. */
@Injectable()
export class Staff {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /** Who had left and has the same number is the same person, and comes back. */
  create(actor: Actor, values: StaffInput): Promise<StaffDto> {
    requireSchool(actor, PERMISSION);
    return this.database.transaction(actor, async (tx) => {
      const known = await queryOne<{ id: string; active: boolean; linked: boolean; merged: boolean }>(
        tx,
        sql`SELECT p.id, p.active, p.merged_into IS NOT NULL AS merged,
                   EXISTS (SELECT FROM directory.source_link l WHERE l.id = p.id AND l.kind = 'person') AS linked
              FROM directory.person p WHERE p.kind = 'staff' AND lower(p.number) = lower(${values.number})
             ORDER BY p.number = ${values.number} DESC, p.active DESC LIMIT 1`,
      );
      if (known && (known.active || known.linked || known.merged)) throw new StaffNumberTaken({ pointer: '#/number' });
      if (known) return this.write(tx, actor, await this.find(tx, known.id), values);
      const person = Object.assign(new Person(), { kind: 'staff', number: values.number, name: values.name });
      await onConflict(insert(tx, person), TAKEN);
      return this.write(tx, actor, person, values);
    });
  }

  replace(actor: Actor, id: string, expected: number, values: StaffInput): Promise<StaffDto> {
    requireSchool(actor, PERMISSION);
    return this.database.transaction(actor, async (tx) =>
      this.write(tx, actor, await this.find(tx, id), values, expected),
    );
  }

  /** Leaves the roster: not active any more, in no unit by this source, and not kept by it. Never deleted. */
  leave(actor: Actor, id: string, expected: number, source: string): Promise<void> {
    requireSchool(actor, PERMISSION);
    return this.database.transaction(actor, async (tx) => {
      const person = await this.find(tx, id);
      const { number, name } = person;
      const gone = { source, externalId: null, number, name, active: false, unitId: null };
      await this.write(tx, actor, person, gone, expected);
      await unlink(tx, id, source);
    });
  }

  private async find(tx: Tx, id: string): Promise<Person> {
    const person = await findInScope(tx, Person, id, {
      alias: 'p',
      where: sql`p.kind = 'staff' AND p.merged_into IS NULL`,
      lock: 'update',
    });
    if (!person) throw new NotFound({ what: 'staff' });
    return person;
  }

  private async write(
    tx: Tx,
    actor: Actor,
    person: Person,
    { source, externalId, number, name, active, unitId }: StaffInput,
    expected = person.version,
  ): Promise<StaffDto> {
    const today = this.clock.today();
    const { id } = person;
    if (await keptElsewhere(tx, id, source)) throw new KeptByAnotherSource();
    if (unitId !== null) await this.checkUnit(tx, id, unitId, source);
    if (number !== person.number && (await hasNumber(tx, id, number)))
      throw new StaffNumberTaken({ pointer: '#/number' });
    const leaves = person.active && !active;
    Object.assign(person, { number, name, active, inactiveSince: active ? null : (person.inactiveSince ?? today) });
    await onConflict(update(tx, person, expected), TAKEN);
    if (leaves) await this.checkLeavers(tx);
    await onConflict(link(tx, id, source, externalId), TAKEN);
    await moveTo(tx, id, unitId, source, today);
    await audit(tx, actor, { action: 'directory.staff.write', subject: { kind: 'person', id } });
    await this.events.publish(tx, new StaffChangedV1(id), { id, version: person.version });
    return StaffDto.from(person);
  }

  private async checkUnit(tx: Tx, personId: string, unitId: string, source: string): Promise<void> {
    if (!(await isUnitOfStaff(tx, unitId)))
      throw new Invalid({
        errors: [{ pointer: '#/unitId', zh: '没有这个单位', en: 'is not a unit that staff belong to' }],
      });
    const others = await unitsElsewhere(tx, personId, source, this.clock.today());
    if (others.some((other) => other !== unitId)) throw new KeptByAnotherSource({ pointer: '#/unitId' });
  }

  /** One by one as well, a directory that has gone wrong must not send everybody away. */
  private async checkLeavers(tx: Tx): Promise<void> {
    // One after the other: two would each see the other's member of staff as active.
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('directory.staff-leaves'))`);
    const today = this.clock.today();
    const [{ left, before }, { value: policy }] = await Promise.all([
      leavers(tx, today),
      this.policies.at(tx, ImportPolicy, today),
    ]);
    if (left >= policy.shrinkFloor && left * 100 > before * policy.shrinkPercent) throw new TooManyLeave();
  }
}
