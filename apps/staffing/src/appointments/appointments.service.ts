import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { AppointmentKind, Permission } from '#contracts';
import { Database, findInScope, insert, onConflict, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { holdsOn, inScope, personById, unitInScope } from '#roster';
import { CampusClock } from '#time';
import { Appointment } from './appointment.entity.js';
import { AppointmentUnitsPolicy } from './appointment-units.policy.js';
import {
  ResponsibleStaffDto,
  type AppointDto,
  AppointmentDto,
  type AppointmentsQuery,
  type CorrectAppointmentDto,
} from './appointments.dto.js';
import {
  AppointmentOverlaps,
  KindDoesNotFitUnit,
  NotActiveStaff,
  OwnAppointment,
  UnitUnknown,
} from './appointments.problems.js';
import {
  responsibleStaffOf,
  type AppointmentRow,
  COLUMNS,
  selectAppointments,
  TABLES,
} from './appointments.queries.js';

const OVERLAP = {
  appointment_person_id_kind_unit_id_daterange_excl: () => new AppointmentOverlaps({ pointer: '#/validFrom' }),
};

/** Appointing, relieving, and who answers for whom. */
@Injectable()
export class Appointments {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, filter: AppointmentsQuery): Promise<Page<AppointmentDto>> {
    const { personId, unitId, kind, on, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: TABLES,
      where: [
        readable(actor),
        anyOf(sql`a.person_id`, personId, 'uuid'),
        anyOf(sql`a.unit_id`, unitId, 'uuid'),
        anyOf(sql`a.kind`, kind),
        on && holdsOn(sql`a`, on),
        updatedSince && sql`a.updated_at >= ${updatedSince}`,
      ],
      sorts: { validFrom: sql`a.valid_from`, updatedAt: sql`a.updated_at` },
      defaultSort: '-validFrom',
      id: sql`a.id`,
      to: (row: AppointmentRow) => AppointmentDto.from(row),
    });
  }

  async get(actor: Actor, id: string): Promise<AppointmentDto> {
    const [row] = await selectAppointments(this.database.connection, sql`WHERE a.id = ${id} AND ${readable(actor)}`);
    if (!row) throw new NotFound({ what: 'appointment' });
    return AppointmentDto.from(row);
  }

  /** Who answers for a student of the actor's scope on a date (default today). */
  async responsibleStaff(actor: Actor, studentId: string, on = this.clock.today()): Promise<ResponsibleStaffDto> {
    const scope = inScope(actor.scopeOf('staffing:appointment:read'), sql`s.id`, this.clock.today());
    const tx = this.database.connection;
    const student = await queryOne(
      tx,
      sql`SELECT 1 FROM directory.published_student_v1 s WHERE s.id = ${studentId} AND ${scope}`,
    );
    if (!student) throw new NotFound({ what: 'student' });
    const responsibleStaff = (await responsibleStaffOf(tx, studentId, on)).map((row) => AppointmentDto.from(row));
    return Object.assign(new ResponsibleStaffDto(), { studentId, on, responsibleStaff });
  }

  appoint(actor: Actor, values: AppointDto): Promise<AppointmentDto> {
    return this.database.transaction(actor, async (tx) => {
      if (actor.personId === values.personId) throw new OwnAppointment({ pointer: '#/personId' });
      const person = await personById(tx, values.personId);
      if (person?.kind !== 'staff' || !person.active) throw new NotActiveStaff({ pointer: '#/personId' });
      await this.checkUnit(tx, actor, values.kind, values.unitId);
      const appointment = Appointment.appoint(values);
      await onConflict(insert(tx, appointment), OVERLAP);
      return this.answer(tx, actor, appointment, 'appoint');
    });
  }

  end(actor: Actor, id: string, expected: number, validTo: string): Promise<AppointmentDto> {
    return this.change(actor, id, expected, 'end', (appointment) => appointment.end(validTo));
  }

  correct(actor: Actor, id: string, expected: number, values: CorrectAppointmentDto): Promise<AppointmentDto> {
    return this.change(actor, id, expected, 'correct', (appointment) => appointment.correct(values));
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    how: (appointment: Appointment) => void,
  ): Promise<AppointmentDto> {
    return this.database.transaction(actor, async (tx) => {
      const mayChange = within(actor, 'staffing:appointment:write', sql`a.unit_id`);
      const appointment = await findInScope(tx, Appointment, id, { alias: 'a', where: mayChange });
      if (!appointment) throw new NotFound({ what: 'appointment' });
      if (actor.personId === appointment.personId) throw new OwnAppointment();
      how(appointment);
      await onConflict(update(tx, appointment, expected), OVERLAP);
      return this.answer(tx, actor, appointment, action);
    });
  }

  private async checkUnit(tx: Tx, actor: Actor, kind: AppointmentKind, unitId: string): Promise<void> {
    const unit = await queryOne<{ kind: string }>(
      tx,
      sql`SELECT u.kind FROM directory.published_unit_v1 u
           WHERE u.id = ${unitId} AND u.active AND ${within(actor, 'staffing:appointment:write', sql`u.id`)}`,
    );
    if (!unit) throw new UnitUnknown({ pointer: '#/unitId' });
    const { value } = await this.policies.at(tx, AppointmentUnitsPolicy, this.clock.today());
    const allowed: string[] = value[kind];
    if (!allowed.includes(unit.kind)) {
      throw new KindDoesNotFitUnit({ pointer: '#/unitId', params: { allowed: allowed.join(', ') } });
    }
  }

  private async answer(tx: Tx, actor: Actor, { id }: Appointment, action: string): Promise<AppointmentDto> {
    await audit(tx, actor, { action: `staffing.appointment.${action}`, subject: { kind: 'appointment', id } });
    const [row] = await selectAppointments(tx, sql`WHERE a.id = ${id}`);
    if (!row) throw new NotFound({ what: 'appointment' });
    return AppointmentDto.from(row);
  }
}

function within(actor: Actor, permission: Permission, column: Sql): Sql {
  return unitInScope(actor.scopeOf(permission), column);
}

/** Appointments over the actor's units, and the actor's own. */
function readable(actor: Actor): Sql {
  const own = actor.personId ? sql`a.person_id = ${actor.personId}` : sql`FALSE`;
  return sql`(${own} OR ${within(actor, 'staffing:appointment:read', sql`a.unit_id`)})`;
}
